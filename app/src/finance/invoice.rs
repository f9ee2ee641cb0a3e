//! What is known about one invoice, and what can be done about it? Beside the list, under its own address, on paper.

use super::data::{Due, use_invoice};
use super::desk::{Desk, Form};
use super::words;
use crate::shell::format;
use crate::shell::lists::{facts, mark, table, text_or_none};
use crate::shell::part::{part, show_part};
use crate::shell::record::{Beside, RecordStanding, Words, record_frame, record_place};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::finance::{
    InvoiceChange, InvoiceLine, InvoiceRecord, InvoiceSource, InvoiceStanding, InvoiceStatus, Payment,
};
use revos_shared::kernel::ids::InvoiceId;
use revos_ui::{Button, ButtonKind, Signal, live, on};
use std::sync::Arc;

const LIST: &str = "/finance";

/// What records of invoices are called.
const WORDS: Words = Words {
    name: "Invoice",
    noun: "invoice",
    one: "an invoice",
    this: "this invoice",
    parts: "Parts of the invoice",
};

/// Where the invoice is that the address names, if it names one.
pub(super) fn panel(desk: Desk) -> AnyView {
    let beside = Beside::new("/finance/invoices/", LIST, &[], |id: InvoiceId| [format!("invoice-{id}")]);
    record_place(WORDS, beside, Signal::stored(false), move |id| {
        show_part("This invoice", move || Box::pin(invoice_record(desk, id, beside.close)))
    })
}

part!(
    finance_invoice,
    fn invoice_record(desk: Desk, id: InvoiceId, close: Callback<()>) {
        let answer = use_invoice(desk.api, id).following(desk.changes);
        desk.dated_by(answer.view);
        let refresh = Callback::new(move |()| answer.refresh());
        let standing = RecordStanding::of(answer.view, move || answer.value.with(Option::is_none), refresh);
        let name = Signal::memo(move || {
            let number = |record: &Arc<InvoiceRecord>| format!("Invoice {}", record.row.invoice_number);
            answer.value.with(|record| record.as_ref().map(number).unwrap_or_default())
        });
        let print = move |()| _ = window().print();
        let tools = view! { <Button label="Print" on_press=print /> }.into_any();
        record_frame(WORDS, name, standing, tools, close, move || {
            live(move || answer.value.get().map(|record| body(desk, &record))).into_any()
        })
    }
);

fn body(desk: Desk, record: &Arc<InvoiceRecord>) -> AnyView {
    let row = &record.row;
    let today = desk.today.get();
    let standing = row.standing(today);
    let zone = desk.time_zone.get();
    let on_day = |at: Option<jiff::Timestamp>| {
        at.map_or_else(|| format::NONE.to_owned(), |at| format::moment(at.as_millisecond(), &zone))
    };
    let late = (standing == InvoiceStanding::Overdue)
        .then(|| format!("{} past due", words::late(row.days_past_due(today))));
    let mut known = vec![
        ("Issued", desk.day(row.issue_date)),
        ("Due", desk.day(row.due_date)),
        ("Payment term", words::term(row.payment_term).to_owned()),
        ("Total", desk.money(row.total)),
        ("Paid", desk.money(row.amount_paid)),
        ("Owed", desk.money(row.owed())),
    ];
    if let Some(product) = &record.product_name {
        known.push(("For the subscription", product.clone()));
    }
    if let Some(project) = &record.project_name {
        known.push(("For the project", project.clone()));
    }
    if record.sent_at.is_some() {
        known.push(("Sent", on_day(record.sent_at)));
    }
    if record.paid_at.is_some() {
        known.push(("Paid in full", on_day(record.paid_at)));
    }
    if record.cancelled_at.is_some() {
        known.push(("Cancelled", on_day(record.cancelled_at)));
    }
    known.push((
        "Last contact",
        row.contacted_on.map_or_else(|| format::NONE.to_owned(), |day| desk.day(day)),
    ));
    if row.source == InvoiceSource::QuickBooks {
        known.push(("Kept in", format!("QuickBooks, number {}", text_or_none(record.external_id.clone()))));
    } else if row.source == InvoiceSource::Automation {
        known.push(("Made by", "a playbook".to_owned()));
    }
    let organization = desk.organization;
    view! {
        <div class="invoice-paper">
            <p class="print-only">{live(move || organization.get())}</p>
            <p class="record-line">
                {mark(words::standing(standing))}
                <a href=format!("/clients/{}?tab=finance", row.client_id)>{row.client_name.clone()}</a>
                {late.map(|late| view! { <span>{late}</span> }.into_any())}
            </p>
            {actions(desk, record)}
            {facts(known)}
            {lines(desk, record)}
            {payments(desk, record)}
            {record.notes.clone().map(|notes| {
                view! {
                    <section class="record-part" aria-labelledby="invoice-notes">
                        <div class="record-part-head"><h3 id="invoice-notes">"Notes"</h3></div>
                        <p class="invoice-notes">{notes}</p>
                    </section>
                }
                .into_any()
            })}
            {history(&zone, &record.changes)}
        </div>
    }
    .into_any()
}

/// What can be done with it now.
fn actions(desk: Desk, record: &Arc<InvoiceRecord>) -> Option<AnyView> {
    if !record.writable || !desk.write {
        return None;
    }
    let due = Due::from(&record.row);
    let open = move |form: Form| Callback::new(move |()| desk.open(form.clone()));
    let (draft, sent) = (record.row.status == InvoiceStatus::Draft, record.row.status == InvoiceStatus::Sent);
    let cancel = (draft || sent) && record.row.amount_paid == Money::ZERO;
    let edit = Form::Edit(Arc::clone(record));
    Some(
        view! {
            <div class="record-line invoice-actions">
                {draft.then(|| {
                    let (edit, send) = (edit.clone(), Form::Send(due.clone()));
                    view! {
                        <Button label="Send" kind=ButtonKind::Primary on_press=open(send) />
                        <Button label="Edit" on_press=open(edit) />
                    }
                    .into_any()
                })}
                {sent.then(|| {
                    let pay = Form::Pay(due.clone());
                    view! { <Button label="Record payment" kind=ButtonKind::Primary on_press=open(pay) /> }.into_any()
                })}
                {cancel.then(|| {
                    let cancel = Form::Cancel(due.clone());
                    view! { <Button label="Cancel invoice" on_press=open(cancel) /> }.into_any()
                })}
            </div>
        }
        .into_any(),
    )
}

fn lines(desk: Desk, record: &InvoiceRecord) -> AnyView {
    let heads = [("Description", false), ("Quantity", true), ("Price", true), ("Amount", true)];
    let sum = |label: &'static str, amount: Money| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{desk.money(amount)}</dd>
            </div>
        }
        .into_any()
    };
    let rows = record.lines.clone();
    view! {
        <section class="record-part" aria-labelledby="invoice-lines">
            <div class="record-part-head"><h3 id="invoice-lines">"Lines"</h3></div>
            {if rows.is_empty() {
                view! { <p class="quiet">"No line yet. An invoice is sent once it has one."</p> }.into_any()
            } else {
                table("Lines", &heads, rows, move |line: InvoiceLine| {
                    view! {
                        <tr>
                            <th scope="row">{line.description}</th>
                            <td class="number">{line.quantity.to_string()}</td>
                            <td class="number">{desk.money(line.unit_price)}</td>
                            <td class="number">{desk.money(line.total)}</td>
                        </tr>
                    }
                    .into_any()
                })
            }}
            <dl class="invoice-totals">
                {sum("Net", record.row.amount)}
                {sum("Tax", record.row.tax)}
                {sum("Total", record.row.total)}
            </dl>
        </section>
    }
    .into_any()
}

fn payments(desk: Desk, record: &InvoiceRecord) -> AnyView {
    let rows = record.payments.clone();
    let may = record.writable && desk.write;
    let heads = [
        ("Received", false),
        ("Amount", true),
        ("How", false),
        ("Reference", false),
        ("Recorded by", false),
        ("", false),
    ];
    view! {
        <section class="record-part" aria-labelledby="invoice-payments">
            <div class="record-part-head"><h3 id="invoice-payments">"Payments"</h3></div>
            {if rows.is_empty() {
                view! { <p class="quiet">"Nothing was received yet."</p> }.into_any()
            } else {
                table("Payments", &heads, rows, move |payment: Payment| payment_line(desk, may, payment))
            }}
        </section>
    }
    .into_any()
}

fn payment_line(desk: Desk, may: bool, payment: Payment) -> AnyView {
    let reversed = payment.reversed_at.is_some();
    let amount = desk.money(payment.amount);
    let who = text_or_none(payment.recorded_by_name.clone());
    let back = reversed.then(|| {
        let who = payment.reversed_by_name.clone().unwrap_or_else(|| "a program".to_owned());
        let why = payment.reversal_reason.clone().unwrap_or_default();
        view! { <p class="quiet">{format!("Taken back by {who}: {why}")}</p> }.into_any()
    });
    let label = format!("Reverse the payment of {amount}");
    let form = payment.clone();
    let press = on(move |_: leptos::ev::MouseEvent| desk.open(Form::Reverse(form.clone())));
    view! {
        <tr data-reversed=reversed.then_some("")>
            <th scope="row">{desk.day(payment.received_on)} {reversed.then(|| view! { " " {mark(("Reversed", revos_ui::Tone::Warn))} }.into_any())}</th>
            <td class="number">{amount}</td>
            <td>{words::method(payment.method)}</td>
            <td>{text_or_none(payment.reference)}{back}</td>
            <td>{who}</td>
            <td class="cell-actions">
                {(may && !reversed).then(|| {
                    view! {
                        <button class="button" type="button" data-kind="quiet" aria-label=label on:click=press>
                            <span>"Reverse"</span>
                        </button>
                    }
                    .into_any()
                })}
            </td>
        </tr>
    }
    .into_any()
}

/// What was done to it; only Admins are told.
fn history(zone: &str, changes: &[InvoiceChange]) -> Option<AnyView> {
    if changes.is_empty() {
        return None;
    }
    let lines = changes
        .iter()
        .map(|change| {
            let who = change.actor_name.clone().unwrap_or_else(|| "A program".to_owned());
            let thing = if change.resource == "invoices" { "the invoice" } else { "a payment" };
            let what = match change.action.as_str() {
                "insert" => format!("{who} added {thing}"),
                "delete" => format!("{who} removed {thing}"),
                _ => format!("{who} changed {thing}: {}", change.columns.join(", ").replace('_', " ")),
            };
            let when = format::moment(change.occurred_at.as_millisecond(), zone);
            view! { <li>{what} " " <span class="quiet">{when}</span></li> }.into_any()
        })
        .collect_view();
    Some(
        view! {
            <section class="record-part invoice-history" aria-labelledby="invoice-history">
                <div class="record-part-head"><h3 id="invoice-history">"History"</h3></div>
                <ul>{lines}</ul>
            </section>
        }
        .into_any(),
    )
}
