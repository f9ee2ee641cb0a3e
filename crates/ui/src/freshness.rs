//! How does a panel say how fresh its rows are?

use crate::icon::{Icon, IconName};
use crate::signal::{Signal, live, on};
use leptos::prelude::*;

/// How what is shown stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FreshnessState {
    /// Nothing is shown yet.
    #[default]
    Loading,
    /// The newest answer is shown.
    Live,
    /// An earlier answer is shown, because a newer one could not be had.
    LastGood,
    /// Nothing can be shown.
    Failed,
    /// Invented rows are shown.
    Sample,
}

impl FreshnessState {
    const fn word(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Live => "live",
            Self::LastGood => "last-good",
            Self::Failed => "failed",
            Self::Sample => "sample",
        }
    }
}

/// Everything a mark says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// How what is shown stands.
    pub state: FreshnessState,
    /// A request is under way.
    pub refreshing: bool,
    /// The text; may tick.
    pub text: String,
    /// A shorter text for marks that only repeat the page's; empty when there is none.
    pub brief: String,
    /// The exact time behind a relative one; a tooltip, read aloud after the text.
    pub exact: String,
    /// What a screen reader is told when it changes; must not tick.
    pub announcement: String,
    /// The label of the one thing a person can do about it.
    pub action: Option<&'static str>,
}

/// The mark: quiet while live, a thin line while refreshing, amber for last good rows, red for none,
/// striped for sample rows.
#[component]
pub fn FreshnessMark(
    /// What to say.
    #[prop(into)]
    value: Signal<Freshness>,
    /// What the action does.
    #[prop(into)]
    on_action: Callback<()>,
    /// Tell screen readers about changes; one mark on a page does, the others only repeat it.
    #[prop(optional)]
    announce: bool,
) -> impl IntoView {
    let state = Signal::memo(move || value.with(|value| value.state));
    let refreshing =
        Signal::memo(move || value.with(|value| value.refreshing && value.state != FreshnessState::Loading));
    let action = Signal::memo(move || value.with(|value| value.action));
    let announcement = Signal::memo(move || value.with(|value| value.announcement.clone()));
    let picture = live(move || match state.get() {
        FreshnessState::Live => Some(view! { <span class="freshness-dot"></span> }.into_any()),
        FreshnessState::LastGood => Some(view! { <Icon name=IconName::Warning size=14 /> }.into_any()),
        FreshnessState::Failed => Some(view! { <Icon name=IconName::Problem size=14 /> }.into_any()),
        FreshnessState::Loading | FreshnessState::Sample => None,
    });
    view! {
        <div class="freshness" data-state=live(move || state.get().word()) title=live(move || value.with(|v| v.exact.clone()))>
            {picture}
            <span class="freshness-text">
                {live(move || {
                    value.with(|value| if announce || value.brief.is_empty() { &value.text } else { &value.brief }.clone())
                })}
            </span>
            {live(move || {
                action
                    .get()
                    .filter(|_| announce || state.get() != FreshnessState::Sample)
                    .map(|label| {
                        view! {
                            <button class="freshness-retry" type="button" on:click=on(move |_| on_action.run(()))>
                                {label}
                            </button>
                        }.into_any()
                    })
            })}
        </div>
        {live(move || refreshing.get().then(|| view! { <div class="refresh-line" aria-hidden="true"></div> }.into_any()))}
        {announce
            .then(|| {
                view! {
                    <div class="hidden-visually" role="status">
                        {live(move || announcement.get())}
                    </div>
                }.into_any()
            })}
    }
    .into_any()
}
