//! What does the Overview page show? Tiles in groups, and what happened since yesterday.

use super::tile::{Writing, tile};
use super::{export, words};
use crate::shell::answer::{Answer, Latest, query};
use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::csv::hand_over;
use crate::shell::frame::PageHead;
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing, time_zone};
use crate::shell::router::UrlValue;
use crate::shell::session::Session;
use crate::shell::style::adopt;
use leptos::prelude::*;
use revos_shared::finance::TimeScope;
use revos_shared::overview::Overview;
use revos_shared::overview::endpoints::{OverviewQuery, ReadOverview};
use revos_ui::{Button, EmptyState, Segment, Segments, Signal, SkeletonLines, Var, live};
use std::sync::Arc;

/// The words of the windows, as the address says them.
const SCOPES: &[&str] = &["today", "7d", "mtd", "qtd", "ytd"];

part!(
    overview,
    pub(crate) fn overview_page() {
        adopt(include_str!("../shell/columns.css"));
        adopt(include_str!("overview.css"));
        let session = expect_context::<Session>();
        match session.api() {
            Some(api) => overview(api, session),
            None => nothing(),
        }
    }
);

fn nothing() -> AnyView {
    view! {
        <PageHead title="Overview" />
        <div class="page">
            <EmptyState
                title="The demo has no overview"
                text="This server runs without a database; only the clients page has sample rows."
                page=true
            />
        </div>
    }
    .into_any()
}

/// The overview of a window.
fn use_overview(api: Api<SignedIn>, asked: OverviewQuery) -> Answer<Overview> {
    let key = format!("overview?scope={}", asked.scope());
    Answer::of(api, query("overview", key).persisted(), Place::of::<ReadOverview>(&asked))
}

fn overview(api: Api<SignedIn>, session: Session) -> AnyView {
    let scope_value = UrlValue::new("scope", TimeScope::Quarter.as_str());
    let scope = scope_value.one_of(SCOPES);
    let asked = Signal::memo(move || OverviewQuery { scope: scope.get().parse().ok() });
    let answer = Latest::of(asked, move |asked| use_overview(api, *asked));
    let refresh = Callback::new(move |()| answer.refresh());
    let standing = Standing::of(answer.view, refresh, None);
    let currency = session.of_member(|member| member.organization.currency.clone());
    let failed = Var::new(false);
    let save = move |()| {
        if let Some(overview) = answer.value.get_untracked() {
            let text = export::written(&overview, &currency.get_untracked());
            failed.set(hand_over(api, &text, "overview.csv", "/").is_err());
        }
    };
    let segments =
        words::SCOPES.map(|(scope, label, name)| Segment { value: scope.as_str(), label, name }).to_vec();
    view! {
        <PageHead title="Overview" mark=(standing.freshness, standing.on_action) refresh />
        <div class="page overview">
            <div class="overview-tools">
                <Segments
                    label="Window"
                    segments
                    chosen=scope
                    on_choose=move |word| scope_value.set(word)
                />
                <Button label="Download CSV" on_press=save />
                <Button label="Print" on_press=move |()| _ = window().print() />
            </div>
            <p role="status">
                {live(move || if failed.get() { "The file could not be made by this browser." } else { "" })}
            </p>
            <Standby
                standing
                what="the figures of your organization"
                skeleton=|| view! { <SkeletonLines count=12 class="skeleton-rows" /> }.into_any()
            >
                {move || {
                    live(move || {
                        answer.value.get().map(|overview| {
                            currency.with(|currency| time_zone().with(|zone| inside(&overview, currency, zone)))
                        })
                    })
                    .into_any()
                }}
            </Standby>
        </div>
    }
    .into_any()
}

fn inside(overview: &Arc<Overview>, currency: &str, time_zone: &str) -> AnyView {
    let writing = Writing { currency, time_zone, window: overview.window };
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
        <p class="quiet">
            {format!(
                "{}, beside {}. All amounts in {currency}.",
                writing.days(window.from, window.to),
                writing.days(window.previous_from, window.previous_to),
            )}
        </p>
        {news(overview, writing)}
        {groups}
    }
    .into_any()
}

fn news(overview: &Overview, writing: Writing<'_>) -> AnyView {
    let yesterday = revos_shared::kernel::instants::days_after(overview.window.to, -1);
    let title = format!("Since yesterday, {}", writing.day(yesterday));
    let items = overview
        .news
        .iter()
        .map(|news| {
            let text = words::news(news, writing.currency);
            view! {
                <li>
                    <a href=words::news_link(news.what)>{text}</a>
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
