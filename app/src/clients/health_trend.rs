//! How did the portfolio's score move? The trend of the health panel, which travels after the figures.

use super::words;
use crate::shell::format;
use crate::shell::part::part;
use crate::shell::router::UrlValue;
use leptos::prelude::*;
use revos_shared::clients::TrendPoint;
use revos_ui::{Segment, Segments, Signal, TrendLine, TrendMark, live};

part!(
    trend,
    pub(super) fn health_trend(trend: Signal<Option<Vec<TrendPoint>>>) {
        shown(trend)
    }
);

/// Months of the trend, as the address says them.
const LENGTHS: &[&str] = &["6", "12"];

fn shown(trend: Signal<Option<Vec<TrendPoint>>>) -> AnyView {
    let length_value = UrlValue::new("trend", "12");
    let length = length_value.one_of(LENGTHS);
    let marks = Signal::memo(move || {
        let months = if length.get() == "6" { 6 } else { 12 };
        trend.with(|points| {
            let points = points.as_deref().unwrap_or_default();
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
    let denied = Signal::memo(move || trend.with(Option::is_none));
    live(move || match (denied.get(), drawable.get()) {
        (true, _) => view! { <p class="trend-note">"You have no right to see the trend."</p> }.into_any(),
        (false, false) => {
            view! { <p class="trend-note">"The trend begins with the first monthly score."</p> }.into_any()
        }
        (false, true) => view! {
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
        }
        .into_any(),
    })
    .into_any()
}
