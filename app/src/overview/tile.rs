//! How does one tile look? Its first figure large, the others below, and what they are computed from.

use super::words;
use crate::shell::format;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::finance::Window;
use revos_shared::kernel::figure::Unavailable;
use revos_shared::overview::endpoints::OverviewQuery;
use revos_shared::overview::{Compared, Overview, Tile, TileFigure, TileKind};
use revos_ui::{ColumnMark, Columns, Signal};

/// What all tiles are written with.
#[derive(Clone, Copy)]
pub(super) struct Writing<'a> {
    pub currency: &'a str,
    pub time_zone: &'a str,
    pub asked: OverviewQuery,
    pub as_of: Date,
    pub window: Window,
}

impl<'a> Writing<'a> {
    /// As this overview is written.
    pub(super) const fn of(
        overview: &Overview,
        asked: OverviewQuery,
        currency: &'a str,
        time_zone: &'a str,
    ) -> Self {
        Self { currency, time_zone, asked, as_of: overview.as_of, window: overview.window }
    }
}

impl Writing<'_> {
    pub(super) fn day(self, day: Date) -> String {
        format::day(day, self.as_of)
    }

    pub(super) fn days(self, from: Date, to: Date) -> String {
        if from == to { self.day(to) } else { format!("{} to {}", self.day(from), self.day(to)) }
    }

    /// The figure, or the sign for none.
    fn value(self, figure: &TileFigure) -> String {
        figure.now.value().map_or_else(
            || format::NONE.to_owned(),
            |steps| words::value(figure.name.unit(), *steps, self.currency),
        )
    }

    fn compared(self, compared: Compared) -> String {
        match compared.from {
            Some(from) => format!("beside {}", self.days(from, compared.to)),
            None => format!("since {}", self.day(compared.to)),
        }
    }

    /// The first figure in a sentence.
    fn sentence(self, tile: &Tile) -> String {
        let Some(first) = tile.figures.first() else { return words::title(tile.kind).to_owned() };
        let value = match first.now.known_or_why() {
            Ok(_) => self.value(first),
            Err(reason) => words::reason(tile.kind, reason),
        };
        let change = words::change(first, self.currency).zip(tile.compared);
        let change = change.map(|(change, compared)| format!(", {change} {}", self.compared(compared)));
        format!(
            "{}: {} {value}{}",
            words::title(tile.kind),
            words::label(first.name),
            change.unwrap_or_default()
        )
    }
}

/// A tile.
pub(super) fn tile(tile: &Tile, writing: Writing<'_>) -> AnyView {
    let title = words::title(tile.kind);
    let head = match words::link(tile.kind, &writing.asked, writing.window) {
        Some(href) => view! { <a href=href>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    let id = format!("tile-{}", tile.kind);
    let first = tile.figures.first().map(|first| {
        let change = words::change(first, writing.currency);
        let direction = first.change().map(i64::signum).map(|sign| match sign {
            1 => "up",
            -1 => "down",
            _ => "none",
        });
        let reason = first.now.known_or_why().err();
        let remedy = reason.and_then(|reason| words::remedy(tile.kind, reason));
        view! {
            <p class="tile-value">
                <span class="tile-number">{writing.value(first)}</span>
                " "
                <span class="tile-name">{words::label(first.name)}</span>
            </p>
            <p class="tile-change" data-direction=direction>
                {reason.map(|reason| words::reason(tile.kind, reason))}
                {change
                    .zip(tile.compared)
                    .map(|(change, compared)| format!("{change} {}", writing.compared(compared)))}
                {remedy.map(|(text, href)| view! { ". " <a href=href>{text}</a> }.into_any())}
            </p>
        }
        .into_any()
    });
    // Said once, where it is the same for all of them.
    let told = tile.figures.first().and_then(|first| first.now.known_or_why().err());
    let others = tile
        .figures
        .iter()
        .skip(1)
        .map(|figure| {
            let change = words::change(figure, writing.currency).filter(|change| change != "no change");
            let note = match figure.now.known_or_why() {
                Ok(_) => change.unwrap_or_default(),
                Err(Unavailable::NotSplit) if told == Some(Unavailable::NotSplit) => String::new(),
                Err(reason) => words::reason(tile.kind, reason),
            };
            view! {
                <div>
                    <dt>{words::label(figure.name)}</dt>
                    <dd>{writing.value(figure)}</dd>
                    <dd class="tile-note">{note}</dd>
                </div>
            }
            .into_any()
        })
        .collect_view();
    let figures =
        (tile.figures.len() > 1).then(|| view! { <dl class="tile-figures">{others}</dl> }.into_any());
    view! {
        <div class="tile" role="group" aria-label=writing.sentence(tile) id=id>
            <h3>{head}</h3>
            {first}
            {line(tile, writing)}
            {figures}
            {synced(tile, writing)}
            <details class="tile-how">
                <summary aria-label=format!("How is {} computed?", title.to_lowercase())>"How it is computed"</summary>
                <p>{words::formula(tile.kind)}</p>
                <p>{as_of(tile, writing)}</p>
            </details>
        </div>
    }
    .into_any()
}

/// For which day or days the figures are.
fn as_of(tile: &Tile, writing: Writing<'_>) -> String {
    let Window { from, to, .. } = writing.window;
    let over_window = matches!(
        tile.kind,
        TileKind::MrrMovement
            | TileKind::Billed
            | TileKind::Margin
            | TileKind::WinRate
            | TileKind::Agents
            | TileKind::Focus
    );
    let now = if over_window {
        format!("From {}.", writing.days(from, to))
    } else {
        format!("As of {}.", writing.day(writing.as_of))
    };
    match tile.compared {
        Some(Compared { from: Some(from), to }) => format!("{now} Compared with {}.", writing.days(from, to)),
        Some(Compared { from: None, to }) => format!("{now} Compared with {}.", writing.day(to)),
        None if writing.asked.is_whole() => format!("{now} Nothing was kept to compare with."),
        None => format!("{now} Only the whole organization’s figures are kept to compare with."),
    }
}

fn synced(tile: &Tile, writing: Writing<'_>) -> Option<AnyView> {
    let at = tile.oldest_sync?;
    let text = format!("Oldest read: {}", format::moment(at.as_millisecond(), writing.time_zone));
    Some(view! { <p class="tile-note">{text}</p> }.into_any())
}

/// How the first figure moved by month.
fn line(tile: &Tile, writing: Writing<'_>) -> Option<AnyView> {
    let first = tile.figures.first().filter(|_| !tile.line.is_empty())?;
    let unit = first.name.unit();
    let marks: Vec<ColumnMark> = tile
        .line
        .iter()
        .map(|point| {
            let text = point.value.value().map_or_else(
                || format::NONE.to_owned(),
                |steps| words::value(unit, *steps, writing.currency),
            );
            ColumnMark {
                tick: format::month_tick(point.day),
                name: format!("End of {}", format::month(point.day)),
                values: vec![point.value.value().copied()],
                texts: vec![text],
            }
        })
        .collect();
    let label = words::label(first.name);
    let summary = match (marks.first(), marks.last()) {
        (Some(from), Some(to)) => {
            format!("{label}, {} {} to {} {}", from.name, from.texts.join(""), to.name, to.texts.join(""))
        }
        _ => String::new(),
    };
    Some(
        view! {
            <Columns
                label="MRR at the end of each month"
                name_head="Month"
                value_heads=vec![label]
                marks=Signal::stored(marks)
                summary=Signal::stored(summary)
            />
        }
        .into_any(),
    )
}
