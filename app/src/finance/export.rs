//! How do the lists of money leave the page? As CSV files of exactly what is shown.

use super::data::Due;
use super::desk::Desk;
use super::words;
use crate::shell::csv::{file, hand_over, whole};
use crate::shell::{format, terms};
use jiff::civil::Date;
use revos_shared::Money;
use revos_shared::finance::{
    CashEntry, CashType, ExpenseCategory, ExpenseRow, InvoiceRow, ProfitMonth, SubscriptionRow,
};
use revos_shared::kernel::figure::Figure;
use revos_shared::kernel::instants::write_day;
use std::borrow::Borrow;

/// A list as it is shown: its rows, how many match, and what they are called.
pub(super) struct Listed<'a, R> {
    /// What is here.
    pub rows: &'a [R],
    /// What there is.
    pub total: u64,
    /// The word for several.
    pub many: &'static str,
}

/// Makes a file of a list, a line for each row. A cut list makes none and says so.
fn export<R: Borrow<T>, T>(
    desk: Desk,
    list: &Listed<'_, R>,
    name: &'static str,
    head: &[&str],
    cells: impl Fn(&T) -> Vec<String>,
) {
    let head = head.iter().map(|word| (*word).to_owned()).collect();
    let made = whole(list.rows.len(), list.total, list.many)
        .map(|()| file(head, list.rows.iter().map(|row| cells(row.borrow()))));
    hand(desk, made, name);
}

fn hand(desk: Desk, made: Result<String, String>, name: &'static str) {
    if let Err(problem) = made.and_then(|text| hand_over(desk.api, &text, name, "/finance")) {
        desk.say(problem, true);
    }
}

fn day(day: Option<Date>) -> String {
    day.map(write_day).unwrap_or_default()
}

const INVOICES: [&str; 13] = [
    "Number",
    "Client",
    "Status",
    "Issued",
    "Due",
    "Days past due",
    "Net",
    "Tax",
    "Total",
    "Paid",
    "Owed",
    "Currency",
    "Source",
];

/// The invoices that are shown.
pub(super) fn invoices(desk: Desk, list: &Listed<'_, impl Borrow<InvoiceRow>>) {
    let today = desk.today.get_untracked();
    export(desk, list, "invoices.csv", &INVOICES, |row: &InvoiceRow| {
        vec![
            row.invoice_number.clone(),
            row.client_name.clone(),
            words::standing(row.standing(today)).0.to_owned(),
            write_day(row.issue_date),
            write_day(row.due_date),
            row.days_past_due(today).to_string(),
            row.amount.to_string(),
            row.tax.to_string(),
            row.total.to_string(),
            row.amount_paid.to_string(),
            row.owed().to_string(),
            desk.currency.get_untracked(),
            words::source(row.source).to_owned(),
        ]
    });
}

const QUEUE: [&str; 6] = ["Invoice", "Client", "Owed", "Days late", "Last contact", "Currency"];

/// Whom to ask for money, in the order of the queue.
pub(super) fn queue(desk: Desk, list: &Listed<'_, Due>) {
    let today = desk.today.get_untracked();
    export(desk, list, "collections.csv", &QUEUE, |row: &Due| {
        vec![
            row.invoice_number.clone(),
            row.client_name.clone(),
            row.balance.to_string(),
            row.days_late(today).to_string(),
            day(row.contacted_on),
            desk.currency.get_untracked(),
        ]
    });
}

const SUBSCRIPTIONS: [&str; 10] =
    ["Product", "Client", "Status", "Amount", "Billed", "MRR today", "Since", "Until", "Renewal", "Currency"];

/// The subscriptions that are shown.
pub(super) fn subscriptions(desk: Desk, list: &Listed<'_, impl Borrow<SubscriptionRow>>) {
    export(desk, list, "subscriptions.csv", &SUBSCRIPTIONS, |row: &SubscriptionRow| {
        vec![
            row.product_name.clone(),
            row.client_name.clone(),
            terms::subscription(row.status).0.to_owned(),
            row.amount.to_string(),
            terms::frequency(row.billing_frequency).to_owned(),
            if row.counts { row.mrr.to_string() } else { String::new() },
            day(row.activated_on.or(row.trial_ends_on)),
            day(row.ended_on),
            day(row.renewal_date),
            desk.currency.get_untracked(),
        ]
    });
}

const EXPENSES: [&str; 12] = [
    "Vendor",
    "Date",
    "Category",
    "Cost of revenue",
    "Description",
    "Amount",
    "State",
    "Paid on",
    "Approved by",
    "Entered by",
    "Recurring",
    "Currency",
];

/// The expenses that are shown.
pub(super) fn expenses(desk: Desk, list: &Listed<'_, impl Borrow<ExpenseRow>>) {
    export(desk, list, "expenses.csv", &EXPENSES, |row: &ExpenseRow| {
        vec![
            row.vendor.clone(),
            write_day(row.expense_date),
            words::category(row.category).to_owned(),
            if row.cost_of_revenue { "yes" } else { "no" }.to_owned(),
            row.description.clone(),
            row.amount.to_string(),
            words::expense_state(row.state()).0.to_owned(),
            day(row.paid_on),
            row.approved_by_name.clone().unwrap_or_default(),
            row.created_by_name.clone().unwrap_or_default(),
            row.recurring_frequency.map(terms::frequency).unwrap_or_default().to_owned(),
            desk.currency.get_untracked(),
        ]
    });
}

const CASH: [&str; 7] = ["Description", "Date", "Category", "Amount", "Left", "Source", "Currency"];

/// The cash entries that are shown; what goes out is negative.
pub(super) fn cash(desk: Desk, list: &Listed<'_, impl Borrow<CashEntry>>) {
    export(desk, list, "cash.csv", &CASH, |row: &CashEntry| {
        let amount = match row.kind {
            CashType::Inflow => row.amount,
            CashType::Outflow => Money::from_minor(-row.amount.minor()),
        };
        vec![
            row.description.clone(),
            write_day(row.entry_date),
            words::entry_category(row),
            amount.to_string(),
            row.balance.to_string(),
            words::cash_source(row.source).to_owned(),
            desk.currency.get_untracked(),
        ]
    });
}

/// Profit and loss of these months, a column for each.
pub(super) fn profit(desk: Desk, months: &[ProfitMonth], categories: &[ExpenseCategory]) {
    let line = |name: &str, cell: &dyn Fn(&ProfitMonth) -> String| -> Vec<String> {
        [name.to_owned()].into_iter().chain(months.iter().map(cell)).collect()
    };
    // With two decimals, as the overview's download has it; nothing where there is none.
    let share = |known: &Figure<i64>| {
        known.value().map(|points| Money::from_minor(*points).to_string()).unwrap_or_default()
    };
    let mut lines = vec![
        line("Subscriptions", &|month| month.subscriptions.to_string()),
        line("Services", &|month| month.services.to_string()),
        line("Revenue", &|month| month.revenue.to_string()),
    ];
    lines.extend(categories.iter().map(|category| {
        line(words::category(*category), &|month| {
            let total = month.expenses.iter().find(|total| total.category == *category);
            total.map(|total| total.amount.to_string()).unwrap_or_default()
        })
    }));
    lines.extend([
        line("Expenses", &|month| month.spent.to_string()),
        line("Net income", &|month| month.net.to_string()),
        line("Net margin %", &|month| share(&month.net_margin)),
        line("Gross margin %", &|month| share(&month.gross_margin)),
        line("Not approved, in no sum", &|month| month.unapproved.to_string()),
    ]);
    let figure = format!("Figure ({})", desk.currency.get_untracked());
    let head = [figure].into_iter().chain(months.iter().map(|month| format::month(month.month))).collect();
    hand(desk, Ok(file(head, lines.into_iter())), "profit-and-loss.csv");
}
