//! How did the figures stand on a day that was kept, beside today?

use super::address::OverviewAddress;
use super::tile::Writing;
use super::words;
use crate::shell::answer::{Answer, Latest, query};
use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::figures::why;
use crate::shell::format;
use crate::shell::lists::table;
use crate::shell::query::{Standby, Standing, time_zone};
use leptos::prelude::*;
use revos_shared::finance::{Day, TimeScope};
use revos_shared::kernel::figure::Figure;
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::overview::endpoints::{KeptQuery, ReadKeptFigures};
use revos_shared::overview::{KeptFigure, KeptFigures, Overview, TileFigure};
use revos_ui::{SelectField, SelectOption, Signal, SkeletonLines, Var, effect, live};
use std::sync::Arc;

fn use_kept(api: Api<SignedIn>, asked: KeptQuery) -> Answer<KeptFigures> {
    let key = format!("kept?{}", serde_urlencoded::to_string(asked).unwrap_or_default());
    Answer::of(api, query("kept", key).persisted(), Place::of::<ReadKeptFigures>(&asked))
}

/// What the part needs of the page.
#[derive(Clone, Copy)]
pub(super) struct Then {
    pub api: Api<SignedIn>,
    pub address: OverviewAddress,
    pub overview: Signal<Option<Arc<Overview>>>,
    pub currency: Signal<String>,
    /// Counts what was kept, and what was asked for again.
    pub changes: Var<u32>,
}

/// Today's figures beside those of a kept day.
pub(super) fn then_and_today(page: Then) -> AnyView {
    let Then { api, address, overview, currency, changes } = page;
    let asked = Signal::memo(move || KeptQuery { day: address.state.with(|state| state.then) });
    let answer = Latest::of(asked, move |asked| use_kept(api, *asked)).following(changes);
    let standing = Standing::of(answer.view, Callback::new(move |()| answer.refresh()), None);
    view! {
        <Standby
            standing
            what="the figures that were kept"
            skeleton=|| view! { <SkeletonLines count=6 class="skeleton-rows" /> }.into_any()
        >
            {move || {
                live(move || {
                    let (kept, overview) = answer.value.get().zip(overview.get())?;
                    Some(currency.with(|currency| inside(&kept, &overview, address, currency)))
                })
                .into_any()
            }}
        </Standby>
    }
    .into_any()
}

fn inside(kept: &KeptFigures, overview: &Overview, address: OverviewAddress, currency: &str) -> AnyView {
    let zone = time_zone().get();
    let writing = Writing::of(overview, address.state.with_untracked(|state| state.asked), currency, &zone);
    let kept_today = kept.kept_today_at.map(|at| {
        let at = format::clock(at.as_millisecond(), &zone);
        view! { <p class="quiet">{format!("Kept today at {at}.")}</p> }.into_any()
    });
    view! {
        {kept_today}
        {day_field(kept, writing, address)}
        {figures(kept, overview, writing)}
    }
    .into_any()
}

/// Which of the kept days?
fn day_field(kept: &KeptFigures, writing: Writing<'_>, address: OverviewAddress) -> AnyView {
    if kept.days.is_empty() {
        return ().into_any();
    }
    let shown = kept.day.as_ref().map(|kept| kept.day);
    let first = shown.is_none().then(|| SelectOption::new("", "Choose a day"));
    let days = kept.days.iter().map(|Day(day)| SelectOption::new(write_day(*day), writing.day(*day)));
    let options: Vec<SelectOption> = first.into_iter().chain(days).collect();
    let chosen = Var::new(shown.map(write_day).unwrap_or_default());
    let before = chosen.get_untracked();
    effect(move || {
        let day = chosen.get();
        if day != before {
            address.choose(|state| state.then = parse_day(&day));
        }
    });
    view! {
        <SelectField
            id="then-day"
            label="Then"
            options=Signal::stored(options)
            value=chosen
            problems=Signal::stored(Vec::new())
        />
    }
    .into_any()
}

fn figures(kept: &KeptFigures, overview: &Overview, writing: Writing<'_>) -> AnyView {
    let Some(then) = &kept.day else {
        let text = if kept.days.is_empty() {
            "No figures were kept yet. They are kept each day from now on, so the first can be compared in a week."
        } else {
            "No figures of a week ago were kept yet. Choose a later day, or compare in a week."
        };
        return view! { <p class="quiet">{text}</p> }.into_any();
    };
    let today = |name| {
        let found = overview.tiles.iter().find_map(|tile| Some((tile.kind, *tile.figure(name)?)));
        found.map(|(kind, figure)| (kind, TileFigure { before: None, ..figure }))
    };
    // Figures of a window are of the quarter when they are kept; beside another window they would mislead.
    let of_quarter = overview.window.scope == Some(TimeScope::Quarter);
    let rows: Vec<_> = then
        .figures
        .iter()
        .filter_map(|KeptFigure { name, value }| {
            let (kind, now) = today(*name)?;
            (of_quarter || !words::is_of_window(*name))
                .then_some((kind, TileFigure { before: Some(*value), ..now }))
        })
        .collect();
    let heads = [("Figure", false), ("Then", true), ("Today", true), ("Change", true)];
    let lines = table("Figures then and today", &heads, rows, |(kind, figure)| {
        let text = |value: &Figure<i64>| match value.known_or_why() {
            Ok(steps) => (words::value(figure.name.unit(), *steps, writing.currency), None),
            Err(reason) => (format::NONE.to_owned(), Some(why(reason))),
        };
        let (then, no_then) = figure.before.as_ref().map_or((format::NONE.to_owned(), None), text);
        let (now, no_now) = text(&figure.now);
        let change = words::change(&figure, writing.currency).unwrap_or_else(|| format::NONE.to_owned());
        view! {
            <tr>
                <th scope="row">{format!("{}: {}", words::title(kind), words::label(figure.name))}</th>
                <td class="number" title=no_then>{then}</td>
                <td class="number" title=no_now>{now}</td>
                <td class="number">{change}</td>
            </tr>
        }
        .into_any()
    });
    let day = writing.day(then.day);
    let note = if of_quarter {
        ""
    } else {
        " Figures of a window are kept of the quarter to date; choose it to see them."
    };
    view! {
        <p class="quiet">{format!("Then is {day}.{note}")}</p>
        {lines}
    }
    .into_any()
}
