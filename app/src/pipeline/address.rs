//! Which opportunities are shown, and how? What the address says.

use super::columns::ShownColumn;
use crate::shell::address::{PageState, StateAddress};
use crate::shell::shown_columns::ShownColumns;
use revos_shared::kernel::limits::LIST_LIMIT_MAX;
use revos_shared::kernel::list::searchable;
use revos_shared::pipeline::{ClosedChoice, PipelineQuery};
use std::str::FromStr;

/// Rows the page asks for at first, and after each "Load more". Few steps: each is one request for all of them.
pub(super) const STEPS: [u32; 3] = [500, 2_000, LIST_LIMIT_MAX];

/// How they are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// Cards in columns.
    #[default]
    Board,
    /// Rows.
    Table,
    /// What they add up to.
    Forecast,
    /// More of them, out of a file.
    Import,
}

impl View {
    /// The views with their words.
    pub(super) const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Board, "board", "Board"),
        (Self::Table, "table", "Table"),
        (Self::Forecast, "forecast", "Forecast"),
        (Self::Import, "import", "Import"),
    ];

    /// The word of the address.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(view, ..)| *view == self).map_or("board", |(_, word, _)| word)
    }
}

/// What the columns of the board are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lane {
    /// Stages; the only ones that cards are dragged between.
    #[default]
    Stage,
    /// People.
    Owner,
    /// Months of the expected close.
    Month,
}

impl Lane {
    /// The lanes with their words.
    pub(super) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Stage, "stage", "Stages"),
        (Self::Owner, "owner", "Owners"),
        (Self::Month, "month", "Close months"),
    ];

    /// The word of the address.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(lane, ..)| *lane == self).map_or("stage", |(_, word, _)| word)
    }
}

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// How they are shown.
    pub view: View,
    /// What the columns of the board are.
    pub lane: Lane,
    /// The question to the server.
    pub query: PipelineQuery,
    /// The columns of the table, in their order.
    pub columns: ShownColumns<ShownColumn>,
}

impl PageState for State {
    const PATH: &'static str = "/pipeline";

    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        fn read<T: FromStr>(text: Option<String>) -> Option<T> {
            text.and_then(|text| text.parse().ok())
        }
        let word = parameter("view").unwrap_or_default();
        let view = View::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(view, ..)| view);
        let word = parameter("lane").unwrap_or_default();
        let lane = Lane::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(lane, ..)| lane);
        let rows = read(parameter("rows")).filter(|rows| STEPS.contains(rows));
        let query = PipelineQuery {
            q: searchable(parameter("q")),
            owner: read(parameter("owner")).unwrap_or_default(),
            stage: read(parameter("stage")).unwrap_or_default(),
            min: read(parameter("min")),
            max: read(parameter("max")),
            prob: read(parameter("prob")).filter(|percent| *percent <= 100),
            close: read(parameter("close")),
            closed: read(parameter("closed")).filter(|closed| *closed != ClosedChoice::None),
            sort: read(parameter("sort")),
            limit: rows,
        };
        Self {
            view: view.unwrap_or_default(),
            lane: lane.unwrap_or_default(),
            query,
            columns: read(parameter("cols")).unwrap_or_default(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let query = &self.query;
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let unless = |text: String, default: &str| Some(text).filter(|text| text != default);
        vec![
            ("view", unless(self.view.word().to_owned(), "board")),
            ("lane", unless(self.lane.word().to_owned(), "stage")),
            ("q", query.q.clone()),
            ("owner", said(query.owner.to_string())),
            ("stage", said(query.stage.to_string())),
            ("min", query.min.map(|amount| amount.to_string())),
            ("max", query.max.map(|amount| amount.to_string())),
            ("prob", query.prob.map(|percent| percent.to_string())),
            ("close", query.close.map(|close| close.to_string())),
            ("closed", query.closed.map(|closed| closed.to_string())),
            ("sort", query.sort.map(|sort| sort.to_string()).filter(|sort| sort != "name")),
            ("rows", query.limit.filter(|limit| *limit != STEPS[0]).map(|limit| limit.to_string())),
            ("cols", Some(self.columns.to_string()).filter(|_| self.columns != ShownColumns::default())),
        ]
    }
}

impl State {
    /// The question as it is sent: the board shows what was closed in the quarter too, soonest close first.
    pub(super) fn asked(&self) -> PipelineQuery {
        let limit = Some(self.query.limit.unwrap_or(STEPS[0]));
        let board = self.view == View::Board;
        let closed = self.query.closed.or(board.then_some(ClosedChoice::Quarter));
        let sort = if board { "close".parse().ok() } else { self.query.sort };
        PipelineQuery { limit, closed, sort, ..self.query.clone() }
    }
}

/// Where the page's state is kept.
pub(super) type PipelineAddress = StateAddress<State>;

impl PipelineAddress {
    /// Takes every filter away; order and view stay.
    pub(super) fn clear(self) {
        self.choose(|state| {
            let PipelineQuery { sort, limit, .. } = state.query;
            state.query = PipelineQuery { sort, limit, ..PipelineQuery::default() };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::address::written::{address, state};

    #[test]
    fn an_address_says_what_it_said_and_no_more() {
        for said in [
            "",
            "view=table&q=50%&owner=me&stage=Prospect,Proposal&min=1000&max=2000.50&prob=50&close=quarter&closed=1&sort=-amount&rows=2000&cols=score,owner",
            "lane=month",
            "view=forecast",
            "view=import",
        ] {
            assert_eq!(address(&state::<State>(said)), said);
        }
        for nonsense in [
            "view=board",
            "lane=x",
            "stage=Won",
            "min=a",
            "prob=101",
            "closed=0",
            "sort=name",
            "rows=7",
            "cols=salary",
        ] {
            assert_eq!(address(&state::<State>(nonsense)), "", "{nonsense}");
        }
    }

    #[test]
    fn the_board_asks_for_what_was_closed_in_the_quarter() {
        assert_eq!(state::<State>("").asked().closed, Some(ClosedChoice::Quarter));
        assert_eq!(state::<State>("closed=1").asked().closed, Some(ClosedChoice::All));
        assert_eq!(state::<State>("view=table").asked().closed, None);
    }
}
