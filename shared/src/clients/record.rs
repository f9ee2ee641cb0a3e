//! What is known about one client? Everything its page shows, as read in one answer.

use super::client::{ClientStatus, Phase, Segment};
use super::engagement::{
    ContactPower, DataSourceStatus, DeliverableStatus, DeliverableType, FormType, HealthSource, KanbanStatus,
};
use super::project::{ProjectHealth, ProjectStatus};
use crate::finance::{ArrangementType, BillingFrequency, InvoiceStatus, PaymentTerm, SubscriptionStatus};
use crate::kernel::ids::{
    ClientId, CommercialsId, ContactId, DataSourceId, DeliverableId, DiscoveryId, InvoiceId, KanbanItemId,
    OpportunityId, ProjectId, QuestionId, SubscriptionId, TermsId, UserId,
};
use crate::kernel::json::Json;
use crate::kernel::money::Money;
use crate::kernel::percent::Percent;
use crate::pipeline::Stage;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// A client with everything its page shows, as far as the reader may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRecord {
    /// The client itself.
    pub client: ClientDetail,
    /// What the reader may change here, as the database decides it.
    pub rights: ClientRights,
    /// The owner's name; none when unassigned or hidden from the reader.
    pub owner_name: Option<String>,
    /// The newest snapshot before today; none for a Client persona.
    pub previous: Option<PreviousHealth>,
    /// Pipeline and money.
    pub figures: ClientFigures,
    /// People at the client, by name.
    pub contacts: Vec<Contact>,
    /// What was agreed; none when nothing was, or hidden.
    pub commercials: Option<Commercials>,
    /// Discovery questions, in their order.
    pub questions: Vec<Question>,
    /// Discovery forms that were begun.
    pub forms: Vec<DiscoveryForm>,
    /// Data the engagement needs, by name.
    pub sources: Vec<DataSource>,
    /// Cards of the board, by column and place.
    pub cards: Vec<KanbanCard>,
    /// What is delivered, by title.
    pub deliverables: Vec<Deliverable>,
    /// Snapshots of health, oldest first.
    pub health: Vec<HealthPoint>,
    /// Open opportunities, the next close date first.
    pub opportunities: Vec<OpenOpportunity>,
    /// Projects, the next due date first.
    pub projects: Vec<ClientProject>,
    /// What the client pays with; none when hidden.
    pub terms: Option<ClientTerms>,
    /// Subscriptions that were not replaced, the newest first.
    pub subscriptions: Vec<ClientSubscription>,
    /// The 100 newest invoices.
    pub invoices: Vec<ClientInvoice>,
}

/// The client itself. Fields that a Client persona may not know are absent for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientDetail {
    /// Its id.
    pub id: ClientId,
    /// As shown.
    pub name: String,
    /// Where the relation stands.
    pub status: ClientStatus,
    /// How far the engagement has come; none until engaged.
    pub phase: Option<Phase>,
    /// How large the client is.
    pub segment: Option<Segment>,
    /// What it does.
    pub industry: Option<String>,
    /// Where it is.
    pub region: Option<String>,
    /// How it earns its money.
    #[serde(default)]
    pub revenue_model: Option<String>,
    /// What it wants from the engagement.
    #[serde(default)]
    pub primary_goal: Option<String>,
    /// Anything else.
    #[serde(default)]
    pub notes: Option<String>,
    /// The person in charge; none for an unassigned lead.
    pub owner_id: Option<UserId>,
    /// Contracted annual recurring revenue as agreed.
    pub arr: Option<Money>,
    /// 0–100, higher is better.
    #[serde(default)]
    pub health: Option<u8>,
    /// 0–100, higher is worse.
    #[serde(default)]
    pub churn_risk: Option<u8>,
    /// 0–100, computed by the database; see [`super::trs_score`].
    pub trs_score: Option<u8>,
    /// The next quarterly business review.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub qbr_date: Option<Date>,
    /// The last one; none known.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub last_qbr_date: Option<Date>,
    /// Marked by people as an account to expand.
    #[serde(default)]
    pub is_expansion: bool,
    /// The day the client was lost.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub churned_on: Option<Date>,
    /// When the row was made.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row; a write names the version it read.
    pub version: u32,
}

/// What the reader may change of a client. A hint for the page; every write is decided anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRights {
    /// The client and what is kept under it.
    pub write: bool,
    /// Who owns it.
    pub assign: bool,
    /// That it exists.
    pub delete: bool,
    /// What it pays with.
    pub terms: bool,
    /// Its invoices and subscriptions.
    pub money: bool,
}

/// A client's health at the newest snapshot before today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousHealth {
    /// 0–100.
    pub health: Option<u8>,
    /// 0–100.
    pub churn_risk: Option<u8>,
    /// 0–100.
    pub trs_score: Option<u8>,
    /// The day of the snapshot; none when there is none.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub snapshot_date: Option<Date>,
}

/// Pipeline and money of a client. None means that the reader may not see it; nothing there is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFigures {
    /// Open opportunities.
    pub open_count: Option<u32>,
    /// Their amounts.
    pub open_value: Option<Money>,
    /// Their amounts × probability.
    pub open_weighted: Option<Money>,
    /// Their furthest stage; none without any.
    pub furthest_open_stage: Option<Stage>,
    /// Monthly recurring revenue today.
    pub mrr: Option<Money>,
    /// Balance of sent invoices.
    pub ar_outstanding: Option<Money>,
    /// The part of it that is past due.
    pub ar_overdue: Option<Money>,
    /// Payments that were not reversed, of all time.
    pub ar_collected: Option<Money>,
}

/// A person at a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// As shown.
    pub name: String,
    /// Job title.
    pub role: String,
    /// Address; once per client.
    pub email: Option<String>,
    /// Number, as typed.
    pub phone: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// Say in a purchase.
    pub power: Option<ContactPower>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// What was agreed with a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commercials {
    /// Its id.
    pub id: CommercialsId,
    /// Name of the plan.
    pub plan: String,
    /// List price per month.
    pub price: Money,
    /// Months the agreement runs.
    pub term_months: u32,
    /// Off the list price.
    pub discount_pct: Percent,
    /// When it is renewed.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub renewal_date: Option<Date>,
    /// When invoices are due.
    pub payment_term: PaymentTerm,
    /// Who has to agree, in order.
    pub approvals: Vec<String>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A question of a client's discovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// Place in the list, from 0.
    pub position: u32,
    /// What is asked.
    pub question: String,
    /// What was answered.
    pub answer: Option<String>,
    /// What could be done about it.
    pub lever: Option<String>,
    /// What that would bring; may be negative.
    pub expected_impact: Option<Money>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A discovery form as it was last saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryForm {
    /// Its id.
    pub id: DiscoveryId,
    /// Which form.
    pub form_type: FormType,
    /// Texts by the names of [`FormType::fields`]; what another program wrote under other names stays, and
    /// what is no text is shown as the JSON it is.
    #[serde(deserialize_with = "texts")]
    pub answers: BTreeMap<String, String>,
    /// Since when it is complete.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub completed_at: Option<Timestamp>,
    /// Who completed it.
    #[serde(default)]
    pub completed_by_name: Option<String>,
    /// The last change of the row.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Data an engagement needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// Its id.
    pub id: DataSourceId,
    /// Its name; once per client, in upper or lower case.
    pub name: String,
    /// A group, as typed.
    pub category: String,
    /// How far it is.
    pub status: DataSourceStatus,
    /// Does the engagement need it?
    pub required: bool,
    /// Anything else.
    pub notes: Option<String>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A card of a client's board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KanbanCard {
    /// Its id.
    pub id: KanbanItemId,
    /// What is to be done.
    pub title: String,
    /// The column.
    pub status: KanbanStatus,
    /// Place in the column, from 0.
    pub position: u32,
    /// Who does it.
    pub assignee_id: Option<UserId>,
    /// Their name; none when unassigned or hidden.
    #[serde(default)]
    pub assignee_name: Option<String>,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub due_date: Option<Date>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// Something handed over to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverable {
    /// Its id.
    pub id: DeliverableId,
    /// Its key among the client's deliverables.
    pub reference: String,
    /// As shown.
    pub title: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DeliverableType,
    /// How it stands.
    pub status: DeliverableStatus,
    /// Where it is; http or https.
    pub url: Option<String>,
    /// From then on the client no longer sees it.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub share_expires_at: Option<Timestamp>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// How a client was on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthPoint {
    /// The day.
    #[serde(with = "crate::kernel::instants::day")]
    pub snapshot_date: Date,
    /// 0–100.
    pub health: Option<u8>,
    /// 0–100.
    pub churn_risk: Option<u8>,
    /// 0–100.
    pub trs_score: Option<u8>,
    /// Why it was recorded.
    pub source: HealthSource,
    /// What a person said about it.
    pub notes: Option<String>,
}

/// An open opportunity of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOpportunity {
    /// Its id.
    pub id: OpportunityId,
    /// As shown.
    pub name: String,
    /// Its step.
    pub stage: Stage,
    /// As entered.
    pub amount: Money,
    /// 0–100.
    pub probability: u8,
    /// Who works on it.
    pub owner_name: Option<String>,
    /// When it is expected to close.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub expected_close_date: Option<Date>,
    /// What comes next.
    pub next_step: Option<String>,
    /// And when.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub next_step_date: Option<Date>,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A project for a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientProject {
    /// Its id.
    pub id: ProjectId,
    /// As shown.
    pub name: String,
    /// How it stands.
    pub status: ProjectStatus,
    /// Is it on track?
    pub health: ProjectHealth,
    /// 0–100.
    pub progress: u8,
    /// Who leads it.
    pub owner_name: Option<String>,
    /// First day.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub starts_on: Option<Date>,
    /// Last day.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub due_on: Option<Date>,
}

/// What a client pays with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientTerms {
    /// Its id.
    pub id: TermsId,
    /// The kind of arrangement; none until agreed.
    pub arrangement_type: Option<ArrangementType>,
    /// Per month.
    pub monthly_fee: Option<Money>,
    /// Of the revenue the client reports.
    pub revenue_share_pct: Option<Percent>,
    /// The client's own monthly revenue.
    pub client_reported_mrr: Option<Money>,
    /// For information.
    pub equity_stake_pct: Option<Percent>,
    /// What a person expects.
    pub projection_mrr: Option<Money>,
    /// Counts the changes of the terms.
    pub version: u32,
}

/// A subscription of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// What it is for.
    pub product_name: String,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// Per billing period.
    pub amount: Money,
    /// How often it is due.
    pub billing_frequency: BillingFrequency,
    /// The same per month.
    pub mrr: Money,
    /// First day.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub activated_on: Option<Date>,
    /// The first day it no longer counts.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub ended_on: Option<Date>,
    /// When it is renewed.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub renewal_date: Option<Date>,
    /// Is it part of monthly recurring revenue today?
    pub counts: bool,
}

/// An invoice of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInvoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number.
    pub invoice_number: String,
    /// How it stands.
    pub status: InvoiceStatus,
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub issue_date: Date,
    /// Until when it is to be paid.
    #[serde(with = "crate::kernel::instants::day")]
    pub due_date: Date,
    /// With tax.
    pub total: Money,
    /// Received.
    pub amount_paid: Money,
    /// Still owed.
    pub balance: Money,
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, Json>::deserialize(deserializer)?;
    Ok(values.into_iter().filter_map(|(name, value)| Some((name, value.text()?))).collect())
}

impl ClientRecord {
    /// The newest snapshot of the day of the last review, or before.
    #[must_use]
    pub fn at_last_qbr(&self) -> Option<&HealthPoint> {
        let day = self.client.last_qbr_date?;
        self.health.iter().filter(|point| point.snapshot_date <= day).max_by_key(|point| point.snapshot_date)
    }

    /// How much of the required data is there: (available or collected, required). Metrics: portfolio.
    #[must_use]
    pub fn data_readiness(&self) -> (usize, usize) {
        let required = || self.sources.iter().filter(|source| source.required);
        let there = |source: &&DataSource| {
            matches!(source.status, DataSourceStatus::Available | DataSourceStatus::Collected)
        };
        (required().filter(there).count(), required().count())
    }
}

impl Commercials {
    /// What is left of the list price per month after the discount.
    #[must_use]
    pub fn net_price(&self) -> Money {
        let left = 10_000 - i128::from(self.discount_pct.hundredths());
        Money::of_fraction(i128::from(self.price.minor()) * left, 10_000)
    }
}
