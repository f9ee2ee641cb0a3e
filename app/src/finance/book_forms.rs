//! What can be filled in about subscriptions, expenses and cash?

use super::data::Named;
use super::desk::Desk;
use super::words;
use crate::shell::sheet::{Definition, Kind, Submission, choices, choices_or, field};
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::finance::changes::{
    CashDetail, CashFields, ExpenseDetail, ExpenseFields, PaidOn, StatusChange, SubscriptionFields,
    TermsChange,
};
use revos_shared::finance::endpoints::{
    CashEntryQuery, ChangeSubscription, CreateCashEntry, CreateExpense, CreateSubscription, ExpenseQuery,
    MarkExpensePaid, SetSubscriptionStatus, SubscriptionQuery, UpdateCashEntry, UpdateExpense,
};
use revos_shared::finance::{
    BillingFrequency, CashEntry, CashSource, CashType, ExpenseCategory, ExpenseRow, SubscriptionRow,
    SubscriptionStatus,
};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::write_day;
use revos_shared::pipeline::LostReason;
use revos_shared::{Endpoint, Money};
use revos_ui::{Button, ButtonKind, Var, live};
use std::sync::Arc;

fn said(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// Sends what a form says; `done` is told to the person.
fn save<E: Endpoint + 'static>(
    desk: Desk,
    query: E::Query,
    body: E::Body,
    done: String,
    then: Box<dyn FnOnce(Option<crate::shell::Refused>)>,
) where
    E::Query: 'static,
    E::Body: 'static,
{
    desk.write::<E>(query, body, move |outcome| {
        if outcome.is_ok() {
            desk.say(done, false);
        }
        then(outcome.err());
    });
}

/// New terms of a client.
pub(super) fn subscription(desk: Desk, client: &Named) -> Definition {
    let (client_id, name) = (client.id, client.name.clone());
    let kinds = [SubscriptionStatus::Active, SubscriptionStatus::Trial];
    Definition {
        title: format!("New subscription of {name}"),
        save: "Add subscription",
        save_also: None,
        draft: format!("draft:{client_id}:subscription"),
        fields: vec![
            field!("product_name", "Product", Kind::Line("text")),
            field!("status", "Begins as", choices(&kinds, |one| (one.as_str(), terms::subscription(one).0))),
            field!("amount", "Amount", Kind::Line("text"), "Per billing period."),
            field!(
                "billing_frequency",
                "Billed",
                choices(BillingFrequency::ALL, |one| (one.as_str(), terms::frequency(one)))
            ),
            field!(
                "activated_on",
                "First day",
                Kind::Line("date"),
                "Of an active one: the first day that counts."
            ),
            field!("trial_ends_on", "Trial until", Kind::Line("date"), "Of a trial."),
            field!("renewal_date", "Renewal", Kind::Line("date")),
            field!("notes", "Notes", Kind::Area),
        ],
        begun: vec![
            String::new(),
            SubscriptionStatus::Active.to_string(),
            String::new(),
            BillingFrequency::Monthly.to_string(),
            write_day(desk.today.get_untracked()),
            String::new(),
            String::new(),
            String::new(),
        ],
        version: None,
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let status = entries.word("status").unwrap_or(SubscriptionStatus::Active);
            let trial = status == SubscriptionStatus::Trial;
            let amount = entries.money("amount");
            if amount.is_none() && entries.given("amount").is_none() {
                entries.refuse("amount", "required");
            }
            let body = SubscriptionFields {
                client_id,
                product_name: entries.text("product_name"),
                status,
                amount: amount.unwrap_or_default(),
                billing_frequency: entries.word("billing_frequency").unwrap_or(BillingFrequency::Monthly),
                trial_ends_on: entries.day("trial_ends_on").filter(|_| trial),
                activated_on: entries.day("activated_on").filter(|_| !trial),
                renewal_date: entries.day("renewal_date"),
                notes: entries.given("notes"),
            };
            entries.checked(&body)?;
            let done = format!("{} was added for {name}.", body.product_name);
            save::<CreateSubscription>(desk, NoQuery {}, body, done, then);
            Ok(())
        }),
        current: |_| None,
    }
}

/// Other terms from a day on.
pub(super) fn change_terms(desk: Desk, row: SubscriptionRow) -> Definition {
    Definition {
        title: format!("Change {} of {}", row.product_name, row.client_name),
        save: "Change amount",
        save_also: None,
        draft: format!("draft:{}:terms", row.id),
        fields: vec![
            field!("amount", "New amount", Kind::Line("text"), "Per billing period."),
            field!(
                "billing_frequency",
                "Billed",
                choices(BillingFrequency::ALL, |one| (one.as_str(), terms::frequency(one)))
            ),
            field!(
                "effective_on",
                "From",
                Kind::Line("date"),
                "The terms of today end on this day, and the new ones begin. Days that were counted stay counted."
            ),
        ],
        begun: vec![
            row.amount.to_string(),
            row.billing_frequency.to_string(),
            write_day(desk.today.get_untracked()),
        ],
        version: Some(row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let (amount, day) = (entries.money("amount"), entries.day("effective_on"));
            for (name, missing) in [("amount", amount.is_none()), ("effective_on", day.is_none())] {
                if missing && entries.given(name).is_none() {
                    entries.refuse(name, "required");
                }
            }
            let body = TermsChange {
                version: version.unwrap_or_default(),
                amount: amount.unwrap_or_default(),
                billing_frequency: entries.word("billing_frequency").unwrap_or(row.billing_frequency),
                effective_on: day.unwrap_or(desk.today.get_untracked()),
            };
            entries.checked(&body)?;
            let done = format!("{} of {} was changed.", row.product_name, row.client_name);
            let query = SubscriptionQuery { subscription_id: row.id };
            save::<ChangeSubscription>(desk, query, body, done, then);
            Ok(())
        }),
        current: |_| None,
    }
}

/// Another standing from a day on.
pub(super) fn set_status(desk: Desk, row: SubscriptionRow, to: SubscriptionStatus) -> Definition {
    let (verb, hint) = match (row.status, to) {
        (SubscriptionStatus::Trial, SubscriptionStatus::Active) => {
            ("Start billing", "The first day that counts.")
        }
        (_, SubscriptionStatus::PastDue) => ("Mark past due", "It stays in MRR, shown as past due."),
        (SubscriptionStatus::PastDue, _) if to == SubscriptionStatus::Active => {
            ("Mark as paid up", "It is in force as before.")
        }
        (_, SubscriptionStatus::Paused) => ("Pause", "The first day that no longer counts."),
        (_, SubscriptionStatus::Cancelled) => ("Cancel subscription", "The first day that no longer counts."),
        _ => ("Resume", "The first day that counts again; the days between stay uncounted."),
    };
    let cancelled = to == SubscriptionStatus::Cancelled;
    // Falling behind with a payment, or catching up, ends and begins nothing.
    let same = matches!(
        (row.status, to),
        (SubscriptionStatus::Active, SubscriptionStatus::PastDue)
            | (SubscriptionStatus::PastDue, SubscriptionStatus::Active)
    );
    let mut fields = Vec::new();
    let mut begun = Vec::new();
    if !same {
        fields.push(field!("effective_on", "From", Kind::Line("date"), hint));
        begun.push(write_day(desk.today.get_untracked()));
    }
    if cancelled {
        fields.push(field!(
            "reason",
            "Why?",
            choices_or("Choose a reason", LostReason::ALL, |one| (one.as_str(), terms::lost_reason(one)))
        ));
        begun.push(String::new());
    }
    Definition {
        title: format!("{verb}: {} of {}", row.product_name, row.client_name),
        save: verb,
        save_also: None,
        draft: format!("draft:{}:status:{to}", row.id),
        fields,
        begun,
        version: Some(row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let day = entries.day("effective_on");
            if !same && day.is_none() && entries.given("effective_on").is_none() {
                entries.refuse("effective_on", "required");
            }
            let body = StatusChange {
                version: version.unwrap_or_default(),
                status: to,
                effective_on: day,
                reason: entries.word("reason"),
            };
            entries.checked(&body)?;
            let word = terms::subscription(to).0.to_lowercase();
            let done = format!("{} of {} is {word} now.", row.product_name, row.client_name);
            let query = SubscriptionQuery { subscription_id: row.id };
            save::<SetSubscriptionStatus>(desk, query, body, done, then);
            Ok(())
        }),
        current: |_| None,
    }
}

fn expense_values(expense: &ExpenseDetail) -> Vec<String> {
    vec![
        write_day(expense.expense_date),
        expense.vendor.clone(),
        expense.category.to_string(),
        expense.description.clone(),
        expense.amount.to_string(),
        expense.cost_of_revenue.to_string(),
        expense.recurring_frequency.map(|one| one.to_string()).unwrap_or_default(),
        said(expense.receipt_url.as_ref()),
        said(expense.notes.as_ref()),
    ]
}

/// Something that was spent.
pub(super) fn expense(desk: Desk, known: Option<Arc<ExpenseRow>>) -> Definition {
    let today = desk.today.get_untracked();
    let begun = match known.as_deref() {
        None => vec![
            write_day(today),
            String::new(),
            ExpenseCategory::SoftwareTools.to_string(),
            String::new(),
            String::new(),
            "false".to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ],
        Some(row) => vec![
            write_day(row.expense_date),
            row.vendor.clone(),
            row.category.to_string(),
            row.description.clone(),
            row.amount.to_string(),
            row.cost_of_revenue.to_string(),
            row.recurring_frequency.map(|one| one.to_string()).unwrap_or_default(),
            said(row.receipt_url.as_ref()),
            said(row.notes.as_ref()),
        ],
    };
    let fixed = known.as_ref().is_some_and(|row| row.approved_at.is_some());
    let id = known.as_ref().map(|row| row.id);
    let amount_hint = if fixed { "It is approved: amount, category and date stay." } else { "More than 0." };
    Definition {
        title: if id.is_some() { "Edit expense" } else { "Add expense" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add expense" },
        save_also: None,
        draft: format!("draft:expense:{}", id.map(|id| id.to_string()).unwrap_or_default()),
        fields: vec![
            field!("expense_date", "Date", Kind::Line("date")),
            field!("vendor", "Vendor", Kind::Line("text")),
            field!(
                "category",
                "Category",
                choices(ExpenseCategory::ALL, |one| (one.as_str(), words::category(one)))
            ),
            field!("description", "What for", Kind::Line("text")),
            field!("amount", "Amount", Kind::Line("text"), amount_hint),
            field!("cost_of_revenue", "Cost of revenue: counts against the gross margin", Kind::Tick),
            field!(
                "recurring_frequency",
                "Recurring",
                choices_or("Not recurring", BillingFrequency::ALL, |one| (
                    one.as_str(),
                    terms::frequency(one)
                ))
            ),
            field!("receipt_url", "Receipt", Kind::Line("url"), "A link that begins with https://."),
            field!("notes", "Notes", Kind::Area),
        ],
        begun,
        version: known.as_ref().map(|row| row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let (day, amount) = (entries.day("expense_date"), entries.money("amount"));
            for (name, missing) in [("expense_date", day.is_none()), ("amount", amount.is_none())] {
                if missing && entries.given(name).is_none() {
                    entries.refuse(name, "required");
                }
            }
            let body = ExpenseFields {
                version,
                expense_date: day.unwrap_or(today),
                vendor: entries.text("vendor"),
                category: entries.word("category").unwrap_or(ExpenseCategory::Other),
                description: entries.text("description"),
                amount: amount.unwrap_or(Money::from_minor(1)),
                cost_of_revenue: entries.ticked("cost_of_revenue"),
                recurring_frequency: entries.word("recurring_frequency"),
                receipt_url: entries.given("receipt_url"),
                notes: entries.given("notes"),
            };
            entries.checked(&body)?;
            let done = format!("{} for {} is kept.", desk.money(body.amount), body.vendor);
            match id {
                Some(expense_id) => {
                    save::<UpdateExpense>(desk, ExpenseQuery { expense_id }, body, done, then)
                }
                None => save::<CreateExpense>(desk, NoQuery {}, body, done, then),
            }
            Ok(())
        }),
        current: |text| {
            let now = lean_json::from_str::<ExpenseDetail>(text).ok()?;
            Some((expense_values(&now), now.version))
        },
    }
}

/// When was it paid?
pub(super) fn pay_expense(desk: Desk, row: Arc<ExpenseRow>) -> Definition {
    let today = desk.today.get_untracked();
    Definition {
        title: format!("Mark {} for {} as paid", desk.money(row.amount), row.vendor),
        save: "Mark paid",
        save_also: None,
        draft: format!("draft:{}:paid", row.id),
        fields: vec![field!(
            "paid_on",
            "Paid on",
            Kind::Line("date"),
            "The cash goes out on this day. This stays."
        )],
        begun: vec![write_day(today)],
        version: Some(row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let day = entries.day("paid_on");
            if day.is_none() && entries.given("paid_on").is_none() {
                entries.refuse("paid_on", "required");
            }
            if day.is_some_and(|day| day > today) {
                entries.refuse("paid_on", "in_the_future");
            }
            let body = PaidOn { version: version.unwrap_or_default(), paid_on: day.unwrap_or(today) };
            entries.checked(&body)?;
            let done = format!("{} for {} is paid.", desk.money(row.amount), row.vendor);
            save::<MarkExpensePaid>(desk, ExpenseQuery { expense_id: row.id }, body, done, then);
            Ok(())
        }),
        current: |_| None,
    }
}

/// Cash entered by hand.
pub(super) fn cash(desk: Desk, known: Option<Arc<CashEntry>>) -> Definition {
    let today = desk.today.get_untracked();
    let sources = [CashSource::Manual, CashSource::OpeningBalance];
    let begun = match known.as_deref() {
        None => vec![
            write_day(today),
            CashType::Inflow.to_string(),
            CashSource::Manual.to_string(),
            String::new(),
            String::new(),
            String::new(),
        ],
        Some(row) => vec![
            write_day(row.entry_date),
            row.kind.to_string(),
            row.source.to_string(),
            row.category.clone(),
            row.description.clone(),
            row.amount.to_string(),
        ],
    };
    let id = known.as_ref().map(|row| row.id);
    Definition {
        title: if id.is_some() { "Edit cash entry" } else { "Add cash entry" }.to_owned(),
        save: if id.is_some() { "Save" } else { "Add entry" },
        save_also: None,
        draft: format!("draft:cash:{}", id.map(|id| id.to_string()).unwrap_or_default()),
        fields: vec![
            field!("entry_date", "Date", Kind::Line("date")),
            field!(
                "type",
                "Direction",
                choices(CashType::ALL, |one| (
                    one.as_str(),
                    match one {
                        CashType::Inflow => "In",
                        CashType::Outflow => "Out",
                    }
                ))
            ),
            field!("source", "Kind", choices(&sources, |one| (one.as_str(), words::cash_source(one)))),
            field!("category", "Category", Kind::Line("text")),
            field!("description", "What for", Kind::Line("text")),
            field!("amount", "Amount", Kind::Line("text"), "More than 0."),
        ],
        begun,
        version: known.as_ref().map(|row| row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let (day, amount) = (entries.day("entry_date"), entries.money("amount"));
            for (name, missing) in [("entry_date", day.is_none()), ("amount", amount.is_none())] {
                if missing && entries.given(name).is_none() {
                    entries.refuse(name, "required");
                }
            }
            let body = CashFields {
                version,
                entry_date: day.unwrap_or(today),
                kind: entries.word("type").unwrap_or(CashType::Inflow),
                category: entries.text("category"),
                description: entries.text("description"),
                amount: amount.unwrap_or(Money::from_minor(1)),
                source: entries.word("source").unwrap_or(CashSource::Manual),
            };
            entries.checked(&body)?;
            let done = format!("{} was entered.", desk.money(body.amount));
            match id {
                Some(entry_id) => {
                    save::<UpdateCashEntry>(desk, CashEntryQuery { entry_id }, body, done, then)
                }
                None => save::<CreateCashEntry>(desk, NoQuery {}, body, done, then),
            }
            Ok(())
        }),
        current: |text| {
            let now = lean_json::from_str::<CashDetail>(text).ok()?;
            let values = vec![
                write_day(now.entry_date),
                now.kind.to_string(),
                now.source.to_string(),
                now.category,
                now.description,
                now.amount.to_string(),
            ];
            Some((values, now.version))
        },
    }
}

/// Asks before something is removed, and removes it.
pub(super) fn removal<E>(desk: Desk, text: String, query: E::Query, close: Callback<()>) -> AnyView
where
    E: Endpoint<Reply = ()>,
    E::Query: Copy + Send + Sync + 'static,
{
    let (busy, problem) = (Var::new(false), Var::new(None::<String>));
    let remove = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wasm_bindgen_futures::spawn_local(async move {
            let outcome = desk.api.remove::<E>(&query).await;
            busy.set(false);
            desk.refresh();
            match outcome {
                Ok(()) => close.run(()),
                Err(refused) => problem.set(Some(refused.sentence().replace("Not saved: ", "Not removed: "))),
            }
        });
    };
    view! {
        <p>{text}</p>
        {live(move || problem.get().map(|text| view! { <p class="field-problem" role="alert">{text}</p> }.into_any()))}
        <div class="dialog-foot">
            <Button label="Cancel" on_press=close />
            <Button label="Remove" kind=ButtonKind::Primary busy on_press=remove />
        </div>
    }
    .into_any()
}
