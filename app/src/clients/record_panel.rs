//! Which client is open, and where? Beside the list, or on its own; the address says both.

use super::record::{Around, WORDS, client_record};
use crate::shell::part::{Arrival, show_part};
use crate::shell::record::{Beside, record_place};
use crate::shell::router::UrlValue;
use leptos::prelude::*;
use revos_shared::ClientId;
use revos_ui::Signal;

const LIST: &str = "/clients";
const VIEWS: &[&str] = &["panel", "page"];
/// Parameters that belong to the record and go with it.
const OWN: [&str; 3] = ["tab", "view", "kind"];

/// The record of the client in the address, if there is one.
#[component]
pub(super) fn RecordPanel() -> impl IntoView {
    let beside = Beside::new("/clients/", LIST, &OWN, |id: ClientId| [format!("client-{id}")]);
    let view_value = UrlValue::new("view", "panel");
    let view_word = view_value.one_of(VIEWS);
    let alone = Signal::memo(move || view_word.get() == "page");
    let toggle = Callback::new(move |()| {
        view_value.set(if alone.get_untracked() { "panel" } else { "page" });
    });
    let around = Around { close: beside.close, alone, toggle };
    record_place(WORDS, beside, alone, move |id| {
        show_part("This client", move || -> Arrival { Box::pin(client_record(id, around)) })
    })
}
