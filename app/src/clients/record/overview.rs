//! What matters most about a client? Pipeline, people, the agreement, projects, health over time, data.

use super::desk::{Desk, Form, Removal};
use super::table::{Listing, facts, line_actions, listing, mark, open_button, part, text_or_none, writers};
use super::words;
use crate::shell::format;
use leptos::prelude::*;
use revos_shared::clients::{ClientRecord, HealthPoint, HealthSource};
use revos_ui::{Signal, TrendLine, TrendMark, live};

pub(super) fn overview(desk: Desk) -> AnyView {
    view! {
        {health(desk)}
        {part(desk, "record-opportunities", "Open opportunities", None, opportunities(desk))}
        {part(desk, "record-contacts", "Contacts", Some(("Add contact", Form::Contact(None))), contacts(desk))}
        {part(desk, "record-commercials", "Commercials", None, commercials(desk))}
        {part(desk, "record-projects", "Projects", None, projects(desk))}
        {part(desk, "record-about", "About", None, about(desk))}
    }
    .into_any()
}

fn health(desk: Desk) -> AnyView {
    let marks = Signal::memo(move || {
        let mark = |point: &HealthPoint| TrendMark {
            tick: format::day(point.snapshot_date, desk.writing.today.get()),
            name: format::full_day(point.snapshot_date),
            value: point.trs_score,
            note: format!("{} / {}", format::score(point.health), format::score(point.churn_risk)),
        };
        desk.read(|record| record.health.iter().map(mark).collect::<Vec<_>>()).unwrap_or_default()
    });
    let drawable = Signal::memo(move || {
        marks.with(|marks| marks.iter().filter(|mark| mark.value.is_some()).count() > 1)
    });
    let body = view! {
        {live(move || {
            if drawable.get() {
                view! {
                    <TrendLine
                        label="TRS of this client"
                        time_head="Day"
                        value_head="TRS"
                        note_head="Health / churn risk"
                        marks
                        summary=Signal::derive(move || words::trend("TRS", "on", &marks.get()))
                    />
                }
                .into_any()
            } else {
                view! { <p class="quiet">"The line begins with the second score."</p> }.into_any()
            }
        })}
        {desk.view(|record| {
            [since_qbr(record), last_said(record), Some(readiness(record))]
                .into_iter()
                .flatten()
                .map(|text| view! { <p class="quiet">{text}</p> }.into_any())
                .collect_view()
                .into_any()
        })}
        {writers(desk, move || open_button(desk, "Set health", "Set health and churn risk".to_owned(), Form::Health))}
    };
    part(desk, "record-health", "Health over time", None, body.into_any())
}

/// How much of the data that is needed is there, in a sentence.
fn readiness(record: &ClientRecord) -> String {
    match record.data_readiness() {
        (_, 0) => "No data is required yet.".to_owned(),
        (there, required) => {
            format!("Data readiness: {there} of {required} required sources are available or collected.")
        }
    }
}

/// What changed since the last review, in a sentence.
fn since_qbr(record: &ClientRecord) -> Option<String> {
    let day = format::full_day(record.client.last_qbr_date?);
    let Some(then) = record.at_last_qbr() else {
        return Some(format!("The last QBR was on {day}, before the first score."));
    };
    let client = &record.client;
    let moved = [
        ("health", client.health, then.health),
        ("churn risk", client.churn_risk, then.churn_risk),
        ("TRS", client.trs_score, then.trs_score),
    ]
    .into_iter()
    .filter_map(|(what, now, then)| {
        let change = format::change(i16::from(now?) - i16::from(then?));
        Some(format!("{what} {change}"))
    });
    let moved = moved.collect::<Vec<_>>().join(", ");
    Some(if moved.is_empty() {
        format!("The last QBR was on {day}; nothing was scored then and now.")
    } else {
        format!("Since the QBR on {day}: {moved}.")
    })
}

/// The newest snapshot in a sentence.
fn last_said(record: &ClientRecord) -> Option<String> {
    let point = record.health.last()?;
    let why = match point.source {
        HealthSource::Manual => "set by a person",
        HealthSource::Change => "after a change",
        HealthSource::Daily => "at the end of a day",
    };
    let note = point.notes.as_ref().map(|note| format!(": “{note}”")).unwrap_or_default();
    Some(format!("Last recorded on {}, {why}{note}", format::full_day(point.snapshot_date)))
}

fn opportunities(desk: Desk) -> AnyView {
    let listed = Listing {
        label: "Open opportunities",
        none: "No open opportunity.",
        heads: &[
            ("Name", false),
            ("Stage", false),
            ("Amount", true),
            ("Probability", true),
            ("Close", false),
            ("Owner", false),
            ("Next step", false),
        ],
        rows: |record| &record.opportunities,
    };
    listing(desk, listed, move |row| {
        let owner = row.owner_name.clone().unwrap_or_else(|| "Unassigned".to_owned());
        let next = text_or_none(row.next_step.clone());
        view! {
            <tr>
                <th scope="row"><a class="link" href=format!("/pipeline/{}", row.id)>{row.name.clone()}</a></th>
                <td>{row.stage.as_str()}</td>
                <td class="number">{desk.money(Some(row.amount))}</td>
                <td class="number">{format!("{} %", row.probability)}</td>
                <td>{desk.day(row.expected_close_date)}</td>
                <td>{owner}</td>
                <td>{next}</td>
            </tr>
        }
        .into_any()
    })
}

fn contacts(desk: Desk) -> AnyView {
    let listed = Listing {
        label: "Contacts",
        none: "Nobody is known yet.",
        heads: &[
            ("Name", false),
            ("Job title", false),
            ("E-mail", false),
            ("Phone", false),
            ("Say", false),
            ("", false),
        ],
        rows: |record| &record.contacts,
    };
    listing(desk, listed, move |row| {
        let actions = line_actions(
            desk,
            &row.name,
            Form::Contact(Some(row.id)),
            Form::Remove(Removal::Contact(row.id)),
        );
        let email = row.email.as_ref().map(|email| {
            view! { <a class="link" href=format!("mailto:{email}")>{email.clone()}</a> }.into_any()
        });
        view! {
            <tr>
                <th scope="row">{row.name.clone()}</th>
                <td>{row.role.clone()}</td>
                <td>{email}</td>
                <td>{row.phone.clone()}</td>
                <td>{row.power.map(words::power)}</td>
                {actions}
            </tr>
        }
        .into_any()
    })
}

fn commercials(desk: Desk) -> AnyView {
    view! {
        {desk.view(move |record| match &record.commercials {
            None => view! { <p class="quiet">"Nothing is agreed, or you may not see it."</p> }.into_any(),
            Some(agreed) => {
                let approvals = match agreed.approvals.len() {
                    0 => "Nobody".to_owned(),
                    _ => agreed.approvals.join(", "),
                };
                facts(
                    vec![
                        ("Plan", agreed.plan.clone()),
                        ("List price per month", desk.money(Some(agreed.price))),
                        ("Discount", format!("{} %", agreed.discount_pct)),
                        ("Net price per month", desk.money(Some(agreed.net_price()))),
                        ("Term", format::plural(u64::from(agreed.term_months), "month", "months")),
                        ("Renewal", desk.day(agreed.renewal_date)),
                        ("Payment", words::payment_term(agreed.payment_term).to_owned()),
                        ("Approvals", approvals),
                    ],
                )
            }
        })}
        {writers(desk, move || {
            open_button(desk, "Edit commercials", "Edit commercials".to_owned(), Form::Commercials)
        })}
    }
    .into_any()
}

pub(super) fn projects(desk: Desk) -> AnyView {
    let listed = Listing {
        label: "Projects",
        none: "No project.",
        heads: &[
            ("Name", false),
            ("Status", false),
            ("Health", false),
            ("Progress", true),
            ("Due", false),
            ("Lead", false),
        ],
        rows: |record| &record.projects,
    };
    listing(desk, listed, move |row| {
        view! {
            <tr>
                <th scope="row">{row.name.clone()}</th>
                <td>{words::project_status(row.status)}</td>
                <td>{mark(words::project_health(row.health))}</td>
                <td class="number">{format!("{} %", row.progress)}</td>
                <td>{desk.day(row.due_on)}</td>
                <td>{text_or_none(row.owner_name.clone())}</td>
            </tr>
        }
        .into_any()
    })
}

fn about(desk: Desk) -> AnyView {
    view! {
        {desk.view(move |record| {
            let client = &record.client;
            facts(
                vec![
                    ("Revenue model", text_or_none(client.revenue_model.clone())),
                    ("Primary goal", text_or_none(client.primary_goal.clone())),
                    ("Notes", text_or_none(client.notes.clone())),
                    ("Last change", desk.moment(client.updated_at)),
                ],
            )
        })}
        {live(move || {
            desk.rights
                .get()
                .delete
                .then(|| open_button(desk, "Remove client", "Remove client".to_owned(), Form::Remove(Removal::Client)))
        })}
    }
    .into_any()
}
