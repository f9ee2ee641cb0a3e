//! How do several pages of one scope poll once? A lock for each query, and a channel for what comes back.
//!
//! Only the page that holds the lock of a query asks by itself; the browser hands the lock on when that page is
//! closed, crashes or gives it back because it was hidden. Whoever asks, in its turn or by hand, tells the others.
//! Rows travel as they are kept in snapshots, from page to page in memory; a query that keeps none asks for itself.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::leptos_dom::helpers::window;
use serde::{Deserialize, Serialize};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use super::hub::{Hub, LiveQueries, Sharing};
use super::store::{Erased, Store};
use super::surroundings::now;
use crate::event::Answer;
use crate::failure::{Failure, Reason};
use crate::machine::{Machine, News as Heard};
use crate::time::{ServerTime, millis};

/// From now on the pages of this scope poll once for all of them. A browser without locks or channels is left as it
/// is: each page asks for itself.
pub fn share(queries: &LiveQueries) {
    let hub = queries.hub();
    if hub.sharing().is_some() {
        return;
    }
    let Some(tabs) = Tabs::open(hub) else { return };
    hub.share_by(Rc::clone(&tabs) as Rc<dyn Sharing>);
    for store in hub.all() {
        tabs.added(&store);
    }
}

type OnMessage = Closure<dyn FnMut(MessageEvent)>;

struct Tabs {
    hub: Weak<Hub>,
    locks: JsValue,
    request: Function,
    channel: BroadcastChannel,
    // Called by the channel; dropped after it is closed.
    on_message: RefCell<Option<OnMessage>>,
    /// The place in line for each query.
    places: RefCell<HashMap<String, Place>>,
    /// The tag of the rows that every page has been told.
    told: RefCell<HashMap<String, Option<String>>>,
}

struct Place {
    /// Ends the wait for the lock.
    waiting: AbortController,
    left: Rc<Cell<bool>>,
    /// Gives the lock back, once it is here.
    give_back: Rc<RefCell<Option<Function>>>,
}

/// What one page tells the others. Flat, because it is read as the page's other JSON is.
#[derive(Serialize, Deserialize)]
struct News {
    schema_version: u32,
    build: String,
    query: String,
    next_in_ms: Option<u64>,
    as_of: Option<ServerTime>,
    etag: Option<String>,
    /// The rows; none when they are those of the tag that was told last.
    data: Option<String>,
    reason: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
}

impl Tabs {
    fn open(hub: &Rc<Hub>) -> Option<Rc<Self>> {
        let settings = hub.settings();
        let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
        let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
        let channel =
            BroadcastChannel::new(&format!("{}:rows:{}", settings.database, settings.scope)).ok()?;
        let tabs = Rc::new(Self {
            hub: Rc::downgrade(hub),
            locks,
            request,
            channel,
            on_message: RefCell::default(),
            places: RefCell::default(),
            told: RefCell::default(),
        });
        let hearing = Rc::downgrade(&tabs);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            if let (Some(tabs), Some(text)) = (hearing.upgrade(), message.data().as_string()) {
                tabs.hear(&text);
            }
        });
        tabs.channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        tabs.on_message.replace(Some(on_message));
        Some(tabs)
    }

    fn hear(&self, text: &str) -> Option<()> {
        let news: News = lean_json::from_str(text).ok()?;
        let hub = self.hub.upgrade()?;
        let store = hub.all().into_iter().find(|store| store.label.query == news.query)?;
        // A page of another build may mean other rows by the same words.
        if (news.schema_version, &news.build) != (store.label.schema_version, &store.label.build) {
            return None;
        }
        let next_in = news.next_in_ms.map(Duration::from_millis);
        let etag = news.etag.clone();
        let answer = self.answer(&store, news)?;
        let heard = Heard { answer, etag, next_in };
        store.act(move |machine, now, random| machine.hear(heard, now, random));
        Some(())
    }

    fn answer(&self, store: &Store, news: News) -> Option<Answer<Erased>> {
        if let Some(reason) = news.reason {
            let reason = Reason::ALL.into_iter().find(|known| known.code() == reason)?;
            return Some(Answer::Failed(Failure {
                code: news.code,
                status: news.status,
                request_id: news.request_id,
                ..Failure::new(reason)
            }));
        }
        self.told.borrow_mut().insert(news.query, news.etag.clone());
        let as_of = news.as_of?;
        Some(match news.data {
            None => Answer::Unchanged { as_of },
            Some(data) => Answer::Fresh { data: store.face.decode(&data)?, as_of, etag: news.etag },
        })
    }

    /// What the others should know about a store that was answered.
    fn news(&self, store: &Store) -> Option<News> {
        let machine = store.machine.borrow();
        let label = &store.label;
        let mut news = News {
            schema_version: label.schema_version,
            build: label.build.clone(),
            query: label.query.clone(),
            next_in_ms: machine.next_attempt_at().map(|at| millis(at.since(now()))),
            as_of: None,
            etag: None,
            data: None,
            reason: None,
            status: None,
            code: None,
            request_id: None,
        };
        if let Some(failure) = machine.newest_failure() {
            news.reason = Some(failure.reason.code().to_owned());
            news.status = failure.status;
            news.code.clone_from(&failure.code);
            news.request_id.clone_from(&failure.request_id);
            return Some(news);
        }
        let (data, as_of, etag) = machine.held()?;
        news.as_of = Some(as_of.server);
        news.etag = etag.map(str::to_owned);
        let told = self.told.borrow_mut().insert(label.query.clone(), news.etag.clone());
        if news.etag.is_none() || told.as_ref() != Some(&news.etag) {
            news.data = Some(store.face.encode(data)?);
        }
        Some(news)
    }

    fn stand_in_line(&self, store: &Rc<Store>) -> Result<(), JsValue> {
        let hub = self.hub.upgrade().ok_or(JsValue::NULL)?;
        let settings = hub.settings();
        let name = format!("{}:poll:{}:{}", settings.database, settings.scope, store.label.query);
        let place = Place { waiting: AbortController::new()?, left: Rc::default(), give_back: Rc::default() };
        let options = Object::new();
        Reflect::set(&options, &"signal".into(), &place.waiting.signal())?;
        let (left, give_back, waiting) =
            (Rc::clone(&place.left), Rc::clone(&place.give_back), Rc::downgrade(store));
        // The browser calls it once, perhaps after the place was left.
        let granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
            let held = Promise::new(&mut |done, _| {
                give_back.replace(Some(done));
            });
            match waiting.upgrade().filter(|_| !left.get()) {
                Some(store) => {
                    store.act(Machine::grant);
                    held.into()
                }
                None => JsValue::NULL,
            }
        });
        let name = JsValue::from_str(&name);
        let over: Promise = self.request.call3(&self.locks, &name, &options, &granted)?.dyn_into()?;
        self.places.borrow_mut().insert(store.label.query.clone(), place);
        spawn_local(async move {
            // Left before its turn: nobody needs to hear of it.
            let _ = JsFuture::from(over).await;
        });
        Ok(())
    }

    fn leave(&self, query: &str) {
        if let Some(place) = self.places.borrow_mut().remove(query) {
            place.leave();
        }
    }
}

impl Place {
    fn leave(&self) {
        self.left.set(true);
        match self.give_back.borrow_mut().take() {
            Some(give_back) => {
                // A promise's own function fails for nobody.
                let _ = give_back.call0(&JsValue::NULL);
            }
            None => self.waiting.abort(),
        }
    }
}

impl Sharing for Tabs {
    fn added(&self, store: &Rc<Store>) {
        if store.face.keeps() {
            store.act(Machine::share);
        }
    }

    fn line(&self, store: &Rc<Store>, wants: bool) {
        if wants {
            if self.stand_in_line(store).is_err() {
                // Without a line everybody asks.
                let store = Rc::clone(store);
                spawn_local(async move { store.act(Machine::grant) });
            }
        } else {
            self.leave(&store.label.query);
        }
    }

    fn settled(&self, store: &Rc<Store>) {
        let ended = store.machine.borrow().has_ended();
        if ended || !store.face.keeps() {
            return;
        }
        if let Some(text) = self.news(store).and_then(|news| serde_json::to_string(&news).ok()) {
            // Fails only when the channel is closed, which happens when this value is dropped.
            let _ = self.channel.post_message(&text.into());
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
        for place in self.places.borrow().values() {
            place.leave();
        }
    }
}
