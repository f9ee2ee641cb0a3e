//! Which columns does the table of clients have, and what stands in each?

use super::words;
use crate::shell::format;
use crate::shell::grid::{grid_cell, span};
use crate::shell::selection::Choosable;
use crate::shell::terms;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::clients::{ClientColumn, ClientRow, ClientStatus};
use revos_shared::kernel::error::UnknownWord;
use revos_shared::{ClientId, Money, UserId};
use revos_ui::{Signal, Tone, badge, element};
use std::fmt;
use std::str::FromStr;

impl Choosable for ClientRow {
    type Id = ClientId;
    const MANY: &'static str = "clients";

    fn id(&self) -> ClientId {
        self.id
    }

    fn owner(&self) -> Option<UserId> {
        self.owner_id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// How amounts and times of the table are written.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    /// The currency of the amounts.
    pub currency: Signal<String>,
    /// The zone of the times.
    pub time_zone: Signal<String>,
    /// The day of the rows.
    pub today: Signal<Date>,
}

/// The columns on screen, in their order. The name is always the first: it tells the rows apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShownColumns(pub Vec<ClientColumn>);

impl Default for ShownColumns {
    fn default() -> Self {
        use ClientColumn::{
            Ar, Churn, Health, Mrr, Name, Open, Owner, Phase, Qbr, Stage, Status, Trs, Updated,
        };
        Self(vec![Name, Status, Phase, Owner, Stage, Open, Mrr, Ar, Health, Churn, Trs, Qbr, Updated])
    }
}

impl ShownColumns {
    /// Is it on screen?
    pub(super) fn has(&self, column: ClientColumn) -> bool {
        self.0.contains(&column)
    }

    /// With this column taken away, or put at the end.
    pub(super) fn toggled(&self, column: ClientColumn) -> Self {
        let mut columns = self.0.clone();
        match columns.iter().position(|other| *other == column) {
            Some(0) => {}
            Some(at) => _ = columns.remove(at),
            None => columns.push(column),
        }
        Self(columns)
    }

    /// With this column one place further to the left or to the right.
    pub(super) fn moved(&self, column: ClientColumn, right: bool) -> Self {
        let mut columns = self.0.clone();
        if let Some(at) = columns.iter().position(|other| *other == column) {
            let to = if right { at + 1 } else { at.saturating_sub(1) };
            if at > 0 && to > 0 && to < columns.len() {
                columns.swap(at, to);
            }
        }
        Self(columns)
    }
}

impl FromStr for ShownColumns {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let mut columns = vec![ClientColumn::Name];
        for word in text.split(',') {
            let column = word.parse()?;
            if columns.contains(&column) && columns.len() > 1 {
                return Err(UnknownWord);
            }
            if column != ClientColumn::Name {
                columns.push(column);
            }
        }
        Ok(Self(columns))
    }
}

impl fmt::Display for ShownColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name goes without saying, unless nothing else is there.
        let rest = self.0.get(1..).unwrap_or_default();
        if rest.is_empty() {
            return ClientColumn::Name.fmt(f);
        }
        for (at, column) in rest.iter().enumerate() {
            write!(f, "{}{column}", if at > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// What the head of a column says.
pub(super) const fn label(column: ClientColumn) -> &'static str {
    match column {
        ClientColumn::Name => "Client",
        ClientColumn::Status => "Status",
        ClientColumn::Phase => "Phase",
        ClientColumn::Segment => "Segment",
        ClientColumn::Owner => "Owner",
        ClientColumn::Stage => "Open stage",
        ClientColumn::Open => "Open value",
        ClientColumn::Arr => "ARR",
        ClientColumn::Mrr => "MRR",
        ClientColumn::Ar => "AR",
        ClientColumn::Health => "Health",
        ClientColumn::Churn => "Churn risk",
        ClientColumn::Trs => "TRS",
        ClientColumn::Qbr => "Next QBR",
        ClientColumn::Updated => "Updated",
    }
}

/// Does it hold figures, which stand at the right?
pub(super) const fn is_number(column: ClientColumn) -> bool {
    use ClientColumn::{Ar, Arr, Churn, Health, Mrr, Open, Trs};
    matches!(column, Open | Arr | Mrr | Ar | Health | Churn | Trs)
}

/// What a column says about a row, as plain text; also what a download holds.
pub(super) fn text(column: ClientColumn, row: &ClientRow, currency: &str) -> String {
    let money = |amount: Option<Money>| amount.map_or_else(none, |amount| format::money(amount, currency));
    match column {
        ClientColumn::Name => row.name.clone(),
        ClientColumn::Status => words::status(row.status).0.to_owned(),
        ClientColumn::Phase => row.phase.map_or_else(none, |phase| phase.as_str().to_owned()),
        ClientColumn::Segment => row.segment.map_or_else(none, |segment| terms::segment(segment).to_owned()),
        ClientColumn::Owner => words::owner(row),
        ClientColumn::Stage => row.furthest_open_stage.map_or_else(none, |stage| stage.as_str().to_owned()),
        ClientColumn::Open => money(row.open_value),
        ClientColumn::Arr => money(row.arr),
        ClientColumn::Mrr => money(row.mrr),
        ClientColumn::Ar => money(row.ar_outstanding),
        ClientColumn::Health => format::score(row.health),
        ClientColumn::Churn => format::score(row.churn_risk),
        ClientColumn::Trs => format::score(row.trs_score),
        ClientColumn::Qbr | ClientColumn::Updated => String::new(),
    }
}

fn none() -> String {
    format::NONE.to_owned()
}

/// The cell of a column, after the name.
pub(super) fn cell(column: ClientColumn, row: &ClientRow, writing: Writing) -> AnyView {
    let Writing { currency, time_zone, today } = writing;
    let plain = || currency.with(|currency| text(column, row, currency));
    let content = match column {
        ClientColumn::Status => mark(Some(words::status(row.status))).into_any(),
        ClientColumn::Health => {
            let band = row.health.map(HealthBand::of).filter(|band| *band != HealthBand::Healthy);
            scored(band.map(words::health_band), plain())
        }
        ClientColumn::Churn => scored(row.churn_risk.and_then(ChurnBand::of).map(words::churn_band), plain()),
        ClientColumn::Ar => {
            let overdue = row.ar_overdue.is_some_and(|amount| amount > Money::ZERO);
            scored(overdue.then_some(OVERDUE), plain())
        }
        ClientColumn::Qbr => {
            let today = today.get();
            let late = row.status == ClientStatus::Active && row.qbr_date.is_some_and(|date| date < today);
            let date = row.qbr_date.map_or_else(none, |date| format::day(date, today));
            span("review", (date, " ", mark(late.then_some(OVERDUE))).into_any())
        }
        ClientColumn::Updated => {
            let (at, today) = (row.updated_at.as_millisecond(), today.get());
            let (full, short) = time_zone.with(|zone| {
                let short = match format::calendar_day(at, zone) {
                    Some(day) if day != today => format::day(day, today),
                    _ => format::clock(at, zone),
                };
                (format::moment(at, zone), short)
            });
            element("span", [("class", "quiet".into()), ("title", full.into())], short.into_any())
        }
        ClientColumn::Owner => span("cut", plain().into_any()),
        _ => plain().into_any(),
    };
    grid_cell(column.as_str(), label(column), is_number(column), content)
}

/// A word for a state that passes, and its colour.
type Mark = (&'static str, Tone);

const OVERDUE: Mark = ("Overdue", Tone::Bad);

/// A word beside a figure, where there is one: the state in the colour it has everywhere.
fn mark(mark: Option<Mark>) -> Option<AnyView> {
    mark.map(|(word, tone)| badge(word, tone))
}

/// A figure with the word for it.
fn scored(word: Option<Mark>, figure: String) -> AnyView {
    span("scored", (mark(word), " ", span("score", figure.into_any())).into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_always_the_first_column() {
        let default = ShownColumns::default();
        assert_eq!(default.to_string().parse(), Ok(default.clone()));
        let few: ShownColumns = "mrr,owner".parse().unwrap();
        assert_eq!(few.0, [ClientColumn::Name, ClientColumn::Mrr, ClientColumn::Owner]);
        assert_eq!(few.toggled(ClientColumn::Name), few);
        assert_eq!(few.moved(ClientColumn::Mrr, false), few, "not before the name");
        assert_eq!(few.moved(ClientColumn::Mrr, true).to_string(), "owner,mrr");
        assert_eq!(few.moved(ClientColumn::Owner, true), few, "not beyond the end");
        assert_eq!(few.toggled(ClientColumn::Mrr).toggled(ClientColumn::Owner).to_string(), "name");
        assert_eq!("name".parse::<ShownColumns>().unwrap().0, [ClientColumn::Name]);
    }

    #[test]
    fn columns_that_are_none_are_refused() {
        for bad in ["", "mrr,mrr", "mrr,", "salary"] {
            assert!(bad.parse::<ShownColumns>().is_err(), "{bad}");
        }
    }
}
