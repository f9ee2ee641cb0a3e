//! How do tables of many rows work, whatever is in them? By keyboard, and with space for rows that are not drawn.

use super::selection::{Choosable, Selection};
use super::window::RowWindow;
use leptos::prelude::*;
use revos_ui::{Signal, focus_by_id, live};
use std::sync::Arc;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// Stands for the rows that are not there, so that the page is as long as with them.
pub(crate) fn spacer(height: Signal<i32>) -> AnyView {
    live(move || {
        let height = height.get();
        (height > 0).then(|| {
            view! { <tr class="table-spacer" role="presentation" aria-hidden="true" style:height=format!("{height}px")></tr> }
                .into_any()
        })
    })
    .into_any()
}

/// The row that an event happened in, and what tells it apart; rows have ids that begin with `prefix`.
pub(crate) fn row_at<R: Choosable>(prefix: &str, event: &Event) -> Option<(Element, R::Id)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest("tr[id]").ok()??;
    let id = row.id().strip_prefix(prefix)?.parse().ok()?;
    Some((row, id))
}

/// Arrows, Home and End move between all rows, also those that are not on screen; `x` and Space choose the row.
pub(crate) fn walk<R: Choosable>(
    prefix: &str,
    event: &KeyboardEvent,
    rows: Signal<Arc<Vec<Arc<R>>>>,
    selection: Selection<R>,
    window: Signal<RowWindow>,
) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some((row, id)) = row_at::<R>(prefix, event) else { return };
    let (at, count) = rows.with_untracked(|rows| (rows.iter().position(|row| row.id() == id), rows.len()));
    let Some(at) = at else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => (at + 1).min(count.saturating_sub(1)),
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => count.saturating_sub(1),
        "Enter" => {
            event.prevent_default();
            let link = row
                .query_selector("th a")
                .ok()
                .flatten()
                .and_then(|link| link.dyn_into::<HtmlElement>().ok());
            if let Some(link) = link {
                link.click();
            }
            return;
        }
        "x" | " " => {
            event.prevent_default();
            rows.with_untracked(|rows| rows.get(at).into_iter().for_each(|row| selection.toggle(row)));
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let target = rows.with_untracked(|rows| rows.get(to).map(|row| format!("{prefix}{}", row.id())));
    let Some(target) = target else { return };
    window.get_untracked().reveal(to);
    focus(&target, 3);
}

/// The row may come on screen only after the page has scrolled to it.
fn focus(id: &str, tries: u8) {
    if !focus_by_id(id) && tries > 0 {
        let id = id.to_owned();
        request_animation_frame(move || focus(&id, tries - 1));
    }
}
