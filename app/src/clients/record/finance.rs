//! What does a client pay with, and what is owed? Only for those who may see it.

use super::desk::{Desk, Form};
use super::table::{Listing, facts, listing, mark, open_button, part, table_or};
use crate::shell::format;
use crate::shell::session::Session;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::ClientInvoice;
use revos_shared::finance::InvoiceStatus;
use revos_shared::kernel::instants::days_between;
use revos_shared::kernel::percent::Percent;
use revos_shared::session::Capability;
use revos_ui::{Tone, live};

/// As many as a record brings.
const INVOICES_SHOWN: usize = 100;

pub(super) fn finance(desk: Desk) -> AnyView {
    // A figure that may not be seen is none; one that is zero is zero.
    let visible = desk.part(|record| record.figures.ar_outstanding.is_some() || record.terms.is_some());
    live(move || {
        if visible.get() {
            inside(desk)
        } else {
            view! {
                <p class="quiet">
                    "You have no right to see the money of this client. Its owner, a Director or an Admin has."
                </p>
            }
            .into_any()
        }
    })
    .into_any()
}

fn inside(desk: Desk) -> AnyView {
    let money = desk.view(move |record| {
        let figures = record.figures;
        facts(vec![
            ("MRR", desk.money(figures.mrr)),
            ("AR outstanding", desk.money(figures.ar_outstanding)),
            ("Overdue", desk.money(figures.ar_overdue)),
            ("Collected, of all time", desk.money(figures.ar_collected)),
        ])
    });
    // The same forms as on the Finance page, for those who have it.
    let writes =
        expect_context::<Session>().member().is_some_and(|member| member.can(Capability::FINANCE_WRITE));
    let client = desk.id;
    let new = move || {
        view! {
            <p class="record-line">
                <a class="button" href=format!("/finance?tab=billing&client={client}&new=invoice")>"New invoice"</a>
                <a class="button" href=format!("/finance?tab=subscriptions&client={client}&new=subscription")>"New subscription"</a>
            </p>
        }
        .into_any()
    };
    view! {
        {money}
        {writes.then(new)}
        {part(desk, "record-terms", "Terms", None, terms(desk))}
        {part(desk, "record-subscriptions", "Subscriptions", None, subscriptions(desk))}
        {part(desk, "record-invoices", "Invoices", None, invoices(desk))}
    }
    .into_any()
}

fn terms(desk: Desk) -> AnyView {
    let percent =
        |share: Option<Percent>| share.map_or_else(|| format::NONE.to_owned(), |share| format!("{share} %"));
    view! {
        {desk.view(move |record| match &record.terms {
            None => view! { <p class="quiet">"Terms begin with the client's first arrangement; there is none yet."</p> }.into_any(),
            Some(terms) => {
                let arrangement = terms.arrangement_type.map_or("Not agreed", terms::arrangement);
                facts(
                    vec![
                        ("Arrangement", arrangement.to_owned()),
                        ("Fee per month", desk.money(terms.monthly_fee)),
                        ("Revenue share", percent(terms.revenue_share_pct)),
                        ("Monthly revenue the client reports", desk.money(terms.client_reported_mrr)),
                        ("Equity", percent(terms.equity_stake_pct)),
                        ("Expected monthly revenue", desk.money(terms.projection_mrr)),
                    ],
                )
            }
        })}
        {live(move || {
            (desk.rights.get().terms && desk.read(|record| record.terms.is_some()) == Some(true))
                .then(|| open_button(desk, "Edit terms", "Edit terms".to_owned(), Form::Terms))
        })}
    }
    .into_any()
}

fn subscriptions(desk: Desk) -> AnyView {
    let listed = Listing {
        label: "Subscriptions",
        none: "No subscription.",
        heads: &[
            ("Product", false),
            ("Status", false),
            ("Amount", true),
            ("MRR today", true),
            ("Since", false),
            ("Until", false),
            ("Renewal", false),
        ],
        rows: |record| &record.subscriptions,
    };
    listing(desk, listed, move |row| {
        let amount = format!("{} {}", desk.money(Some(row.amount)), terms::frequency(row.billing_frequency));
        let counted = if row.counts { desk.money(Some(row.mrr)) } else { format::NONE.to_owned() };
        view! {
            <tr>
                <th scope="row">{row.product_name.clone()}</th>
                <td>{mark(terms::subscription(row.status))}</td>
                <td class="number">{amount}</td>
                <td class="number">{counted}</td>
                <td>{desk.day(row.activated_on)}</td>
                <td>{desk.day(row.ended_on)}</td>
                <td>{desk.day(row.renewal_date)}</td>
            </tr>
        }
        .into_any()
    })
}

pub(super) fn invoices(desk: Desk) -> AnyView {
    let heads = [
        ("Number", false),
        ("Status", false),
        ("Issued", false),
        ("Due", false),
        ("Total", true),
        ("Paid", true),
        ("Balance", true),
    ];
    desk.view(move |record| {
        let cut = record.invoices.len() >= INVOICES_SHOWN;
        let shown = table_or("No invoice.", "Invoices", &heads, &record.invoices, |row| {
            view! {
                <tr>
                    <th scope="row">{row.invoice_number.clone()}</th>
                    <td>{invoice_state(desk, row)}</td>
                    <td>{desk.day(Some(row.issue_date))}</td>
                    <td>{desk.day(Some(row.due_date))}</td>
                    <td class="number">{desk.money(Some(row.total))}</td>
                    <td class="number">{desk.money(Some(row.amount_paid))}</td>
                    <td class="number">{desk.money(Some(row.balance))}</td>
                </tr>
            }
            .into_any()
        });
        view! {
            {shown}
            {cut.then(|| view! { <p class="quiet">"The 100 newest invoices are shown."</p> }.into_any())}
        }
        .into_any()
    })
}

/// The status word; overdue is derived from the day it was due.
fn invoice_state(desk: Desk, row: &ClientInvoice) -> AnyView {
    let late = days_between(row.due_date, desk.writing.today.get());
    match row.status {
        InvoiceStatus::Draft => mark(("Draft", Tone::Neutral)),
        InvoiceStatus::Sent if late > 0 => {
            let days = format::plural(late.unsigned_abs(), "day", "days");
            view! { {mark(("Overdue", Tone::Bad))} " " <span class="quiet">{days}</span> }.into_any()
        }
        InvoiceStatus::Sent => mark(("Sent", Tone::Neutral)),
        InvoiceStatus::Paid => mark(("Paid", Tone::Good)),
        InvoiceStatus::Cancelled => mark(("Cancelled", Tone::Neutral)),
    }
}
