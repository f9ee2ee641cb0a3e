//! In which words and tones is money told?

use crate::shell::{figures, format};
use revos_shared::finance::{
    CashEntry, CashSource, ExpenseCategory, ExpenseState, InvoiceSource, InvoiceStanding, PaymentMethod,
    PaymentTerm, Runway, TimeScope,
};
use revos_shared::kernel::figure::Figure;
use revos_ui::Tone;

/// The word and the tone of how an invoice stands.
pub(super) const fn standing(standing: InvoiceStanding) -> (&'static str, Tone) {
    match standing {
        InvoiceStanding::Draft => ("Draft", Tone::Neutral),
        InvoiceStanding::Sent => ("Sent", Tone::Accent),
        InvoiceStanding::Overdue => ("Overdue", Tone::Bad),
        InvoiceStanding::Paid => ("Paid", Tone::Good),
        InvoiceStanding::Cancelled => ("Cancelled", Tone::Neutral),
    }
}

/// The words of a term.
pub(super) const fn term(term: PaymentTerm) -> &'static str {
    match term {
        PaymentTerm::DueOnReceipt => "Due on receipt",
        PaymentTerm::Net15 => "15 days",
        PaymentTerm::Net30 => "30 days",
        PaymentTerm::Net45 => "45 days",
        PaymentTerm::Net60 => "60 days",
        PaymentTerm::Net90 => "90 days",
    }
}

/// The words of a way to pay.
pub(super) const fn method(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::BankTransfer => "Bank transfer",
        PaymentMethod::Card => "Card",
        PaymentMethod::Check => "Check",
        PaymentMethod::Cash => "Cash",
        PaymentMethod::QuickBooks => "QuickBooks",
        PaymentMethod::Adjustment => "Written off, no money",
        PaymentMethod::Other => "Other",
    }
}

/// Where an invoice was made.
pub(super) const fn source(source: InvoiceSource) -> &'static str {
    match source {
        InvoiceSource::Manual => "RevOS",
        InvoiceSource::QuickBooks => "QuickBooks",
        InvoiceSource::Automation => "Playbook",
    }
}

/// What money is spent on.
pub(super) const fn category(category: ExpenseCategory) -> &'static str {
    match category {
        ExpenseCategory::PayrollBenefits => "Payroll and benefits",
        ExpenseCategory::MarketingAdvertising => "Marketing",
        ExpenseCategory::SoftwareTools => "Software",
        ExpenseCategory::OfficeEquipment => "Office and equipment",
        ExpenseCategory::TravelEntertainment => "Travel",
        ExpenseCategory::ProfessionalServices => "Professional services",
        ExpenseCategory::HostingInfrastructure => "Hosting",
        ExpenseCategory::Other => "Other",
    }
}

/// The word and the tone of how far an expense is.
pub(super) const fn expense_state(state: ExpenseState) -> (&'static str, Tone) {
    match state {
        ExpenseState::Unapproved => ("To approve", Tone::Warn),
        ExpenseState::Approved => ("Approved", Tone::Accent),
        ExpenseState::Paid => ("Paid", Tone::Good),
    }
}

/// What a cash entry is for: a category of expenses, or what a person called it.
pub(super) fn entry_category(entry: &CashEntry) -> String {
    let known = entry.category.parse::<ExpenseCategory>();
    known.map_or_else(|_| entry.category.clone(), |known| category(known).to_owned())
}

/// What a cash entry records.
pub(super) const fn cash_source(source: CashSource) -> &'static str {
    match source {
        CashSource::Manual => "By hand",
        CashSource::OpeningBalance => "Opening balance",
        CashSource::InvoicePayment => "Payment",
        CashSource::PaymentReversal => "Reversed payment",
        CashSource::Expense => "Expense",
    }
}

/// The words of a window.
pub(super) const fn scope(scope: TimeScope) -> &'static str {
    match scope {
        TimeScope::Today => "Today",
        TimeScope::Week => "7 days",
        TimeScope::Month => "Month",
        TimeScope::Quarter => "Quarter",
        TimeScope::Year => "Year",
    }
}

/// A figure, or the sign for none and why.
pub(super) fn figure<T: Clone>(figure: &Figure<T>, write: impl Fn(T) -> String) -> (String, String) {
    figures::written(figure, figures::why, write)
}

/// How long the cash lasts.
pub(super) fn runway(runway: Runway) -> String {
    match runway.tenths {
        None => "Not burning".to_owned(),
        Some(tenths) => format!("{} months", figures::tenths(tenths.into())),
    }
}

/// `3 days`, of being late.
pub(super) fn late(days: i64) -> String {
    format::plural(days.unsigned_abs(), "day", "days")
}
