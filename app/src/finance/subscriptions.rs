//! What comes in again and again, how did it move, who stayed, and what have clients agreed to pay with?

use super::data::{use_figures, use_subscriptions};
use super::desk::{Desk, Form};
use super::ledger::{Ledger, choice, counted, ledger, listed, load_more, sums};
use super::overview::{movements_table, rate};
use super::{export, words};
use crate::shell::answer::Latest;
use crate::shell::figures::percent;
use crate::shell::format;
use crate::shell::grid::GridRows;
use crate::shell::lists::{mark, table};
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::selection::Choosable;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::finance::{
    ArrangementRow, ArrangementTotal, FiguresQuery, SubscriptionColumn, SubscriptionList, SubscriptionRow,
    SubscriptionStatus, SubscriptionsQuery,
};
use revos_shared::kernel::ids::SubscriptionId;
use revos_shared::kernel::percent::Percent;
use revos_ui::{
    Button, ButtonKind, EmptyState, FreshnessMark, Icon, IconName, Menu, MenuItem, Signal, SkeletonLines,
    live,
};
use std::sync::Arc;

impl Choosable for SubscriptionRow {
    type Id = SubscriptionId;
    const MANY: &'static str = "subscriptions";

    fn id(&self) -> SubscriptionId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        None
    }

    fn name(&self) -> &str {
        &self.product_name
    }
}

const LEDGER: Ledger<SubscriptionColumn> = Ledger {
    label: "Subscriptions",
    prefix: "subscription-",
    path: "",
    heads: &[
        ("product", "Product", false, Some(SubscriptionColumn::Product)),
        ("client", "Client", false, Some(SubscriptionColumn::Client)),
        ("status", "Status", false, Some(SubscriptionColumn::Status)),
        ("amount", "Amount", true, Some(SubscriptionColumn::Amount)),
        ("mrr", "MRR today", true, Some(SubscriptionColumn::Mrr)),
        ("since", "Since", false, Some(SubscriptionColumn::Since)),
        ("renewal", "Renewal", false, Some(SubscriptionColumn::Renewal)),
        ("actions", "", false, None),
    ],
};

part!(
    finance_books,
    pub(super) fn subscriptions_view(desk: Desk) {
        subscriptions(desk)
    }
);

fn subscriptions(desk: Desk) -> AnyView {
    let asked = desk.asks(|state| SubscriptionsQuery {
        limit: Some(state.subscriptions.limit.unwrap_or(super::address::STEPS[0])),
        ..state.subscriptions.clone()
    });
    let answer = Latest::of(asked, move |query| use_subscriptions(desk.api, query)).following(desk.changes);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let rows = answer.rows(|list| &list.rows);
    let status = desk.asks(|state| state.subscriptions.status.to_string());
    let options = [(String::new(), "All".to_owned())].into_iter().chain(
        SubscriptionStatus::ALL.iter().map(|one| (one.to_string(), terms::subscription(*one).0.to_owned())),
    );
    let choose = move |word: String| {
        let status = word.parse::<SubscriptionStatus>().ok().into_iter().collect();
        desk.address.choose(|state| state.subscriptions.status = status);
    };
    view! {
        <div class="toolbar" role="group" aria-label="Subscriptions">
            {choice("Status", options.collect(), status, choose)}
            <Button
                label="Export CSV"
                on_press=move |()| listed(answer, rows, "subscriptions", |list| export::subscriptions(desk, list))
            />
            {desk.write.then(|| {
                view! {
                    <Button
                        label="New subscription"
                        kind=ButtonKind::Primary
                        on_press=move |()| desk.open(Form::NewSubscription(None))
                    />
                }
                .into_any()
            })}
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <span class="table-count">{counted(answer, rows, "subscription", "subscriptions")}</span>
        </div>
        <Standby
            standing
            what="the subscriptions of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || inside(desk, answer, rows)}
        </Standby>
        {moved(desk)}
    }
    .into_any()
}

fn inside(desk: Desk, answer: Latest<SubscriptionList>, rows: GridRows<SubscriptionRow>) -> AnyView {
    let none = Signal::memo(move || rows.with(|rows| rows.is_empty()));
    let sort = desk.asks(|state| state.subscriptions.sort());
    let on_sort = Callback::new(move |sort| {
        desk.address.choose(|state| {
            state.subscriptions.sort =
                Some(sort).filter(|sort| *sort != SubscriptionsQuery::default().sort());
        });
    });
    let limit = desk.asks(|state| state.subscriptions.limit);
    let list = live(move || {
        if none.get() {
            return view! {
                <EmptyState
                    title="No subscription"
                    text="No client has terms that stand so. New terms are added here, or in a client’s record."
                />
            }
            .into_any();
        }
        view! {
            {live(move || answer.value.get().map(|list| total(desk, &list)))}
            {ledger(&LEDGER, (sort, on_sort), rows, move |row, word| cell(desk, row, word))}
            {load_more(answer, rows, limit, move |step| desk.address.choose(|state| state.subscriptions.limit = Some(step)))}
        }
        .into_any()
    });
    let agreed = Signal::memo(move || {
        answer.value.with(|list| list.as_ref().map(|list| list.arrangements.clone()).unwrap_or_default())
    });
    view! {
        {list}
        {live(move || arrangements(desk, agreed.get()))}
    }
    .into_any()
}

fn total(desk: Desk, list: &Arc<SubscriptionList>) -> AnyView {
    let s = list.sums;
    sums(
        "Sums of all subscriptions that match",
        vec![
            ("MRR", desk.money(s.mrr), "in force today".to_owned()),
            ("ARR", desk.money(s.arr), "yearly contracts at their value".to_owned()),
            ("Past due", desk.money(s.past_due), "a part of MRR".to_owned()),
            ("Trials", format::count(s.trials.into()), "no MRR yet".to_owned()),
        ],
    )
}

fn client_link(row: &SubscriptionRow) -> AnyView {
    view! {
        <a class="cut" href=format!("/clients/{}?tab=finance", row.client_id) >{row.client_name.clone()}</a>
    }
    .into_any()
}

fn cell(desk: Desk, row: &SubscriptionRow, word: &str) -> AnyView {
    let day = |day: Option<jiff::civil::Date>| {
        day.map_or_else(|| format::NONE.to_owned(), |day| desk.day(day)).into_any()
    };
    match word {
        "client" => client_link(row),
        "status" => mark(terms::subscription(row.status)),
        "amount" => {
            format!("{} {}", desk.money(row.amount), terms::frequency(row.billing_frequency)).into_any()
        }
        "mrr" if row.counts => desk.money(row.mrr).into_any(),
        "since" => match row.ended_on {
            Some(end) => view! { {day(row.activated_on)} " to " {desk.day(end)} }.into_any(),
            None => day(row.activated_on.or(row.trial_ends_on)),
        },
        "renewal" => day(row.renewal_date),
        "actions" => actions(desk, row),
        _ => format::NONE.into_any(),
    }
}

/// What can be done with it now.
fn actions(desk: Desk, row: &SubscriptionRow) -> AnyView {
    use SubscriptionStatus::{Active, Cancelled, PastDue, Paused, Trial};
    let steps: &[(&'static str, SubscriptionStatus)] = match row.status {
        Trial => &[("Start billing", Active), ("Cancel", Cancelled)],
        Active => &[("Mark past due", PastDue), ("Pause", Paused), ("Cancel", Cancelled)],
        PastDue => &[("Mark as paid up", Active), ("Pause", Paused), ("Cancel", Cancelled)],
        Paused => &[("Resume", Active)],
        Cancelled | SubscriptionStatus::Replaced => &[],
    };
    if !desk.write || steps.is_empty() {
        return ().into_any();
    }
    let change = matches!(row.status, Active | PastDue);
    let known = StoredValue::new(row.clone());
    let items = move || {
        steps
            .iter()
            .map(|(label, to)| {
                let to = *to;
                let press = move |()| desk.open(Form::SetStatus(known.get_value(), to));
                view! { <MenuItem label=*label on_press=press /> }.into_any()
            })
            .collect_view()
    };
    let label = format!("Actions for {} of {}", row.product_name, row.client_name);
    view! {
        <Menu label class="card-menu" face=move || view! { <Icon name=IconName::More /> }.into_any()>
            {change.then(|| {
                view! {
                    <MenuItem label="Change amount" on_press=move |()| desk.open(Form::ChangeTerms(known.get_value())) />
                }
                .into_any()
            })}
            {items()}
        </Menu>
    }
    .into_any()
}

/// How MRR moved, and who stayed, in the quarter to date.
fn moved(desk: Desk) -> AnyView {
    let answer = use_figures(desk.api, FiguresQuery::default()).following(desk.changes);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let inside = move || {
        live(move || {
            answer.value.get().map(|figures| {
                let window = figures.window;
                let note = format!(
                    "{} to {}; before that {} to {}. Another window is chosen on the overview.",
                    desk.day(window.from),
                    desk.day(window.to),
                    desk.day(window.previous_from),
                    desk.day(window.previous_to),
                );
                let kept = figures.retention;
                let (net, net_note) = rate(&kept.nrr, "of the MRR of the clients of 12 months ago");
                let (gross, gross_note) = rate(&kept.grr, "the same without growth");
                let (lost, lost_note) = rate(&figures.movements.logo_churn, "clients lost in the window");
                view! {
                    <section class="finance-part" aria-labelledby="subscriptions-moved">
                        <h2 id="subscriptions-moved">"MRR movement and retention"</h2>
                        <p class="quiet">{note}</p>
                        {sums("Retention", vec![
                            ("Net retention", net, net_note),
                            ("Gross retention", gross, gross_note),
                            ("Logo churn", lost, lost_note),
                        ])}
                        {movements_table(desk, &figures.movements, &figures.previous_movements)}
                    </section>
                }
                .into_any()
            })
        })
        .into_any()
    };
    view! {
        <Standby
            standing
            what="the movements of your organization"
            skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
        >
            {inside}
        </Standby>
    }
    .into_any()
}

/// What active clients have agreed to pay with, and what it brings by the month.
fn arrangements(desk: Desk, rows: Vec<ArrangementRow>) -> AnyView {
    let total = ArrangementTotal::of(&rows.iter().map(ArrangementRow::terms).collect::<Vec<_>>());
    let partial = (total.missing > 0).then(|| {
        let missing = format::plural(total.missing.into(), "client", "clients");
        format!("Partial: the revenue of {missing} with a share was not reported.")
    });
    let share = |share: Option<Percent>| {
        share.map_or_else(|| format::NONE.to_owned(), |share| percent(share.hundredths().into()))
    };
    let heads = [
        ("Client", false),
        ("Arrangement", false),
        ("Fee a month", true),
        ("Share", true),
        ("Reported revenue", true),
        ("Brings a month", true),
        ("MRR", true),
    ];
    let amount = move |amount: Option<revos_shared::Money>| {
        amount.map_or_else(|| format::NONE.to_owned(), |amount| desk.money(amount))
    };
    let inside = if rows.is_empty() {
        view! { <p class="quiet">"No active client has terms yet. They are typed in the client’s record."</p> }.into_any()
    } else {
        table("Arrangements", &heads, rows, move |row: ArrangementRow| {
            let (brings, why) = row.terms().revenue().map_or_else(
                || (format::NONE.to_owned(), String::new()),
                |known| words::figure(&known, |m| desk.money(m)),
            );
            view! {
                <tr>
                    <th scope="row"><a href=format!("/clients/{}?tab=finance", row.client_id)>{row.client_name}</a></th>
                    <td>{row.arrangement_type.map_or("Not agreed", terms::arrangement)}</td>
                    <td class="number">{amount(row.monthly_fee)}</td>
                    <td class="number">{share(row.revenue_share_pct)}</td>
                    <td class="number">{amount(row.client_reported_mrr)}</td>
                    <td class="number" title=why>{brings}</td>
                    <td class="number">{desk.money(row.mrr)}</td>
                </tr>
            }
            .into_any()
        })
    };
    view! {
        <section class="finance-part" aria-labelledby="arrangements-title">
            <h2 id="arrangements-title">"Arrangements"</h2>
            <p class="quiet">
                {format!("Expected by the terms of {}: {} a month. ", format::plural(total.clients.into(), "client", "clients"), desk.money(total.amount))}
                {partial}
            </p>
            {inside}
        </section>
    }
    .into_any()
}
