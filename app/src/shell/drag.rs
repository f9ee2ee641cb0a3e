//! How is a card dragged to another column? By pointer events: with a mouse anywhere on the card, with a finger by its
//! grip, so that the page still scrolls. A board is what has `data-board`, a column of it what has `data-column`.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, keydown, pointercancel, pointermove, pointerup};
use leptos::prelude::*;
use revos_ui::{Icon, IconName, Var, focus_is_lost};
use std::str::FromStr;
use std::time::Duration;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Pixels a pointer moves before a press becomes a drag.
const SLOP: i32 = 6;
/// Pixels from the edge of the board at which it scrolls.
const EDGE: f64 = 48.0;
/// Pixels it scrolls at a time.
const SCROLL: i32 = 16;

/// A pointer that is down on a card.
#[derive(Clone, PartialEq)]
struct Pressed<Card> {
    pointer: i32,
    card: Card,
    /// The id of what shows it.
    node: String,
    from: (i32, i32),
    dragging: bool,
}

/// What is being dragged.
pub(crate) struct Drag<Card, Column> {
    pressed: Var<Option<Pressed<Card>>>,
    /// The column the card is over.
    pub over: Var<Option<Column>>,
    /// The click that follows a drag is none.
    swallow: Var<bool>,
}

impl<Card, Column> Clone for Drag<Card, Column> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Card, Column> Copy for Drag<Card, Column> {}

impl<Card, Column> Drag<Card, Column>
where
    Card: Copy + PartialEq + Send + Sync + 'static,
    Column: Copy + PartialEq + FromStr + Send + Sync + 'static,
{
    /// Nothing is dragged.
    pub(crate) fn new() -> Self {
        Self { pressed: Var::new(None), over: Var::new(None), swallow: Var::new(false) }
    }

    /// From now on `dropped` hears which card was let go over which column, and how far down the window. Escape lets go
    /// of a card where it was.
    ///
    /// The window hears where the pointer goes: a quick hand leaves the card between two events.
    pub(crate) fn listen(self, dropped: impl Fn(Card, Column, f64) + 'static) {
        let escaped = window_event_listener(keydown, move |event: KeyboardEvent| {
            if event.key() == "Escape" && self.is_dragging() {
                event.prevent_default();
                self.end();
            }
        });
        let moved = window_event_listener(pointermove, move |event: PointerEvent| self.go(&event));
        let released = window_event_listener(pointerup, move |event: PointerEvent| {
            if let Some((card, column)) = self.drop(&event) {
                dropped(card, column, f64::from(event.client_y()));
            }
        });
        let lost = window_event_listener(pointercancel, move |_: PointerEvent| self.end());
        on_cleanup(move || {
            escaped.remove();
            [moved, released, lost].into_iter().for_each(|listener| listener.remove());
        });
    }

    fn is_dragging(self) -> bool {
        self.pressed.with_untracked(|pressed| pressed.as_ref().is_some_and(|pressed| pressed.dragging))
    }

    /// Is this card being dragged?
    pub(crate) fn holds(self, card: Card) -> bool {
        self.pressed
            .with(|pressed| pressed.as_ref().is_some_and(|pressed| pressed.dragging && pressed.card == card))
    }

    /// A pointer goes down on a card.
    pub(crate) fn press(self, event: &PointerEvent, card: Card) {
        self.swallow.set(false);
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let on = |selector: &str| {
            target.as_ref().is_some_and(|target| target.closest(selector).ok().flatten().is_some())
        };
        let touch = event.pointer_type() == "touch";
        if event.button() != 0 || on(".menu") || (touch && !on(".card-grip")) {
            return;
        }
        let from = (event.client_x(), event.client_y());
        let node = event.current_target().and_then(|card| card.dyn_into::<Element>().ok());
        let Some(node) = node.map(|node| node.id()) else { return };
        let pointer = event.pointer_id();
        self.pressed.set(Some(Pressed { pointer, card, node, from, dragging: false }));
    }

    /// It moves.
    fn go(self, event: &PointerEvent) {
        let Some(mut pressed) = self.pressed.get_untracked() else { return };
        if pressed.pointer != event.pointer_id() {
            return;
        }
        let here = (event.client_x(), event.client_y());
        let by = (here.0 - pressed.from.0, here.1 - pressed.from.1);
        let Some(card) = shown(&pressed.node) else { return };
        if !pressed.dragging {
            if by.0 * by.0 + by.1 * by.1 < SLOP * SLOP {
                return;
            }
            pressed.dragging = true;
            self.pressed.set(Some(pressed.clone()));
            // From now on all of the pointer is the card's, wherever it goes.
            let _ = card.set_pointer_capture(pressed.pointer);
        }
        let _ = card.style().set_property("transform", &format!("translate({}px, {}px)", by.0, by.1));
        let column = column_at(event);
        if self.over.get_untracked() != column {
            self.over.set(column);
        }
        scroll(&card, f64::from(here.0));
    }

    /// It goes up: which card was dropped where, if it was dragged onto a column.
    fn drop(self, event: &PointerEvent) -> Option<(Card, Column)> {
        let pressed = self.pressed.get_untracked()?;
        if pressed.pointer != event.pointer_id() {
            return None;
        }
        self.swallow.set(pressed.dragging);
        // Looked up anew: a pointer that moves but once is over the card itself when it does.
        let over = column_at(event).filter(|_| pressed.dragging);
        self.end();
        Some((pressed.card, over?))
    }

    /// The browser took the pointer away.
    fn end(self) {
        if let Some(pressed) = self.pressed.get_untracked()
            && let Some(card) = shown(&pressed.node)
        {
            let _ = card.style().remove_property("transform");
            let _ = card.release_pointer_capture(pressed.pointer);
        }
        self.pressed.set(None);
        self.over.set(None);
    }

    /// No click follows a drag.
    pub(crate) fn click(self, event: &MouseEvent) {
        if self.swallow.get_untracked() {
            self.swallow.set(false);
            event.prevent_default();
            event.stop_propagation();
        }
    }
}

/// Gives a card that is drawn anew elsewhere the focus back, which is lost with the old one. The page follows whoever
/// works by keyboard; a hand looks where it let go.
pub(crate) fn refocus(card: String) {
    let by_keyboard = document().query_selector(":focus-visible").is_ok_and(|focused| focused.is_some());
    let focus = move || {
        if let Some(card) = shown(&card).filter(|_| focus_is_lost()) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(!by_keyboard);
            let _ = card.focus_with_options(&options);
        }
    };
    // The card is painted first: to give it the focus, the browser lays out the page once more.
    request_animation_frame(move || set_timeout(focus, Duration::ZERO));
}

/// By which a finger drags a card; a mouse needs none.
pub(crate) fn grip() -> AnyView {
    view! { <span class="card-grip" aria-hidden="true"><Icon name=IconName::More size=14 /></span> }
        .into_any()
}

/// The column below the pointer. The card that is dragged lets it through.
fn column_at<Column: FromStr>(event: &PointerEvent) -> Option<Column> {
    let over = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    over.closest("[data-column]").ok()??.get_attribute("data-column")?.parse().ok()
}

fn shown(card: &str) -> Option<HtmlElement> {
    document().get_element_by_id(card)?.dyn_into().ok()
}

/// Near an edge of the board, more of it comes into view.
fn scroll(card: &HtmlElement, x: f64) {
    let Some(board) = card.closest("[data-board]").ok().flatten() else { return };
    let place = board.get_bounding_client_rect();
    let by = if x > place.right() - EDGE {
        SCROLL
    } else if x < place.left() + EDGE {
        -SCROLL
    } else {
        return;
    };
    board.set_scroll_left(board.scroll_left() + by);
}
