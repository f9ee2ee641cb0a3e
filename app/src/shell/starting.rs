//! What is on screen while it is not known who is here?

use super::failure;
use super::session::{Session, SessionState};
use super::skeleton::PageSkeleton;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use revos_ui::FailedState;

/// The server has not answered yet.
#[component]
pub(crate) fn StartingPage() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    view! {
        <main aria-busy="true">
            <h1 class="hidden-visually">"Loading RevOS"</h1>
            <PageSkeleton path />
        </main>
    }
}

/// The server did not say who is here.
#[component]
pub(crate) fn UnreachablePage(session: Session) -> impl IntoView {
    let told = Memo::new(move |_| {
        session.state.with(|state| match state {
            SessionState::Unreachable(why) => (failure::sentence(why).to_owned(), failure::advice(why)),
            _ => Default::default(),
        })
    });
    view! {
        <main class="whole-page" role="alert">
            <h1 class="hidden-visually">"RevOS"</h1>
            <FailedState
                title=Signal::derive(move || told.get().0)
                text=Signal::derive(move || told.get().1)
                on_retry=move |()| session.ask()
            />
        </main>
    }
}
