//! How does the business stand as a whole? The executive overview: tiles of figures, each beside what it was before.

pub mod endpoints;
mod inputs;
mod kept;
mod names;
#[cfg(test)]
mod tests;
mod tiles;

pub use inputs::{Both, FinanceSums, KeptInput, OverviewInputs};
pub use names::{FigureName, FigureUnit, NewsKind, TileKind};

use crate::finance::{Day, Window};
use crate::kernel::figure::Figure;
use crate::kernel::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The overview of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// The day of all figures that are of one day: today, whenever the window ends.
    #[serde(with = "crate::kernel::instants::day")]
    pub as_of: Date,
    /// The window, and the one before.
    pub window: Window,
    /// Is it all of the organization, and not the clients of a segment or an owner?
    pub whole: bool,
    /// What the person may see, in the order of the page; those of money are absent for a Member.
    pub tiles: Vec<Tile>,
    /// What happened since yesterday began; what did not happen is left out.
    pub news: Vec<News>,
}

/// Figures that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// What they are about.
    pub kind: TileKind,
    /// The first is the one that is shown large.
    pub figures: Vec<TileFigure>,
    /// How the first one was at the end of each month, oldest first; empty for most.
    pub line: Vec<LinePoint>,
    /// What the figures are held against; none when there is nothing to hold them against.
    pub compared: Option<Compared>,
    /// The oldest successful read of a connected account, for the tile about connections.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub oldest_sync: Option<Timestamp>,
}

/// A figure, now and before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileFigure {
    /// Which.
    pub name: FigureName,
    /// In the smallest steps of its unit, or why there is none.
    pub now: Figure<i64>,
    /// The same before; none when it is not compared.
    pub before: Option<Figure<i64>>,
}

/// What the figures are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The first day of the window before; none for the figures of one day.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub from: Option<Date>,
    /// Its last day, or the day of the figures.
    #[serde(with = "crate::kernel::instants::day")]
    pub to: Date,
}

/// A figure on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePoint {
    /// The day.
    #[serde(with = "crate::kernel::instants::day")]
    pub day: Date,
    /// In the smallest steps of its unit.
    pub value: Figure<i64>,
}

/// Something that happened since yesterday began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What.
    pub what: NewsKind,
    /// How often; more than 0.
    pub count: u32,
    /// What it adds up to, where that is money.
    pub amount: Option<Money>,
}

/// Figures as they were kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFigures {
    /// The days of which there are any, newest first.
    pub days: Vec<Day>,
    /// When today's were kept.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub kept_today_at: Option<Timestamp>,
    /// Those of the day that was asked for; none when nothing was kept then.
    pub day: Option<KeptDay>,
}

/// The figures of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDay {
    /// The day.
    #[serde(with = "crate::kernel::instants::day")]
    pub day: Date,
    /// What was kept of it and may be seen, in the order of the tiles.
    pub figures: Vec<KeptFigure>,
}

/// A figure of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFigure {
    /// Which.
    pub name: FigureName,
    /// In the smallest steps of its unit, or why there was none.
    pub value: Figure<i64>,
}

/// Figures are being kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// Since when they are asked for.
    #[serde(with = "crate::kernel::instants::moment")]
    pub asked_at: Timestamp,
}

impl Tile {
    /// The figure of this name.
    #[must_use]
    pub fn figure(&self, name: FigureName) -> Option<&TileFigure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}

impl TileFigure {
    /// Now − before; none when either is not known.
    #[must_use]
    pub fn change(&self) -> Option<i64> {
        Some(self.now.value()? - self.before.as_ref()?.value()?)
    }
}
