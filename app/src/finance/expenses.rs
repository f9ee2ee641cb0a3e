//! What is spent, who approved it, and is it paid?

use super::data::use_expenses;
use super::desk::{Desk, Form};
use super::ledger::{Ledger, choice, counted, ledger, listed, load_more, sums};
use super::{export, words};
use crate::shell::answer::Latest;
use crate::shell::format;
use crate::shell::grid::GridRows;
use crate::shell::list_tools::{SearchBox, chips};
use crate::shell::lists::mark;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::Choosable;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::finance::endpoints::{ApproveExpense, ExpenseQuery};
use revos_shared::finance::{
    ExpenseCategory, ExpenseColumn, ExpenseList, ExpenseRow, ExpenseState, ExpensesQuery,
};
use revos_shared::kernel::bulk::AtVersion;
use revos_shared::kernel::ids::ExpenseId;
use revos_ui::{
    Button, ButtonKind, EmptyState, FreshnessMark, Icon, IconName, Menu, MenuItem, Signal, SkeletonLines,
    live,
};
use std::sync::Arc;

impl Choosable for ExpenseRow {
    type Id = ExpenseId;
    const MANY: &'static str = "expenses";

    fn id(&self) -> ExpenseId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        Some(self.created_by)
    }

    fn name(&self) -> &str {
        &self.vendor
    }
}

const LEDGER: Ledger<ExpenseColumn> = Ledger {
    label: "Expenses",
    prefix: "expense-",
    path: "",
    heads: &[
        ("vendor", "Vendor", false, Some(ExpenseColumn::Vendor)),
        ("date", "Date", false, Some(ExpenseColumn::Date)),
        ("category", "Category", false, Some(ExpenseColumn::Category)),
        ("description", "Description", false, None),
        ("amount", "Amount", true, Some(ExpenseColumn::Amount)),
        ("state", "State", false, Some(ExpenseColumn::State)),
        ("recurring", "Recurring", false, None),
        ("actions", "", false, None),
    ],
};

part!(
    finance_books,
    pub(super) fn expenses_view(desk: Desk) {
        expenses(desk)
    }
);

fn expenses(desk: Desk) -> AnyView {
    let address = desk.address;
    let asked = desk.asks(|state| ExpensesQuery {
        limit: Some(state.expenses.limit.unwrap_or(super::address::STEPS[0])),
        ..state.expenses.clone()
    });
    let answer = Latest::of(asked, move |query| use_expenses(desk.api, query)).following(desk.changes);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let rows = answer.rows(|list| &list.rows);
    let searched = desk.asks(|state| state.expenses.q.clone().unwrap_or_default());
    let all = || (String::new(), "All".to_owned());
    let states = [all()].into_iter().chain(
        ExpenseState::ALL.iter().map(|one| (one.to_string(), words::expense_state(*one).0.to_owned())),
    );
    let categories = [all()]
        .into_iter()
        .chain(ExpenseCategory::ALL.iter().map(|one| (one.to_string(), words::category(*one).to_owned())));
    view! {
        <div class="toolbar" role="group" aria-label="Expenses">
            <SearchBox
                label="Search expenses"
                placeholder="Search vendor, description"
                searched
                on_search=move |text| address.pass(|state| state.expenses.q = text)
            />
            {choice("State", states.collect(), desk.asks(|state| state.expenses.state.to_string()), move |word| {
                let state_of = word.parse::<ExpenseState>().ok().into_iter().collect();
                address.choose(|state| state.expenses.state = state_of);
            })}
            {choice("Category", categories.collect(), desk.asks(|state| state.expenses.category.to_string()), move |word| {
                let category = word.parse::<ExpenseCategory>().ok().into_iter().collect();
                address.choose(|state| state.expenses.category = category);
            })}
            <Button label="Export CSV" on_press=move |()| listed(answer, rows, "expenses", |list| export::expenses(desk, list)) />
            {desk.write.then(|| {
                view! {
                    <Button label="Add expense" kind=ButtonKind::Primary on_press=move |()| desk.open(Form::Expense(None)) />
                }
                .into_any()
            })}
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <span class="table-count">{counted(answer, rows, "expense", "expenses")}</span>
        </div>
        {chips(move || {
            let month = address.state.with(|state| state.expenses.month);
            let remove = Callback::new(move |()| address.choose(|state| state.expenses.month = None));
            month.map(|month| (format!("Month: {}", format::month(month)), remove)).into_iter().collect()
        })}
        <Standby
            standing
            what="the expenses of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || inside(desk, answer, rows)}
        </Standby>
    }
    .into_any()
}

fn inside(desk: Desk, answer: Latest<ExpenseList>, rows: GridRows<ExpenseRow>) -> AnyView {
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let sort = desk.asks(|state| state.expenses.sort());
    let on_sort = Callback::new(move |sort| {
        desk.address
            .choose(|state| state.expenses.sort = Some(sort).filter(|sort| *sort != ExpensesQuery::NEWEST));
    });
    let limit = desk.asks(|state| state.expenses.limit);
    live(move || {
        if none.get() {
            return view! {
                <EmptyState title="No expense" text="No expense has everything that the filters ask for." />
                <p class="state-more">
                    <Button label="Clear filters" on_press=move |()| desk.address.clear() />
                </p>
            }
            .into_any();
        }
        view! {
            {live(move || answer.value.get().map(|list| total(desk, &list)))}
            {ledger(&LEDGER, (sort, on_sort), rows, move |row, word| cell(desk, row, word))}
            {load_more(answer, rows, limit, move |step| desk.address.choose(|state| state.expenses.limit = Some(step)))}
        }
        .into_any()
    })
    .into_any()
}

fn total(desk: Desk, list: &Arc<ExpenseList>) -> AnyView {
    let s = list.sums;
    sums(
        "Sums of all expenses that match",
        vec![
            ("Total", desk.money(s.amount), String::new()),
            ("To approve", desk.money(s.unapproved), "in no profit and loss yet".to_owned()),
            ("To pay", desk.money(s.unpaid), "approved, not paid".to_owned()),
            ("Paid", desk.money(s.paid), "in the cash".to_owned()),
        ],
    )
}

fn cell(desk: Desk, row: &ExpenseRow, word: &str) -> AnyView {
    match word {
        "date" => desk.day(row.expense_date).into_any(),
        "category" => {
            let cost = if row.cost_of_revenue { ", cost of revenue" } else { "" };
            format!("{}{cost}", words::category(row.category)).into_any()
        }
        "description" => {
            view! { <span class="cut" title=row.description.clone()>{row.description.clone()}</span> }
                .into_any()
        }
        "amount" => desk.money(row.amount).into_any(),
        "state" => {
            let note = match row.state() {
                ExpenseState::Paid => row.paid_on.map(|day| desk.day(day)),
                ExpenseState::Approved => row.approved_by_name.clone().map(|name| format!("by {name}")),
                ExpenseState::Unapproved => {
                    row.created_by_name.clone().map(|name| format!("entered by {name}"))
                }
            };
            view! { {mark(words::expense_state(row.state()))} " " <span class="quiet">{note}</span> }
                .into_any()
        }
        "recurring" => row.recurring_frequency.map_or(format::NONE, terms::frequency).into_any(),
        "actions" => actions(desk, row),
        _ => ().into_any(),
    }
}

/// What can be done with it now. Nobody approves what they entered.
fn actions(desk: Desk, row: &ExpenseRow) -> AnyView {
    if !desk.write {
        return ().into_any();
    }
    let state = row.state();
    let approve = state == ExpenseState::Unapproved && row.created_by != desk.me;
    let known = StoredValue::new(Arc::new(row.clone()));
    let item = move |label: &'static str, form: fn(Arc<ExpenseRow>) -> Form| {
        view! { <MenuItem label on_press=move |()| desk.open(form(known.get_value())) /> }.into_any()
    };
    let label = format!("Actions for {} of {}", row.vendor, desk.money(row.amount));
    view! {
        <Menu label class="card-menu" face=move || view! { <Icon name=IconName::More /> }.into_any()>
            {approve.then(|| {
                view! { <MenuItem label="Approve" on_press=move |()| approve_it(desk, &known.get_value()) /> }.into_any()
            })}
            {(state == ExpenseState::Approved).then(|| item("Mark paid", Form::PayExpense))}
            {item("Edit", |row| Form::Expense(Some(row)))}
            {(state == ExpenseState::Unapproved).then(|| item("Remove", Form::RemoveExpense))}
        </Menu>
    }
    .into_any()
}

fn approve_it(desk: Desk, row: &ExpenseRow) {
    let (vendor, amount) = (row.vendor.clone(), desk.money(row.amount));
    let body = AtVersion { version: row.version };
    desk.write::<ApproveExpense>(ExpenseQuery { expense_id: row.id }, body, move |outcome| match outcome {
        Ok(_) => desk.say(format!("{amount} for {vendor} is approved."), false),
        Err(refused) => desk.say(refused.sentence().replace("Not saved: ", "Not approved: "), true),
    });
}
