//! Which columns does the table of clients have, and what stands in each?

use super::words;
use crate::shell::format;
use crate::shell::grid::{grid_cell, span};
use crate::shell::selection::Choosable;
use crate::shell::shown_columns::TableColumn;
use crate::shell::terms;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::clients::{ClientColumn, ClientRow, ClientStatus};
use revos_shared::{ClientId, Money, UserId};
use revos_ui::{Signal, Tone, badge, element};

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

impl TableColumn for ClientColumn {
    const ALL: &'static [Self] = ClientColumn::ALL;
    const USUAL: &'static [Self] = {
        use ClientColumn::{
            Ar, Churn, Health, Mrr, Name, Open, Owner, Phase, Qbr, Stage, Status, Trs, Updated,
        };
        &[Name, Status, Phase, Owner, Stage, Open, Mrr, Ar, Health, Churn, Trs, Qbr, Updated]
    };

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn label(self) -> &'static str {
        match self {
            Self::Name => "Client",
            Self::Status => "Status",
            Self::Phase => "Phase",
            Self::Segment => "Segment",
            Self::Owner => "Owner",
            Self::Stage => "Open stage",
            Self::Open => "Open value",
            Self::Arr => "ARR",
            Self::Mrr => "MRR",
            Self::Ar => "AR",
            Self::Health => "Health",
            Self::Churn => "Churn risk",
            Self::Trs => "TRS",
            Self::Qbr => "Next QBR",
            Self::Updated => "Updated",
        }
    }

    fn is_number(self) -> bool {
        use ClientColumn::{Ar, Arr, Churn, Health, Mrr, Open, Trs};
        matches!(self, Open | Arr | Mrr | Ar | Health | Churn | Trs)
    }
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
            let (full, short) =
                time_zone.with(|zone| (format::moment(at, zone), format::lately(at, zone, today)));
            element("span", [("class", "quiet".into()), ("title", full.into())], short.into_any())
        }
        ClientColumn::Owner => span("cut", plain().into_any()),
        _ => plain().into_any(),
    };
    grid_cell(column.as_str(), column.label(), column.is_number(), content)
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
