//! What is earned, what does it cost, and what is left, month by month? Every amount opens its rows.

use super::address::MONTHS;
use super::data::use_figures;
use super::desk::Desk;
use super::words;
use crate::shell::figures::percent;
use crate::shell::format;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::finance::{ExpenseCategory, FiguresQuery, FinanceFigures, ProfitMonth};
use revos_shared::kernel::figure::Figure;
use revos_shared::kernel::fiscal::first_of_month;
use revos_shared::kernel::instants::{days_after, write_day};
use revos_ui::{Button, FreshnessMark, Segment, Segments, Signal, SkeletonLines, live};
use std::sync::Arc;

part!(
    finance_books,
    pub(super) fn profit_view(desk: Desk) {
        profit(desk)
    }
);

fn profit(desk: Desk) -> AnyView {
    let answer = use_figures(desk.api, FiguresQuery::default()).following(desk.changes);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let year = desk.asks(|state| state.year);
    let segments = [(MONTHS[0], "6 months"), (MONTHS[1], "12 months")]
        .map(|(value, label)| Segment { value, label, name: label })
        .to_vec();
    let choose = Callback::new(move |word: &'static str| {
        desk.address.choose(|state| state.year = word == MONTHS[1]);
    });
    let many = Signal::memo(move || if year.get() { 12 } else { 6 });
    let save = move |()| {
        if let Some(figures) = answer.value.get_untracked() {
            let months = last_of(&figures, many.get_untracked());
            super::export::profit(desk, &months, &categories_of(&months));
        }
    };
    view! {
        <div class="toolbar" role="group" aria-label="Profit and loss">
            <Segments
                label="Months"
                segments
                chosen=Signal::memo(move || MONTHS[usize::from(year.get())])
                on_choose=choose
            />
            <Button label="Export CSV" on_press=save />
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
        </div>
        <Standby
            standing
            what="the profit and loss of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || {
                live(move || {
                    let many = many.get();
                    answer.value.get().map(|figures| months_of(desk, &figures, many))
                })
                .into_any()
            }}
        </Standby>
    }
    .into_any()
}

/// The last months, oldest first.
fn last_of(figures: &FinanceFigures, many: usize) -> Vec<ProfitMonth> {
    let all = &figures.profit;
    all.get(all.len().saturating_sub(many)..).unwrap_or_default().to_vec()
}

/// The categories that something was spent on.
fn categories_of(months: &[ProfitMonth]) -> Vec<ExpenseCategory> {
    let spent = |category: &ExpenseCategory| {
        months.iter().any(|month| month.expenses.iter().any(|total| total.category == *category))
    };
    ExpenseCategory::ALL.iter().copied().filter(spent).collect()
}

fn months_of(desk: Desk, figures: &Arc<FinanceFigures>, many: usize) -> AnyView {
    let months = last_of(figures, many);
    let amount = |amount: Money| desk.money(amount).into_any();
    let share = |known: &Figure<i64>| {
        let (text, why) = words::figure(known, percent);
        view! { <span title=why>{text}</span> }.into_any()
    };
    // Revenue counts sent and paid invoices by the day of issue; expenses those that somebody approved.
    let invoices = |month: &ProfitMonth, text: String| {
        let last = days_after(first_of_month(month.month, 1), -1);
        let to = format!(
            "/finance?tab=billing&status=sent,paid&from={}&to={}",
            write_day(month.month),
            write_day(last)
        );
        view! { <a href=to>{text}</a> }.into_any()
    };
    let expenses = |month: &ProfitMonth, category: Option<ExpenseCategory>, state: &str, text: String| {
        let category = category.map(|category| format!("&category={category}")).unwrap_or_default();
        let to = format!("/finance?tab=expenses{category}&state={state}&month={}", write_day(month.month));
        view! { <a href=to>{text}</a> }.into_any()
    };
    let line = |name: String, strong: bool, cell: &dyn Fn(&ProfitMonth) -> AnyView| {
        let cells = months
            .iter()
            .map(|month| view! { <td class="number">{cell(month)}</td> }.into_any())
            .collect_view();
        view! {
            <tr data-strong=strong.then_some("")>
                <th scope="row">{name}</th>
                {cells}
            </tr>
        }
        .into_any()
    };
    let categories = categories_of(&months)
        .into_iter()
        .map(|category| {
            line(words::category(category).to_owned(), false, &|month| {
                let total = month.expenses.iter().find(|total| total.category == category);
                total.map_or_else(
                    || format::NONE.into_any(),
                    |total| expenses(month, Some(category), "approved,paid", desk.money(total.amount)),
                )
            })
        })
        .collect_view();
    let heads = months
        .iter()
        .map(|month| {
            let open = first_of_month(figures.as_of, 0) == month.month;
            let note = open.then(|| format!(", to {}", desk.day(figures.as_of)));
            view! { <th scope="col" class="number">{format::month(month.month)}{note}</th> }.into_any()
        })
        .collect_view();
    view! {
        <p class="quiet">
            {format!("Net of tax, in {}. Revenue is what was billed in the month (sent and paid invoices); expenses are those that were approved.", desk.currency.get())}
        </p>
        <div class="record-table" tabindex="0" role="group" aria-label="Profit and loss">
            <table class="data-table finance-profit" aria-label="Profit and loss by month">
                <thead>
                    <tr>
                        <th scope="col"><span class="hidden-visually">"Figure"</span></th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    {line("Subscriptions".to_owned(), false, &|month| amount(month.subscriptions))}
                    {line("Services".to_owned(), false, &|month| amount(month.services))}
                    {line("Revenue".to_owned(), true, &|month| invoices(month, desk.money(month.revenue)))}
                    {categories}
                    {line("Expenses".to_owned(), true, &|month| expenses(month, None, "approved,paid", desk.money(month.spent)))}
                    {line("Net income".to_owned(), true, &|month| amount(month.net))}
                    {line("Net margin".to_owned(), false, &|month| share(&month.net_margin))}
                    {line("Gross margin".to_owned(), false, &|month| share(&month.gross_margin))}
                    {line("Not approved, in no sum".to_owned(), false, &|month| expenses(month, None, "unapproved", desk.money(month.unapproved)))}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
