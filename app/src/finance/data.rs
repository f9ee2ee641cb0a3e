//! Where do figures and invoices come from?

use crate::shell::answer::{Answer, query};
use crate::shell::api::{Answer as Read, Api, Place, SignedIn, Terms};
use crate::shell::format;
use jiff::civil::Date;
use live_query::View;
use live_query::browser::Extent;
use revos_shared::clients::endpoints::{ClientQuery, ReadClient};
use revos_shared::finance::endpoints::{
    InvoiceQuery, ListCashEntries, ListExpenses, ListInvoices, ListSubscriptions, ReadFigures, ReadInvoice,
};
use revos_shared::finance::{
    BillingFrequency, CashList, CashQuery, ExpenseList, ExpensesQuery, FiguresQuery, FinanceFigures,
    InvoiceRecord, InvoiceRow, InvoicesQuery, SubscriptionList, SubscriptionsQuery,
};
use revos_shared::kernel::ids::{InvoiceId, ProjectId, SubscriptionId};
use revos_shared::kernel::instants::days_between;
use revos_shared::kernel::workspace::{HitKind, SearchHit, SearchQuery, SearchWorkspace};
use revos_shared::{ClientId, Money};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The invoices that match, read as a whole ([`revos_shared::finance::InvoiceList`]), or as far as their reader needs
/// them: [`DueList`].
pub(super) fn use_invoices<L>(api: Api<SignedIn>, asked: &InvoicesQuery) -> Answer<L>
where
    L: DeserializeOwned + Send + Sync + 'static,
{
    let key = format!("invoices?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("invoices", key).persisted(), Place::of::<ListInvoices>(asked))
}

/// Invoices as far as forms and the collections queue need them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DueList {
    /// In the order asked for.
    pub rows: Vec<Due>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Due {
    /// Which.
    pub id: InvoiceId,
    /// Its number.
    pub invoice_number: String,
    /// Who is to pay.
    pub client_id: ClientId,
    /// Their name.
    pub client_name: String,
    /// Until when it is to be paid.
    #[serde(with = "revos_shared::kernel::instants::day")]
    pub due_date: Date,
    /// With tax.
    pub total: Money,
    /// What is owed.
    pub balance: Money,
    /// The last note, completed activity, mail or meeting with the client.
    #[serde(default, with = "revos_shared::kernel::instants::optional_day")]
    pub contacted_on: Option<Date>,
    /// Counts the changes of the row.
    pub version: u32,
}

impl Due {
    /// Days past due on a day.
    pub(super) fn days_late(&self, today: Date) -> i64 {
        days_between(self.due_date, today).max(0)
    }
}

impl From<&InvoiceRow> for Due {
    fn from(row: &InvoiceRow) -> Self {
        Self {
            id: row.id,
            invoice_number: row.invoice_number.clone(),
            client_id: row.client_id,
            client_name: row.client_name.clone(),
            due_date: row.due_date,
            total: row.total,
            balance: row.balance,
            contacted_on: row.contacted_on,
            version: row.version,
        }
    }
}

/// One invoice with everything its panel shows.
pub(super) fn use_invoice(api: Api<SignedIn>, invoice_id: InvoiceId) -> Answer<InvoiceRecord> {
    let place = Place::of::<ReadInvoice>(&InvoiceQuery { invoice_id });
    Answer::of(api, query("invoice", format!("invoices/{invoice_id}")).persisted(), place)
}

/// The figures of today, with those of a window.
pub(super) fn use_figures(api: Api<SignedIn>, asked: FiguresQuery) -> Answer<FinanceFigures> {
    let key = format!("finance?scope={}", asked.scope());
    Answer::of(api, query("finance", key).persisted(), Place::of::<ReadFigures>(&asked))
}

/// The subscriptions that match.
pub(super) fn use_subscriptions(api: Api<SignedIn>, asked: &SubscriptionsQuery) -> Answer<SubscriptionList> {
    let key = format!("subscriptions?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("subscriptions", key).persisted(), Place::of::<ListSubscriptions>(asked))
}

/// The expenses that match.
pub(super) fn use_expenses(api: Api<SignedIn>, asked: &ExpensesQuery) -> Answer<ExpenseList> {
    let key = format!("expenses?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("expenses", key).persisted(), Place::of::<ListExpenses>(asked))
}

/// The cash entries that match.
pub(super) fn use_cash(api: Api<SignedIn>, asked: &CashQuery) -> Answer<CashList> {
    let key = format!("cash?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("cash", key).persisted(), Place::of::<ListCashEntries>(asked))
}

/// The day an answer was read, in the organization's time zone.
pub(super) fn day_of(view: &View<Extent>, time_zone: &str) -> Option<Date> {
    format::calendar_day(view.as_of?.server.as_unix_millis(), time_zone)
}

/// A client to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Which.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// Clients whose name is like this.
pub(super) async fn find_clients(api: Api<SignedIn>, text: &str) -> Vec<Named> {
    let query = SearchQuery { q: text.to_owned() };
    let found = api.read_rows::<SearchWorkspace, Vec<SearchHit>>(&query, None).await;
    let hits = found.map(|found| found.data).unwrap_or_default();
    let clients = hits.into_iter().filter(|hit| hit.kind == HitKind::Client);
    clients.map(|hit| Named { id: ClientId(hit.id), name: hit.title }).collect()
}

/// What a client is called.
pub(super) async fn client_name(api: Api<SignedIn>, client_id: ClientId) -> Option<String> {
    #[derive(Deserialize)]
    struct Record {
        client: Called,
    }
    #[derive(Deserialize)]
    struct Called {
        name: String,
    }
    client_part::<Record>(api, client_id).await.map(|record| record.client.name)
}

/// What an invoice of a client may ask for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Things {
    /// What is agreed.
    pub subscriptions: Vec<Agreed>,
    /// What is being done.
    pub projects: Vec<Project>,
}

/// A subscription to choose.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Agreed {
    /// Which.
    pub id: SubscriptionId,
    /// What for.
    pub product_name: String,
    /// How much.
    pub amount: Money,
    /// How often.
    pub billing_frequency: BillingFrequency,
}

/// A project to choose.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Project {
    /// Which.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// Subscriptions and projects of a client; none that can be had, none to choose.
pub(super) async fn things_of(api: Api<SignedIn>, client_id: ClientId) -> Things {
    client_part(api, client_id).await.unwrap_or_default()
}

/// A part of a client's record.
async fn client_part<T: DeserializeOwned>(api: Api<SignedIn>, client_id: ClientId) -> Option<T> {
    let place = Place::of::<ReadClient>(&ClientQuery { client_id });
    match api.read(place, Terms::default()).await.ok()? {
        Read::Full { reply, .. } => lean_json::from_str(reply.data.get()).ok(),
        Read::Unchanged { .. } => None,
    }
}
