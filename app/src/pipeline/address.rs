//! Which opportunities are shown, and how? What the address says.

use crate::shell::address::Address;
use leptos::prelude::*;
use revos_shared::kernel::limits::{LIST_LIMIT_MAX, SEARCH_MAX_CHARS};
use revos_shared::pipeline::{ClosedChoice, PipelineQuery};
use revos_ui::{Signal, effect};
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
}

impl View {
    /// The views with their words.
    pub(super) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Board, "board", "Board"),
        (Self::Table, "table", "Table"),
        (Self::Forecast, "forecast", "Forecast"),
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
}

impl State {
    const NAMES: [&'static str; 12] =
        ["view", "lane", "q", "owner", "stage", "min", "max", "prob", "close", "closed", "sort", "rows"];

    /// What these parameters say; one that says nothing sensible counts as absent.
    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        fn read<T: FromStr>(text: Option<String>) -> Option<T> {
            text.and_then(|text| text.parse().ok())
        }
        let word = parameter("view").unwrap_or_default();
        let view = View::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(view, ..)| view);
        let word = parameter("lane").unwrap_or_default();
        let lane = Lane::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(lane, ..)| lane);
        let fits = |text: &String| text.chars().count() <= SEARCH_MAX_CHARS && !text.contains('\0');
        let rows = read(parameter("rows")).filter(|rows| STEPS.contains(rows));
        let query = PipelineQuery {
            q: parameter("q").filter(fits).filter(|text| !text.trim().is_empty()),
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
        Self { view: view.unwrap_or_default(), lane: lane.unwrap_or_default(), query }
    }

    /// The parameters that say so. Defaults are left out.
    fn parameters(&self) -> [(&'static str, Option<String>); 12] {
        let query = &self.query;
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let unless = |text: String, default: &str| Some(text).filter(|text| text != default);
        let values = [
            unless(self.view.word().to_owned(), "board"),
            unless(self.lane.word().to_owned(), "stage"),
            query.q.clone(),
            said(query.owner.to_string()),
            said(query.stage.to_string()),
            query.min.map(|amount| amount.to_string()),
            query.max.map(|amount| amount.to_string()),
            query.prob.map(|percent| percent.to_string()),
            query.close.map(|close| close.to_string()),
            query.closed.map(|closed| closed.to_string()),
            query.sort.map(|sort| sort.to_string()).filter(|sort| sort != "name"),
            query.limit.filter(|limit| *limit != STEPS[0]).map(|limit| limit.to_string()),
        ];
        let mut names = Self::NAMES.into_iter();
        values.map(|value| (names.next().unwrap_or_default(), value))
    }

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
#[derive(Clone, Copy)]
pub(super) struct PipelineAddress {
    /// What the address says.
    pub state: Signal<State>,
    address: Address,
}

impl PipelineAddress {
    /// Reads the address and follows it. Words that mean nothing are taken out of it.
    pub(super) fn new() -> Self {
        let address: Address = expect_context();
        let state = Signal::memo(move || State::of(|name| address.parameter(name)));
        effect(move || {
            // Another page's parameters are none of ours.
            if !address.path().starts_with("/pipeline") {
                return;
            }
            let meant = state.with(State::parameters);
            if meant.iter().any(|(name, value)| address.parameter(name) != *value) {
                address.change_parameters(&meant);
            }
        });
        Self { state, address }
    }

    /// Changes it, as a person's choice: "back" undoes it.
    pub(super) fn choose(self, change: impl FnOnce(&mut State)) {
        self.address.choose_parameters(&self.changed(change).parameters());
    }

    /// Changes it in passing, as while a person types.
    pub(super) fn pass(self, change: impl FnOnce(&mut State)) {
        self.address.change_parameters(&self.changed(change).parameters());
    }

    fn changed(self, change: impl FnOnce(&mut State)) -> State {
        let mut state = self.state.get_untracked();
        change(&mut state);
        state
    }

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

    fn state(address: &str) -> State {
        let pairs: Vec<(&str, &str)> = address.split('&').filter_map(|pair| pair.split_once('=')).collect();
        State::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    fn address(state: &State) -> String {
        let said =
            state.parameters().into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        said.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn an_address_says_what_it_said_and_no_more() {
        for said in [
            "",
            "view=table&q=50%&owner=me&stage=Prospect,Proposal&min=1000&max=2000.50&prob=50&close=quarter&closed=1&sort=-amount&rows=2000",
            "lane=month",
            "view=forecast",
        ] {
            assert_eq!(address(&state(said)), said);
        }
        for nonsense in
            ["view=board", "lane=x", "stage=Won", "min=a", "prob=101", "closed=0", "sort=name", "rows=7"]
        {
            assert_eq!(address(&state(nonsense)), "", "{nonsense}");
        }
    }

    #[test]
    fn the_board_asks_for_what_was_closed_in_the_quarter() {
        assert_eq!(state("").asked().closed, Some(ClosedChoice::Quarter));
        assert_eq!(state("closed=1").asked().closed, Some(ClosedChoice::All));
        assert_eq!(state("view=table").asked().closed, None);
    }
}
