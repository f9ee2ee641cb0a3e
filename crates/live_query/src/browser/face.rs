//! How do rows of one type become signals, so that only what changed repaints?

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

use super::store::{Erased, Face, Store};
use crate::diff::patch;
use crate::event::{Answer, Event};
use crate::timing::Timing;
use crate::view::View;

/// What a query is: its names, its rows and its pace.
pub struct Query<R, K> {
    pub(crate) name: &'static str,
    pub(crate) key: String,
    pub(crate) timing: Timing,
    pub(crate) enabled: bool,
    row_key: fn(&R) -> K,
    codec: Option<Codec<R>>,
}

/// How rows become text and rows again. Function pointers, so that queries which keep no snapshot
/// carry no code for it.
struct Codec<R> {
    encode: fn(&List<R>) -> Option<String>,
    decode: fn(&str) -> Option<List<R>>,
}

impl<R: 'static, K> Query<R, K> {
    /// A query with the default [`Timing`] that keeps no snapshot. `name` is what telemetry calls
    /// it, `key` names it with its parameters: two queries with the same key and row type share one
    /// store. `row_key` tells rows apart.
    pub fn new(name: &'static str, key: impl Into<String>, row_key: fn(&R) -> K) -> Self {
        Self { name, key: key.into(), timing: Timing::default(), enabled: true, row_key, codec: None }
    }

    /// Another pace.
    #[must_use]
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Subscribed, but idle until [`LiveQuery::set_enabled`]: not even the first request is sent.
    #[must_use]
    pub fn idle(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// Keeps an encrypted snapshot of the newest rows in the browser.
    #[must_use]
    pub fn persisted(mut self) -> Self
    where
        R: Serialize + DeserializeOwned,
    {
        self.codec = Some(Codec {
            encode: |list| {
                let rows: Vec<&R> = list.rows.iter().map(|row| &**row).collect();
                serde_json::to_string(&(list.total, list.truncated, rows)).ok()
            },
            decode: |text| {
                let (total, truncated, rows) = lean_json::from_str::<(u64, bool, Vec<R>)>(text).ok()?;
                Some(List::from(Rows { rows, total, truncated }))
            },
        });
        self
    }

    pub(crate) const fn keeps_snapshots(&self) -> bool {
        self.codec.is_some()
    }
}

/// One request to send.
pub struct FetchRequest {
    /// Its number; rises with every request of the store.
    pub seq: u64,
    /// What to send as `If-None-Match`.
    pub if_none_match: Option<String>,
    /// Hand it to `fetch`: it fires at the timeout and when nobody waits any more.
    pub signal: AbortSignal,
    /// How long the answer may take; tell the server.
    pub remaining: Duration,
    /// Put the bytes of the answer's body here, for telemetry.
    pub received: Rc<Cell<u64>>,
}

/// Rows as the server gave them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows<R> {
    /// The rows, in order.
    pub rows: Vec<R>,
    /// How many rows match, shown or not.
    pub total: u64,
    /// Whether there are more than `rows`.
    pub truncated: bool,
}

impl<R> Rows<R> {
    /// All there are.
    #[must_use]
    pub fn all(rows: Vec<R>) -> Self {
        Self { total: u64::try_from(rows.len()).unwrap_or(u64::MAX), rows, truncated: false }
    }
}

/// How much of a list is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Extent {
    /// Rows shown.
    pub shown: usize,
    /// Rows that match.
    pub total: u64,
    /// Whether there are more than shown.
    pub truncated: bool,
}

/// A component's view of a query: signals to read, wishes to make. Lives as long as the component.
pub struct LiveQuery<R: Send + Sync + 'static, K: Send + Sync + 'static> {
    /// Where the rows come from, how old they are and what is wrong; moves with every answer.
    pub view: ReadSignal<View<Extent>>,
    /// The keys in order; moves only when rows come, go or change places. Made for `<For>`.
    pub keys: ReadSignal<Vec<K>>,
    /// All rows in order; moves with any content. Made for a [`Memo`] that filters or sums.
    pub rows: ReadSignal<Arc<Vec<Arc<R>>>>,
    inner: StoredValue<Inner<R, K>>,
}

struct Inner<R, K> {
    store: SendWrapper<Rc<Store>>,
    shown: SendWrapper<Rc<Shown<R, K>>>,
}

impl<R: Send + Sync + 'static, K: Send + Sync + 'static> Clone for LiveQuery<R, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Send + Sync + 'static, K: Send + Sync + 'static> Copy for LiveQuery<R, K> {}

impl<R, K> LiveQuery<R, K>
where
    R: Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    pub(crate) fn new(store: Rc<Store>, shown: &Rc<Shown<R, K>>) -> Self {
        Self {
            view: shown.view.read_only().into(),
            keys: shown.keys.read_only().into(),
            rows: shown.rows.read_only().into(),
            inner: StoredValue::new(Inner {
                store: SendWrapper::new(store),
                shown: SendWrapper::new(Rc::clone(shown)),
            }),
        }
    }

    /// The row of this key; the signal moves only when this row's content changes. `None` when
    /// there is no such row (any more).
    #[must_use]
    pub fn row(&self, key: &K) -> Option<ArcReadSignal<Arc<R>>> {
        self.inner
            .try_with_value(|inner| inner.shown.signals.borrow().get(key).map(ArcRwSignal::read_only))?
    }

    /// Asks again now; at most once a second.
    pub fn refresh(&self) {
        self.send(Event::Refresh);
    }

    /// Shows sample rows, if there is nothing good to show.
    pub fn view_sample(&self, rows: Rows<R>) {
        self.send(Event::ViewSample(List::erase(rows)));
    }

    /// Back from sample rows to real ones.
    pub fn leave_sample(&self) {
        self.send(Event::LeaveSample);
    }

    /// A change of these rows is on its way (`true`), or has been answered.
    pub fn writing(&self, begins: bool) {
        self.send(if begins { Event::Writing } else { Event::Written });
    }

    /// `false` stays subscribed but asks nothing, for all subscribers of this query.
    pub fn set_enabled(&self, enabled: bool) {
        self.send(Event::Enabled(enabled));
    }

    fn send(&self, event: Event<Erased>) {
        // A wish of a component that is gone is nobody's wish.
        if let Some(store) = self.inner.try_with_value(|inner| Rc::clone(&inner.store)) {
            store.handle(event);
        }
    }
}

/// What a machine holds: shared rows, so that taking them over copies nothing.
pub(crate) struct List<R> {
    rows: Vec<Arc<R>>,
    total: u64,
    truncated: bool,
}

impl<R> From<Rows<R>> for List<R> {
    fn from(rows: Rows<R>) -> Self {
        Self {
            rows: rows.rows.into_iter().map(Arc::new).collect(),
            total: rows.total,
            truncated: rows.truncated,
        }
    }
}

impl<R: 'static> List<R> {
    pub(crate) fn erase(rows: Rows<R>) -> Erased {
        Rc::new(Self::from(rows))
    }
}

type Fetch<R> = dyn Fn(FetchRequest) -> Pin<Box<dyn Future<Output = Answer<Rows<R>>>>>;

/// The signals of one store.
pub(crate) struct Shown<R, K> {
    fetch: Box<Fetch<R>>,
    row_key: fn(&R) -> K,
    codec: Option<Codec<R>>,
    view: ArcRwSignal<View<Extent>>,
    keys: ArcRwSignal<Vec<K>>,
    rows: ArcRwSignal<Arc<Vec<Arc<R>>>>,
    signals: RefCell<HashMap<K, ArcRwSignal<Arc<R>>>>,
    /// What the machine held when the signals were last moved.
    source: RefCell<Option<Erased>>,
}

impl<R, K> Shown<R, K>
where
    R: PartialEq + Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    pub(crate) fn new(query: &Query<R, K>, fetch: Box<Fetch<R>>) -> Rc<Self> {
        Rc::new(Self {
            fetch,
            row_key: query.row_key,
            codec: query.codec.as_ref().map(|codec| Codec { encode: codec.encode, decode: codec.decode }),
            view: ArcRwSignal::new(View::empty()),
            keys: ArcRwSignal::default(),
            rows: ArcRwSignal::default(),
            signals: RefCell::default(),
            source: RefCell::default(),
        })
    }

    /// Takes over other rows; answers how many repeated a key.
    fn take(&self, new: Vec<Arc<R>>) -> usize {
        let old = self.rows.get_untracked();
        let (rows, changes) = patch(&old, new, self.row_key);
        if changes.is_empty() {
            return changes.repeated.len();
        }
        let key_of = self.row_key;
        let mut moved = Vec::new();
        {
            let mut signals = self.signals.borrow_mut();
            for key in &changes.removed {
                signals.remove(key);
            }
            for (at, key) in &changes.inserted {
                if let Some(row) = rows.get(*at) {
                    signals.insert(key.clone(), ArcRwSignal::new(Arc::clone(row)));
                }
            }
            for (at, key) in &changes.changed {
                moved.extend(signals.get(key).cloned().zip(rows.get(*at).cloned()));
            }
        }
        // Nothing is borrowed any more: whoever listens may ask for rows.
        for (signal, row) in moved {
            signal.set(row);
        }
        if !changes.same_keys() {
            self.keys.set(rows.iter().map(|row| key_of(row)).collect());
        }
        self.rows.set(Arc::new(rows));
        changes.repeated.len()
    }
}

impl<R, K> Face for Shown<R, K>
where
    R: PartialEq + Send + Sync + 'static,
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    fn fetch(&self, request: FetchRequest) -> Pin<Box<dyn Future<Output = Answer<Erased>>>> {
        let answer = (self.fetch)(request);
        Box::pin(async move {
            match answer.await {
                Answer::Fresh { data, as_of, etag } => Answer::Fresh { data: List::erase(data), as_of, etag },
                Answer::Unchanged { as_of } => Answer::Unchanged { as_of },
                Answer::Failed(failure) => Answer::Failed(failure),
            }
        })
    }

    fn show(&self, view: View<Erased>) -> usize {
        let list = view.data.as_ref().and_then(|data| data.downcast_ref::<List<R>>());
        let same = match (&view.data, &*self.source.borrow()) {
            (Some(new), Some(old)) => Rc::ptr_eq(new, old),
            (None, None) => true,
            _ => false,
        };
        let mut repeated = 0;
        if !same {
            repeated = self.take(list.map(|list| list.rows.clone()).unwrap_or_default());
            self.source.replace(view.data.clone());
        }
        let shown = self.rows.with_untracked(|rows| rows.len());
        let extent = list.map(|list| Extent { shown, total: list.total, truncated: list.truncated });
        let view = View { data: extent, ..view.map(|_| Extent::default()) };
        if self.view.with_untracked(|current| *current != view) {
            self.view.set(view);
        }
        repeated
    }

    fn keeps(&self) -> bool {
        self.codec.is_some()
    }

    fn encode(&self, data: &Erased) -> Option<String> {
        (self.codec.as_ref()?.encode)(data.downcast_ref()?)
    }

    fn decode(&self, text: &str) -> Option<Erased> {
        (self.codec.as_ref()?.decode)(text).map(|list| Rc::new(list) as Erased)
    }

    fn with_row(&self, held: &Erased, row: &dyn Any) -> Option<Erased> {
        let list = held.downcast_ref::<List<R>>()?;
        let row = row.downcast_ref::<Arc<R>>()?;
        let key = (self.row_key)(row);
        let at = list.rows.iter().position(|known| (self.row_key)(known) == key)?;
        let mut rows = list.rows.clone();
        *rows.get_mut(at)? = Arc::clone(row);
        Some(Rc::new(List { rows, total: list.total, truncated: list.truncated }))
    }

    fn as_any(self: Rc<Self>) -> Rc<dyn Any> {
        self
    }
}
