//! What is always to be seen of a client? How it stands, whose it is, and the figures.

use super::desk::Desk;
use super::table::mark;
use super::words;
use crate::shell::format;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::ClientRecord;
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::kernel::instants::days_between;
use revos_ui::{Figure, Tone, live};

pub(super) fn head(desk: Desk) -> AnyView {
    let marks = desk.view(|record| {
        let expansion = record.client.is_expansion.then(|| mark(("Expansion", Tone::Neutral)));
        [Some(mark(words::status(record.client.status))), expansion]
            .into_iter()
            .flatten()
            .collect_view()
            .into_any()
    });
    let line = desk.text(|record, _| line(record));
    view! {
        <div class="record-head">
            <p class="record-line">
                {marks}
                <span>{live(move || line.get())}</span>
            </p>
            <dl class="record-figures">
                <Figure
                    label="Health"
                    value=desk.text(|record, _| format::score(record.client.health))
                    note=desk.text(|record, _| health_note(record))
                />
                <Figure
                    label="Churn risk"
                    value=desk.text(|record, _| format::score(record.client.churn_risk))
                    note=desk.text(|record, _| churn_note(record))
                />
                <Figure
                    label="TRS"
                    value=desk.text(|record, _| format::score(record.client.trs_score))
                    note=desk.text(|record, _| {
                        change(record.client.trs_score, record.previous.and_then(|before| before.trs_score))
                    })
                />
                <Figure label="Contract ARR" value=desk.text(|record, desk| desk.money(record.client.arr)) />
                <Figure label="MRR" value=desk.text(|record, desk| desk.money(record.figures.mrr)) />
                <Figure
                    label="Open value"
                    value=desk.text(|record, desk| desk.money(record.figures.open_value))
                    note=desk.text(|record, _| open_note(record))
                />
                <Figure
                    label="Next QBR"
                    value=desk.text(|record, desk| desk.day(record.client.qbr_date))
                    note=desk.text(review_note)
                />
            </dl>
        </div>
    }
    .into_any()
}

fn line(record: &ClientRecord) -> String {
    let client = &record.client;
    let phase = client.phase.map(|phase| phase.as_str().to_owned());
    let segment = client.segment.map(|segment| terms::segment(segment).to_owned());
    let owner = match (&record.owner_name, client.owner_id) {
        (Some(name), _) => Some(format!("Owner {name}")),
        (None, Some(_)) => None,
        (None, None) => Some("Unassigned".to_owned()),
    };
    format::joined(&[phase, segment, client.industry.clone(), client.region.clone(), owner])
}

fn health_note(record: &ClientRecord) -> String {
    let now = record.client.health;
    let band = now.map(|health| words::health_band(HealthBand::of(health)).0);
    banded(band, change(now, record.previous.and_then(|before| before.health)))
}

fn churn_note(record: &ClientRecord) -> String {
    let now = record.client.churn_risk;
    let band = now.and_then(ChurnBand::of).map(|band| words::churn_band(band).0);
    banded(band, change(now, record.previous.and_then(|before| before.churn_risk)))
}

fn banded(band: Option<&'static str>, change: String) -> String {
    format::joined(&[band.map(str::to_owned), Some(change)])
}

fn change(now: Option<u8>, before: Option<u8>) -> String {
    match (now, before) {
        (Some(now), Some(before)) => format::change(i16::from(now) - i16::from(before)),
        (Some(_), None) => "change not known".to_owned(),
        (None, _) => "not scored".to_owned(),
    }
}

fn open_note(record: &ClientRecord) -> String {
    let count = record.figures.open_count.map(|count| format!("{} open", format::count(u64::from(count))));
    format::joined(&[count, record.figures.furthest_open_stage.map(|stage| stage.as_str().to_owned())])
}

fn review_note(record: &ClientRecord, desk: Desk) -> String {
    record.client.qbr_date.map_or_else(
        || "no review date".to_owned(),
        |day| {
            let days = days_between(desk.writing.today.get(), day);
            format::relative_day(i32::try_from(days).unwrap_or_default())
        },
    )
}
