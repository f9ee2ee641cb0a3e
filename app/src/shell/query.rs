//! How does a page bind a live query to what it shows?

use super::format;
use super::session::Session;
use super::standing::{self, Shown};
use jiff::civil::Date;
use leptos::prelude::{Signal as LeptosSignal, *};
use live_query::browser::{use_age, use_countdown};
use live_query::{ServerTime, View};
use revos_ui::{DeniedState, FailedState, Freshness, Signal, live};
use std::time::Duration;

/// Everything a plain component needs to know about the query behind it.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    /// What its mark says.
    pub freshness: Signal<Freshness>,
    /// What it shows.
    pub shown: Signal<Shown>,
    /// Retry, or back to live, whichever the mark offers.
    pub on_action: Callback<()>,
    /// Asks again now.
    pub on_retry: Callback<()>,
    /// Shows sample rows; none where there are none to show.
    pub on_sample: Option<Callback<()>>,
}

impl Standing {
    /// The standing of a query with this view.
    pub(crate) fn of<T: Clone + Send + Sync + 'static>(
        view: Signal<View<T>>,
        on_retry: Callback<()>,
        sample: Option<(Callback<()>, Callback<()>)>,
    ) -> Self {
        let time_zone = time_zone();
        let age = use_age(LeptosSignal::derive(move || view.with(|view| view.as_of)));
        let wait = use_countdown(LeptosSignal::derive(move || view.with(|view| view.health.next_try())));
        let freshness = Signal::memo(move || {
            let written = |time: ServerTime| {
                let zone = time_zone.get();
                (format::clock(time.as_unix_millis(), &zone), format::moment(time.as_unix_millis(), &zone))
            };
            view.with(|view| {
                standing::freshness(view, age.get().unwrap_or(Duration::ZERO), wait.get(), &written)
            })
        });
        let shown = Signal::memo(move || view.with(standing::shown));
        let on_action = Callback::new(move |()| {
            let back = view.with_untracked(|view| matches!(view.source, live_query::Source::Sample(_)));
            match sample {
                Some((_, leave_sample)) if back => leave_sample.run(()),
                _ => on_retry.run(()),
            }
        });
        Self { freshness, shown, on_action, on_retry, on_sample: sample.map(|(view_sample, _)| view_sample) }
    }
}

impl Standing {
    /// This standing, or `other` while the condition holds.
    pub(crate) fn or_when(self, condition: Signal<bool>, other: Self) -> Self {
        let freshness =
            Signal::derive(
                move || {
                    if condition.get() { other.freshness.get() } else { self.freshness.get() }
                },
            );
        let shown =
            Signal::derive(move || if condition.get() { other.shown.get() } else { self.shown.get() });
        Self { freshness, shown, ..self }
    }
}

/// The organization's day by this browser's clock, until an answer says better.
pub(crate) fn day_now(time_zone: &str) -> Date {
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let now = js_sys::Date::now() as i64;
    format::calendar_day(now, time_zone).unwrap_or_default()
}

/// The time zone in which moments are written: the person's own, else the organization's.
pub(crate) fn time_zone() -> Signal<String> {
    let session = expect_context::<Session>();
    Signal::derive(move || {
        session.member().map_or_else(
            || "UTC".to_owned(),
            |member| member.person.time_zone.clone().unwrap_or_else(|| member.organization.time_zone.clone()),
        )
    })
}

/// Shows the rows, or what stands in their place.
#[component]
pub(crate) fn Standby(
    /// How the query stands.
    standing: Standing,
    /// What is denied, as `the clients of your organization`.
    what: &'static str,
    /// The skeleton of the rows' layout.
    #[prop(into)]
    skeleton: ViewFn,
    /// The rows.
    children: ChildrenFn,
) -> impl IntoView {
    let Standing { shown, on_retry, on_sample, .. } = standing;
    live(move || match shown.get() {
        Shown::Rows => children().into_any(),
        Shown::Loading => view! {
            <div aria-busy="true">
                <span class="hidden-visually">"Loading"</span>
                {skeleton.run()}
            </div>
        }
        .into_any(),
        Shown::Failed { title, text } => match on_sample {
            Some(on_sample) => view! { <FailedState title text on_retry on_sample /> }.into_any(),
            None => view! { <FailedState title text on_retry /> }.into_any(),
        },
        Shown::Denied => view! {
            <DeniedState
                title="No access"
                text=format!("You have no right to see {what}. An Admin of your organization can grant it.")
            />
        }
        .into_any(),
    })
}

/// The newest content of one row of a list, for the lifetime of its line on screen. It changes only when this row does;
/// a row that has just left the list keeps its last content until its line is gone. None when it is not in the list.
pub(crate) fn row_of<T>(rows: Signal<Vec<T>>, wanted: u128, key: fn(&T) -> u128) -> Option<Signal<T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let find = move |rows: &Vec<T>| rows.iter().find(|row| key(row) == wanted).cloned();
    let first = rows.with_untracked(find)?;
    Some(Signal::fold(move |before: Option<&T>| {
        rows.with(find).or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    }))
}
