//! Which columns does the table of opportunities have, and what stands in each?

use super::desk::Desk;
use super::words;
use crate::shell::format;
use crate::shell::grid::{grid_cell, span};
use crate::shell::shown_columns::TableColumn;
use leptos::prelude::*;
use revos_shared::kernel::error::UnknownWord;
use revos_shared::pipeline::{OpportunityColumn, OpportunityRow, Score, WinRates, weighted};
use revos_ui::{badge, element};
use std::str::FromStr;

/// A column: one that the list can be ordered by, or the score, which has no order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShownColumn {
    /// One that gives an order.
    Of(OpportunityColumn),
    /// The score.
    Score,
}

impl FromStr for ShownColumn {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        if word == Self::Score.word() { Ok(Self::Score) } else { word.parse().map(Self::Of) }
    }
}

impl TableColumn for ShownColumn {
    const ALL: &'static [Self] = &[
        Self::Of(OpportunityColumn::Name),
        Self::Of(OpportunityColumn::Client),
        Self::Of(OpportunityColumn::Owner),
        Self::Of(OpportunityColumn::Stage),
        Self::Of(OpportunityColumn::Amount),
        Self::Of(OpportunityColumn::Probability),
        Self::Of(OpportunityColumn::Weighted),
        Self::Of(OpportunityColumn::Close),
        Self::Of(OpportunityColumn::Days),
        Self::Score,
        Self::Of(OpportunityColumn::Next),
        Self::Of(OpportunityColumn::Updated),
    ];
    const USUAL: &'static [Self] = Self::ALL;

    fn word(self) -> &'static str {
        match self {
            Self::Of(column) => column.as_str(),
            Self::Score => "score",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Of(column) => match column {
                OpportunityColumn::Name => "Opportunity",
                OpportunityColumn::Client => "Client",
                OpportunityColumn::Owner => "Owner",
                OpportunityColumn::Stage => "Stage",
                OpportunityColumn::Amount => "Amount",
                OpportunityColumn::Probability => "Prob.",
                OpportunityColumn::Weighted => "Weighted",
                OpportunityColumn::Close => "Close",
                OpportunityColumn::Days => "Days",
                OpportunityColumn::Next => "Next step",
                OpportunityColumn::Updated => "Updated",
            },
            Self::Score => "Score",
        }
    }

    fn is_number(self) -> bool {
        use OpportunityColumn::{Amount, Days, Probability, Weighted};
        matches!(self, Self::Score | Self::Of(Amount | Probability | Weighted | Days))
    }
}

impl ShownColumn {
    /// The order that its head gives; none for the score.
    pub(super) const fn order(self) -> Option<OpportunityColumn> {
        match self {
            Self::Of(column) => Some(column),
            Self::Score => None,
        }
    }

    /// Its cell, after the name.
    pub(super) fn cell(self, desk: Desk, row: &OpportunityRow, rates: &WinRates) -> AnyView {
        let content = match self {
            Self::Of(column) => said(column, desk, row),
            Self::Score if row.stage.is_open() => {
                let score = Score::of(row, rates);
                let (word, tone) = words::risk(score.risk);
                let figure = span("score", score.score.to_string().into_any());
                span("scored", (badge(word, tone), figure).into_any())
            }
            Self::Score => format::NONE.into_any(),
        };
        grid_cell(self.word(), self.label(), self.is_number(), content)
    }
}

fn said(column: OpportunityColumn, desk: Desk, row: &OpportunityRow) -> AnyView {
    match column {
        OpportunityColumn::Name => row.name.clone().into_any(),
        OpportunityColumn::Client => cut(row.client_name.clone()),
        OpportunityColumn::Owner => cut(words::owner(row.owner_name.as_deref(), row.owner_id)),
        OpportunityColumn::Stage => words::stage(row.stage).into_any(),
        OpportunityColumn::Amount => desk.money(row.amount).into_any(),
        OpportunityColumn::Probability => {
            let set = if row.probability_override.is_some() { " set" } else { "" };
            format!("{} %{set}", row.probability).into_any()
        }
        OpportunityColumn::Weighted => desk.money(weighted([(row.amount, row.probability)])).into_any(),
        OpportunityColumn::Close => desk.day(row.closed_on.or(row.expected_close_date)).into_any(),
        OpportunityColumn::Days => row.days_in_stage.to_string().into_any(),
        OpportunityColumn::Next => {
            let until = row.next_step_date.map(|day| format!("{}: ", desk.day(Some(day))));
            cut(format!("{}{}", until.unwrap_or_default(), row.next_step.clone().unwrap_or_default()))
        }
        OpportunityColumn::Updated => {
            format::lately(row.updated_at.as_millisecond(), &desk.time_zone.get(), desk.today.get())
                .into_any()
        }
    }
}

/// A text that gives way where there is little room.
fn cut(text: String) -> AnyView {
    element("span", [("class", "cut".into()), ("title", text.clone().into())], text.into_any())
}
