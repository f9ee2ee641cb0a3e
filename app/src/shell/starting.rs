//! What is on screen while it is not known who is here?

use super::address::Address;
use super::failure;
use super::session::{Session, SessionState};
use super::skeleton::PageSkeleton;
use leptos::prelude::*;
use revos_ui::{FailedState, Signal};

/// The server has not answered yet.
#[component]
pub(crate) fn StartingPage(address: Address) -> impl IntoView {
    let path = address.path_now();
    view! {
        <main aria-busy="true">
            <h1 class="hidden-visually">"Loading RevOS"</h1>
            <PageSkeleton path />
        </main>
    }
    .into_any()
}

/// The server did not say who is here.
#[component]
pub(crate) fn UnreachablePage(session: Session) -> impl IntoView {
    let told = Signal::memo(move || {
        session.state.with(|state| match state {
            SessionState::Unreachable(_) if Session::has_left() => {
                let text = "The server hears of it as soon as it can be reached.";
                ("You are signed out on this device".to_owned(), text.to_owned())
            }
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
                page=true
            />
        </main>
    }
    .into_any()
}
