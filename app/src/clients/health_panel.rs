//! How healthy is the portfolio, and how did that move? The health panel.

use super::panel_parts::{Enlarge, EnlargeButton};
use super::words;
use crate::shell::format;
use crate::shell::query::{Standby, Standing};
use crate::shell::router::UrlValue;
use crate::shell::standing::Shown;
use leptos::prelude::*;
use revos_shared::clients::thresholds::{CHURN_AT_RISK, CHURN_CRITICAL};
use revos_shared::clients::{ClientsSummary, TrendPoint};
use revos_ui::{
    Band, BandBar, Button, EmptyState, Figure, Fill, Freshness, FreshnessState, Panel, Segment, Segments,
    Signal, Skeleton, TrendLine, TrendMark, live,
};

/// Means, bands and the trend of the portfolio.
#[component]
pub(super) fn HealthPanel(
    /// How the figures stand.
    standing: Standing,
    /// The figures.
    figures: Signal<Option<ClientsSummary>>,
    /// How the trend stands.
    trend_standing: Standing,
    /// The trend, oldest month first.
    trend: Signal<Vec<TrendPoint>>,
    /// Is the panel enlarged?
    enlarge: Enlarge,
) -> impl IntoView {
    let known = Signal::memo(move || figures.with(Option::is_some));
    let unscored = Signal::memo(move || {
        figures.with(|figures| {
            figures.as_ref().is_some_and(|s| s.average_health.is_none() && s.portfolio_trs.is_none())
        })
    });
    let body = move || match (known.get(), unscored.get()) {
        (false, _) => outline().into_any(),
        (true, true) => view! {
            <EmptyState
                title="No client scored yet"
                text="Health and churn risk appear here as soon as an active client has them."
            />
        }
        .into_any(),
        (true, false) => view! {
            <div class="health">
                <Means figures />
                <Bands figures />
                <Trend standing=trend_standing beside=standing.freshness trend />
                <Counts figures />
            </div>
        }
        .into_any(),
    };
    view! {
        <Panel
            id="health"
            title="Health"
            freshness=standing.freshness
            on_action=standing.on_action
            expanded=enlarge.on
            tools=move || view! { <EnlargeButton title="health" enlarge /> }.into_any()
        >
            <Standby standing what="the clients of your organization" skeleton=outline>
                {body}
            </Standby>
        </Panel>
    }
    .into_any()
}

fn outline() -> impl IntoView {
    view! {
        <div class="health" aria-hidden="true">
            <Skeleton size="figure" />
            <Skeleton />
            <Skeleton size="block" />
            <Skeleton />
        </div>
    }
    .into_any()
}

/// One text made of the figures; it repaints only when it changes.
fn figure(figures: Signal<Option<ClientsSummary>>, read: fn(&ClientsSummary) -> String) -> Signal<String> {
    Signal::memo(move || figures.with(|figures| figures.as_ref().map(read).unwrap_or_default()))
}

/// Months of the trend, as the address says them.
const LENGTHS: &[&str] = &["6", "12"];

#[component]
fn Means(figures: Signal<Option<ClientsSummary>>) -> impl IntoView {
    view! {
        <dl class="health-means">
            <Figure
                label="Average health"
                value=figure(figures, |s| format::score(s.average_health))
                note=figure(figures, |_| "of 100".to_owned())
            />
            <Figure
                label="Portfolio TRS"
                value=figure(figures, |s| format::score(s.portfolio_trs))
                note=figure(figures, |_| "health and churn risk".to_owned())
            />
        </dl>
    }
    .into_any()
}

#[component]
fn Bands(figures: Signal<Option<ClientsSummary>>) -> impl IntoView {
    let bands = Signal::memo(move || {
        let Some(s) = figures.get() else { return Vec::new() };
        let [healthy, watch, critical] = words::health_ranges();
        let scored = s.health_healthy + s.health_watch + s.health_critical;
        let band = |label, count, fill| Band { label, count, fill };
        vec![
            band(healthy, s.health_healthy, Fill::Good),
            band(watch, s.health_watch, Fill::Warn),
            band(critical, s.health_critical, Fill::Bad),
            band("No health score".to_owned(), s.active.saturating_sub(scored), Fill::None),
        ]
    });
    view! { <BandBar label="Active clients by health" bands /> }.into_any()
}

/// A count's name, what it counts, and where it stands.
type Count = (&'static str, String, fn(&ClientsSummary) -> u32);

#[component]
fn Counts(figures: Signal<Option<ClientsSummary>>) -> impl IntoView {
    let counts: [Count; 5] = [
        ("At risk", format!("Churn risk {CHURN_AT_RISK} and above"), |s| s.churn_at_risk),
        ("Critical", format!("Churn risk {CHURN_CRITICAL} and above"), |s| s.churn_critical),
        ("Expansion", "Accounts marked for expansion".to_owned(), |s| s.expansion),
        ("Churned this quarter", "Lost since the fiscal quarter began".to_owned(), |s| {
            s.churned_this_quarter
        }),
        ("Unscored", "Without health or without churn risk".to_owned(), |s| s.unscored),
    ];
    view! {
        <dl class="health-counts">
            {counts
                .into_iter()
                .map(|(label, note, read)| {
                    let count = Signal::memo(move || figures.with(|s| s.as_ref().map(read).unwrap_or_default()));
                    view! {
                        <div>
                            <dt title=note>{label}</dt>
                            <dd>{live(move || format::count(u64::from(count.get())))}</dd>
                        </div>
                    }.into_any()
                })
                .collect_view()}
        </dl>
    }
    .into_any()
}

#[component]
fn Trend(standing: Standing, beside: Signal<Freshness>, trend: Signal<Vec<TrendPoint>>) -> impl IntoView {
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
}
