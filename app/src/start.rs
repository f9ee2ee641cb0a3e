//! How does the page begin in the browser?

use crate::shell::router::App;
use crate::shell::telemetry;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's script: replaces the shell's outline by the page.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    telemetry::start();
    if let Some(outline) = document().get_element_by_id("skeleton") {
        outline.remove();
    }
    leptos::mount::mount_to_body(App);
}
