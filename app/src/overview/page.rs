//! What does the Overview page show? Tiles in groups, and what happened since yesterday.

use super::address::OverviewAddress;
use super::kept::{Then, then_and_today};
use super::tile::{Writing, tile};
use super::{export, part_of, words};
use crate::shell::answer::{Answer, Latest, query};
use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::csv::hand_over;
use crate::shell::frame::PageHead;
use crate::shell::no_rows::demo_page;
use crate::shell::part::{Arrival, part, show_part};
use crate::shell::query::{Standby, Standing, day_now, time_zone};
use crate::shell::record::{Notice, form_dialog, notice_of};
use crate::shell::session::Session;
use crate::shell::style::adopt;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::finance::TimeScope;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::days_after;
use revos_shared::overview::Overview;
use revos_shared::overview::endpoints::{KeepFigures, OverviewQuery, ReadOverview};
use revos_shared::session::Capability;
use revos_ui::{Button, Segment, Segments, Signal, SkeletonLines, Var, live, on};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// What is open on top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Which days, and which clients?
    Part,
}

part!(
    overview,
    pub(crate) fn overview_page() {
        adopt(include_str!("../shell/record.css"));
        adopt(include_str!("../shell/columns.css"));
        adopt(include_str!("overview.css"));
        let session = expect_context::<Session>();
        match session.api() {
            Some(api) => overview(api, session),
            None => demo_page("Overview", "The demo has no overview"),
        }
    }
);

part!(
    overview_forms,
    fn overview_form(address: OverviewAddress, today: Date, close: Callback<()>) {
        untrack(|| part_of::form(address, today, close))
    }
);

part!(
    overview_forms,
    fn overview_then(page: Then) {
        then_and_today(page)
    }
);

/// The overview of a window, of some clients or all.
fn use_overview(api: Api<SignedIn>, asked: OverviewQuery) -> Answer<Overview> {
    let key = format!("overview?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("overview", key).persisted(), Place::of::<ReadOverview>(&asked))
}

fn overview(api: Api<SignedIn>, session: Session) -> AnyView {
    let address = OverviewAddress::new();
    let zone = session.of_member(|member| member.organization.time_zone.clone());
    let wanted = Signal::memo(move || address.state.with(|state| state.asked));
    let today = Signal::memo(move || zone.with(|zone| day_now(zone)));
    let problem = Signal::memo(move || wanted.get().check_on(today.get()).err());
    // There is no question for days that cannot be.
    let asked =
        Signal::memo(move || if problem.get().is_some() { OverviewQuery::default() } else { wanted.get() });
    let owner = part_of::owner_name(address, session);
    let chosen = Signal::memo(move || match wanted.get() {
        OverviewQuery { from: Some(_), .. } => words::CUSTOM,
        asked => asked.scope().as_str(),
    });
    let form = Var::new(None::<Form>);
    let answer = Latest::of(asked, move |asked| use_overview(api, *asked));
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    let currency = session.of_member(|member| member.organization.currency.clone());
    let notice = Var::new(None::<Notice>);
    let may_keep = session.member().is_some_and(|member| member.can(Capability::OVERVIEW_CASH));
    let changes = Var::new(0);
    let refresh = Callback::new(move |()| {
        answer.refresh();
        changes.update(|changes| *changes += 1);
    });
    let here = StoredValue::new(());
    let keep = move |()| keep_today(api, here, notice, changes);
    let save = move |()| {
        if let Some(overview) = answer.value.get_untracked() {
            let segment = asked.get_untracked().segment.map(|segment| segment.to_string());
            let text = export::written(
                &overview,
                &currency.get_untracked(),
                &segment.unwrap_or_else(|| "all".to_owned()),
                &owner.get_untracked().unwrap_or_else(|| "all".to_owned()),
            );
            if let Err(text) = hand_over(api, &text, "overview.csv", "/") {
                notice.set(Some(Notice { text, bad: true }));
            }
        }
    };
    let then = Then { api, address, overview: answer.value, currency, changes };
    let mut segments =
        words::SCOPES.map(|(scope, label, name)| Segment { value: scope.as_str(), label, name }).to_vec();
    segments.push(Segment { value: words::CUSTOM, label: "Custom", name: "Days of your choice" });
    let choose = move |word: &'static str| match word.parse() {
        Ok(scope) => address.choose(|state| {
            let scope = Some(scope).filter(|scope| *scope != TimeScope::Quarter);
            state.asked = OverviewQuery { scope, from: None, to: None, ..state.asked };
        }),
        Err(_) => form.set(Some(Form::Part)),
    };
    view! {
        <PageHead title="Overview" mark=(standing.freshness, standing.on_action) refresh />
        <div class="page overview">
            <div class="overview-tools">
                <Segments
                    label="Window"
                    segments
                    chosen
                    on_choose=choose
                />
                <Button label="Segment and owner" on_press=move |()| form.set(Some(Form::Part)) />
                {may_keep.then(|| view! { <Button label="Keep today’s figures" on_press=keep /> }.into_any())}
                <Button label="Download CSV" on_press=save />
                <Button label="Print" on_press=move |()| _ = window().print() />
            </div>
            {notice_of(notice)}
            {part_of::chips(address, today, owner)}
            {move || live(move || problem.get().map(|problem| part_of::refused(problem, address)))}
            <div hidden=live(move || problem.get().is_some())>
            <Standby
                standing
                what="the figures of your organization"
                skeleton=|| view! { <SkeletonLines count=12 class="skeleton-rows" /> }.into_any()
            >
                {move || {
                    live(move || {
                        answer.value.get().filter(|_| problem.get().is_none()).map(|overview| {
                            let asked = asked.get();
                            currency.with(|currency| time_zone().with(|zone| inside(&overview, asked, currency, zone)))
                        })
                    })
                    .into_any()
                }}
            </Standby>
            </div>
            {live(move || (problem.get().is_none() && asked.with(OverviewQuery::is_whole)).then(|| history(then)))}
        </div>
        {form_dialog(form, move |_, _, title| -> Arrival {
            title.set("Days and clients".to_owned());
            let close = Callback::new(move |()| form.set(None));
            Box::pin(overview_form(address, today.get_untracked(), close))
        })}
    }
    .into_any()
}

/// Asks that today's figures are kept. The worker computes them, so they are there a moment later.
fn keep_today(api: Api<SignedIn>, here: StoredValue<()>, notice: Var<Option<Notice>>, changes: Var<u32>) {
    spawn_local(async move {
        let said = match api.change::<KeepFigures>(&NoQuery {}, &()).await {
            Ok(_) => Notice {
                text: "Today’s figures are being kept. “Then and today” says when they are there, usually within a minute."
                    .to_owned(),
                bad: false,
            },
            Err(refused) => Notice { text: refused.sentence().replace("Not saved: ", "Not kept: "), bad: true },
        };
        // The page may be gone.
        if here.try_get_value().is_some() {
            notice.set(Some(said));
            changes.update(|changes| *changes += 1);
        }
    });
}

/// What was kept, once somebody looks at it.
fn history(then: Then) -> AnyView {
    let begun = then.address.state.with_untracked(|state| state.then.is_some());
    let open = Var::new(begun);
    let shown = move || show_part("What was kept", move || Box::pin(overview_then(then)));
    view! {
        <details
            class="overview-group overview-then"
            open=begun.then_some("")
            on:toggle=on(move |_| open.set(true))
        >
            <summary>
                <h2>"Then and today"</h2>
            </summary>
            {live(move || open.get().then(shown))}
        </details>
    }
    .into_any()
}

fn inside(overview: &Arc<Overview>, asked: OverviewQuery, currency: &str, time_zone: &str) -> AnyView {
    let writing = Writing::of(overview, asked, currency, time_zone);
    let ends = words::GROUPS.iter().skip(1).map(|(_, first)| Some(*first)).chain([None]);
    let groups = words::GROUPS
        .iter()
        .zip(ends)
        .filter_map(|((name, first), end)| {
            let of_group = overview
                .tiles
                .iter()
                .filter(|tile| tile.kind >= *first && end.is_none_or(|end| tile.kind < end))
                .map(|one| tile(one, writing))
                .collect::<Vec<_>>();
            (!of_group.is_empty()).then(|| {
                view! {
                    <details class="overview-group" open="">
                        <summary>
                            <h2>{*name}</h2>
                        </summary>
                        <div class="overview-tiles">{of_group}</div>
                    </details>
                }
                .into_any()
            })
        })
        .collect_view();
    let window = overview.window;
    view! {
        <p class="quiet overview-window">
            {format!(
                "{}, beside {}.{} All amounts in {currency}.",
                writing.days(window.from, window.to),
                writing.days(window.previous_from, window.previous_to),
                if window.to < overview.as_of { " Figures of one day are of today." } else { "" },
            )}
        </p>
        {news(overview, writing)}
        {groups}
    }
    .into_any()
}

fn news(overview: &Overview, writing: Writing<'_>) -> AnyView {
    let yesterday = days_after(overview.as_of, -1);
    let title = format!("Since yesterday, {}", writing.day(yesterday));
    let items = overview
        .news
        .iter()
        .map(|news| {
            let text = words::news(news, writing.currency);
            view! {
                <li>
                    <a href=words::news_link(news.what, &writing.asked)>{text}</a>
                </li>
            }
            .into_any()
        })
        .collect_view();
    let inside = if overview.news.is_empty() {
        view! { <p class="quiet">"Nothing was won, lost, added, billed or paid."</p> }.into_any()
    } else {
        view! { <ul class="overview-news">{items}</ul> }.into_any()
    };
    view! {
        <section class="overview-since" aria-labelledby="overview-since">
            <h2 id="overview-since">{title}</h2>
            {inside}
        </section>
    }
    .into_any()
}
