//! Which client is open, and where? Beside the list, or on its own; the address says both.

use super::record::{Around, client_record};
use crate::shell::address::Address;
use crate::shell::part::{Arrival, show_part};
use crate::shell::router::UrlValue;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use revos_shared::ClientId;
use revos_ui::{EmptyState, Signal, focus_by_id, live, on};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

const LIST: &str = "/clients";
const VIEWS: &[&str] = &["panel", "page"];
/// Parameters that belong to the record and go with it.
const OWN: [&str; 3] = ["tab", "view", "kind"];

/// Links to clients open them beside the list, which keeps its filters.
pub(super) fn opens_records(address: Address) -> impl FnMut(MouseEvent) {
    move |event| {
        let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = pressed.and_then(|pressed| pressed.closest("a[href^='/clients/']").ok().flatten());
        if let (false, 0, Some(path)) =
            (elsewhere, event.button(), link.and_then(|link| link.get_attribute("href")))
        {
            event.prevent_default();
            address.go_beside(&path, &[]);
        }
    }
}

/// The record of the client in the address, if there is one.
#[component]
pub(super) fn RecordPanel() -> impl IntoView {
    let address: Address = expect_context();
    let opened = Signal::memo(move || {
        let path = address.path();
        let id = path.strip_prefix("/clients/")?;
        Some(id.parse::<ClientId>().ok())
    });
    let view_value = UrlValue::new("view", "panel");
    let view_word = view_value.one_of(VIEWS);
    let alone = Signal::memo(move || view_word.get() == "page");
    let close = Callback::new(move |()| {
        let id = opened.get_untracked().flatten();
        address.go_beside(LIST, &OWN);
        // The focus returns to the row it came from.
        if let Some(id) = id {
            request_animation_frame(move || _ = focus_by_id(&format!("client-{id}")));
        }
    });
    let toggle = Callback::new(move |()| {
        view_value.set(if alone.get_untracked() { "panel" } else { "page" });
    });
    let around = Around { close, alone, toggle };
    let leave = move |event: KeyboardEvent| {
        let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let elsewhere = inside.is_some_and(|inside| inside.closest("dialog, .menu").ok().flatten().is_some());
        if event.key() == "Escape" && !event.default_prevented() && !elsewhere {
            event.prevent_default();
            close.run(());
        }
    };
    live(move || {
        opened.get().map(|id| {
            view! {
                <section
                    class="record"
                    aria-labelledby="record-title"
                    data-alone=live(move || alone.get().then_some(""))
                    on:keydown=on(leave)
                >
                    {match id {
                        Some(id) => {
                            show_part("This client", move || -> Arrival { Box::pin(client_record(id, around)) })
                        }
                        None => view! {
                            <div class="record-body">
                                <h2 id="record-title" class="hidden-visually">"Client"</h2>
                                <EmptyState title="No such client" text="The address is not one of a client." />
                            </div>
                        }
                        .into_any(),
                    }}
                </section>
            }
            .into_any()
        })
    })
}
