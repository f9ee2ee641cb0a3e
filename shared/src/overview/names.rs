//! What are the tiles and their figures called? The words of snapshots, downloads and addresses.

use crate::kernel::value_set;

value_set! {
    /// What a tile is about, in the order of the page.
    TileKind {
        /// Monthly and annual recurring revenue.
        RecurringRevenue = "recurring_revenue",
        /// How MRR moved.
        MrrMovement = "mrr_movement",
        /// How much of it stayed.
        Retention = "retention",
        /// The account, what it loses and how long it lasts.
        Cash = "cash",
        /// What is owed.
        Receivables = "receivables",
        /// Invoices issued and payments received.
        Billed = "billed",
        /// What is left of the revenue.
        Margin = "margin",
        /// All open opportunities.
        OpenPipeline = "open_pipeline",
        /// The quarter beside its target.
        Forecast = "forecast",
        /// How often and how fast opportunities are won.
        WinRate = "win_rate",
        /// What to look at in the pipeline.
        Alerts = "alerts",
        /// How the clients are doing.
        PortfolioHealth = "portfolio_health",
        /// Which clients may leave.
        ChurnRisk = "churn_risk",
        /// Quarterly business reviews.
        Reviews = "reviews",
        /// Projects.
        Delivery = "delivery",
        /// What is left of list prices.
        PriceRealisation = "price_realisation",
        /// Runs of agents.
        Agents = "agents",
        /// The person's own work.
        Focus = "focus",
        /// Connected accounts.
        Connections = "connections",
    }
}

value_set! {
    /// What a figure counts in.
    FigureUnit {
        /// Cents of the organization's currency.
        Money = "money",
        /// Whole things.
        Count = "count",
        /// Basis points.
        Percent = "percent",
        /// Hundredths.
        Times = "times",
        /// Tenths of a day.
        Days = "days",
        /// Tenths of a month.
        Months = "months",
        /// 0–100.
        Score = "score",
        /// Whole minutes.
        Minutes = "minutes",
    }
}

/// Declares the figures with their units.
macro_rules! figures {
    ($($(#[$meta:meta])* $variant:ident = $word:literal $unit:ident),+ $(,)?) => {
        value_set! {
            /// A figure of the overview, by its name in snapshots.
            FigureName { $($(#[$meta])* $variant = $word),+ }
        }

        impl FigureName {
            /// What it counts in.
            #[must_use]
            pub const fn unit(self) -> FigureUnit {
                match self { $(Self::$variant => FigureUnit::$unit),+ }
            }
        }
    };
}

figures! {
    /// MRR on the day.
    Mrr = "mrr" Money,
    /// ARR on the day.
    Arr = "arr" Money,
    /// The part of MRR that is past due.
    MrrPastDue = "mrr_past_due" Money,
    /// The sum of the movements.
    MrrNetNew = "mrr_net_new" Money,
    /// Of clients that never paid before.
    MrrNew = "mrr_new" Money,
    /// Of clients that came back.
    MrrReactivation = "mrr_reactivation" Money,
    /// More from clients that stayed.
    MrrExpansion = "mrr_expansion" Money,
    /// Less from clients that stayed.
    MrrContraction = "mrr_contraction" Money,
    /// Of clients that left.
    MrrChurn = "mrr_churn" Money,
    /// Net revenue retention of 12 months.
    Nrr = "nrr" Percent,
    /// Gross revenue retention of 12 months.
    Grr = "grr" Percent,
    /// Clients lost of those at the start of the window.
    LogoChurn = "logo_churn" Percent,
    /// The account.
    Cash = "cash" Money,
    /// Net cash used per month, over the last 3 full months.
    NetBurn = "net_burn" Money,
    /// Cash ÷ net burn.
    Runway = "runway" Months,
    /// Unpaid balances of sent invoices.
    Ar = "ar" Money,
    /// Those past their due date.
    ArOverdue = "ar_overdue" Money,
    /// AR in days of what was billed.
    Dso = "dso" Days,
    /// Not past due.
    AgingCurrent = "aging.current" Money,
    /// 1–30 days past due.
    Aging30 = "aging.days_1_30" Money,
    /// 31–60 days.
    Aging60 = "aging.days_31_60" Money,
    /// 61–90 days.
    Aging90 = "aging.days_61_90" Money,
    /// 91 days and more.
    Aging91 = "aging.days_91" Money,
    /// Σ total of invoices issued.
    Billed = "billed" Money,
    /// Σ payments received.
    Collected = "collected" Money,
    /// Σ invoices, net of tax.
    Revenue = "revenue" Money,
    /// (revenue − cost of revenue) ÷ revenue.
    GrossMargin = "gross_margin" Percent,
    /// (revenue − expenses) ÷ revenue.
    NetMargin = "net_margin" Percent,
    /// Σ amount of open opportunities.
    OpenValue = "open_value" Money,
    /// How many are open.
    OpenCount = "open_count" Count,
    /// Σ amount × probability.
    OpenWeighted = "open_weighted" Money,
    /// Won, and what is at least 70 % likely.
    Commit = "commit" Money,
    /// Won in the quarter.
    Won = "won" Money,
    /// Won, and what is at least 50 % likely.
    Upside = "upside" Money,
    /// Won, and all of the period.
    Best = "best" Money,
    /// Open pipeline of the period ÷ target.
    Coverage = "coverage" Times,
    /// Commit − target.
    Variance = "variance" Money,
    /// Won ÷ closed.
    WinRate = "win_rate" Percent,
    /// Median days from creation to winning.
    SalesCycleDays = "sales_cycle_days" Days,
    /// Alerts to look at today.
    AlertsCritical = "alerts.critical" Count,
    /// Alerts to keep an eye on.
    AlertsWarning = "alerts.warning" Count,
    /// Open pipeline of the period too small.
    AlertsCoverage = "alerts.coverage" Count,
    /// Commit below the target.
    AlertsVariance = "alerts.variance" Count,
    /// Long in one stage.
    AlertsStalled = "alerts.stalled" Count,
    /// Expected soon.
    AlertsExpiring = "alerts.expiring" Count,
    /// Expected on a day that has passed.
    AlertsOverdue = "alerts.overdue" Count,
    /// Mean TRS score of active clients.
    Trs = "trs" Score,
    /// Mean health of active clients.
    AverageHealth = "average_health" Score,
    /// Customers.
    ActiveClients = "active_clients" Count,
    /// Customers without health.
    Unscored = "unscored" Count,
    /// In the healthy band.
    HealthHealthy = "health_bands.healthy" Count,
    /// In the watch band.
    HealthWatch = "health_bands.watch" Count,
    /// In the critical band.
    HealthCritical = "health_bands.critical" Count,
    /// Churn risk 15 and above.
    AtRisk = "at_risk" Count,
    /// Churn risk 25 and above.
    Critical = "critical" Count,
    /// Churn risk 10–14.
    Watch = "watch" Count,
    /// Σ ARR of clients at risk.
    ArrAtRisk = "arr_at_risk" Money,
    /// Reviews whose day has passed.
    QbrOverdue = "qbr_overdue" Count,
    /// Reviews within 30 days.
    Qbr30 = "qbr_30" Count,
    /// Reviews within 60 days.
    Qbr60 = "qbr_60" Count,
    /// Reviews within 90 days.
    Qbr90 = "qbr_90" Count,
    /// Projects under way.
    ProjectsActive = "projects_active" Count,
    /// On track.
    ProjectsGreen = "projects_by_health.green" Count,
    /// At risk.
    ProjectsYellow = "projects_by_health.yellow" Count,
    /// Critical.
    ProjectsRed = "projects_by_health.red" Count,
    /// Past their due date and not completed.
    ProjectsOverdue = "projects_overdue" Count,
    /// Spent ÷ budget of active projects.
    BudgetUse = "budget_use" Percent,
    /// Price after discount ÷ list price.
    PriceRealisation = "price_realisation" Percent,
    /// Succeeded ÷ (succeeded + failed).
    SuccessRate = "success_rate" Percent,
    /// Runs that succeeded.
    RunsSucceeded = "runs.succeeded" Count,
    /// Runs that failed.
    RunsFailed = "runs.failed" Count,
    /// Runs waiting or under way.
    RunsOpen = "runs.open" Count,
    /// Runs that were cancelled.
    RunsCancelled = "runs.cancelled" Count,
    /// Runs with a violation of a guardrail.
    Flagged = "flagged" Count,
    /// Completed focus time.
    FocusMinutes = "focus_minutes" Minutes,
    /// Priorities done.
    PrioritiesDone = "priorities_done" Count,
    /// Priorities planned.
    Priorities = "priorities" Count,
    /// Accounts in order.
    Connected = "connections.connected" Count,
    /// Accounts with trouble.
    Degraded = "connections.degraded" Count,
    /// Accounts that somebody has to connect anew.
    NeedsReauth = "connections.needs_reauth" Count,
    /// Accounts that were disconnected.
    Disconnected = "connections.disconnected" Count,
}

value_set! {
    /// What can happen in a day.
    NewsKind {
        /// Opportunities won.
        Won = "opportunities_won",
        /// Opportunities lost.
        Lost = "opportunities_lost",
        /// Opportunities moved to another open stage.
        Moved = "opportunities_moved",
        /// New opportunities.
        Added = "opportunities_added",
        /// New clients.
        ClientsAdded = "clients_added",
        /// Clients lost, with their ARR.
        ClientsChurned = "clients_churned",
        /// Clients whose score rose.
        ScoresBetter = "scores_better",
        /// Clients whose score fell.
        ScoresWorse = "scores_worse",
        /// Invoices sent.
        InvoicesSent = "invoices_sent",
        /// Payments received.
        PaymentsReceived = "payments_received",
        /// Subscriptions that began, with their MRR.
        SubscriptionsStarted = "subscriptions_started",
        /// Subscriptions that ended, with their MRR.
        SubscriptionsEnded = "subscriptions_ended",
    }
}
