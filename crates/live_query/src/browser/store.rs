//! Who carries out what one machine wants?

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::face::FetchRequest;
use super::hub::{Hub, Sharing};
use super::storage::Storage;
use super::surroundings::{now, random, wall_now};
use crate::event::{Answer, Effect, Event, Report, Restored};
use crate::failure::{Failure, Reason};
use crate::machine::Machine;
use crate::snapshot::{Label, Snapshot};
use crate::time::{Fraction, Moment, ServerTime, millis};
use crate::view::View;

/// Rows of any type. One machine type for all of them keeps the program small.
pub(crate) type Erased = Rc<dyn Any>;

/// What a store needs from the side that knows the row type.
pub(crate) trait Face {
    /// Sends a request.
    fn fetch(&self, request: FetchRequest) -> Pin<Box<dyn Future<Output = Answer<Erased>>>>;
    /// Moves the signals; answers how many rows had a repeated key.
    fn show(&self, view: View<Erased>) -> usize;
    /// Whether this query keeps snapshots; only such rows travel to other pages.
    fn keeps(&self) -> bool;
    /// Rows as text for a snapshot; `None` when this query keeps none.
    fn encode(&self, data: &Erased) -> Option<String>;
    /// Rows from a snapshot.
    fn decode(&self, text: &str) -> Option<Erased>;
    /// The held rows with this row in place of the one of its key; `None` when there is none.
    fn with_row(&self, held: &Erased, row: &dyn Any) -> Option<Erased>;
    /// Itself, for the handle that knows its type.
    fn as_any(self: Rc<Self>) -> Rc<dyn Any>;
}

/// What stores are told apart by: the row and key types, and the query key.
pub(crate) type StoreId = (TypeId, String);

/// One machine with its timer, its request and its face.
pub(crate) struct Store {
    id: StoreId,
    name: &'static str,
    pub(crate) label: Label,
    hub: Weak<Hub>,
    storage: Rc<Storage>,
    pub(crate) machine: RefCell<Machine<Erased>>,
    waiting: RefCell<VecDeque<Event<Erased>>>,
    busy: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
    request: RefCell<Option<(u64, AbortController)>>,
    pub(crate) face: Rc<dyn Face>,
}

impl Store {
    pub(crate) fn new(
        id: StoreId,
        name: &'static str,
        label: Label,
        hub: &Rc<Hub>,
        machine: Machine<Erased>,
        face: Rc<dyn Face>,
    ) -> Rc<Self> {
        let store = Rc::new(Self {
            id,
            name,
            label,
            hub: Rc::downgrade(hub),
            storage: hub.storage(),
            machine: RefCell::new(machine),
            waiting: RefCell::default(),
            busy: Cell::new(false),
            timer: RefCell::default(),
            request: RefCell::default(),
            face,
        });
        store.show();
        store
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn face(&self) -> Rc<dyn Any> {
        Rc::clone(&self.face).as_any()
    }

    /// Tells the machine what happened and does what it wants. Events that arise meanwhile wait.
    pub(crate) fn handle(self: &Rc<Self>, event: Event<Erased>) {
        self.waiting.borrow_mut().push_back(event);
        self.work();
    }

    /// As [`Store::handle`], for what does not travel with every page. Nothing is under way then: it comes from the
    /// browser.
    pub(crate) fn act(
        self: &Rc<Self>,
        act: impl FnOnce(&mut Machine<Erased>, Moment, Fraction) -> Vec<Effect>,
    ) {
        self.busy.set(true);
        let effects = act(&mut self.machine.borrow_mut(), now(), random());
        effects.into_iter().for_each(|effect| self.obey(effect));
        self.show();
        self.busy.set(false);
        self.work();
    }

    fn work(self: &Rc<Self>) {
        if self.busy.replace(true) {
            return;
        }
        loop {
            let Some(event) = self.waiting.borrow_mut().pop_front() else { break };
            let effects = self.machine.borrow_mut().handle(event, now(), random());
            for effect in effects {
                self.obey(effect);
            }
            self.show();
        }
        self.busy.set(false);
    }

    /// Shows a saved row at once, if this store holds one of its key.
    pub(crate) fn put_row(self: &Rc<Self>, row: &dyn Any) {
        let patched = {
            let machine = self.machine.borrow();
            machine.held().and_then(|(held, _, _)| self.face.with_row(held, row))
        };
        if let Some(data) = patched {
            self.handle(Event::Patched(data));
        }
    }

    fn show(&self) {
        let view = self.machine.borrow().view().map(Rc::clone);
        let repeated = self.face.show(view);
        if repeated > 0 {
            self.tell(Report::RepeatedRows(repeated));
        }
    }

    fn sharing(&self) -> Option<Rc<dyn Sharing>> {
        self.hub.upgrade()?.sharing()
    }

    fn tell(&self, report: Report) {
        if let Some(hub) = self.hub.upgrade() {
            hub.tell(self.name, report);
        }
    }

    fn obey(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::StartRequest { seq, if_none_match, timeout } => {
                self.start(seq, if_none_match, timeout);
            }
            Effect::AbortRequest { seq } => {
                if let Some((_, controller)) =
                    self.request.borrow_mut().take_if(|(current, _)| *current == seq)
                {
                    controller.abort();
                }
            }
            Effect::SetTimer { at } => {
                let store = Rc::downgrade(self);
                let fire = move || {
                    if let Some(store) = store.upgrade() {
                        store.handle(Event::TimerFired);
                    }
                };
                self.timer.replace(Some(timeout(at, fire)));
            }
            Effect::ClearTimer => {
                self.timer.take();
            }
            Effect::LoadSnapshot => self.load(),
            Effect::SaveSnapshot => self.save(),
            Effect::DropSnapshot => {
                let (storage, key) = (Rc::clone(&self.storage), self.label.storage_key());
                storage.forget_writes();
                spawn_local(async move {
                    // What cannot be removed cannot be read either: the storage is blocked.
                    let _ = storage.remove(&key).await;
                });
            }
            Effect::Line(wants) => {
                if let Some(sharing) = self.sharing() {
                    sharing.line(self, wants);
                }
            }
            Effect::Report(report) => self.tell(report),
            Effect::SignIn => {
                if let Some(hub) = self.hub.upgrade() {
                    hub.session_over();
                }
            }
            Effect::Release => {
                if let Some(hub) = self.hub.upgrade() {
                    hub.release(&self.id);
                }
            }
        }
    }

    fn start(self: &Rc<Self>, seq: u64, if_none_match: Option<String>, remaining: std::time::Duration) {
        let Ok(controller) = AbortController::new() else {
            let answer = Answer::Failed(Failure::new(Reason::Server));
            return self.handle(Event::Answered { seq, answer, bytes: 0 });
        };
        let received = Rc::new(Cell::new(0));
        let request = FetchRequest {
            seq,
            if_none_match,
            signal: controller.signal(),
            remaining,
            received: Rc::clone(&received),
        };
        self.request.replace(Some((seq, controller)));
        let answer = self.face.fetch(request);
        let store = Rc::clone(self);
        spawn_local(async move {
            let answer = answer.await;
            store.request.borrow_mut().take_if(|(current, _)| *current == seq);
            store.handle(Event::Answered { seq, answer, bytes: received.get() });
            if let Some(sharing) = store.sharing() {
                sharing.settled(&store);
            }
        });
    }

    fn load(self: &Rc<Self>) {
        let store = Rc::clone(self);
        spawn_local(async move {
            let text = store.storage.load(&store.label).await;
            match text {
                Ok(text) => store.handle(Event::SnapshotLoaded(text.and_then(|text| store.restore(&text)))),
                Err(problem) => store.trouble(&problem),
            }
        });
    }

    fn restore(&self, text: &str) -> Option<Restored<Erased>> {
        let snapshot: Snapshot = lean_json::from_str(text).ok()?;
        let server_now = self.server_now();
        let age = snapshot.age(wall_now(), server_now, self.storage.retention()).ok()?;
        let data = self.face.decode(&snapshot.data)?;
        Some(Restored { data, as_of: snapshot.as_of, age, etag: snapshot.etag })
    }

    /// The server's clock as the newest failed answer told it.
    fn server_now(&self) -> Option<ServerTime> {
        let machine = self.machine.borrow();
        let failure = machine.newest_failure()?;
        failure.server_time.map(|time| time.after(now().since(failure.at)))
    }

    fn save(self: &Rc<Self>) {
        let snapshot = {
            let machine = self.machine.borrow();
            machine.held().and_then(|(data, as_of, etag)| {
                let elapsed = i64::try_from(millis(now().since(as_of.received))).unwrap_or(i64::MAX);
                let received = wall_now().as_unix_millis().saturating_sub(elapsed);
                Some(Snapshot {
                    as_of: as_of.server,
                    received: ServerTime::from_unix_millis(received),
                    etag: etag.map(str::to_owned),
                    data: self.face.encode(data)?,
                })
            })
        };
        let Some(text) = snapshot.and_then(|snapshot| serde_json::to_string(&snapshot).ok()) else { return };
        let store = Rc::clone(self);
        spawn_local(async move {
            if let Err(problem) = store.storage.save(&store.label, &text, wall_now()).await {
                store.trouble(&problem);
            }
        });
    }

    /// Told once per page, not once per query; every query then leaves the storage alone.
    fn trouble(self: &Rc<Self>, problem: &str) {
        if self.storage.is_first_trouble() {
            self.handle(Event::SnapshotTrouble(problem.to_owned()));
        } else {
            self.handle(Event::SnapshotLoaded(None));
        }
    }
}

/// A timer that fires at `at`, never early by the clock it is compared with.
pub(crate) fn timeout(at: Moment, fire: impl FnOnce() + 'static) -> Timeout {
    let wait = millis(at.since(now())).saturating_add(1);
    // The longest timer a browser keeps is 2³¹ − 1 ms; the machine sets an early one again.
    Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX).min(i32::MAX.unsigned_abs()), fire)
}
