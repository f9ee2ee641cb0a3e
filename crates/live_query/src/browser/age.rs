//! How does "updated 12 s ago" move without a timer per millisecond?

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::surroundings::{Listener, now, surroundings};
use crate::time::{AsOf, Moment, millis};

/// The age of rows, ticking as fast as a text about it changes: every second in the first minute,
/// every ten in the first ten, then every minute. It rests while the page is hidden.
#[must_use]
pub fn use_age(as_of: Signal<Option<AsOf>>) -> Signal<Option<Duration>> {
    ticking(move |now| {
        let age = as_of.get().map(|as_of| as_of.age(now));
        let rhythm = age.map(|age| match age.as_secs() {
            0..60 => Duration::from_secs(1),
            60..600 => Duration::from_secs(10),
            _ => Duration::from_secs(60),
        });
        (age, rhythm)
    })
}

/// The time left until a moment ("next try in 5 s"), ticking every second and zero once it is past.
#[must_use]
pub fn use_countdown(at: Signal<Option<Moment>>) -> Signal<Option<Duration>> {
    ticking(move |now| {
        let left = at.get().map(|at| at.since(now));
        (left, left.filter(|left| !left.is_zero()).map(|_| Duration::from_secs(1)))
    })
}

/// A value computed from the time: again whenever what it reads changes, and again after the wait it
/// returns.
fn ticking(
    read: impl Fn(Moment) -> (Option<Duration>, Option<Duration>) + Send + Sync + 'static,
) -> Signal<Option<Duration>> {
    let clock = ArcRwSignal::new(now());
    let timer = SendWrapper::new(Rc::new(RefCell::new(None::<Timeout>)));
    let value = {
        let (clock, timer) = (clock.clone(), timer.clone());
        Memo::new(move |_| {
            clock.track();
            let (value, rhythm) = read(now());
            let clock = clock.clone();
            *timer.borrow_mut() = rhythm.filter(|_| surroundings().visible).map(|wait| {
                Timeout::new(u32::try_from(millis(wait)).unwrap_or(u32::MAX), move || clock.set(now()))
            });
            value
        })
    };
    let listener = SendWrapper::new(Listener::visibility(move || clock.set(now())));
    on_cleanup(move || {
        drop(listener);
        timer.borrow_mut().take();
    });
    value.into()
}
