//! How is the portfolio doing, in six figures?

use crate::shell::format;
use crate::shell::standing::Shown;
use leptos::prelude::*;
use revos_shared::clients::ClientsSummary;
use revos_shared::clients::thresholds::CHURN_AT_RISK;
use revos_ui::{Figure, Signal, Skeleton, live};

/// The figures above the panels.
#[component]
pub(super) fn SummaryRow(
    /// The figures.
    figures: Signal<Option<ClientsSummary>>,
    /// How they stand: while they are on their way an outline is drawn, when there are none a dash.
    shown: Signal<Shown>,
    /// The currency of the amounts.
    #[prop(into)]
    currency: Signal<String>,
) -> impl IntoView {
    let waiting = Signal::memo(move || figures.with(Option::is_none) && shown.get() == Shown::Loading);
    live(move || {
        if waiting.get() {
            return view! {
                <div class="tiles" aria-hidden="true">
                    {(0..6)
                        .map(|_| {
                            view! {
                                <div class="figure">
                                    <Skeleton size="short" />
                                    <Skeleton size="figure" />
                                </div>
                            }.into_any()
                        })
                        .collect_view()}
                </div>
            }
            .into_any();
        }
        // One text made of the figures, or what stands there without them; it repaints only when it changes.
        let text = move |none: &'static str, read: fn(&ClientsSummary, &str) -> String| {
            Signal::memo(move || {
                figures.with(|figures| match figures {
                    Some(figures) => currency.with(|currency| read(figures, currency)),
                    None => none.to_owned(),
                })
            })
        };
        view! {
            <dl class="tiles" aria-label="Portfolio">
                <Figure
                    label="Active clients"
                    value=text(format::NONE, |s, _| format::count(u64::from(s.active)))
                    note=text("", |s, _| format!("of {} in all", format::count(u64::from(s.total))))
                />
                <Figure
                    label="Contract ARR"
                    value=text(format::NONE, |s, currency| format::money(s.arr, currency))
                    note=text("", |_, _| "active clients".to_owned())
                />
                <Figure
                    label="ARR at risk"
                    value=text(format::NONE, |s, currency| format::money(s.arr_at_risk, currency))
                    note=text("", |_, _| format!("churn risk {CHURN_AT_RISK} and above"))
                />
                <Figure
                    label="Average health"
                    value=text(format::NONE, |s, _| format::score(s.average_health))
                    note=text("", |s, _| format!("{} unscored", format::count(u64::from(s.unscored))))
                />
                <Figure
                    label="At risk"
                    value=text(format::NONE, |s, _| format::count(u64::from(s.churn_at_risk)))
                    note=text("", |s, _| format!("{} critical", format::count(u64::from(s.churn_critical))))
                />
                <Figure
                    label="Onboarding"
                    value=text(format::NONE, |s, _| format::count(u64::from(s.onboarding)))
                    note=text("", |_, _| "active, in that phase".to_owned())
                />
            </dl>
        }
        .into_any()
    })
}
