//! How do telemetry batches leave the page?

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use leptos::leptos_dom::helpers::window;
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::spawn_local;

use super::store::timeout;
use super::surroundings::{Listener, now, random, surroundings};
use crate::reporter::{Batch, Limits, Record, Reporter, ReporterEffect, ReporterEvent};

type Send = dyn Fn(Batch) -> Pin<Box<dyn Future<Output = bool>>>;

/// A [`Reporter`] on the browser's clock. Clones share it; it never throws, blocks or shows anything.
#[derive(Clone)]
pub struct Telemetry(SendWrapper<Rc<Inner>>);

struct Inner {
    reporter: RefCell<Reporter>,
    timer: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<Listener>>,
    send: Box<Send>,
}

impl Telemetry {
    /// Sends batches with `send`, which answers whether the batch arrived; a batch with
    /// [`Batch::beacon`] is for `sendBeacon`, and its answer does not matter.
    pub fn new<F: Future<Output = bool> + 'static>(
        limits: Limits,
        send: impl Fn(Batch) -> F + 'static,
    ) -> Self {
        let inner = Rc::new(Inner {
            reporter: RefCell::new(Reporter::new(limits)),
            timer: RefCell::new(None),
            listeners: RefCell::new(Vec::new()),
            send: Box::new(move |batch| Box::pin(send(batch))),
        });
        let on = |event: fn() -> Option<ReporterEvent>| {
            let inner = Rc::downgrade(&inner);
            move || {
                if let (Some(inner), Some(event)) = (inner.upgrade(), event()) {
                    inner.handle(event);
                }
            }
        };
        let hiding = on(|| (!surroundings().visible).then_some(ReporterEvent::Hiding));
        let online = || Some(ReporterEvent::Online(surroundings().online));
        inner.listeners.borrow_mut().extend([
            Listener::visibility(hiding),
            Listener::new(&window(), "pagehide", on(|| Some(ReporterEvent::Hiding))),
            Listener::new(&window(), "online", on(online)),
            Listener::new(&window(), "offline", on(online)),
        ]);
        inner.handle(ReporterEvent::Online(surroundings().online));
        Self(SendWrapper::new(inner))
    }

    /// Queues a record.
    pub fn record(&self, record: Record) {
        self.0.handle(ReporterEvent::Record(record));
    }
}

impl Inner {
    fn handle(self: &Rc<Self>, event: ReporterEvent) {
        // A record told from inside `send` would find the reporter busy; it is not worth a panic.
        let Ok(effects) =
            self.reporter.try_borrow_mut().map(|mut reporter| reporter.handle(event, now(), random()))
        else {
            return;
        };
        for effect in effects {
            match effect {
                ReporterEffect::SendBatch(batch) => self.send(batch),
                ReporterEffect::SetTimer { at } => {
                    let inner = Rc::downgrade(self);
                    let fire = move || {
                        let _ = Weak::upgrade(&inner).map(|inner| inner.handle(ReporterEvent::TimerFired));
                    };
                    self.timer.replace(Some(timeout(at, fire)));
                }
                ReporterEffect::ClearTimer => {
                    self.timer.take();
                }
            }
        }
    }

    fn send(self: &Rc<Self>, batch: Batch) {
        let (id, beacon) = (batch.id, batch.beacon);
        let sending = (self.send)(batch);
        let inner = Rc::clone(self);
        spawn_local(async move {
            let arrived = sending.await;
            if !beacon {
                inner.handle(if arrived { ReporterEvent::Sent(id) } else { ReporterEvent::SendFailed(id) });
            }
        });
    }
}
