//! How much cash is there, what moved it, how long does it last, and what is coming?

use super::data::{use_cash, use_figures};
use super::desk::{Desk, Form};
use super::ledger::{Ledger, choice, counted, ledger, listed, load_more, sums};
use super::{export, words};
use crate::shell::answer::Latest;
use crate::shell::format;
use crate::shell::grid::GridRows;
use crate::shell::list_tools::chips;
use crate::shell::lists::table;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::Choosable;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::finance::{
    CashEntry, CashList, CashQuery, CashSource, CashType, FiguresQuery, FinanceFigures, InvoiceColumn,
    OutlookMonth,
};
use revos_shared::kernel::ids::CashEntryId;
use revos_shared::kernel::order::Sort;
use revos_ui::{
    Button, ButtonKind, ColumnMark, Columns, EmptyState, FreshnessMark, Icon, IconName, Menu, MenuItem,
    Signal, SkeletonLines, live,
};
use std::sync::Arc;

impl Choosable for CashEntry {
    type Id = CashEntryId;
    const MANY: &'static str = "cash entries";

    fn id(&self) -> CashEntryId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        None
    }

    fn name(&self) -> &str {
        &self.description
    }
}

/// The newest first, always: a balance says what was left then.
const LEDGER: Ledger<InvoiceColumn> = Ledger {
    label: "Cash entries",
    prefix: "entry-",
    path: "",
    heads: &[
        ("description", "Description", false, None),
        ("date", "Date", false, None),
        ("category", "Category", false, None),
        ("amount", "Amount", true, None),
        ("balance", "Left", true, None),
        ("source", "Source", false, None),
        ("actions", "", false, None),
    ],
};

part!(
    finance_books,
    pub(super) fn cash_view(desk: Desk) {
        cash(desk)
    }
);

fn cash(desk: Desk) -> AnyView {
    let address = desk.address;
    let asked = desk.asks(|state| CashQuery {
        limit: Some(state.cash.limit.unwrap_or(super::address::STEPS[0])),
        ..state.cash.clone()
    });
    let answer = Latest::of(asked, move |query| use_cash(desk.api, query)).following(desk.changes);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let rows = answer.rows(|list| &list.rows);
    let figures = use_figures(desk.api, FiguresQuery::default()).following(desk.changes);
    desk.dated_by(figures.view);
    let figures_standing = Standing::of(figures.view, Callback::new(move |()| figures.refresh()), None);
    let all = || (String::new(), "All".to_owned());
    let kinds = [
        all(),
        (CashType::Inflow.to_string(), "In".to_owned()),
        (CashType::Outflow.to_string(), "Out".to_owned()),
    ];
    let sources = [all()]
        .into_iter()
        .chain(CashSource::ALL.iter().map(|one| (one.to_string(), words::cash_source(*one).to_owned())));
    view! {
        <Standby
            standing=figures_standing
            what="the cash of your organization"
            skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
        >
            {move || live(move || figures.value.get().map(|figures| account(desk, &figures))).into_any()}
        </Standby>
        <div class="toolbar" role="group" aria-label="Cash entries">
            {choice("Direction", kinds.to_vec(), desk.asks(|state| state.cash.kind.to_string()), move |word| {
                let kind = word.parse::<CashType>().ok().into_iter().collect();
                address.choose(|state| state.cash.kind = kind);
            })}
            {choice("Source", sources.collect(), desk.asks(|state| state.cash.source.to_string()), move |word| {
                let source = word.parse::<CashSource>().ok().into_iter().collect();
                address.choose(|state| state.cash.source = source);
            })}
            <Button label="Export CSV" on_press=move |()| listed(answer, rows, "entries", |list| export::cash(desk, list)) />
            {desk.write.then(|| {
                view! {
                    <Button label="Add entry" kind=ButtonKind::Primary on_press=move |()| desk.open(Form::Cash(None)) />
                }
                .into_any()
            })}
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <span class="table-count">{counted(answer, rows, "entry", "entries")}</span>
        </div>
        {chips(move || {
            let (from, to) = address.state.with(|state| (state.cash.from, state.cash.to));
            let no_from = Callback::new(move |()| address.choose(|state| state.cash.from = None));
            let no_to = Callback::new(move |()| address.choose(|state| state.cash.to = None));
            let from = from.map(|day| (format!("From {}", desk.day(day)), no_from));
            from.into_iter().chain(to.map(|day| (format!("Until {}", desk.day(day)), no_to))).collect()
        })}
        <Standby
            standing
            what="the cash entries of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || inside(desk, answer, rows)}
        </Standby>
    }
    .into_any()
}

fn inside(desk: Desk, answer: Latest<CashList>, rows: GridRows<CashEntry>) -> AnyView {
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let unsorted = (Signal::stored(Sort::default()), Callback::new(|_: Sort<InvoiceColumn>| ()));
    let limit = desk.asks(|state| state.cash.limit);
    live(move || {
        if none.get() {
            return view! {
                <EmptyState
                    title="No entry"
                    text="No cash entry has everything that the filters ask for. Payments of invoices and paid expenses are entered by themselves; begin with the opening balance."
                />
                <p class="state-more">
                    <Button label="Clear filters" on_press=move |()| desk.address.clear() />
                </p>
            }
            .into_any();
        }
        view! {
            {live(move || {
                answer.value.get().map(|list| {
                    let s = list.sums;
                    sums("Sums of all entries that match", vec![
                        ("In", desk.money(s.cash_in), "of all that match".to_owned()),
                        ("Out", desk.money(s.cash_out), "of all that match".to_owned()),
                    ])
                })
            })}
            {ledger(&LEDGER, unsorted, rows, move |row, word| cell(desk, row, word))}
            {load_more(answer, rows, limit, move |step| desk.address.choose(|state| state.cash.limit = Some(step)))}
        }
        .into_any()
    })
    .into_any()
}

fn cell(desk: Desk, row: &CashEntry, word: &str) -> AnyView {
    match word {
        "date" => desk.day(row.entry_date).into_any(),
        "category" => words::entry_category(row).into_any(),
        "amount" => match row.kind {
            CashType::Inflow => desk.signed(row.amount).into_any(),
            CashType::Outflow => desk.money(revos_shared::Money::from_minor(-row.amount.minor())).into_any(),
        },
        "balance" => desk.money(row.balance).into_any(),
        "source" => words::cash_source(row.source).into_any(),
        "actions" => actions(desk, row),
        _ => ().into_any(),
    }
}

/// Only what was entered by hand is changed by hand.
fn actions(desk: Desk, row: &CashEntry) -> AnyView {
    if !desk.write || !matches!(row.source, CashSource::Manual | CashSource::OpeningBalance) {
        return ().into_any();
    }
    let known = StoredValue::new(Arc::new(row.clone()));
    let label = format!("Actions for {} of {}", row.description, desk.money(row.amount));
    view! {
        <Menu label class="card-menu" face=move || view! { <Icon name=IconName::More /> }.into_any()>
            <MenuItem label="Edit" on_press=move |()| desk.open(Form::Cash(Some(known.get_value()))) />
            <MenuItem label="Remove" on_press=move |()| desk.open(Form::RemoveCash(known.get_value())) />
        </Menu>
    }
    .into_any()
}

/// The account today, and the months to come as far as they are known.
fn account(desk: Desk, figures: &Arc<FinanceFigures>) -> AnyView {
    let cash = &figures.cash;
    let or = |(value, why): (String, String), note: &str| {
        (value, if why.is_empty() { note.to_owned() } else { why })
    };
    let (balance, balance_note) =
        or(words::figure(&cash.balance, |m| desk.money(m)), &format!("on {}", desk.day(figures.as_of)));
    let (burn, burn_note) = or(
        words::figure(&cash.net_burn, |m| desk.money(m)),
        "mean of the last 3 full months, opening balance left out",
    );
    let (runway, runway_note) = or(words::figure(&cash.runway, words::runway), "cash ÷ net burn, cut off");
    let outlook = match cash.outlook.known_or_why() {
        Ok(months) => outlook(desk, months.clone(), desk.money(cash.recurring_mean)),
        Err(reason) => {
            let why = crate::shell::figures::why(reason);
            view! { <p class="quiet">{format!("No outlook: {why}.")}</p> }.into_any()
        }
    };
    view! {
        <section class="finance-part" aria-labelledby="account-title">
            <h2 id="account-title">"Account"</h2>
            {sums("The account", vec![
                ("Cash", balance, balance_note),
                ("Net burn, a month", burn, burn_note),
                ("Runway", runway, runway_note),
            ])}
        </section>
        <section class="finance-part" aria-labelledby="outlook-title">
            <h2 id="outlook-title">"Outlook, 3 months"</h2>
            {outlook}
        </section>
    }
    .into_any()
}

fn outlook(desk: Desk, months: Vec<OutlookMonth>, mean: String) -> AnyView {
    let marks: Vec<ColumnMark> = months
        .iter()
        .map(|month| ColumnMark {
            tick: format::month_tick(month.to),
            name: format!("End of {}", format::month(month.to)),
            values: vec![Some(month.end.minor())],
            texts: vec![desk.money(month.end)],
        })
        .collect();
    let summary = format!(
        "Outlook: {}",
        marks
            .iter()
            .map(|mark| format!("{} {}", mark.name, mark.texts.join("")))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let heads = [
        ("Month", false),
        ("Invoices due", true),
        ("Renewals", true),
        ("Unpaid expenses", true),
        ("Recurring", true),
        ("Left at its end", true),
    ];
    let minus =
        move |amount: revos_shared::Money| desk.money(revos_shared::Money::from_minor(-amount.minor()));
    view! {
        <p class="quiet">
            {format!("An outlook, not a promise. It adds balances of sent invoices due in the month and renewals of subscriptions in force that no invoice asks for yet, and takes off approved expenses dated in the month and recurring ones not entered yet, taken as {mean} a month (the mean paid in the last 3 full months). What is overdue, new sales and drafts are left out.")}
        </p>
        <Columns
            label="Left at the end of the month"
            name_head="Month"
            value_heads=vec!["Left"]
            marks=Signal::stored(marks)
            summary=Signal::stored(summary)
        />
        {table("Outlook", &heads, months, move |month: OutlookMonth| {
            view! {
                <tr>
                    <th scope="row">{format!("{} to {}", desk.day(month.from), desk.day(month.to))}</th>
                    <td class="number">{desk.signed(month.due)}</td>
                    <td class="number">{desk.signed(month.renewals)}</td>
                    <td class="number">{minus(month.unpaid_expenses)}</td>
                    <td class="number">{minus(month.recurring)}</td>
                    <td class="number">{desk.money(month.end)}</td>
                </tr>
            }
            .into_any()
        })}
    }
    .into_any()
}
