//! What does a page say that has no rows for this session?

use super::frame::PageHead;
use leptos::prelude::*;
use revos_ui::{DeniedState, EmptyState};

/// The page of this title, whose rows the person may not read: for whom it is, and who could change that.
pub(crate) fn denied_page(title: &'static str, whose: &'static str, text: &'static str) -> AnyView {
    page(title, view! { <DeniedState title=whose text page=true /> }.into_any())
}

/// The page of this title, which the demo without a database has no rows for.
pub(crate) fn demo_page(title: &'static str, what: &'static str) -> AnyView {
    let text = "This server runs without a database; only the clients page has sample rows.";
    page(title, view! { <EmptyState title=what text page=true /> }.into_any())
}

fn page(title: &'static str, state: AnyView) -> AnyView {
    view! {
        <PageHead title />
        <div class="page">{state}</div>
    }
    .into_any()
}
