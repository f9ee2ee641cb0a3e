//! How healthy is the portfolio, and how did that move? The health panel.

use super::health_trend::health_trend;
use super::panel_parts::{Enlarge, EnlargeButton};
use super::words;
use crate::shell::format;
use crate::shell::part::{Arrival, show_part_over};
use crate::shell::query::{Standby, Standing};
use leptos::prelude::*;
use revos_shared::clients::thresholds::{CHURN_AT_RISK, CHURN_CRITICAL};
use revos_shared::clients::{ClientsSummary, TrendPoint};
use revos_ui::{Band, BandBar, EmptyState, Figure, Fill, Panel, Signal, Skeleton, live};

/// Means, bands and the trend of the portfolio.
#[component]
pub(super) fn HealthPanel(
    /// How the figures stand.
    standing: Standing,
    /// The figures.
    figures: Signal<Option<ClientsSummary>>,
    /// The trend, oldest month first; none for those who may not see it.
    trend: Signal<Option<Vec<TrendPoint>>>,
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
                {show_part_over("The trend", block, move || -> Arrival {
                    Box::pin(health_trend(trend))
                })}
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

fn block() -> AnyView {
    view! { <Skeleton size="block" /> }.into_any()
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
