//! How does the business stand? Recurring revenue, retention, receivables and cash, and whom to ask for money.

use super::data::{Due, DueList, use_figures, use_invoices};
use super::desk::{Desk, Form};
use super::export::Listed;
use super::{export, words};
use crate::shell::answer::Latest;
use crate::shell::figures::{percent, tenths};
use crate::shell::format;
use crate::shell::lists::table;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::finance::{
    FiguresQuery, FinanceFigures, InvoiceStanding, InvoicesQuery, Movements, TimeScope,
};
use revos_shared::kernel::figure::{BASIS_POINTS, Figure as Known, ratio};
use revos_ui::{
    Button, ColumnMark, Columns, Figure, FreshnessMark, Panel, Segment, Segments, Signal, SkeletonLines,
    live, on,
};
use std::sync::Arc;

/// Rows of the queue. Whoever asks for money begins at the top.
const QUEUE: u32 = 50;

part!(
    finance_overview,
    pub(super) fn overview_view(desk: Desk) {
        overview(desk)
    }
);

fn overview(desk: Desk) -> AnyView {
    let scope = desk.asks(|state| state.scope.unwrap_or(TimeScope::Quarter));
    let asked = Signal::memo(move || FiguresQuery { scope: Some(scope.get()) });
    let answer = Latest::of(asked, move |query| use_figures(desk.api, *query)).following(desk.changes);
    desk.dated_by(answer.view);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let segments = TimeScope::ALL
        .iter()
        .map(|scope| Segment {
            value: scope.as_str(),
            label: words::scope(*scope),
            name: words::scope(*scope),
        })
        .collect::<Vec<_>>();
    let choose = Callback::new(move |word: &'static str| {
        let scope = word.parse().ok().filter(|scope| *scope != TimeScope::Quarter);
        desk.address.choose(|state| state.scope = scope);
    });
    view! {
        <div class="toolbar" role="group" aria-label="Figures">
            <Segments
                label="Window, to date"
                segments
                chosen=Signal::memo(move || scope.get().as_str())
                on_choose=choose
            />
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
        </div>
        <Standby
            standing
            what="the figures of your organization"
            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
        >
            {move || live(move || answer.value.get().map(|figures| tiles(desk, &figures))).into_any()}
        </Standby>
        {queue(desk)}
    }
    .into_any()
}

/// A figure: its name, the value, and what must be known beside it.
type Tile = (&'static str, (String, String));

fn tiles_of(tiles: Vec<Tile>) -> AnyView {
    let tile = |(label, (value, note)): Tile| {
        view! { <Figure label value=Signal::stored(value) note=Signal::stored(note) /> }.into_any()
    };
    view! { <dl class="finance-figures">{tiles.into_iter().map(tile).collect_view()}</dl> }.into_any()
}

/// A part of the page with its title.
fn section(id: &'static str, title: &'static str, note: String, inside: AnyView) -> AnyView {
    view! {
        <section class="finance-part" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <p class="quiet">{note}</p>
            {inside}
        </section>
    }
    .into_any()
}

/// A share, or why there is none, with what must be known beside it.
pub(super) fn rate(known: &Known<i64>, note: &str) -> (String, String) {
    let (value, why) = words::figure(known, percent);
    (value, if why.is_empty() { note.to_owned() } else { why })
}

/// How an amount changed since the window before: the difference, and in percent of what it was.
fn change(desk: Desk, now: &Known<Money>, before: &Known<Money>, beside: &str) -> String {
    let (Some(now), Some(before)) = (now.value(), before.value()) else { return String::new() };
    let difference = Money::from_minor(now.minor() - before.minor());
    if difference == Money::ZERO {
        return format!("no change {beside}");
    }
    let share = (before.minor() > 0).then(|| {
        let share = ratio(difference.minor().into(), before.minor().into(), BASIS_POINTS);
        format!(" ({})", percent(share))
    });
    format!("{}{} {beside}", desk.signed(difference), share.unwrap_or_default())
}

fn tiles(desk: Desk, figures: &Arc<FinanceFigures>) -> AnyView {
    let window = figures.window;
    let (as_of, before) = (desk.day(figures.as_of), desk.day(window.previous_to));
    let since = format!("{} to {}", desk.day(window.from), desk.day(window.to));
    let since_then = format!("since {before}");
    let earlier = format!("{} to {}", desk.day(window.previous_from), before);
    let beside = format!("beside {earlier}");
    let money = |known: &Known<Money>| words::figure(known, |amount| desk.money(amount));
    let or = |(value, why): (String, String), note: String| (value, if why.is_empty() { note } else { why });
    let r = &figures.recurring;
    let owed = figures.receivables;
    let collected =
        change(desk, &Known::known(figures.collected), &Known::known(figures.previous_collected), &beside);
    let billed = change(desk, &Known::known(figures.billed), &Known::known(figures.previous_billed), &beside);
    let revenue = vec![
        ("MRR", or(money(&r.mrr), change(desk, &r.mrr, &figures.previous_mrr, &since_then))),
        ("ARR", or(money(&r.arr), "yearly contracts at their value".to_owned())),
        ("Past due", (desk.money(r.past_due), "a part of MRR".to_owned())),
        (
            "Per client",
            or(money(&r.arpa), format!("MRR of {}", format::plural(r.clients.into(), "client", "clients"))),
        ),
        (
            "Trials",
            (
                format::count(r.trials.into()),
                format!("{} a month if they stay; no MRR yet", desk.money(r.trial_mrr)),
            ),
        ),
    ];
    let retention = vec![
        ("Net retention", rate(&figures.retention.nrr, "of the MRR of the clients of 12 months ago")),
        ("Gross retention", rate(&figures.retention.grr, "the same without growth")),
        ("Logo churn", rate(&figures.movements.logo_churn, &format!("clients lost, {since}"))),
    ];
    let receivables = vec![
        (
            "Owed (AR)",
            (desk.money(owed.ar), format::plural(owed.invoices.into(), "sent invoice", "sent invoices")),
        ),
        (
            "Overdue",
            (desk.money(owed.overdue), format::plural(owed.overdue_invoices.into(), "invoice", "invoices")),
        ),
        (
            "Days sales outstanding",
            or(
                words::figure(&owed.dso, |days| format!("{} days", tenths(days))),
                "AR × 90 ÷ billed in 90 days".to_owned(),
            ),
        ),
        (
            "Due in 7 days",
            (desk.money(owed.due_7_days), format!("{} of it today", desk.money(owed.due_today))),
        ),
        ("Billed", (desk.money(figures.billed), billed)),
        ("Collected", (desk.money(figures.collected), collected)),
    ];
    let owed = view! {
        {tiles_of(receivables)}
        {aging(desk, figures)}
        <p><a href="/finance?tab=billing&status=sent">"Open the invoices that are owed"</a></p>
    }
    .into_any();
    let cash = desk.cash.then(|| {
        let cash = &figures.cash;
        let balance =
            or(money(&cash.balance), change(desk, &cash.balance, &figures.previous_cash, &since_then));
        let tiles = vec![
            ("Cash", balance),
            ("Net burn, a month", or(money(&cash.net_burn), "mean of the last 3 full months".to_owned())),
            ("Runway", or(words::figure(&cash.runway, words::runway), "cash ÷ net burn, cut off".to_owned())),
        ];
        let inside = view! { {tiles_of(tiles)} {cash_months(desk, figures)} }.into_any();
        section("finance-cash", "Cash", format!("On {as_of}."), inside)
    });
    let revenue = view! { {tiles_of(revenue)} {mrr_line(desk, figures)} }.into_any();
    let movements = movements_table(desk, &figures.movements, &figures.previous_movements);
    let sections = [
        Some(section(
            "finance-revenue",
            "Recurring revenue",
            format!("On {as_of}, beside {before}."),
            revenue,
        )),
        Some(section(
            "finance-movement",
            "MRR movement",
            format!("{since}; before that {earlier}."),
            movements,
        )),
        Some(section("finance-retention", "Retention", format!("On {as_of}."), tiles_of(retention))),
        Some(section(
            "finance-receivables",
            "Receivables",
            format!("Owed on {as_of}; billed and collected {since}."),
            owed,
        )),
        cash,
    ];
    sections.into_iter().flatten().collect_view().into_any()
}

/// How MRR moved in a window and in the one before.
pub(super) fn movements_table(desk: Desk, now: &Movements, before: &Movements) -> AnyView {
    let minus = |amount: Money| Money::from_minor(-amount.minor());
    let rows = vec![
        ("At the start", now.start, before.start, false),
        ("New", now.new, before.new, true),
        ("Reactivation", now.reactivation, before.reactivation, true),
        ("Expansion", now.expansion, before.expansion, true),
        ("Contraction", minus(now.contraction), minus(before.contraction), true),
        ("Churn", minus(now.churn), minus(before.churn), true),
        ("Net new", now.net_new, before.net_new, true),
        ("At the end", now.end, before.end, false),
    ];
    let heads = [("", false), ("This window", true), ("Window before", true)];
    table("MRR movement", &heads, rows, move |(name, now, before, moved)| {
        let text = |amount: Money| if moved { desk.signed(amount) } else { desk.money(amount) };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{text(now)}</td>
                <td class="number">{text(before)}</td>
            </tr>
        }
        .into_any()
    })
}

fn mrr_line(desk: Desk, figures: &FinanceFigures) -> AnyView {
    let marks: Vec<ColumnMark> = figures
        .mrr_line
        .iter()
        .map(|point| ColumnMark {
            tick: format::month_tick(point.day),
            name: format!("End of {}", format::month(point.day)),
            values: vec![point.mrr.value().map(|mrr| mrr.minor())],
            texts: vec![words::figure(&point.mrr, |mrr| desk.money(mrr)).0],
        })
        .collect();
    let summary = match (marks.first(), marks.last()) {
        (Some(first), Some(last)) => {
            format!(
                "MRR by month, {} {} to {} {}",
                first.name,
                first.texts.join(""),
                last.name,
                last.texts.join("")
            )
        }
        _ => "No month yet".to_owned(),
    };
    view! {
        <Columns
            label="MRR at the end of each month"
            name_head="Month"
            value_heads=vec!["MRR"]
            marks=Signal::stored(marks)
            summary=Signal::stored(summary)
        />
    }
    .into_any()
}

fn aging(desk: Desk, figures: &FinanceFigures) -> AnyView {
    let buckets = figures.receivables.aging.buckets();
    let names = [
        ("Not due", "Not past due"),
        ("1–30", "1–30 days past due"),
        ("31–60", "31–60 days past due"),
        ("61–90", "61–90 days past due"),
        ("91+", "91 days and more"),
    ];
    let told = names.iter().zip(buckets).map(|((_, name), amount)| format!("{name} {}", desk.money(amount)));
    let summary = format!("Aging: {}", told.collect::<Vec<_>>().join(", "));
    let marks: Vec<ColumnMark> = names
        .into_iter()
        .zip(buckets)
        .map(|((tick, name), amount)| ColumnMark {
            tick: format!("{tick}: {}", desk.money(amount)),
            name: name.to_owned(),
            values: vec![Some(amount.minor())],
            texts: vec![desk.money(amount)],
        })
        .collect();
    view! {
        <Columns
            label="Aging, by days past due"
            name_head="Days past due"
            value_heads=vec!["Owed"]
            last_written=false
            marks=Signal::stored(marks)
            summary=Signal::stored(summary)
        />
    }
    .into_any()
}

fn cash_months(desk: Desk, figures: &FinanceFigures) -> AnyView {
    let marks: Vec<ColumnMark> = figures
        .cash
        .months
        .iter()
        .map(|month| ColumnMark {
            tick: format::month_tick(month.month),
            name: format::month(month.month),
            values: vec![Some(month.cash_in.minor()), Some(month.cash_out.minor())],
            texts: vec![desk.money(month.cash_in), desk.money(month.cash_out)],
        })
        .collect();
    let summary = marks.last().map_or_else(
        || "No month yet".to_owned(),
        |last| {
            format!("Cash in and out by month; {} so far: {}", last.name, last.texts.join(" in, ") + " out")
        },
    );
    view! {
        <Columns
            label="Cash by month, opening balance left out"
            name_head="Month"
            value_heads=vec!["In", "Out"]
            marks=Signal::stored(marks)
            summary=Signal::stored(summary)
        />
    }
    .into_any()
}

/// Whom to ask for money: what is owed × how long, most first.
fn queue(desk: Desk) -> AnyView {
    let overdue = InvoicesQuery {
        status: [InvoiceStanding::Overdue].into_iter().collect(),
        sort: "-urgency".parse().ok(),
        limit: Some(QUEUE),
        ..InvoicesQuery::default()
    };
    let answer = use_invoices::<DueList>(desk.api, &overdue).following(desk.changes);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let heads = [
        ("Invoice", false),
        ("Client", false),
        ("Owed", true),
        ("Days late", true),
        ("Last contact", false),
        ("", false),
    ];
    let inside = move || {
        live(move || {
            let Some(list) = answer.value.get() else { return ().into_any() };
            if list.rows.is_empty() {
                return view! { <p class="quiet">"Nothing is overdue."</p> }.into_any();
            }
            let total = answer.view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total));
            let cut = (list.rows.len() as u64) < total;
            view! {
                {table("Collections queue", &heads, &list.rows, move |row| queue_line(desk, row))}
                {cut.then(|| {
                    let text = format!("The {} most pressing of {}. ", list.rows.len(), format::plural(total, "invoice", "invoices"));
                    view! {
                        <p class="quiet">
                            {text} <a href="/finance?tab=billing&status=overdue&sort=-urgency">"Open all"</a>
                        </p>
                    }
                    .into_any()
                })}
            }
            .into_any()
        })
        .into_any()
    };
    // The most pressing, as they are shown: the rest is in the list of invoices.
    let save = move |()| {
        if let Some(list) = answer.value.get_untracked() {
            let total = list.rows.len() as u64;
            export::queue(desk, &Listed { rows: &list.rows, total, many: "invoices" });
        }
    };
    let tools = move || view! { <Button label="Export CSV" on_press=save /> }.into_any();
    view! {
        <Panel id="collections" title="Collections queue" freshness=standing.freshness on_action=standing.on_action tools>
            <Standby
                standing
                what="what is overdue"
                skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
            >
                {inside}
            </Standby>
        </Panel>
    }
    .into_any()
}

fn queue_line(desk: Desk, row: &Due) -> AnyView {
    let late = row.days_late(desk.today.get());
    let due = row.clone();
    let label = format!("Record payment of {}", row.invoice_number);
    let contact = row.contacted_on.map_or_else(|| format::NONE.to_owned(), |day| desk.day(day));
    let pay = desk.write.then(|| {
        let press = move |_: leptos::ev::MouseEvent| desk.open(Form::Pay(due.clone()));
        view! {
            <button class="button" type="button" data-kind="quiet" aria-label=label on:click=on(press)>
                <span>"Record payment"</span>
            </button>
        }
        .into_any()
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/finance/invoices/{}", row.id)>{row.invoice_number.clone()}</a>
            </th>
            <td><a href=format!("/clients/{}?tab=finance", row.client_id)>{row.client_name.clone()}</a></td>
            <td class="number">{desk.money(row.balance)}</td>
            <td class="number">{format::count(late.unsigned_abs())}</td>
            <td>{contact}</td>
            <td class="cell-actions">{pay}</td>
        </tr>
    }
    .into_any()
}
