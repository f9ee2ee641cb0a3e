//! Which clients may leave? The churn panel.

use super::panel_parts::{Enlarge, EnlargeButton, ROWS_BESIDE, ShowAll};
use super::words;
use crate::shell::format;
use crate::shell::lines::lines;
use crate::shell::query::{Standby, Standing, row_of};
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::ChurnRow;
use revos_shared::clients::thresholds::CHURN_WATCH;
use revos_ui::{EmptyState, Icon, IconName, Panel, Signal, SkeletonLines, badge, live};

/// Active clients with a churn risk worth watching, the worst first.
#[component]
pub(super) fn ChurnPanel(
    /// How the clients stand.
    standing: Standing,
    /// The rows, the worst first.
    rows: Signal<Vec<ChurnRow>>,
    /// The day of the rows.
    today: Signal<Date>,
    /// What must be known about rows that are not all here; empty when they are.
    #[prop(into)]
    part_note: Signal<String>,
    /// Is the panel enlarged?
    enlarge: Enlarge,
) -> impl IntoView {
    let none = Signal::memo(move || rows.with(Vec::is_empty));
    let count = Signal::derive(move || rows.with(Vec::len));
    let body = move || {
        if none.get() {
            return view! {
                <EmptyState
                    title="Nobody to watch"
                    text=format!("No active client has a churn risk of {CHURN_WATCH} or above.")
                />
            }
            .into_any();
        }
        let listed = move || {
            let most = if enlarge.on.get() { usize::MAX } else { ROWS_BESIDE };
            rows.with(|rows| rows.iter().take(most).map(|row| row.client.id.0.as_u128()).collect())
        };
        view! {
            <ul class="lines" data-kind="churn">
                {lines(listed, move |id| line(rows, id, today))}
            </ul>
            <ShowAll count enlarge />
        }
        .into_any()
    };
    view! {
        <Panel
            id="churn"
            title="Churn risk"
            freshness=standing.freshness
            on_action=standing.on_action
            expanded=enlarge.on
            tools=move || view! { <EnlargeButton title="churn risk" enlarge /> }.into_any()
        >
            <Standby
                standing
                what="the clients of your organization"
                skeleton=|| view! { <SkeletonLines count=6 class="skeleton-rows" /> }.into_any()
            >
                {body}
            </Standby>
            <p class="panel-foot">
                {words::churn_thresholds()}
                {live(move || part_note.with(|note| (!note.is_empty()).then(|| format!(" · {note}"))))}
            </p>
        </Panel>
    }
    .into_any()
}

fn line(rows: Signal<Vec<ChurnRow>>, id: u128, today: Signal<Date>) -> AnyView {
    let Some(row) = row_of(rows, id, |row| row.client.id.0.as_u128()) else { return ().into_any() };
    let band = Signal::memo(move || row.with(|row| words::churn_band(row.band)));
    let change = Signal::memo(move || row.with(|row| row.change));
    let review = live(move || {
        row.with(|row| match row.client.qbr_date {
            Some(date) => format!("QBR {}", format::day(date, today.get())),
            None => "No QBR date".to_owned(),
        })
    });
    let link = row.with_untracked(|row| format!("/clients/{}", row.client.id));
    view! {
        <li class="line" aria-label=live(move || row.with(words::churn_name))>
            <a class="line-name cut" href=link>{live(move || row.with(|row| row.client.name.clone()))}</a>
            <span class="line-meta">
                <span class="cut">{live(move || row.with(|row| words::owner(&row.client)))}</span>
                <span>{live(move || row.with(|row| format!("Health {}", format::score(row.client.health))))}</span>
                <span>{review}</span>
            </span>
            <span class="line-change">{live(move || change_mark(change.get()))}</span>
            <span class="line-value">{live(move || row.with(|row| row.churn_risk))}</span>
            <span class="line-badge">
                {live(move || {
                    let (word, tone) = band.get();
                    badge(word, tone)
                })}
            </span>
        </li>
    }
    .into_any()
}

/// A rise of churn risk is bad, a fall is good; both are said in words too.
fn change_mark(change: Option<i16>) -> AnyView {
    let Some(change) = change else { return view! { <span class="quiet">"new"</span> }.into_any() };
    let (icon, tone) = match change {
        0 => return view! { <span class="quiet">"no change"</span> }.into_any(),
        ..0 => (IconName::Fall, "good"),
        _ => (IconName::Rise, "bad"),
    };
    view! {
        <span class="change" data-tone=tone>
            <Icon name=icon size=12 />
            {format::change(change)}
        </span>
    }
    .into_any()
}
