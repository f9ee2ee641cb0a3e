//! What does everything on a client's page work with? The record as it is shown, and the one way to change it.
//!
//! A change is painted at once, on top of what the server said last, and sent as one request. A refusal takes it
//! away again; a confirmed one stays on top until the server's record holds it, so that nothing jumps back.

use super::super::columns::Writing;
use super::super::data::{RecordStore, use_client_record};
use super::lines::{Apply, Settled};
use crate::shell::api::{Api, Given, Order, SignedIn};
use crate::shell::record::{Notice, asks_before_leaving};
use crate::shell::session::Session;
use crate::shell::{Refused, format};
use jiff::Timestamp;
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::clients::changes::FormField;
use revos_shared::clients::{ClientRecord, ClientRights, FormType, KanbanStatus};
use revos_shared::kernel::ids::{ContactId, DataSourceId, DeliverableId, KanbanItemId, QuestionId};
use revos_shared::{ClientId, Money};
use revos_ui::{Signal, Var, effect, live};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// A change that the server made, in its own words.
pub(in crate::clients) struct Confirmed {
    /// What it did.
    pub apply: Apply,
    /// When the server's record holds it.
    pub settled: Settled,
}

/// A change on its way.
pub(in crate::clients) type Sending = Pin<Box<dyn Future<Output = Result<Confirmed, Refused>>>>;

/// A change that is painted on top of the server's record.
#[derive(Clone)]
struct Edit {
    number: u32,
    apply: Apply,
    /// None while it is on its way.
    settled: Option<Settled>,
    /// Answers of the server since it was confirmed.
    answers: u8,
}

impl PartialEq for Edit {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.settled.is_some()) == (other.number, other.settled.is_some())
    }
}

/// What can be filled in about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clients) enum Form {
    Client,
    Health,
    Contact(Option<ContactId>),
    Commercials,
    Discovery(FormType),
    Question(Option<QuestionId>),
    Source(Option<DataSourceId>),
    Card(Option<KanbanItemId>, KanbanStatus),
    Deliverable(Option<DeliverableId>),
    Terms,
    /// A note on one of the open opportunities.
    Note,
    /// Asks whether this is to be removed.
    Remove(Removal),
}

/// What can be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clients) enum Removal {
    Client,
    Contact(ContactId),
    Question(QuestionId),
    Source(DataSourceId),
    Card(KanbanItemId),
    Deliverable(DeliverableId),
}

/// The desk a person works at.
#[derive(Clone, Copy)]
pub(in crate::clients) struct Desk {
    /// Which client.
    pub id: ClientId,
    /// The server.
    pub api: Api<SignedIn>,
    /// How the record stands.
    pub store: RecordStore,
    /// The record as it is shown; none until it is here.
    pub record: Signal<Option<Arc<ClientRecord>>>,
    /// What may be changed here.
    pub rights: Signal<ClientRights>,
    /// How values are written.
    pub writing: Writing,
    /// What is being filled in.
    pub form: Var<Option<Form>>,
    /// What was said last.
    pub notice: Var<Option<Notice>>,
    /// Counts what was done here that is no part of the record.
    pub done: Var<u32>,
    queries: StoredValue<LiveQueries, LocalStorage>,
    edits: Var<Vec<Edit>>,
    numbers: StoredValue<u32>,
    waiting: StoredValue<Rc<RefCell<Waiting>>, LocalStorage>,
}

/// Changes that are to be sent.
#[derive(Default)]
struct Waiting {
    changes: VecDeque<Change>,
    /// Is one on its way?
    busy: bool,
}

struct Change {
    number: u32,
    sending: Sending,
    then: Box<dyn FnOnce(Option<Refused>)>,
}

impl Desk {
    /// The desk for this client.
    pub(in crate::clients) fn new(id: ClientId, api: Api<SignedIn>, session: Session) -> Self {
        let store = use_client_record(id, api);
        let edits = Var::new(Vec::<Edit>::new());
        let read = move || lean_json::from_str::<ClientRecord>(store.text.get()?.as_str()).ok();
        let server = Signal::fresh(move || read().map(Arc::new));
        let record = Signal::fresh(move || {
            let server = server.get()?;
            edits.with(|edits| {
                if edits.is_empty() {
                    return Some(server);
                }
                // Read once more: to copy it, the page would need code for every kind of row.
                let mut painted = read()?;
                edits.iter().for_each(|edit| (edit.apply)(&mut painted));
                Some(Arc::new(painted))
            })
        });
        // Whoever is told twice by the server without a row of theirs has been overtaken by somebody.
        let answer = Signal::memo(move || store.view.with(|view| view.as_of.map(|as_of| as_of.received)));
        effect(move || {
            let _ = answer.get();
            let server = server.get();
            let gone = |edit: &Edit| match (&edit.settled, &server) {
                (Some(settled), Some(server)) => edit.answers > 1 || settled(server),
                _ => false,
            };
            let mut left = edits.get_untracked();
            let before = left.len();
            left.retain(|edit| !gone(edit));
            left.iter_mut().filter(|edit| edit.settled.is_some()).for_each(|edit| edit.answers += 1);
            if before > 0 {
                edits.set(left);
            }
        });
        let currency = session.of_member(|member| member.organization.currency.clone());
        let writing = Writing { currency, time_zone: crate::shell::query::time_zone(), today: store.today };
        Self {
            id,
            api,
            store,
            record,
            rights: Signal::memo(move || {
                record.with(|record| record.as_deref().map(|record| record.rights).unwrap_or_default())
            }),
            writing,
            form: Var::new(None),
            notice: Var::new(None),
            done: Var::new(0),
            queries: StoredValue::new_local(expect_context()),
            edits,
            numbers: StoredValue::new(0),
            waiting: StoredValue::new_local(Rc::default()),
        }
    }

    /// A part of the record, told on only when it is another one.
    pub(in crate::clients) fn part<T>(
        self,
        read: impl Fn(&ClientRecord) -> T + Send + Sync + 'static,
    ) -> Signal<T>
    where
        T: Clone + Default + PartialEq + Send + Sync + 'static,
    {
        Signal::memo(move || self.read(&read).unwrap_or_default())
    }

    /// What is said of the record; empty until it is here. Not generic, so that there is one copy of it.
    pub(in crate::clients) fn text(self, say: fn(&ClientRecord, Self) -> String) -> Signal<String> {
        Signal::memo(move || self.read(|record| say(record, self)).unwrap_or_default())
    }

    /// A part of the page that follows the record; empty until it is here.
    pub(in crate::clients) fn view(
        self,
        draw: impl Fn(&ClientRecord) -> AnyView + Send + 'static,
    ) -> AnyView {
        live(move || self.read(&draw)).into_any()
    }

    /// Reads the record; whoever runs now runs again when it changes.
    pub(in crate::clients) fn read<T>(self, read: impl FnOnce(&ClientRecord) -> T) -> Option<T> {
        self.record.with(|record| record.as_deref().map(read))
    }

    /// The record at this moment.
    pub(in crate::clients) fn now(self) -> Option<Arc<ClientRecord>> {
        self.record.get_untracked()
    }

    /// Opens a form.
    pub(in crate::clients) fn open(self, form: Form) {
        self.form.set(Some(form));
    }

    /// Paints a change and sends it; `then` hears how it went. One is sent after the other, so that each can name the
    /// version that the one before left: what a change says of it is read when its turn comes.
    pub(in crate::clients) fn write(
        self,
        apply: Option<Apply>,
        sending: Sending,
        then: Box<dyn FnOnce(Option<Refused>)>,
    ) {
        let number = self.numbers.get_value() + 1;
        self.numbers.set_value(number);
        if let Some(apply) = apply {
            self.edits.update(|edits| edits.push(Edit { number, apply, settled: None, answers: 0 }));
        }
        let waiting = self.waiting.get_value();
        let is_first = {
            let mut waiting = waiting.borrow_mut();
            waiting.changes.push_back(Change { number, sending, then });
            !std::mem::replace(&mut waiting.busy, true)
        };
        self.store.writing(true);
        if is_first {
            spawn_local(self.send_all(waiting));
        }
    }

    /// Goes on when the page was left: what a person did is sent, though nobody is there to be told.
    async fn send_all(self, waiting: Rc<RefCell<Waiting>>) {
        let leaving = asks_before_leaving();
        loop {
            let next = waiting.borrow_mut().changes.pop_front();
            let Some(Change { number, sending, then }) = next else { break };
            let outcome = sending.await;
            if self.numbers.try_get_value().is_none() {
                continue;
            }
            let mut edits = self.edits.get_untracked();
            edits.retain(|edit| edit.number != number);
            let refused = match outcome {
                Ok(Confirmed { apply, settled }) => {
                    edits.push(Edit { number, apply, settled: Some(settled), answers: 0 });
                    // Below what was done since, which was done on top of it.
                    edits.sort_by_key(|edit| edit.number);
                    None
                }
                Err(refused) => Some(refused),
            };
            self.edits.set(edits);
            self.store.writing(false);
            // Also after a refusal: somebody else may have been there. And all of the page: the list shows this client too.
            self.queries.with_value(LiveQueries::refresh_all);
            then(refused);
        }
        waiting.borrow_mut().busy = false;
        leaving.remove();
    }

    /// A change on its way; `confirm` reads the answer. Not generic, so that there is one copy of it.
    pub(in crate::clients) fn order(
        self,
        order: Result<Order, Refused>,
        confirm: impl FnOnce(Given) -> Result<(Apply, Settled), Refused> + 'static,
    ) -> Sending {
        send(self.api, order, Box::new(confirm))
    }

    /// The same for a change without a form: a refusal is told in a notice.
    pub(in crate::clients) fn write_now(
        self,
        what: String,
        apply: Apply,
        sending: Sending,
        done: Option<String>,
    ) {
        let then = move |refused: Option<Refused>| match (refused, done) {
            (Some(refused), _) => {
                let text = format!("{what}: {}", refused.sentence());
                self.notice.set(Some(Notice { text, bad: true }));
            }
            (None, Some(text)) => self.notice.set(Some(Notice { text, bad: false })),
            (None, None) => self.notice.set(None),
        };
        self.write(Some(apply), sending, Box::new(then));
    }

    /// Says something.
    pub(in crate::clients) fn say(self, text: impl Into<String>, bad: bool) {
        self.notice.set(Some(Notice { text: text.into(), bad }));
    }

    /// An amount as people read it.
    pub(in crate::clients) fn money(self, amount: Option<Money>) -> String {
        amount.map_or_else(
            || format::NONE.to_owned(),
            |amount| self.writing.currency.with(|currency| format::money(amount, currency)),
        )
    }

    /// A day as people read it.
    pub(in crate::clients) fn day(self, day: Option<Date>) -> String {
        day.map_or_else(|| format::NONE.to_owned(), |day| format::day(day, self.writing.today.get()))
    }

    /// A moment as people read it.
    pub(in crate::clients) fn moment(self, moment: Timestamp) -> String {
        self.writing.time_zone.with(|zone| format::moment(moment.as_millisecond(), zone))
    }
}

type Confirm = Box<dyn FnOnce(Given) -> Result<(Apply, Settled), Refused>>;

fn send(api: Api<SignedIn>, order: Result<Order, Refused>, confirm: Confirm) -> Sending {
    Box::pin(async move {
        let (apply, settled) = confirm(api.send(order?).await?)?;
        Ok(Confirmed { apply, settled })
    })
}

/// The fields of a discovery form with what was written into them.
pub(in crate::clients) fn answered(
    record: &ClientRecord,
    form: FormType,
) -> Vec<(&'static FormField, String)> {
    let answers = record.forms.iter().find(|known| known.form_type == form).map(|form| &form.answers);
    let said = |name: &str| answers.and_then(|answers| answers.get(name)).cloned().unwrap_or_default();
    form.fields().iter().map(|field| (field, said(field.name))).collect()
}
