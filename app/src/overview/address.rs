//! Which overview is shown? What the address says: over which days, of which clients, and beside which day.

use crate::shell::address::{PageState, StateAddress};
use jiff::civil::Date;
use revos_shared::finance::TimeScope;
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::overview::endpoints::OverviewQuery;
use std::str::FromStr;

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// Days and clients.
    pub asked: OverviewQuery,
    /// The kept day that today is held against.
    pub then: Option<Date>,
}

/// Where the page's state is kept.
pub(super) type OverviewAddress = StateAddress<State>;

fn read<T: FromStr>(text: Option<String>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

impl PageState for State {
    const PATH: &'static str = "/";

    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        let day = |name| -> Option<Date> { parse_day(&parameter(name)?) };
        // Two days, or a word.
        let (from, to) = day("from").zip(day("to")).unzip();
        let scope = read(parameter("scope")).filter(|scope| *scope != TimeScope::Quarter && from.is_none());
        let (segment, owner) = (read(parameter("segment")), read(parameter("owner")));
        Self { asked: OverviewQuery { scope, from, to, segment, owner }, then: day("then") }
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let OverviewQuery { scope, from, to, segment, owner } = self.asked;
        vec![
            ("scope", scope.map(|scope| scope.to_string())),
            ("from", from.map(write_day)),
            ("to", to.map(write_day)),
            ("segment", segment.map(|segment| segment.to_string())),
            ("owner", owner.map(|owner| owner.to_string())),
            ("then", self.then.map(write_day)),
        ]
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
            "scope=ytd",
            "scope=mtd&segment=none&owner=unassigned",
            "from=2026-01-01&to=2026-02-01&segment=mid&owner=me&then=2026-01-05",
            // That they cannot be is told by the page, not forgotten.
            "from=2026-02-01&to=2026-01-01",
        ] {
            assert_eq!(address(&state::<State>(said)), said);
        }
        for nonsense in
            ["scope=qtd", "scope=week", "from=2026-01-01", "to=x", "from=2026-02-30&to=2026-03-01", "owner=x"]
        {
            assert_eq!(address(&state::<State>(nonsense)), "", "{nonsense}");
        }
        assert_eq!(
            address(&state::<State>("scope=ytd&from=2026-01-01&to=2026-01-02")),
            "from=2026-01-01&to=2026-01-02"
        );
    }
}
