//! Which reviews are due? The QBR panel.

use super::panel_parts::{Enlarge, EnlargeButton, ROWS_BESIDE, ShowAll};
use super::words;
use crate::shell::format;
use crate::shell::lines::lines;
use crate::shell::query::{Standby, Standing, row_of};
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::{ClientsSummary, QbrHorizon, QbrRow};
use revos_ui::{EmptyState, Panel, Segment, Segments, Signal, SkeletonLines, badge, live};

/// Active clients with a review that is overdue or inside the horizon.
#[component]
pub(super) fn QbrPanel(
    /// How the clients stand.
    standing: Standing,
    /// The rows: overdue first, then by date, undated last.
    rows: Signal<Vec<QbrRow>>,
    /// The portfolio's figures.
    figures: Signal<Option<ClientsSummary>>,
    /// The day of the rows.
    today: Signal<Date>,
    /// The horizon's word, as in the URL.
    horizon: Signal<&'static str>,
    /// Chooses a horizon.
    #[prop(into)]
    on_horizon: Callback<&'static str>,
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
                    title="No review due"
                    text=Signal::derive(move || {
                        format!("No active client has a review overdue or within {} days.", horizon.get())
                    })
                />
            }
            .into_any();
        }
        let listed = move || {
            let most = if enlarge.on.get() { usize::MAX } else { ROWS_BESIDE };
            rows.with(|rows| rows.iter().take(most).map(|row| row.client.id.0.as_u128()).collect())
        };
        view! {
            <ul class="lines" data-kind="qbr">
                {lines(listed, move |id| line(rows, id, today))}
            </ul>
            <ShowAll count enlarge />
        }
        .into_any()
    };
    let foot = live(move || {
        let Some(figures) = figures.get() else { return "Reviews by date, overdue first".to_owned() };
        let due = match horizon.get() {
            "60" => figures.qbr_60,
            "90" => figures.qbr_90,
            _ => figures.qbr_30,
        };
        let parts = [
            format!("{} overdue", format::count(u64::from(figures.qbr_overdue))),
            format!("{} within {} days", format::count(u64::from(due)), horizon.get()),
            format!("{} without a date", format::count(u64::from(figures.qbr_undated))),
        ];
        parts.join(" · ")
    });
    let tools = move || {
        view! {
            <Segments
                label="Horizon of the reviews"
                segments=vec![
                    Segment { value: QbrHorizon::Days30.as_str(), label: "30", name: "30 days" },
                    Segment { value: QbrHorizon::Days60.as_str(), label: "60", name: "60 days" },
                    Segment { value: QbrHorizon::Days90.as_str(), label: "90", name: "90 days" },
                ]
                chosen=horizon
                on_choose=on_horizon
            />
            <EnlargeButton title="reviews" enlarge />
        }
        .into_any()
    };
    view! {
        <Panel
            id="qbr"
            title="Reviews"
            freshness=standing.freshness
            on_action=standing.on_action
            expanded=enlarge.on
            tools
        >
            <Standby
                standing
                what="the clients of your organization"
                skeleton=|| view! { <SkeletonLines count=6 class="skeleton-rows" /> }.into_any()
            >
                {body}
            </Standby>
            <p class="panel-foot">
                {foot}
                {live(move || part_note.with(|note| (!note.is_empty()).then(|| format!(" · {note}"))))}
            </p>
        </Panel>
    }
    .into_any()
}

fn line(rows: Signal<Vec<QbrRow>>, id: u128, today: Signal<Date>) -> AnyView {
    let Some(row) = row_of(rows, id, |row| row.client.id.0.as_u128()) else { return ().into_any() };
    let state = Signal::memo(move || row.with(|row| words::qbr_state(row.state)));
    let date = live(move || {
        row.with(|row| {
            row.client.qbr_date.map_or_else(|| "No date".to_owned(), |date| format::day(date, today.get()))
        })
    });
    let full = live(move || row.with(|row| row.client.qbr_date.map(format::full_day)));
    let relative = live(move || row.with(|row| row.days.map(format::relative_day).unwrap_or_default()));
    let phase =
        live(move || row.with(|row| row.client.phase.map(|phase| phase.as_str()).unwrap_or("No phase")));
    let link = row.with_untracked(|row| format!("/clients/{}", row.client.id));
    view! {
        <li class="line" aria-label=live(move || row.with(words::qbr_name))>
            <a class="line-name cut" href=link>{live(move || row.with(|row| row.client.name.clone()))}</a>
            <span class="line-meta">
                <span class="cut">{live(move || row.with(|row| words::owner(&row.client)))}</span>
                <span>{phase}</span>
                {live(move || {
                    row.with(|row| words::since_qbr(&row.client, today.get()))
                        .map(|(change, since)| {
                            view! {
                                // Where there is little room, the day is left out.
                                <span title=format!("{change}{since}")>{change.clone()} <span class="line-more">{since.clone()}</span></span>
                            }
                            .into_any()
                        })
                })}
            </span>
            <span class="line-change quiet">{relative}</span>
            <span class="line-value" title=full>{date}</span>
            <span class="line-badge">
                {live(move || state.get().map(|(word, tone)| badge(word, tone)))}
            </span>
        </li>
    }
    .into_any()
}
