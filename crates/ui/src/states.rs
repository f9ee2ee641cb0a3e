//! What stands where rows would be? Loading, empty, failed and denied are four different things.

use crate::button::{Button, ButtonKind};
use crate::icon::{Icon, IconName};
use crate::signal::{Signal, live};
use leptos::prelude::*;

/// A grey block in the place of a text or a figure.
#[component]
pub fn Skeleton(
    /// `short`, `long`, `figure` or `block`.
    #[prop(default = "long")]
    size: &'static str,
) -> impl IntoView {
    view! { <span class="skeleton" data-size=size></span> }.into_any()
}

/// Lines of grey blocks, for lists.
#[component]
pub fn SkeletonLines(
    /// How many.
    count: usize,
    /// The class of the list.
    class: &'static str,
) -> impl IntoView {
    view! {
        <div class=class aria-hidden="true">
            {(0..count)
                .map(|at| {
                    view! {
                        <div>
                            <Skeleton size=if at % 2 == 0 { "long" } else { "short" } />
                        </div>
                    }.into_any()
                })
                .collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn State(
    kind: &'static str,
    page: bool,
    icon: IconName,
    title: Signal<String>,
    text: Signal<String>,
    actions: AnyView,
) -> impl IntoView {
    view! {
        <div class="state" data-kind=kind data-size=page.then_some("page")>
            <div class="state-icon">
                <Icon name=icon />
            </div>
            {if page {
                view! { <h2 class="state-title">{live(move || title.get())}</h2> }.into_any()
            } else {
                view! { <h3 class="state-title">{live(move || title.get())}</h3> }.into_any()
            }}
            <p>{live(move || text.get())}</p>
            <div class="state-actions">{actions}</div>
        </div>
    }
    .into_any()
}

/// Nothing is there, and why.
#[component]
pub fn EmptyState(
    /// What is not there.
    #[prop(into)]
    title: Signal<String>,
    /// Why, and what helps.
    #[prop(into)]
    text: Signal<String>,
    /// Fills the page and not only a panel.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    view! { <State kind="empty" page icon=IconName::Empty title text actions=().into_any() /> }.into_any()
}

/// Nothing could be had, and what still works.
#[component]
pub fn FailedState(
    /// What happened.
    #[prop(into)]
    title: Signal<String>,
    /// What still works and what to do.
    #[prop(into)]
    text: Signal<String>,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
    /// Shows sample rows instead.
    #[prop(optional, into)]
    on_sample: Option<Callback<()>>,
    /// Fills the page and not only a panel.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    let actions = view! {
        <Button label="Retry now" on_press=on_retry />
        {on_sample
            .map(|on_sample| {
                view! { <Button label="View sample data" kind=ButtonKind::Quiet on_press=on_sample /> }.into_any()
            })}
    }
    .into_any();
    view! { <State kind="failed" page icon=IconName::Problem title text actions /> }.into_any()
}

/// The person has no right to this, and who can give it.
#[component]
pub fn DeniedState(
    /// What is missing.
    #[prop(into)]
    title: Signal<String>,
    /// Who can grant it.
    #[prop(into)]
    text: Signal<String>,
    /// Fills the page and not only a panel.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    view! { <State kind="denied" page icon=IconName::Lock title text actions=().into_any() /> }.into_any()
}

/// Read aloud, not shown.
#[component]
pub fn VisuallyHidden(
    /// The content.
    children: Children,
) -> impl IntoView {
    view! { <span class="hidden-visually">{children()}</span> }.into_any()
}

/// The first link of a page: past the navigation to the content.
#[component]
pub fn SkipLink(
    /// The id of the content.
    to: &'static str,
) -> impl IntoView {
    let skip = move |event: leptos::ev::MouseEvent| {
        use wasm_bindgen::JsCast as _;
        event.prevent_default();
        event.stop_propagation();
        let content =
            document().get_element_by_id(to).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(content) = content {
            let _ = content.focus();
        }
    };
    view! {
        <a class="skip-link" href=format!("#{to}") rel="external" on:click=skip>
            "Skip to content"
        </a>
    }
    .into_any()
}
