//! What can be filled in about an invoice, and what is asked before something happens?

use super::address::NewForm;
use super::data::{Due, DueList, Named, client_name, use_invoices};
use super::desk::{Desk, Form};
use super::{book_forms, draft, filter, words};
use crate::shell::Refused;
use crate::shell::form::new_id;
use crate::shell::lists::table;
use crate::shell::part::{Arrival, part};
use crate::shell::query::{Standby, Standing};
use crate::shell::record::form_dialog;
use crate::shell::sheet::{Definition, Kind, Submission, choices, field, sheet};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::finance::changes::{PaymentFields, Reasoned};
use revos_shared::finance::endpoints::{
    CancelInvoice, CashEntryRemoval, DeleteCashEntry, DeleteExpense, ExpenseRemoval, InvoiceQuery,
    PaymentQuery, RecordPayment, ReversePayment, SendInvoice,
};
use revos_shared::finance::{InvoiceStanding, InvoicesQuery, Payment, PaymentMethod};
use revos_shared::kernel::bulk::AtVersion;
use revos_shared::kernel::instants::write_day;
use revos_ui::{Button, ButtonKind, SkeletonLines, Var, live};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// As many invoices as one chooses from by eye.
const CHOICE: u32 = 50;

/// The dialog around whatever is open.
pub(super) fn dialog(desk: Desk) -> AnyView {
    form_dialog(desk.form, move |form, dirty, title| -> Arrival {
        Box::pin(finance_form(desk, form, dirty, title))
    })
}

part!(
    finance_forms,
    fn finance_form(desk: Desk, form: Form, dirty: Var<bool>, title: Var<String>) {
        // A form does not begin anew because something that it read at first is another one.
        untrack(|| inside(desk, form, dirty, title))
    }
);

fn inside(desk: Desk, form: Form, dirty: Var<bool>, title: Var<String>) -> AnyView {
    let close = Callback::new(move |()| desk.form.set(None));
    let name = |text: String| title.set(text);
    let shown = |definition: Definition| {
        title.set(definition.title.clone());
        sheet(definition, dirty, close)
    };
    match form {
        Form::Filter => {
            name("Filter invoices".to_owned());
            filter::filter(desk, close)
        }
        Form::Asked(form, client) => {
            name(match form {
                NewForm::Invoice => "New invoice".to_owned(),
                NewForm::Subscription => "New subscription".to_owned(),
            });
            spawn_local(async move {
                let known = client_name(desk.api, client).await.map(|name| Named { id: client, name });
                // Whoever closed it meanwhile does not see it again.
                if desk.is_here() && desk.form.with_untracked(|open| matches!(open, Some(Form::Asked(..)))) {
                    desk.open(match form {
                        NewForm::Invoice => Form::New(known),
                        NewForm::Subscription => Form::NewSubscription(known),
                    });
                }
            });
            view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
        }
        Form::New(client) => {
            name("New invoice".to_owned());
            draft::form(desk, draft::Begun::New(client), dirty, close)
        }
        Form::Edit(record) => {
            name(format!("Edit draft {}", record.row.invoice_number));
            draft::form(desk, draft::Begun::Known(record), dirty, close)
        }
        Form::Send(due) => {
            name(format!("Send {}", due.invoice_number));
            send(desk, due, close)
        }
        Form::Cancel(due) => shown(cancel(desk, due)),
        Form::Pay(due) => shown(pay(desk, due)),
        Form::PayOne => {
            name("Record payment".to_owned());
            pay_one(desk)
        }
        Form::Reverse(payment) => shown(reverse(desk, payment)),
        Form::NewSubscription(None) => {
            name("New subscription".to_owned());
            draft::choose_client(desk, close, |client| Form::NewSubscription(Some(client)))
        }
        Form::NewSubscription(Some(client)) => shown(book_forms::subscription(desk, &client)),
        Form::ChangeTerms(row) => shown(book_forms::change_terms(desk, row)),
        Form::SetStatus(row, to) => shown(book_forms::set_status(desk, row, to)),
        Form::Expense(row) => shown(book_forms::expense(desk, row)),
        Form::PayExpense(row) => shown(book_forms::pay_expense(desk, row)),
        Form::RemoveExpense(row) => {
            name("Remove the expense".to_owned());
            let text = format!("{} for {} goes for everybody.", desk.money(row.amount), row.vendor);
            let query = ExpenseRemoval { expense_id: row.id, version: row.version };
            book_forms::removal::<DeleteExpense>(desk, text, query, close)
        }
        Form::Cash(row) => shown(book_forms::cash(desk, row)),
        Form::RemoveCash(row) => {
            name("Remove the cash entry".to_owned());
            let text = format!(
                "“{}” of {} goes for everybody, and out of the balance.",
                row.description,
                desk.money(row.amount)
            );
            let query = CashEntryRemoval { entry_id: row.id, version: row.version };
            book_forms::removal::<DeleteCashEntry>(desk, text, query, close)
        }
    }
}

/// Asks before it is sent: from then on its lines stay as they are.
fn send(desk: Desk, due: Due, close: Callback<()>) -> AnyView {
    let (busy, problem) = (Var::new(false), Var::new(None::<String>));
    let text = format!(
        "{} asks {} for {}. Once it is sent, its lines stay as they are, and it counts as owed. RevOS marks it as sent; handing it over is up to you, for example on paper by Print.",
        due.invoice_number,
        due.client_name,
        desk.money(due.total)
    );
    let number = due.invoice_number.clone();
    let go = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let number = number.clone();
        let query = InvoiceQuery { invoice_id: due.id };
        desk.write::<SendInvoice>(query, AtVersion { version: due.version }, move |outcome| {
            busy.set(false);
            match outcome {
                Ok(_) => {
                    desk.say(format!("{number} is sent."), false);
                    close.run(());
                }
                Err(refused) => problem.set(Some(sending_refused(&refused))),
            }
        });
    };
    view! {
        <p>{text}</p>
        {live(move || problem.get().map(|text| view! { <p class="field-problem" role="alert">{text}</p> }.into_any()))}
        <div class="dialog-foot">
            <Button label="Cancel" on_press=close />
            <Button label="Send invoice" kind=ButtonKind::Primary busy on_press=go />
        </div>
    }
    .into_any()
}

/// Why it was not sent, in the words of what is missing.
fn sending_refused(refused: &Refused) -> String {
    let missing = refused.problems().into_iter().find_map(|problem| problem.field);
    match missing.as_deref() {
        Some("lines") => "Not sent: it has no line yet. Edit the draft first.".to_owned(),
        Some("total") => "Not sent: it asks for nothing. Edit the draft first.".to_owned(),
        _ => refused.sentence().replace("Not saved: ", "Not sent: "),
    }
}

fn cancel(desk: Desk, due: Due) -> Definition {
    Definition {
        title: format!("Cancel {}", due.invoice_number),
        save: "Cancel invoice",
        save_also: None,
        draft: format!("draft:{}:cancel", due.id),
        fields: vec![field!(
            "reason",
            "Why is it cancelled?",
            Kind::Area,
            "It stays in the list as cancelled, is owed no more, and keeps its number. This cannot be undone."
        )],
        begun: vec![String::new()],
        version: Some(due.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let body = Reasoned { version: version.unwrap_or_default(), reason: entries.text("reason") };
            entries.checked(&body)?;
            let number = due.invoice_number.clone();
            desk.write::<CancelInvoice>(InvoiceQuery { invoice_id: due.id }, body, move |outcome| {
                if outcome.is_ok() {
                    desk.say(format!("{number} is cancelled."), false);
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |_| None,
    }
}

fn pay(desk: Desk, due: Due) -> Definition {
    let today = desk.today.get_untracked();
    // One for the form: pressed twice, or sent again after a cut, it pays once.
    let request_id = new_id();
    Definition {
        title: format!("Record payment of {}", due.invoice_number),
        save: "Record payment",
        save_also: None,
        draft: format!("draft:{}:payment", due.id),
        fields: vec![
            field!(
                "amount",
                "Amount",
                Kind::Line("text"),
                "What is still owed stands here; less is a part payment."
            ),
            field!("received_on", "Received on", Kind::Line("date")),
            field!("method", "How", choices(PaymentMethod::ALL, |one| (one.as_str(), words::method(one)))),
            field!("reference", "Reference", Kind::Line("text"), "What the payer wrote."),
        ],
        begun: vec![
            due.balance.to_string(),
            write_day(today),
            PaymentMethod::BankTransfer.to_string(),
            String::new(),
        ],
        version: None,
        submit: Arc::new(move |entries, Submission { then, .. }| {
            let (amount, received_on) = (entries.money("amount"), entries.day("received_on"));
            for (name, missing) in [("amount", amount.is_none()), ("received_on", received_on.is_none())] {
                if missing && entries.given(name).is_none() {
                    entries.refuse(name, "required");
                }
            }
            if amount.is_some_and(|amount| amount > due.balance) {
                entries.refuse("amount", "more_than_owed");
            }
            if received_on.is_some_and(|day| day > today) {
                entries.refuse("received_on", "in_the_future");
            }
            let body = PaymentFields {
                request_id,
                amount: amount.unwrap_or(Money::from_minor(1)),
                received_on: received_on.unwrap_or(today),
                method: entries.word("method").unwrap_or(PaymentMethod::Other),
                reference: entries.given("reference"),
            };
            entries.checked(&body)?;
            let (number, amount) = (due.invoice_number.clone(), desk.money(body.amount));
            desk.write::<RecordPayment>(InvoiceQuery { invoice_id: due.id }, body, move |outcome| {
                if let Ok(made) = &outcome {
                    let left = if made.invoice.balance > Money::ZERO {
                        format!("{} is still owed.", desk.money(made.invoice.balance))
                    } else {
                        "It is paid in full.".to_owned()
                    };
                    desk.say(format!("{amount} was recorded for {number}. {left}"), false);
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |_| None,
    }
}

/// Which of the invoices that are owed was paid?
fn pay_one(desk: Desk) -> AnyView {
    let owed = InvoicesQuery {
        status: [InvoiceStanding::Sent].into_iter().collect(),
        sort: "due".parse().ok(),
        limit: Some(CHOICE),
        ..InvoicesQuery::default()
    };
    let answer = use_invoices::<DueList>(desk.api, &owed);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let heads = [("Invoice", false), ("Client", false), ("Due", false), ("Owed", true), ("", false)];
    view! {
        <Standby
            standing
            what="what is owed"
            skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
        >
            {move || {
                live(move || {
                    let Some(list) = answer.value.get().filter(|list| !list.rows.is_empty()) else {
                        return view! { <p>"Nothing is owed: no invoice is sent and unpaid."</p> }.into_any();
                    };
                    table("What is owed", &heads, &list.rows, move |row| {
                        let due = row.clone();
                        let label = format!("Record payment of {}", row.invoice_number);
                        let pay = move |_: leptos::ev::MouseEvent| desk.open(Form::Pay(due.clone()));
                        view! {
                            <tr>
                                <th scope="row">{row.invoice_number.clone()}</th>
                                <td>{row.client_name.clone()}</td>
                                <td>{desk.day(row.due_date)}</td>
                                <td class="number">{desk.money(row.balance)}</td>
                                <td class="cell-actions">
                                    <button class="button" type="button" aria-label=label on:click=pay>
                                        <span>"Record payment"</span>
                                    </button>
                                </td>
                            </tr>
                        }
                        .into_any()
                    })
                })
                .into_any()
            }}
        </Standby>
    }
    .into_any()
}

fn reverse(desk: Desk, payment: Payment) -> Definition {
    let amount = desk.money(payment.amount);
    Definition {
        title: format!("Reverse the payment of {amount}"),
        save: "Reverse payment",
        save_also: None,
        draft: format!("draft:{}:reversal", payment.id),
        fields: vec![field!(
            "reason",
            "Why is it taken back?",
            Kind::Area,
            "The invoice is owed again, and the cash goes out today. The payment stays visible as reversed."
        )],
        begun: vec![String::new()],
        version: Some(payment.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let body = Reasoned { version: version.unwrap_or_default(), reason: entries.text("reason") };
            entries.checked(&body)?;
            let amount = amount.clone();
            desk.write::<ReversePayment>(PaymentQuery { payment_id: payment.id }, body, move |outcome| {
                if outcome.is_ok() {
                    desk.say(format!("The payment of {amount} is reversed."), false);
                }
                then(outcome.err());
            });
            Ok(())
        }),
        current: |_| None,
    }
}
