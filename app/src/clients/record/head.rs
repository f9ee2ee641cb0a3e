//! What is always to be seen of a client? How it stands, whose it is, and the figures.

use super::desk::Desk;
use super::table::mark;
use super::words;
use crate::shell::format;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::clients::{ClientFigures, ClientRecord};
use revos_shared::kernel::instants::days_between;
use revos_ui::{Figure, Signal, live};

pub(super) fn head(desk: Desk) -> AnyView {
    let status = desk.part(|record| Some(record.client.status));
    let line = desk.part(|record| {
        let client = &record.client;
        let phase = client.phase.map(|phase| phase.as_str().to_owned());
        let segment = client.segment.map(|segment| terms::segment(segment).to_owned());
        let owner = match (&record.owner_name, client.owner_id) {
            (Some(name), _) => Some(format!("Owner {name}")),
            (None, Some(_)) => None,
            (None, None) => Some("Unassigned".to_owned()),
        };
        let said = [phase, segment, client.industry.clone(), client.region.clone(), owner];
        said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let expansion = desk.part(|record| record.client.is_expansion);
    let figure = move |read: fn(&ClientRecord) -> Option<u8>| {
        let value = desk.part(read);
        Signal::derive(move || format::score(value.get()))
    };
    let change = move |read: fn(&ClientRecord) -> (Option<u8>, Option<u8>)| {
        let both = desk.part(read);
        Signal::derive(move || match both.get() {
            (Some(now), Some(before)) => format::change(i16::from(now) - i16::from(before)),
            (Some(_), None) => "change not known".to_owned(),
            (None, _) => "not scored".to_owned(),
        })
    };
    let health_note = {
        let change =
            change(|record| (record.client.health, record.previous.and_then(|before| before.health)));
        let band = desk.part(|record| record.client.health);
        Signal::derive(move || {
            let word = band.get().map(|health| words::health_band(HealthBand::of(health)).0);
            word.map_or_else(|| change.get(), |word| format!("{word} · {}", change.get()))
        })
    };
    let churn_note = {
        let change =
            change(|record| (record.client.churn_risk, record.previous.and_then(|before| before.churn_risk)));
        let band = desk.part(|record| record.client.churn_risk);
        Signal::derive(move || {
            let word = band.get().and_then(ChurnBand::of).map(|band| words::churn_band(band).0);
            word.map_or_else(|| change.get(), |word| format!("{word} · {}", change.get()))
        })
    };
    let money = move |read: fn(&ClientRecord) -> Option<revos_shared::Money>| {
        let amount = desk.part(read);
        Signal::derive(move || desk.money(amount.get()))
    };
    let review = desk.part(|record| record.client.qbr_date);
    let review_note = Signal::derive(move || {
        review.get().map_or_else(
            || "no review date".to_owned(),
            |day| {
                format::relative_day(
                    i32::try_from(days_between(desk.writing.today.get(), day)).unwrap_or_default(),
                )
            },
        )
    });
    let open_note = {
        let figures = desk.part(|record| record.figures);
        Signal::derive(move || {
            let ClientFigures { open_count, furthest_open_stage, .. } = figures.get();
            let count = open_count.map(|count| format!("{} open", format::count(u64::from(count))));
            let stage = furthest_open_stage.map(|stage| stage.as_str().to_owned());
            [count, stage].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    view! {
        <div class="record-head">
            <p class="record-line">
                {live(move || status.get().map(|status| mark(words::status(status))))}
                {live(move || expansion.get().then(|| mark(("Expansion", revos_ui::Tone::Neutral))))}
                <span>{live(move || line.get())}</span>
            </p>
            <dl class="record-figures">
                <Figure label="Health" value=figure(|record| record.client.health) note=health_note />
                <Figure label="Churn risk" value=figure(|record| record.client.churn_risk) note=churn_note />
                <Figure
                    label="TRS"
                    value=figure(|record| record.client.trs_score)
                    note=change(|record| (record.client.trs_score, record.previous.and_then(|before| before.trs_score)))
                />
                <Figure label="Contract ARR" value=money(|record| record.client.arr) />
                <Figure label="MRR" value=money(|record| record.figures.mrr) />
                <Figure label="Open value" value=money(|record| record.figures.open_value) note=open_note />
                <Figure
                    label="Next QBR"
                    value=Signal::derive(move || desk.day(review.get()))
                    note=review_note
                />
            </dl>
        </div>
    }
    .into_any()
}
