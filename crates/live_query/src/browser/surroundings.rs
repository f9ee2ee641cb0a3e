//! What do the browser's clocks, dice and events say?

use leptos::leptos_dom::helpers::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventTarget, VisibilityState};

use crate::machine::Surroundings;
use crate::time::{Fraction, Moment, ServerTime};

/// Now, on the monotonic clock (`performance.now()`).
#[must_use]
pub fn now() -> Moment {
    let millis = window().performance().map_or_else(js_sys::Date::now, |performance| performance.now());
    Moment::from_millis(to_millis(millis))
}

/// Now, on this machine's wall clock. Only snapshots and telemetry dates use it.
#[must_use]
pub fn wall_now() -> ServerTime {
    ServerTime::from_unix_millis(i64::try_from(to_millis(js_sys::Date::now())).unwrap_or(i64::MAX))
}

/// One draw.
pub(crate) fn random() -> Fraction {
    Fraction((js_sys::Math::random() * f64::from(u32::MAX)) as u32)
}

/// Whether the page is visible and the browser online.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        visible: document().visibility_state() == VisibilityState::Visible,
        online: window().navigator().on_line(),
    }
}

fn to_millis(value: f64) -> u64 {
    value.max(0.0) as u64
}

/// An event listener that goes away with this value.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut()>,
}

impl Listener {
    /// Calls `action` on every event of that name.
    pub(crate) fn new(target: &EventTarget, name: &'static str, action: impl FnMut() + 'static) -> Self {
        let closure = Closure::<dyn FnMut()>::new(action);
        // Refused only for invalid arguments, and these are constants.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }

    /// Calls `action` whenever the page is shown or hidden.
    pub(crate) fn visibility(action: impl FnMut() + 'static) -> Self {
        Self::new(&document(), "visibilitychange", action)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ =
            self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref());
    }
}
