//! Which stores exist, and what reaches all of them at once?

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use leptos::leptos_dom::helpers::window;
use leptos::prelude::on_cleanup;
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{BroadcastChannel, MessageEvent};

use super::face::{FetchRequest, List, LiveQuery, Query, Rows, Shown};
use super::storage::Storage;
use super::store::{Erased, Face, Store, StoreId};
use super::surroundings::{Listener, surroundings, wall_now};
use crate::event::{Answer, Event, Report};
use crate::machine::Machine;
use crate::snapshot::{Label, Retention};

/// The one message between tabs so far. It is obeyed whatever version sent it: a sign-out is never
/// missed because of an update.
const WIPE: &str = "wipe";

/// What several pages of one scope do together. Behind a pointer, so that a page may fetch it later.
pub(crate) trait Sharing {
    /// There is a new store.
    fn added(&self, store: &Rc<Store>);
    /// A store stands in line for the poll, or leaves the line.
    fn line(&self, store: &Rc<Store>, wants: bool);
    /// A store was answered.
    fn settled(&self, store: &Rc<Store>);
}

/// What all queries of one scope have in common.
pub struct Settings {
    /// Who looks at what, for example an organization and a person: stores, snapshots and the
    /// channel between tabs belong to it. A change of scope is a new [`LiveQueries`], after
    /// [`LiveQueries::wipe_all`] on the old one.
    pub scope: String,
    /// The name of the IndexedDB database, and the first part of the channel's name.
    pub database: String,
    /// The version of the row types; snapshots of another one are not read.
    pub schema_version: u32,
    /// The build of the program; snapshots of another one are not read.
    pub build: String,
    /// How long and how much is kept in the browser.
    pub retention: Retention,
    /// A query was answered 401. Everything is wiped and the other tabs are told; show the sign-in page.
    pub on_session_over: Box<dyn Fn()>,
    /// Another tab signed out. Everything here is wiped; show the sign-in page.
    pub on_wiped_elsewhere: Box<dyn Fn()>,
    /// What the query of this name has to tell; usually handed to [`crate::browser::Telemetry::record`] as
    /// [`crate::Record::of_query`].
    pub on_report: Box<dyn Fn(&'static str, Report)>,
}

/// The queries of one scope. Cheap to clone and fit for Leptos context; the listeners go away with
/// the last clone, so the callbacks in [`Settings`] must not hold one.
#[derive(Clone)]
pub struct LiveQueries(SendWrapper<Rc<Hub>>);

impl LiveQueries {
    /// Installs the listeners (visibility, online, offline, focus, other tabs) and removes stale
    /// snapshots.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let storage = Storage::new(settings.database.clone(), settings.retention);
        let hub = Rc::new(Hub {
            storage: Rc::new(storage),
            stores: RefCell::default(),
            listeners: RefCell::default(),
            channel: RefCell::default(),
            unwritten: RefCell::default(),
            sharing: RefCell::default(),
            settings,
        });
        hub.listen();
        hub.sweep();
        Self(SendWrapper::new(hub))
    }

    /// Subscribes the current component (more exactly: the current reactive owner) to a query, until
    /// it is cleaned up. The first subscriber creates the store and its fetcher; others join.
    pub fn subscribe<R, K, F>(
        &self,
        query: Query<R, K>,
        fetch: impl Fn(FetchRequest) -> F + 'static,
    ) -> LiveQuery<R, K>
    where
        R: PartialEq + Send + Sync + 'static,
        K: Clone + Eq + std::hash::Hash + Send + Sync + 'static,
        F: Future<Output = Answer<Rows<R>>> + 'static,
    {
        let fetch = move |request| -> std::pin::Pin<Box<dyn Future<Output = Answer<Rows<R>>>>> {
            Box::pin(fetch(request))
        };
        self.join(&query, move |query| {
            let persist = query.keeps_snapshots() && self.0.settings.retention.keeps_anything();
            let machine = Machine::new(query.timing, persist, surroundings());
            (machine, Shown::new(query, Box::new(fetch)))
        })
    }

    /// Subscribes to sample rows: a query without a server, which never sends anything.
    pub fn subscribe_sample<R, K>(&self, query: Query<R, K>, rows: Rows<R>) -> LiveQuery<R, K>
    where
        R: PartialEq + Send + Sync + 'static,
        K: Clone + Eq + std::hash::Hash + Send + Sync + 'static,
    {
        self.join(&query, move |query| {
            let machine = Machine::demo(query.timing, List::erase(rows));
            (machine, Shown::new(query, Box::new(|_| Box::pin(std::future::pending()))))
        })
    }

    /// A save returned this row: every store that holds a row of its type and key shows it at once.
    pub fn put_row<R: 'static>(&self, row: R) {
        let row = Arc::new(row);
        for store in self.0.all() {
            store.put_row(&row);
        }
    }

    /// Something changed what the server would answer to the queries of these names: they ask again.
    pub fn invalidate(&self, names: &[&str]) {
        for store in self.0.all().iter().filter(|store| names.contains(&store.name())) {
            store.handle(Event::Invalidated);
        }
    }

    /// Asks again for everything on screen: the page's "refresh".
    pub fn refresh_all(&self) {
        self.0.broadcast_event(|| Event::Refresh);
    }

    /// Sign-out, or another person or organization: forgets all rows and snapshots and tells the
    /// other tabs; works offline. Rows are gone when this returns; wait for the promise before
    /// leaving the page, so that the storage is empty too. These queries are over then: the next
    /// person gets a new [`LiveQueries`].
    pub fn wipe_all(&self) -> js_sys::Promise {
        self.0.post(WIPE);
        self.0.wipe()
    }

    /// Keeps a text of the person's own under this name, encrypted, in the place of the one before; `None`
    /// forgets it. It stays across builds until [`LiveQueries::wipe_all`]. A blocked or full storage is
    /// ignored: the text is then gone with the page.
    pub fn keep(&self, name: &str, text: Option<String>) {
        let idle = {
            let mut unwritten = self.0.unwritten.borrow_mut();
            let idle = unwritten.is_empty();
            unwritten.insert(name.to_owned(), text);
            idle
        };
        if idle {
            // One after the other, so that the newest is the last to be written.
            wasm_bindgen_futures::spawn_local(Rc::clone(&self.0).write_own());
        }
    }

    /// The text that was kept under this name.
    pub async fn recall(&self, name: &str) -> Option<String> {
        let unwritten = self.0.unwritten.borrow().get(name).cloned();
        match unwritten {
            Some(text) => text,
            // What cannot be read was not kept.
            None => self.0.storage.load(&self.0.own_label(name)).await.ok().flatten(),
        }
    }

    pub(crate) fn hub(&self) -> &Rc<Hub> {
        &self.0
    }

    fn join<R, K>(
        &self,
        query: &Query<R, K>,
        make: impl FnOnce(&Query<R, K>) -> (Machine<Erased>, Rc<Shown<R, K>>),
    ) -> LiveQuery<R, K>
    where
        R: PartialEq + Send + Sync + 'static,
        K: Clone + Eq + std::hash::Hash + Send + Sync + 'static,
    {
        let id = (TypeId::of::<(R, K)>(), query.key.clone());
        let known = self.0.stores.borrow().get(&id).cloned();
        // The type is part of the id, so a known store always has this face.
        let known = known.and_then(|store| Some((store.face().downcast::<Shown<R, K>>().ok()?, store)));
        let (shown, store) = known.unwrap_or_else(|| {
            let (machine, shown) = make(query);
            let store = self.0.add(id, query.name, &query.key, machine, Rc::clone(&shown) as Rc<dyn Face>);
            if !query.enabled {
                store.handle(Event::Enabled(false));
            }
            (shown, store)
        });
        store.handle(Event::Subscribed);
        let leaving = SendWrapper::new(Rc::clone(&store));
        on_cleanup(move || leaving.handle(Event::Unsubscribed));
        LiveQuery::new(store, &shown)
    }
}

/// Everything behind [`LiveQueries`].
pub(crate) struct Hub {
    settings: Settings,
    storage: Rc<Storage>,
    stores: RefCell<HashMap<StoreId, Rc<Store>>>,
    listeners: RefCell<Vec<Listener>>,
    channel: RefCell<Option<Channel>>,
    /// A person's own texts that are still to be written or removed.
    unwritten: RefCell<BTreeMap<String, Option<String>>>,
    sharing: RefCell<Option<Rc<dyn Sharing>>>,
}

struct Channel {
    channel: BroadcastChannel,
    // Called by the channel; dropped after it is closed.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

impl Hub {
    pub(crate) fn storage(&self) -> Rc<Storage> {
        Rc::clone(&self.storage)
    }

    pub(crate) fn tell(&self, query: &'static str, report: Report) {
        (self.settings.on_report)(query, report);
    }

    pub(crate) fn sharing(&self) -> Option<Rc<dyn Sharing>> {
        self.sharing.borrow().clone()
    }

    pub(crate) fn share_by(&self, sharing: Rc<dyn Sharing>) {
        self.sharing.replace(Some(sharing));
    }

    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn release(&self, id: &StoreId) {
        self.stores.borrow_mut().remove(id);
    }

    pub(crate) fn session_over(&self) {
        self.post(WIPE);
        let _goes_on_by_itself = self.wipe();
        (self.settings.on_session_over)();
    }

    fn add(
        self: &Rc<Self>,
        id: StoreId,
        name: &'static str,
        key: &str,
        machine: Machine<Erased>,
        face: Rc<dyn Face>,
    ) -> Rc<Store> {
        let label = Label {
            schema_version: self.settings.schema_version,
            scope: self.settings.scope.clone(),
            query: key.to_owned(),
            build: self.settings.build.clone(),
        };
        let store = Store::new(id.clone(), name, label, self, machine, face);
        self.stores.borrow_mut().insert(id, Rc::clone(&store));
        if let Some(sharing) = self.sharing() {
            sharing.added(&store);
        }
        store
    }

    fn own_label(&self, name: &str) -> Label {
        Label {
            schema_version: self.settings.schema_version,
            scope: self.settings.scope.clone(),
            query: format!("{}:{name}", Label::OWN),
            build: Label::OWN.to_owned(),
        }
    }

    /// Writes own texts until none is left; one that is changed meanwhile is written again.
    async fn write_own(self: Rc<Self>) {
        loop {
            let next = {
                let unwritten = self.unwritten.borrow();
                unwritten.first_key_value().map(|(name, text)| (name.clone(), text.clone()))
            };
            let Some((name, text)) = next else { break };
            let label = self.own_label(&name);
            let _what_is_blocked_is_ignored = match &text {
                Some(text) => self.storage.save(&label, text, wall_now()).await,
                None => self.storage.remove(&label.storage_key()).await,
            };
            let mut unwritten = self.unwritten.borrow_mut();
            if unwritten.get(&name) == Some(&text) {
                unwritten.remove(&name);
            }
        }
    }

    pub(crate) fn all(&self) -> Vec<Rc<Store>> {
        self.stores.borrow().values().cloned().collect()
    }

    fn broadcast_event(&self, event: impl Fn() -> Event<Erased>) {
        for store in self.all() {
            store.handle(event());
        }
    }

    fn wipe(&self) -> js_sys::Promise {
        self.storage.end();
        self.unwritten.borrow_mut().clear();
        let stores = std::mem::take(&mut *self.stores.borrow_mut());
        for store in stores.values() {
            store.handle(Event::Wiped);
        }
        let storage = Rc::clone(&self.storage);
        future_to_promise(async move {
            storage.wipe().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    fn sweep(&self) {
        let prefix = Label::key_prefix(self.settings.schema_version, &self.settings.scope);
        let (storage, build) = (Rc::clone(&self.storage), self.settings.build.clone());
        wasm_bindgen_futures::spawn_local(async move {
            // A blocked storage is told by the first query that needs it.
            let _ = storage.sweep(&prefix, &build).await;
        });
    }

    fn listen(self: &Rc<Self>) {
        let on = |event: fn() -> Event<Erased>| {
            let hub = Rc::downgrade(self);
            move || {
                if let Some(hub) = Weak::upgrade(&hub) {
                    hub.broadcast_event(event);
                }
            }
        };
        let visibility = || if surroundings().visible { Event::Shown } else { Event::Hidden };
        let window = window();
        *self.listeners.borrow_mut() = vec![
            Listener::visibility(on(visibility)),
            Listener::new(&window, "online", on(|| Event::Online)),
            Listener::new(&window, "offline", on(|| Event::Offline)),
            Listener::new(&window, "focus", on(|| Event::Focused)),
        ];
        self.open_channel();
    }

    fn open_channel(self: &Rc<Self>) {
        let name = format!("{}:{}", self.settings.database, self.settings.scope);
        // Without a channel each tab is on its own; the server's 401 signs it out.
        let Ok(channel) = BroadcastChannel::new(&name) else { return };
        let hub = Rc::downgrade(self);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(hub) = hub.upgrade().filter(|_| message.data().as_string().as_deref() == Some(WIPE)) {
                let _goes_on_by_itself = hub.wipe();
                (hub.settings.on_wiped_elsewhere)();
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.channel.replace(Some(Channel { channel, _on_message: on_message }));
    }

    fn post(&self, message: &str) {
        if let Some(channel) = &*self.channel.borrow() {
            // Fails only when the channel is closed, which happens when this value is dropped.
            let _ = channel.channel.post_message(&message.into());
        }
    }
}
