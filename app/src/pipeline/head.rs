//! What is always to be seen of an opportunity? How it stands, whose it is, what it is worth, and its score.

use super::desk::{Desk, Form};
use super::words;
use crate::shell::format;
use crate::shell::lists::{facts, text_or_none};
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::pipeline::{OpportunityRecord, Score, Stage, row_alerts, weighted};
use revos_ui::{Button, Icon, IconName, Menu, MenuItem, Tone, badge};

/// The head of the panel.
pub(super) fn head(desk: Desk, record: &OpportunityRecord) -> AnyView {
    let row = &record.row;
    let (id, open) = (row.id, row.stage.is_open());
    let tone = match row.stage {
        Stage::ClosedWon => Tone::Good,
        Stage::ClosedLost => Tone::Bad,
        _ => Tone::Accent,
    };
    let owner = words::owner(row.owner_name.as_deref(), row.owner_id);
    let probability = match row.probability_override {
        Some(percent) => format!("{percent} %, set by a person"),
        None => format!("{} %, by its stage", row.probability),
    };
    let mut known = vec![
        ("Amount", desk.money(row.amount)),
        ("Probability", probability),
        ("Weighted", desk.money(weighted([(row.amount, row.probability)]))),
        ("Owner", owner),
    ];
    if open {
        known.push(("Expected close", desk.day(row.expected_close_date)));
        known.push(("In its stage", format::plural(row.days_in_stage.into(), "day", "days")));
        known.push(("Next step", text_or_none(row.next_step.clone())));
        known.push(("Next step until", desk.day(row.next_step_date)));
    } else {
        known.push(("Closed", desk.day(row.closed_on)));
        if let Some(reason) = row.lost_reason {
            known.push(("Lost because of", terms::lost_reason(reason).to_owned()));
            known.push(("Note", text_or_none(record.lost_note.clone())));
        }
    }
    known.push(("Came in", record.source.to_string()));
    let alerts = row_alerts(row, desk.today.get());
    let score = open.then(|| Score::of(row, &record.rates));
    let write = record.rights.write;
    let moves = write && (row.stage != Stage::ClosedWon || record.rights.reopen_won);
    let row = StoredValue::new(row.clone());
    let client = record.row.client_name.clone();
    let stages = Stage::ALL
        .iter()
        .filter(|stage| **stage != record.row.stage)
        .map(|stage| {
            let stage = *stage;
            (stage, format!("Move to {}", words::stage(stage)))
        })
        .collect::<Vec<_>>();
    view! {
        <p class="record-line">
            {badge(words::stage(record.row.stage), tone)}
            <a href=format!("/clients/{}", record.row.client_id)>{client}</a>
            {alerts
                .iter()
                .map(|alert| {
                    let tone = words::severity(alert.severity);
                    view! {
                        {badge(words::alert_word(alert.kind), tone)}
                        <span>{words::alert(alert)}</span>
                    }
                    .into_any()
                })
                .collect_view()}
        </p>
        <div class="record-line">
            {moves.then(|| {
                let stages = stages.clone();
                view! {
                    <Menu
                        label="Move to another stage"
                        face=move || view! { <span>"Move"</span> <Icon name=IconName::Down size=14 /> }.into_any()
                    >
                        {stages
                            .iter()
                            .map(|(stage, label)| {
                                let stage = *stage;
                                view! {
                                    <MenuItem
                                        label=label.clone()
                                        on_press=move |()| row.with_value(|row| desk.move_to(row, stage))
                                    />
                                }
                                .into_any()
                            })
                            .collect_view()}
                    </Menu>
                }
                .into_any()
            })}
            {(desk.rights.run && record.row.stage == Stage::ClosedWon).then(|| {
                view! { <Button label="Run playbook" on_press=move |()| desk.open(Form::Run(id)) /> }.into_any()
            })}
            {(write && record.row.stage != Stage::ClosedWon).then(|| {
                view! {
                    <Button label="Remove" on_press=move |()| desk.open(Form::RemoveOpportunity(id)) />
                }
                .into_any()
            })}
        </div>
        {facts(known)}
        {score.map(|score| score_part(&score))}
    }
    .into_any()
}

/// The score and each of its components.
fn score_part(score: &Score) -> AnyView {
    let part = |value: Option<u8>| {
        value.map_or_else(|| "not enough history".to_owned(), |value| format!("{value} %"))
    };
    let (word, tone) = words::risk(score.risk);
    view! {
        <section class="record-part" aria-labelledby="score-title">
            <div class="record-part-head">
                <h3 id="score-title">{format!("Score {}", score.score)}</h3>
                {badge(word, tone)}
            </div>
            {facts(vec![
                ("Probability, weighs 35", part(Some(score.probability))),
                ("Win rate of the stage, 25", part(score.stage)),
                ("Win rate of the owner, 20", part(score.owner)),
                ("Touches in 30 days, 10", part(Some(score.engagement))),
                ("Days since the last, 10", part(Some(score.freshness))),
            ])}
        </section>
    }
    .into_any()
}
