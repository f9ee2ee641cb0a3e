//! What is on screen before anything is known? The frame and the outline of the requested page.

use leptos::prelude::*;
use revos_ui::{Skeleton, SkeletonLines};

/// The outline of the page at this path, drawn by the server's shell and by the page's first moment alike.
#[component]
pub(crate) fn PageSkeleton(
    /// The path asked for.
    path: String,
) -> impl IntoView {
    if path.starts_with("/sign-in") {
        return view! {
            <div class="sign-in" aria-hidden="true">
                <div class="sign-in-card">
                    <Skeleton size="short" />
                    <Skeleton size="block" />
                </div>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="frame" aria-hidden="true">
            <div class="frame-nav">
                <div class="nav-brand">
                    <span class="nav-mark"></span>
                    <span class="nav-word">"RevOS"</span>
                </div>
            </div>
            <div class="frame-main">
                <div class="page-head">
                    <Skeleton size="figure" />
                </div>
                <div class="page">
                    <ClientsOutline />
                </div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn ClientsOutline() -> impl IntoView {
    view! {
        <div class="tiles">
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
        <div class="panels">
            {(0..3)
                .map(|_| {
                    view! {
                        <div class="panel">
                            <div class="panel-head">
                                <Skeleton size="short" />
                            </div>
                            <SkeletonLines count=6 class="skeleton-rows" />
                        </div>
                    }.into_any()
                })
                .collect_view()}
        </div>
    }
    .into_any()
}
