//! What did a snapshot say? Figures by name, in the units of the overview.

use super::inputs::{Kept, KeptInput};
use super::names::{FigureName, FigureUnit};
use super::{KeptDay, KeptFigure, KeptFigures, Overview, TileKind};
use crate::kernel::figure::{Figure, Unavailable, kept, ratio};
use crate::kernel::money::Money;
use serde_json::{Map, Value, json};

impl Kept {
    /// A figure; missing for the reason that was kept, or because this snapshot does not hold it.
    pub(super) fn figure(&self, name: FigureName) -> Figure<i64> {
        self.held(name).unwrap_or(Figure::missing(Unavailable::NoRows))
    }

    /// A figure; none when this snapshot does not hold it.
    fn held(&self, name: FigureName) -> Option<Figure<i64>> {
        let mut words = name.as_str().split('.');
        let first = words.next().and_then(|word| self.metrics.get(word));
        let value = words.try_fold(first, |value, word| Some(value?.get(word))).flatten()?;
        if let Some(reason) = value.get("unavailable").and_then(Value::as_str) {
            return Some(Figure::missing(reason.parse().unwrap_or(Unavailable::NoRows)));
        }
        steps(name.unit(), value).map(Figure::known)
    }
}

impl KeptInput {
    /// The figures, in the order of the tiles.
    #[must_use]
    pub fn figures(self) -> KeptFigures {
        let of_day = |kept: Kept| {
            let held = |name: FigureName| kept.held(name).map(|value| KeptFigure { name, value });
            KeptDay {
                day: kept.snapshot_date,
                figures: FigureName::ALL.iter().copied().filter_map(held).collect(),
            }
        };
        KeptFigures { days: self.days, kept_today_at: self.kept_today_at, day: self.day.map(of_day) }
    }
}

/// A kept value in the smallest steps of its unit.
fn steps(unit: FigureUnit, value: &Value) -> Option<i64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    match unit {
        FigureUnit::Money => Money::parse(&text).ok().map(Money::minor),
        // Written with one place; two more are read as money is.
        FigureUnit::Days | FigureUnit::Months => Money::parse(&text).ok().map(|value| value.minor() / 10),
        // Basis points of the target in snapshots.
        FigureUnit::Times => text.parse::<i64>().ok().map(|points| ratio(points.into(), 100, 1)),
        FigureUnit::Count | FigureUnit::Percent | FigureUnit::Score | FigureUnit::Minutes => {
            text.parse().ok()
        }
    }
}

impl Overview {
    /// What is kept of the tiles of finance: a snapshot's metrics, of kind `finance`. None for those who may not see it.
    #[must_use]
    pub fn kept_finance(&self) -> Option<Map<String, Value>> {
        let metrics = self.kept(|kind| kind <= TileKind::Margin);
        (!metrics.is_empty()).then_some(metrics)
    }

    /// What is kept of clients, their projects and prices: a snapshot's metrics, of kind `portfolio`.
    #[must_use]
    pub fn kept_portfolio(&self) -> Map<String, Value> {
        self.kept(|kind| (TileKind::PortfolioHealth..=TileKind::PriceRealisation).contains(&kind))
    }

    fn kept(&self, is_kept: impl Fn(TileKind) -> bool) -> Map<String, Value> {
        let mut metrics = Map::new();
        for figure in self.tiles.iter().filter(|tile| is_kept(tile.kind)).flat_map(|tile| &tile.figures) {
            let value = written(figure.name.unit(), &figure.now);
            match figure.name.as_str().split_once('.') {
                None => _ = metrics.insert(figure.name.as_str().to_owned(), value),
                Some((group, name)) => {
                    let group = metrics.entry(group).or_insert_with(|| json!({}));
                    if let Some(group) = group.as_object_mut() {
                        group.insert(name.to_owned(), value);
                    }
                }
            }
        }
        metrics
    }
}

/// As snapshots write it: money as text, tenths with their place, everything else as whole numbers.
fn written(unit: FigureUnit, figure: &Figure<i64>) -> Value {
    let Some(steps) = figure.value() else { return kept(figure) };
    match unit {
        FigureUnit::Money => json!(Money::from_minor(*steps)),
        FigureUnit::Days | FigureUnit::Months => {
            let sign = if *steps < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{}", steps.abs() / 10, steps.abs() % 10);
            // A number that no float has been near.
            serde_json::from_str(&text).unwrap_or(Value::Null)
        }
        FigureUnit::Times => json!(steps * 100),
        _ => json!(steps),
    }
}
