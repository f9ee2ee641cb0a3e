//! What is the overview computed from? Sums and counts that the database makes where all rows are (`overview_inputs`).

use crate::clients::ClientsSummary;
use crate::finance::{CashInputs, Day, MonthInputs, ReceivableInputs, RecurringInputs, Window};
use crate::kernel::money::Money;
use crate::kernel::value_set;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Sums and counts on a day, over the rows that the reader may see.
#[derive(Clone, Debug, Deserialize)]
pub struct OverviewInputs {
    /// The day of all figures that are of one day.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// The window.
    pub window: Window,
    /// Is it all of the organization, and not the clients of a segment or an owner?
    pub whole: bool,
    /// For those who may see the organization's money.
    #[serde(default)]
    pub finance: Option<FinanceSums>,
    /// For the same.
    #[serde(default)]
    pub margin: Option<Both<MarginInputs>>,
    /// Opportunities.
    pub pipeline: PipelineInputs,
    /// Clients.
    pub portfolio: ClientsSummary,
    /// Projects, prices, agents, own focus, connections.
    pub work: WorkInputs,
    /// What happened since yesterday began.
    pub news: Vec<super::News>,
    /// Figures of earlier days.
    pub kept: KeptInputs,
}

/// Something in the window, and in the one before.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Both<T> {
    /// In the window.
    pub now: T,
    /// In the window before.
    pub before: T,
}

/// Money, summed.
#[derive(Clone, Debug, Deserialize)]
pub struct FinanceSums {
    /// Recurring revenue.
    pub recurring: RecurringInputs,
    /// The last days of this month and the 12 before it, in order; of this one, the day of the figures.
    pub month_ends: Vec<Day>,
    /// What sent invoices still owe.
    pub receivables: ReceivableInputs,
    /// What was billed and collected.
    pub flows: Both<FlowInputs>,
    /// The account; none for a part of the organization.
    #[serde(default)]
    pub account: Option<AccountInputs>,
}

/// What was asked for and what came in.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct FlowInputs {
    /// Σ total of invoices issued.
    pub billed: Money,
    /// Σ payments received.
    pub collected: Money,
}

/// The account.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountInputs {
    /// On the day.
    pub now: CashInputs,
    /// The balance at the end of the window before.
    pub before: Money,
    /// The three full months before the day, and its own.
    pub months: Vec<MonthInputs>,
}

/// Revenue and what it cost.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct MarginInputs {
    /// Σ invoices sent or paid, net of tax.
    pub revenue: Money,
    /// Σ approved expenses; none for a part of the organization.
    #[serde(default)]
    pub spent: Option<Money>,
    /// The part of them that counts against the gross margin.
    #[serde(default)]
    pub cost_of_revenue: Option<Money>,
}

value_set! {
    /// When an open opportunity is expected.
    DueIn {
        /// By the end of the quarter; a day that has passed counts.
        Period = "period",
        /// After it.
        Later = "later",
        /// Nobody said.
        Undated = "undated",
    }
}

/// Opportunities, summed.
#[derive(Clone, Debug, Deserialize)]
pub struct PipelineInputs {
    /// Sales target of the quarter; none for a part of the organization.
    pub target: Option<Money>,
    /// Σ amount won in the quarter.
    pub won: Money,
    /// Open ones, by day and probability.
    pub open: Vec<OpenGroup>,
    /// Open ones by days in their stage; 46 stands for more.
    pub in_stage: Vec<DayCount>,
    /// Open ones by days to their expected close; −1 stands for less, 15 for more.
    pub to_close: Vec<DayCount>,
    /// Closed ones.
    pub closed: Both<ClosedCount>,
}

/// Open opportunities of one probability.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct OpenGroup {
    /// When they are expected.
    pub due: DueIn,
    /// 0–100.
    pub probability: u8,
    /// How many.
    pub count: u32,
    /// Σ amount.
    pub amount: Money,
}

/// How many there are of so many days.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct DayCount {
    /// Days.
    pub days: i64,
    /// How many.
    pub count: u32,
}

/// Closed opportunities.
#[derive(Clone, Debug, Deserialize)]
pub struct ClosedCount {
    /// Won.
    pub won: u32,
    /// Lost.
    pub lost: u32,
    /// Days from creation to winning, of each.
    pub cycle_days: Vec<u32>,
}

/// What is being done.
#[derive(Clone, Debug, Deserialize)]
pub struct WorkInputs {
    /// Projects.
    pub projects: ProjectInputs,
    /// Prices of active clients.
    pub prices: PriceInputs,
    /// Runs that were created.
    pub agent_runs: Both<RunInputs>,
    /// The reader's own.
    pub focus: Both<FocusInputs>,
    /// Accounts.
    pub connections: ConnectionInputs,
}

/// Projects, counted.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ProjectInputs {
    /// All there are.
    pub total: u32,
    /// Active and on track.
    pub green: u32,
    /// Active and at risk.
    pub yellow: u32,
    /// Active and critical.
    pub red: u32,
    /// Past their due date, neither completed nor cancelled.
    pub overdue: u32,
    /// Σ spent of active ones with a budget.
    pub spent: Money,
    /// Σ their budget.
    pub budget: Money,
}

/// Prices, summed.
#[derive(Clone, Debug, Deserialize)]
pub struct PriceInputs {
    /// Σ list price.
    pub list: Money,
    /// Σ price after discount in ten-thousandths of a cent, as a whole number.
    pub realised: String,
}

/// Runs of agents.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct RunInputs {
    /// Waiting or under way.
    pub open: u32,
    /// Done.
    pub succeeded: u32,
    /// Not done.
    pub failed: u32,
    /// Called off.
    pub cancelled: u32,
    /// With a violation of a guardrail.
    pub flagged: u32,
}

/// Focus sessions and priorities.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct FocusInputs {
    /// Of completed sessions.
    pub seconds: u64,
    /// Planned.
    pub priorities: u32,
    /// Done.
    pub done: u32,
}

/// Accounts.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ConnectionInputs {
    /// In order.
    pub connected: u32,
    /// With trouble.
    pub degraded: u32,
    /// To be connected anew.
    pub needs_reauth: u32,
    /// Disconnected.
    pub disconnected: u32,
    /// The oldest last read of those that are not disconnected.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub oldest_sync: Option<Timestamp>,
}

/// Snapshots; none where none was kept about then.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct KeptInputs {
    /// Finance 3 months ago.
    pub finance_quarter_ago: Option<Kept>,
    /// Finance at the end of the window before.
    pub finance_before: Option<Kept>,
    /// Pipeline at the end of the window before.
    pub pipeline_before: Option<Kept>,
    /// Pipeline 7 days ago.
    pub pipeline_week_ago: Option<Kept>,
    /// Portfolio 30 days ago.
    pub portfolio_month_ago: Option<Kept>,
}

/// `kept_figures()` as the database writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct KeptInput {
    /// Newest first.
    pub days: Vec<Day>,
    /// When today's were kept.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub kept_today_at: Option<Timestamp>,
    /// What was kept of the day.
    pub day: Option<Kept>,
}

/// A snapshot.
#[derive(Clone, Debug, Deserialize)]
pub struct Kept {
    /// Its day.
    #[serde(with = "crate::kernel::instants::day")]
    pub snapshot_date: Date,
    /// Its figures by name.
    pub metrics: Map<String, Value>,
}
