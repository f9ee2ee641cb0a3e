//! What does the server say to a question, read as a whole, and what is shown while a new question is on its way?

use super::api::{Api, Place, SignedIn};
use super::grid::GridRows;
use super::standing::{Shown, shown};
use super::store::{Key, Row, Store, all_of, read_text, subscribe};
use leptos::prelude::Get as _;
use live_query::View;
use live_query::browser::{Extent, Query};
use revos_ui::{Signal, Var, effect, is_same};
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

impl<T: DeserializeOwned + Send + Sync + 'static> Answer<T> {
    /// The answer that stands at a place.
    pub(crate) fn of(api: Api<SignedIn>, query: Query<Row, Key>, place: Place) -> Self {
        let store = subscribe(api, query, place, read_text::<T>);
        let text = Signal::memo(move || all_of(store, Row::text).pop());
        let value = Signal::fresh(move || {
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

/// A query whose answer is one thing.
pub(crate) fn query(name: &'static str, key: String) -> Query<Row, Key> {
    Query::new(name, key, Row::key)
}

/// The answer to the question that is asked now. Until it is there, that to the question before stays.
pub(crate) struct Latest<T> {
    /// How it stands.
    pub view: Signal<View<Extent>>,
    /// What it says.
    pub value: Signal<Option<Arc<T>>>,
    /// Counts the questions.
    turn: Signal<u32>,
    refresh: leptos::prelude::Callback<()>,
}

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Latest<T> {}

/// A question with its answer; another one when the question is another.
struct Asked<Q, T> {
    question: Q,
    answer: Answer<T>,
}

impl<Q: Clone, T> Clone for Asked<Q, T> {
    fn clone(&self) -> Self {
        Self { question: self.question.clone(), answer: self.answer }
    }
}

impl<Q: PartialEq, T> PartialEq for Asked<Q, T> {
    fn eq(&self, other: &Self) -> bool {
        self.question == other.question
    }
}

struct Served<T> {
    view: View<Extent>,
    value: Option<Arc<T>>,
}

impl<T> Clone for Served<T> {
    fn clone(&self) -> Self {
        Self { view: self.view.clone(), value: self.value.clone() }
    }
}

impl<T> PartialEq for Served<T> {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view && is_same(&self.value, &other.value)
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> Latest<T> {
    /// Asks whenever the question is another one.
    pub(crate) fn of<Q>(question: Signal<Q>, ask: impl Fn(&Q) -> Answer<T> + Send + Sync + 'static) -> Self
    where
        Q: Clone + PartialEq + Send + Sync + 'static,
    {
        // A new question is a new store; the memo's owner lets go of the one before.
        let asked = Signal::memo(move || {
            let question = question.get();
            Asked { answer: ask(&question), question }
        });
        let served = Signal::fold(move |before: Option<&Served<T>>| {
            let answer = asked.get().answer;
            let view = answer.view.get();
            match before {
                Some(before) if before.value.is_some() && shown(&view) == Shown::Loading => {
                    Served { view: View { refreshing: true, ..before.view.clone() }, ..before.clone() }
                }
                _ => Served { view, value: answer.value.get() },
            }
        });
        let turn = Signal::fold(move |before: Option<&u32>| {
            let _ = asked.get();
            before.map_or(0, |turn| turn + 1)
        });
        Self {
            turn,
            view: Signal::derive(move || served.with(|served| served.view.clone())),
            value: Signal::shared(move || served.with(|served| served.value.clone())),
            refresh: leptos::prelude::Callback::new(move |()| asked.get_untracked().answer.refresh()),
        }
    }

    /// The rows of the answer, where it is a list.
    pub(crate) fn rows<R>(self, of: fn(&T) -> &[R]) -> GridRows<R>
    where
        R: Clone + Send + Sync + 'static,
    {
        Signal::fresh(move || {
            self.value.with(|list| {
                let rows = list.as_deref().map(of).unwrap_or_default();
                Arc::new(rows.iter().cloned().map(Arc::new).collect())
            })
        })
    }

    /// Asks again whenever something was changed; and a question that was answered before the change, when it comes back.
    pub(crate) fn following(self, changes: Var<u32>) -> Self {
        effect(move || {
            let _ = self.turn.get();
            if changes.get() > 0 {
                self.refresh();
            }
        });
        self
    }

    /// Asks again now.
    pub(crate) fn refresh(self) {
        use leptos::prelude::Callable as _;
        self.refresh.run(());
    }
}
