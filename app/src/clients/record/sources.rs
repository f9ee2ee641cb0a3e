//! Which data does the work with a client need, and what was handed over?

use super::desk::{Desk, Form, Removal};
use super::table::{Listing, line_actions, listing, mark, part, table, text_or_none};
use super::words;
use crate::shell::format;
use leptos::prelude::*;
use revos_shared::clients::{DataSource, DataSourceStatus, Deliverable};
use revos_shared::kernel::check::is_web_link;
use revos_ui::Tone;

pub(super) fn sources(desk: Desk) -> AnyView {
    let groups = desk.view(move |record| {
        if record.sources.is_empty() {
            let none = "No data source is listed. Add what the engagement needs to know.";
            return view! { <p class="quiet">{none}</p> }.into_any();
        }
        DataSourceStatus::ALL
            .iter()
            .filter_map(|status| {
                let group: Vec<_> = record.sources.iter().filter(|row| row.status == *status).collect();
                (!group.is_empty()).then(|| source_group(desk, *status, group))
            })
            .collect_view()
            .into_any()
    });
    part(desk, "record-sources", "Data sources", Some(("Add data source", Form::Source(None))), groups)
}

fn source_group(desk: Desk, status: DataSourceStatus, rows: Vec<&DataSource>) -> AnyView {
    let count = rows.len();
    let (word, _) = words::source_status(status);
    let heads = [("Name", false), ("Category", false), ("Needed", false), ("Notes", false), ("", false)];
    let shown = table(word, &heads, rows, |row| {
        let (edit, remove) = (Form::Source(Some(row.id)), Form::Remove(Removal::Source(row.id)));
        let actions = line_actions(desk, &row.name, edit, remove);
        view! {
            <tr>
                <th scope="row">{row.name.clone()}</th>
                <td>{row.category.clone()}</td>
                <td>{if row.required { "Required" } else { "Optional" }}</td>
                <td>{text_or_none(row.notes.clone())}</td>
                {actions}
            </tr>
        }
        .into_any()
    });
    view! {
        <h4 class="record-group">
            {mark(words::source_status(status))}
            <span class="quiet">{format::plural(count as u64, "source", "sources")}</span>
        </h4>
        {shown}
    }
    .into_any()
}

pub(super) fn deliverables(desk: Desk) -> AnyView {
    let add = Some(("Add deliverable", Form::Deliverable(None)));
    part(desk, "record-deliverables", "Deliverables", add, delivered(desk))
}

/// The deliverables, with what may be done with them.
pub(super) fn delivered(desk: Desk) -> AnyView {
    let listed = Listing {
        label: "Deliverables",
        none: "Nothing is to be delivered yet.",
        heads: &[
            ("Title", false),
            ("Type", false),
            ("Status", false),
            ("Link", false),
            ("Shared until", false),
            ("", false),
        ],
        rows: |record| &record.deliverables,
    };
    listing(desk, listed, move |row| {
        let actions = line_actions(
            desk,
            &row.title,
            Form::Deliverable(Some(row.id)),
            Form::Remove(Removal::Deliverable(row.id)),
        );
        let shared = shared_until(desk, row);
        view! {
            <tr>
                <th scope="row">{row.title.clone()}</th>
                <td>{words::deliverable_type(row.kind)}</td>
                <td>{mark(words::deliverable_status(row.status))}</td>
                <td>{link(row.url.clone(), &row.title)}</td>
                <td>{shared}</td>
                {actions}
            </tr>
        }
        .into_any()
    })
}

/// A link out of RevOS: in a new tab, and nobody there learns from where. Anything but http(s) is only shown.
pub(super) fn link(url: Option<String>, title: &str) -> AnyView {
    match url {
        None => format::NONE.into_any(),
        Some(url) if is_web_link(&url) => {
            let name = format!("Open {title} in a new tab");
            view! {
                <a class="link" href=url target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer" aria-label=name>
                    "Open"
                </a>
            }
            .into_any()
        }
        Some(other) => view! { <span class="cut">{other}</span> }.into_any(),
    }
}

fn shared_until(desk: Desk, row: &Deliverable) -> AnyView {
    let Some(until) = row.share_expires_at else { return "Always".into_any() };
    let zone = desk.writing.time_zone.get();
    // The last moment of the day before the one in which sharing has ended.
    let day = format::calendar_day(until.as_millisecond() - 1, &zone);
    let over = day.is_some_and(|day| day < desk.writing.today.get());
    let text = desk.day(day);
    if over { view! { {mark(("Ended", Tone::Warn))} " " {text} }.into_any() } else { text.into_any() }
}
