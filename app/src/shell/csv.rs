//! How does a list leave the page? As a CSV file.

use js_sys::{Array, Uint8Array};
use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Lines as RFC 4180 writes them. Amounts are plain decimals, days and times ISO 8601, so that a spreadsheet reads
/// them as what they are.
pub(crate) fn file(head: Vec<String>, lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::from("\u{feff}");
    for cells in std::iter::once(head).chain(lines) {
        text.push_str(&cells.into_iter().map(|cell| quoted(&cell)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell in quotes where it needs them. A text that a spreadsheet would take for a formula gets an apostrophe.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
        || (cell.starts_with('-') && revos_shared::Money::parse(cell).is_err());
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// Hands the text to the browser as a file.
pub(crate) fn save(text: &str, name: &str) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&Uint8Array::from(text.as_bytes()));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let _ = Url::revoke_object_url(&url);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (cell, written) in [
            ("Ashgrove", "Ashgrove"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("-12.50", "-12.50"),
            ("-x", "'-x"),
            ("@x,y", "\"'@x,y\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
