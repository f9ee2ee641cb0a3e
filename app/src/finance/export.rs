//! How does the list of invoices leave the page? As a CSV file of exactly what is shown.

use super::billing::Shown;
use super::desk::Desk;
use super::words;
use crate::shell::csv::{file, hand_over};
use revos_shared::finance::InvoiceRow;
use revos_shared::kernel::instants::write_day;

const HEAD: [&str; 13] = [
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

/// The rows of the list. A cut list says so first.
pub(super) fn invoices(desk: Desk, shown: Shown) {
    let Some(list) = shown.list.get_untracked() else { return };
    if shown.truncated.get_untracked() {
        let total = shown.total.get_untracked();
        return desk.say(
            format!(
                "The file would hold {} of {total} invoices. Load more first, or filter, to have them all.",
                list.rows.len()
            ),
            true,
        );
    }
    let head = HEAD.map(str::to_owned).to_vec();
    let text = file(head, list.rows.iter().map(|row| cells(desk, row).to_vec()));
    if hand_over(desk.api, &text, "invoices.csv", "/finance").is_none() {
        desk.say("The file could not be made by this browser.", true);
    }
}

fn cells(desk: Desk, row: &InvoiceRow) -> [String; 13] {
    let today = desk.today.get_untracked();
    [
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
}
