//! What opens on top of every page? The palette, the list of shortcuts and the inside of the account menu: code that
//! travels in one part, after the page, and with it what reports troubles to the server.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

mod listing;
mod matching;

#[cfg(feature = "csr")]
mod account;
#[cfg(feature = "csr")]
mod choices;
#[cfg(feature = "csr")]
mod palette;
#[cfg(feature = "csr")]
mod recent;
#[cfg(feature = "csr")]
mod search;
#[cfg(feature = "csr")]
mod shortcuts;

#[cfg(feature = "csr")]
pub(super) use inside::{Inside, fetch_ahead, show};

#[cfg(feature = "csr")]
mod inside {
    use super::super::keyboard::{Keyboard, Overlay};
    use super::super::part::part;
    use super::super::session::Session;
    use super::super::style::adopt;
    use super::super::telemetry;
    use super::{account, palette, shortcuts};
    use leptos::prelude::IntoAny as _;

    /// What is shown of it.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) enum Inside {
        /// The inside of the account menu.
        AccountMenu,
        /// What stands on top of the page, as the keyboard says.
        Overlay,
        /// Nothing: the part is only to be here.
        Nothing,
    }

    part!(
        overlays,
        pub(in super::super) fn show(inside: Inside, session: Session, keyboard: Keyboard) {
            adopt(include_str!("palette.css"));
            telemetry::begin();
            wasm_bindgen_futures::spawn_local(async move {
                // Without it each tab asks for itself.
                let _ = poll_together(session).await;
            });
            match (inside, keyboard.overlay.get_untracked()) {
                (Inside::Nothing, _) => ().into_any(),
                (Inside::AccountMenu, _) => account::account_menu(session, keyboard),
                (_, Overlay::Palette) => palette::palette(session, keyboard),
                (_, Overlay::Shortcuts) => shortcuts::shortcut_list(),
            }
        }
    );

    part!(
        tabs,
        fn poll_together(session: Session) {
            if let Some(member) = session.member() {
                live_query::browser::share(&session.queries(&member));
            }
            ().into_any()
        }
    );

    /// Brings the part here before it is needed: it shall be there at once, and also when the connection is not.
    pub(in super::super) fn fetch_ahead(session: Session, keyboard: Keyboard) {
        wasm_bindgen_futures::spawn_local(async move {
            // One that did not arrive is asked for again when it is opened.
            let _ = show(Inside::Nothing, session, keyboard).await;
        });
    }
}
