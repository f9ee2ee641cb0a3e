//! How does a page follow one answer of the server? A store of its text, read whenever the text is another one.

use super::api::{Api, Place, SignedIn};
use super::store::{Key, Row, Store, all_of, read_text, subscribe};
use leptos::prelude::Get as _;
use live_query::View;
use live_query::browser::{Extent, Query};
use revos_ui::{Signal, Var, effect};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A store of one answer, read.
pub(crate) struct Answer<T> {
    /// How it stands.
    pub view: Signal<View<Extent>>,
    /// What it says; none until it is here, and when there is no such thing.
    pub value: Signal<Option<Arc<T>>>,
    store: Store,
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Answer<T> {}

impl<T: DeserializeOwned + PartialEq + Send + Sync + 'static> Answer<T> {
    /// The answer to this question, read at this place.
    pub(crate) fn of(api: Api<SignedIn>, query: Query<Row, Key>, place: Place) -> Self {
        let store = subscribe(api, query, place, read_text::<T>);
        let text = Signal::memo(move || all_of(store, Row::text).pop());
        let value = Signal::memo(move || {
            text.with(|text| lean_json::from_str::<T>(text.as_ref()?).ok().map(Arc::new))
        });
        Self { view: Signal::derive(move || store.view.get()), value, store }
    }

    /// Asks again whenever something was changed.
    pub(crate) fn following(self, changes: Var<u32>) -> Self {
        effect(move || {
            if changes.get() > 0 {
                self.refresh();
            }
        });
        self
    }

    /// Asks again now.
    pub(crate) fn refresh(self) {
        self.store.refresh();
    }
}

/// A question under a name of its own.
pub(crate) fn query(name: &'static str, key: String) -> Query<Row, Key> {
    Query::new(name, key, Row::key)
}
