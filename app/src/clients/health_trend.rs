//! How did the portfolio's score move? The trend of the health panel, which travels after the figures.

use super::words;
use crate::shell::format;
use crate::shell::part::part;
use crate::shell::query::Standing;
use crate::shell::router::UrlValue;
use crate::shell::standing::Shown;
use leptos::prelude::*;
use revos_shared::clients::TrendPoint;
use revos_ui::{
    Button, Freshness, FreshnessState, Segment, Segments, Signal, Skeleton, TrendLine, TrendMark, live,
};

part!(
    trend,
    pub(super) fn health_trend(
        standing: Standing,
        beside: Signal<Freshness>,
        trend: Signal<Vec<TrendPoint>>,
    ) {
        shown(standing, beside, trend)
    }
);

/// Months of the trend, as the address says them.
const LENGTHS: &[&str] = &["6", "12"];

fn shown(standing: Standing, beside: Signal<Freshness>, trend: Signal<Vec<TrendPoint>>) -> AnyView {
    let length_value = UrlValue::new("trend", "12");
    let length = length_value.one_of(LENGTHS);
    let marks = Signal::memo(move || {
        let months = if length.get() == "6" { 6 } else { 12 };
        trend.with(|points| {
            points
                .iter()
                .skip(points.len().saturating_sub(months))
                .map(|point| TrendMark {
                    tick: format::month_tick(point.month),
                    name: format::month(point.month),
                    value: point.trs_mean,
                    note: format::count(u64::from(point.clients)),
                })
                .collect::<Vec<_>>()
        })
    });
    let drawable = Signal::memo(move || marks.with(|marks| marks.iter().any(|mark| mark.value.is_some())));
    // Said here only when the panel's own mark does not say it already.
    let is_old = |mark: &Freshness| mark.state == FreshnessState::LastGood;
    let old = Signal::memo(move || standing.freshness.with(is_old) && !beside.with(is_old));
    live(move || {
        match standing.shown.get() {
        Shown::Loading => view! { <Skeleton size="block" /> }.into_any(),
        Shown::Rows if drawable.get() => view! {
            <TrendLine
                label="Portfolio TRS by month"
                time_head="Month"
                value_head="TRS"
                note_head="Clients"
                marks
                summary=Signal::derive(move || marks.with(|marks| words::trend("Portfolio TRS", "in", marks)))
            />
            <Segments
                label="Months of the trend"
                segments=vec![
                    Segment { value: "6", label: "6 mo", name: "6 months" },
                    Segment { value: "12", label: "12 mo", name: "12 months" },
                ]
                chosen=length
                on_choose=move |value| length_value.set(value)
            />
            {live(move || {
                old.get()
                    .then(|| {
                        view! {
                            <p class="trend-note">{live(move || standing.freshness.with(|mark| mark.text.clone()))}</p>
                        }.into_any()
                    })
            })}
        }
        .into_any(),
        Shown::Rows => view! { <p class="trend-note">"The trend begins with the first monthly score."</p> }.into_any(),
        Shown::Failed { title, .. } => view! {
            <div class="trend-failed">
                <p>{format!("{title}, so the trend is missing.")}</p>
                <Button label="Retry trend" on_press=standing.on_retry />
            </div>
        }
        .into_any(),
        Shown::Denied => view! { <p class="trend-note">"You have no right to see the trend."</p> }.into_any(),
    }
    })
    .into_any()
}
