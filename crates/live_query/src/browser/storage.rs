//! How are snapshots kept in the browser without a plain word in its storage?
//!
//! One IndexedDB database with three stores: the key (AES-256-GCM, not extractable), what is known
//! of each snapshot without decrypting it ([`Entry`]), and the snapshots (12 bytes of nonce, then
//! the ciphertext).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise, Uint8Array};
use leptos::leptos_dom::helpers::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AesGcmParams, AesKeyGenParams, CryptoKey, IdbDatabase, IdbFactory, IdbRequest, IdbTransaction,
    IdbTransactionMode, SubtleCrypto,
};

use super::surroundings::wall_now;
use crate::snapshot::{Entry, Label, Retention, evict, stale};
use crate::time::ServerTime;

const KEYS: &str = "keys";
const ENTRIES: &str = "entries";
const SNAPSHOTS: &str = "snapshots";
const KEY: &str = "key";
const CIPHER: &str = "AES-GCM";
const NONCE_BYTES: usize = 12;
/// A storage that does not answer in this time is blocked; a page must not wait for it.
const PATIENCE_MS: u32 = 2_000;

/// Why the storage cannot be used, for telemetry.
pub(crate) type Problem = String;

/// The snapshots of this browser.
pub(crate) struct Storage {
    name: String,
    retention: Retention,
    opened: RefCell<Option<Rc<Opened>>>,
    /// Rises whenever snapshots are removed: a write that was prepared before must not follow.
    epoch: Cell<u32>,
    troubled: Cell<bool>,
    ended: Cell<bool>,
}

struct Opened {
    database: IdbDatabase,
    key: CryptoKey,
    /// Another tab deletes the database, and this connection was closed for it.
    closed: Rc<Cell<bool>>,
}

impl Storage {
    pub(crate) fn new(name: String, retention: Retention) -> Self {
        Self {
            name,
            retention,
            opened: RefCell::default(),
            epoch: Cell::new(0),
            troubled: Cell::new(false),
            ended: Cell::new(false),
        }
    }

    pub(crate) const fn retention(&self) -> &Retention {
        &self.retention
    }

    /// Whether this is the first trouble of this page.
    pub(crate) fn is_first_trouble(&self) -> bool {
        !self.troubled.replace(true)
    }

    /// Writes that are being prepared are given up.
    pub(crate) fn forget_writes(&self) {
        self.epoch.set(self.epoch.get().wrapping_add(1));
    }

    /// From now on nothing is read or written; [`Storage::wipe`] follows. What could still write
    /// after a sign-out would leave rows behind.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        self.forget_writes();
    }

    fn is_closed(&self) -> bool {
        self.troubled.get() || self.ended.get()
    }

    /// The text saved under this label, if it decrypts; a snapshot that does not is removed.
    pub(crate) async fn load(&self, label: &Label) -> Result<Option<String>, Problem> {
        if self.is_closed() {
            return Ok(None);
        }
        in_time(async {
            let opened = self.open().await?;
            let key = JsValue::from(label.storage_key());
            let request = transaction(&opened.database, false)?.object_store(SNAPSHOTS)?.get(&key)?;
            let sealed = settled(&request).await?;
            if sealed.is_undefined() {
                return Ok(None);
            }
            let text = unseal(&opened.key, label, &Uint8Array::new(&sealed).to_vec()).await;
            if text.is_none() {
                self.remove_now(&opened, &[label.storage_key()]).await?;
            }
            Ok(text)
        })
        .await
    }

    /// Encrypts and writes a text, making room as [`evict`] says.
    pub(crate) async fn save(&self, label: &Label, text: &str, written: ServerTime) -> Result<(), Problem> {
        if self.is_closed() || !self.retention.keeps_anything() {
            return Ok(());
        }
        let epoch = self.epoch.get();
        let saving = async {
            let opened = self.open().await?;
            let sealed = seal(&opened.key, label, text).await?;
            let key = label.storage_key();
            let entries = entries(&opened.database).await?;
            let Some(gone) = evict(&entries, &key, sealed.len(), &self.retention) else {
                return Ok(());
            };
            // From here to the end of the transaction's making nothing else runs. A snapshot that was dropped
            // does not come back; a person's own text was not dropped with it.
            let given_up = if label.is_own() { self.ended.get() } else { epoch != self.epoch.get() };
            if given_up {
                return Ok(());
            }
            let entry = Entry { key: key.clone(), build: label.build.clone(), bytes: sealed.len(), written };
            let transaction = transaction(&opened.database, true)?;
            delete(&transaction, &gone)?;
            let text = serde_json::to_string(&entry).map_err(|problem| problem.to_string())?;
            transaction.object_store(ENTRIES)?.put_with_key(&text.into(), &key.clone().into())?;
            let sealed = Uint8Array::from(sealed.as_slice());
            transaction.object_store(SNAPSHOTS)?.put_with_key(&sealed, &key.into())?;
            completed(&transaction).await
        };
        saving.await.map_err(|problem| problem.0)
    }

    /// Removes one snapshot.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), Problem> {
        if self.is_closed() {
            return Ok(());
        }
        let removing = async {
            let opened = self.open().await?;
            self.remove_now(&opened, &[key.to_owned()]).await
        };
        removing.await.map_err(|problem| problem.0)
    }

    /// Removes what is not this scope's, not this build's, or too old.
    pub(crate) async fn sweep(&self, prefix: &str, build: &str) -> Result<(), Problem> {
        let sweeping = async {
            let opened = self.open().await?;
            let entries = entries(&opened.database).await?;
            let gone = stale(&entries, prefix, build, wall_now(), &self.retention);
            if gone.is_empty() { Ok(()) } else { self.remove_now(&opened, &gone).await }
        };
        sweeping.await.map_err(|problem| problem.0)
    }

    /// Empties the database, then deletes it. A deletion waits for other tabs; emptying does not.
    pub(crate) async fn wipe(&self) {
        let emptying = async {
            let database = open(&self.name).await?;
            let transaction = transaction(&database, true)?;
            for store in [KEYS, ENTRIES, SNAPSHOTS] {
                transaction.object_store(store)?.clear()?;
            }
            let done = completed(&transaction).await;
            database.close();
            done
        };
        // A storage that cannot be opened cannot have been written either.
        let _ = in_time(emptying).await;
        if let Some(opened) = self.opened.take() {
            opened.database.close();
        }
        if let Ok(request) = factory().and_then(|factory| Ok(factory.delete_database(&self.name)?)) {
            let _ = in_time(async { settled(&request).await }).await;
        }
    }

    async fn remove_now(&self, opened: &Opened, keys: &[String]) -> Result<(), Trouble> {
        let transaction = transaction(&opened.database, true)?;
        delete(&transaction, keys)?;
        completed(&transaction).await
    }

    /// The open database with its key; both are made when they are missing.
    async fn open(&self) -> Result<Rc<Opened>, Trouble> {
        let known = self.opened.borrow().clone();
        if let Some(opened) = known.filter(|opened| !opened.closed.get()) {
            return Ok(opened);
        }
        let database = open(&self.name).await?;
        // Another tab wants to delete the database: let go, and open it anew next time.
        let closed = Rc::new(Cell::new(false));
        let (closing, noting) = (database.clone(), Rc::clone(&closed));
        let close = Closure::once_into_js(move || {
            noting.set(true);
            closing.close();
        });
        database.set_onversionchange(Some(close.unchecked_ref()));
        let key = key(&database).await;
        if self.ended.get() {
            database.close();
            return Err(Trouble("signed out".to_owned()));
        }
        let opened = Rc::new(Opened { database, key: key?, closed });
        self.opened.replace(Some(Rc::clone(&opened)));
        Ok(opened)
    }
}

/// What the browser threw, as text.
struct Trouble(String);

impl From<JsValue> for Trouble {
    fn from(value: JsValue) -> Self {
        let name = js_sys::Reflect::get(&value, &"name".into()).ok().and_then(|name| name.as_string());
        Self(name.unwrap_or_else(|| "the browser's storage failed".to_owned()))
    }
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self(text)
    }
}

fn factory() -> Result<IdbFactory, Trouble> {
    window().indexed_db()?.ok_or_else(|| Trouble("no IndexedDB".to_owned()))
}

fn subtle() -> Result<SubtleCrypto, Trouble> {
    let subtle = window().crypto()?.subtle();
    // Without a secure context there is none, whatever its type says.
    if subtle.is_undefined() { Err(Trouble("no WebCrypto".to_owned())) } else { Ok(subtle) }
}

async fn open(name: &str) -> Result<IdbDatabase, Trouble> {
    let request = factory()?.open_with_u32(name, 1)?;
    let upgrading = request.clone();
    let upgrade = Closure::once(move || {
        if let Ok(database) = upgrading.result().map(IdbDatabase::from) {
            for store in [KEYS, ENTRIES, SNAPSHOTS] {
                // Fails only if it exists, and then it is there.
                let _ = database.create_object_store(store);
            }
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = settled(&request).await?;
    request.set_onupgradeneeded(None);
    Ok(database.unchecked_into())
}

async fn key(database: &IdbDatabase) -> Result<CryptoKey, Trouble> {
    let subtle = subtle()?;
    let stored = || async {
        let request = transaction(database, false)?.object_store(KEYS)?.get(&KEY.into())?;
        settled(&request).await
    };
    let known = stored().await?;
    if !known.is_undefined() {
        return Ok(known.unchecked_into());
    }
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let made = subtle.generate_key_with_object(&AesKeyGenParams::new(CIPHER, 256), false, &usages)?;
    let made = JsFuture::from(made).await?;
    let writing = transaction(database, true)?;
    let added = writing.object_store(KEYS)?.add_with_key(&made, &KEY.into())?;
    if settled(&added).await.is_ok() {
        return Ok(made.unchecked_into());
    }
    // Another tab was faster.
    Ok(stored().await?.unchecked_into())
}

fn transaction(database: &IdbDatabase, write: bool) -> Result<IdbTransaction, Trouble> {
    let stores = Array::of3(&KEYS.into(), &ENTRIES.into(), &SNAPSHOTS.into());
    let mode = if write { IdbTransactionMode::Readwrite } else { IdbTransactionMode::Readonly };
    Ok(database.transaction_with_str_sequence_and_mode(&stores, mode)?)
}

async fn entries(database: &IdbDatabase) -> Result<Vec<Entry>, Trouble> {
    let request = transaction(database, false)?.object_store(ENTRIES)?.get_all()?;
    let texts = Array::from(&settled(&request).await?);
    Ok(texts.iter().filter_map(|text| lean_json::from_str(&text.as_string()?).ok()).collect())
}

fn delete(transaction: &IdbTransaction, keys: &[String]) -> Result<(), Trouble> {
    for key in keys {
        transaction.object_store(ENTRIES)?.delete(&key.into())?;
        transaction.object_store(SNAPSHOTS)?.delete(&key.into())?;
    }
    Ok(())
}

async fn seal(key: &CryptoKey, label: &Label, text: &str) -> Result<Vec<u8>, Trouble> {
    let mut sealed = vec![0; NONCE_BYTES];
    window().crypto()?.get_random_values_with_u8_array(&mut sealed)?;
    let parameters = parameters(&sealed, label);
    let sealing = subtle()?.encrypt_with_object_and_u8_array(&parameters, key, text.as_bytes())?;
    sealed.extend(Uint8Array::new(&JsFuture::from(sealing).await?).to_vec());
    Ok(sealed)
}

async fn unseal(key: &CryptoKey, label: &Label, sealed: &[u8]) -> Option<String> {
    let (nonce, content) = sealed.split_at_checked(NONCE_BYTES)?;
    let parameters = parameters(nonce, label);
    let opening = subtle().ok()?.decrypt_with_object_and_u8_array(&parameters, key, content).ok()?;
    let plain = Uint8Array::new(&JsFuture::from(opening).await.ok()?).to_vec();
    String::from_utf8(plain).ok()
}

fn parameters(nonce: &[u8], label: &Label) -> AesGcmParams {
    let parameters = AesGcmParams::new_with_u8_array(CIPHER, &Uint8Array::from(nonce));
    parameters.set_additional_data_u8_array(&Uint8Array::from(label.additional_data().as_slice()));
    parameters
}

/// The result of a request.
async fn settled(request: &IdbRequest) -> Result<JsValue, Trouble> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await.map_err(|_| request_trouble(request))?;
    Ok(request.result()?)
}

fn request_trouble(request: &IdbRequest) -> Trouble {
    js_sys::Reflect::get(request, &"error".into()).unwrap_or_default().into()
}

/// The end of a transaction.
async fn completed(transaction: &IdbTransaction) -> Result<(), Trouble> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(promise)
        .await
        .map(|_| ())
        .map_err(|_| js_sys::Reflect::get(transaction, &"error".into()).unwrap_or_default().into())
}

/// An answer of the storage, or why there is none in time.
async fn in_time<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Problem> {
    let mut work = std::pin::pin!(work);
    let mut patience = std::pin::pin!(TimeoutFuture::new(PATIENCE_MS));
    std::future::poll_fn(|context| {
        if let std::task::Poll::Ready(done) = work.as_mut().poll(context) {
            return std::task::Poll::Ready(done.map_err(|trouble| trouble.0));
        }
        patience.as_mut().poll(context).map(|()| Err("the storage did not answer".to_owned()))
    })
    .await
}
