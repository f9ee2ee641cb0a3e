//! How does a list leave the page? As a CSV file.

use super::api::{Api, SignedIn};
use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::separated::written;
use revos_shared::kernel::workspace::{RecordUiEvent, UiEvent, UiEventKey};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Lines as RFC 4180 writes them. Amounts are plain decimals, days and times ISO 8601, so that a spreadsheet reads
/// them as what they are.
pub(crate) fn file(head: Vec<String>, lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::from("\u{feff}");
    for cells in std::iter::once(head).chain(lines) {
        text.push_str(&written(&cells));
    }
    text
}

/// Hands the text to the browser as a file.
pub(crate) fn save(text: &str, name: &str) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&Uint8Array::from(text.as_bytes()));
    save_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?, name)
}

/// A file holds exactly what is shown, so a list of which some rows are not here makes none.
///
/// # Errors
/// What to do, for the person.
pub(crate) fn whole(shown: usize, total: u64, many: &str) -> Result<(), String> {
    if shown as u64 >= total {
        return Ok(());
    }
    Err(format!(
        "The file would hold {shown} of {total} {many}. Load more first, or filter, to have them all."
    ))
}

/// Hands the text to the browser as a file of this name, and notes that the rows of a page left it.
///
/// # Errors
/// That there is no file, for the person.
pub(crate) fn hand_over(
    api: Api<SignedIn>,
    text: &str,
    name: &'static str,
    route: &'static str,
) -> Result<(), String> {
    save(text, name).ok_or_else(|| "The file could not be made by this browser.".to_owned())?;
    spawn_local(async move {
        let event = UiEvent {
            key: UiEventKey::ExportDownloaded,
            route: route.to_owned(),
            detail: name.trim_end_matches(".csv").to_owned(),
        };
        // The file is there; that nobody noted it down is no reason to trouble the person.
        let _ = api.change::<RecordUiEvent>(&NoQuery {}, &event).await;
    });
    Ok(())
}

/// Hands what the browser holds to the person as a file.
pub(crate) fn save_blob(blob: &Blob, name: &str) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let _ = Url::revoke_object_url(&url);
    Some(())
}
