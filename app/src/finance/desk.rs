//! What do all parts of the Finance page need? The server, the address, who looks, and what is open on top.

use super::address::{FinanceAddress, NewForm, State};
use super::data::{Due, Named, day_of};
use crate::shell::Refused;
use crate::shell::api::{Api, SignedIn};
use crate::shell::format;
use crate::shell::query::day_now;
use crate::shell::record::Notice;
use crate::shell::session::Session;
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::View;
use live_query::browser::Extent;
use revos_shared::finance::{
    CashEntry, ExpenseRow, InvoiceRecord, Payment, SubscriptionRow, SubscriptionStatus,
};
use revos_shared::session::Capability;
use revos_shared::{ClientId, Endpoint, Money, UserId};
use revos_ui::{Signal, Var, effect};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// What is open on top.
#[derive(Clone)]
pub(super) enum Form {
    /// Which invoices are shown?
    Filter,
    /// What an address asked for, for a client whose name is yet to be read.
    Asked(NewForm, ClientId),
    /// A new draft, perhaps for a client.
    New(Option<Named>),
    /// A draft.
    Edit(Arc<InvoiceRecord>),
    /// Shall it be sent?
    Send(Due),
    /// Why is it withdrawn?
    Cancel(Due),
    /// Money was received.
    Pay(Due),
    /// Whose money was received? One of the invoices that are owed.
    PayOne,
    /// Why is a payment taken back?
    Reverse(Payment),
    /// New terms of recurring revenue, of a client or of one that is to be chosen.
    NewSubscription(Option<Named>),
    /// Other terms from a day on.
    ChangeTerms(SubscriptionRow),
    /// Another standing from a day on.
    SetStatus(SubscriptionRow, SubscriptionStatus),
    /// An expense, or a new one.
    Expense(Option<Arc<ExpenseRow>>),
    /// When was it paid?
    PayExpense(Arc<ExpenseRow>),
    /// Shall it go?
    RemoveExpense(Arc<ExpenseRow>),
    /// A cash entry, or a new one.
    Cash(Option<Arc<CashEntry>>),
    /// Shall it go?
    RemoveCash(Arc<CashEntry>),
}

/// The desk a person works at.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The server.
    pub api: Api<SignedIn>,
    /// Where filters, order and tab are kept.
    pub address: FinanceAddress,
    /// Who works here.
    pub me: UserId,
    /// May the person change anything?
    pub write: bool,
    /// May the person see the cash?
    pub cash: bool,
    /// The organization's name.
    pub organization: Signal<String>,
    /// The currency of all amounts.
    pub currency: Signal<String>,
    /// The zone of the times.
    pub time_zone: Signal<String>,
    /// The day of what is shown.
    pub today: Var<Date>,
    /// What is open on top.
    pub form: Var<Option<Form>>,
    /// What was said last.
    pub notice: Var<Option<Notice>>,
    /// Counts what was changed, for whoever shows it.
    pub changes: Var<u32>,
    here: StoredValue<()>,
}

impl Desk {
    /// The desk of the signed-in person.
    pub(super) fn new(api: Api<SignedIn>, session: Session) -> Self {
        let member = session.member();
        let time_zone = crate::shell::query::time_zone();
        let can = |right| member.as_ref().is_some_and(|member| member.can(right));
        Self {
            api,
            address: FinanceAddress::new(),
            me: api.read_for().user_id,
            write: can(Capability::FINANCE_WRITE),
            cash: can(Capability::OVERVIEW_CASH),
            organization: session.of_member(|member| member.organization.name.clone()),
            currency: session.of_member(|member| member.organization.currency.clone()),
            time_zone,
            today: Var::new(time_zone.with_untracked(|zone| day_now(zone))),
            form: Var::new(None),
            notice: Var::new(None),
            changes: Var::new(0),
            here: StoredValue::new(()),
        }
    }

    /// A part of what the address says, told on only when it is another one.
    pub(super) fn asks<T: Clone + PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Signal<T> {
        Signal::memo(move || self.address.state.with(&read))
    }

    /// The days are told from the day of this answer.
    pub(super) fn dated_by(self, view: Signal<View<Extent>>) {
        effect(move || {
            let day = view.with(|view| self.time_zone.with(|zone| day_of(view, zone)));
            if let Some(day) = day.filter(|day| *day != self.today.get_untracked()) {
                self.today.set(day);
            }
        });
    }

    /// Asks for everything again.
    pub(super) fn refresh(self) {
        self.changes.update(|changes| *changes += 1);
    }

    /// Opens something on top.
    pub(super) fn open(self, form: Form) {
        self.form.set(Some(form));
    }

    /// Says something.
    pub(super) fn say(self, text: impl Into<String>, bad: bool) {
        self.notice.set(Some(Notice { text: text.into(), bad }));
    }

    /// An amount as people read it.
    pub(super) fn money(self, amount: Money) -> String {
        self.currency.with(|currency| format::money(amount, currency))
    }

    /// A change of an amount as people read it.
    pub(super) fn signed(self, amount: Money) -> String {
        let sign = if amount.minor() > 0 { "+" } else { "" };
        format!("{sign}{}", self.money(amount))
    }

    /// A day as people read it.
    pub(super) fn day(self, day: Date) -> String {
        format::day(day, self.today.get())
    }

    /// Is the page still there? What was begun on it may end when it is not.
    pub(super) fn is_here(self) -> bool {
        self.here.try_get_value().is_some()
    }

    /// Sends a change; what is shown is read again, also after a refusal, since somebody else may have been there.
    pub(super) fn write<E: Endpoint + 'static>(
        self,
        query: E::Query,
        body: E::Body,
        then: impl FnOnce(Result<E::Reply, Refused>) + 'static,
    ) where
        E::Query: 'static,
        E::Body: 'static,
    {
        spawn_local(async move {
            let outcome = self.api.change::<E>(&query, &body).await;
            // The page may be gone.
            if self.is_here() {
                self.refresh();
                then(outcome);
            }
        });
    }
}
