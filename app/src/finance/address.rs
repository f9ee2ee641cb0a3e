//! Which part of the money is shown, and how? What the address says.

use crate::shell::address::{PageState, StateAddress};
use revos_shared::finance::{InvoicesQuery, TimeScope};
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::kernel::limits::LIST_LIMIT_MAX;
use revos_shared::kernel::list::searchable;
use std::str::FromStr;

/// Rows the page asks for at first, and after each "Load more". Few steps: each is one request for all of them.
pub(super) const STEPS: [u32; 3] = [200, 2_000, LIST_LIMIT_MAX];

/// A part of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// How the business stands.
    #[default]
    Overview,
    /// Invoices.
    Billing,
}

impl Tab {
    /// The tabs with their words.
    pub(super) const ALL: [(Self, &'static str, &'static str); 2] =
        [(Self::Overview, "overview", "Overview"), (Self::Billing, "billing", "Billing")];

    /// The word of the address.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(tab, ..)| *tab == self).map_or("overview", |(_, word, _)| word)
    }

    /// The tab of a word; the overview when it is none.
    pub(super) fn named(word: &str) -> Self {
        Self::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(tab, ..)| tab).unwrap_or_default()
    }
}

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// The part that is shown.
    pub tab: Tab,
    /// The window of the figures; the quarter when absent.
    pub scope: Option<TimeScope>,
    /// The question for invoices.
    pub invoices: InvoicesQuery,
    /// Is a new invoice asked for? Taken out of the address once its form is open.
    pub new: bool,
}

impl PageState for State {
    const PATH: &'static str = "/finance";

    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        fn read<T: FromStr>(text: Option<String>) -> Option<T> {
            text.and_then(|text| text.parse().ok())
        }
        let day = |name| parameter(name).and_then(|text| parse_day(&text));
        let rows = read(parameter("rows")).filter(|rows| STEPS.contains(rows));
        Self {
            tab: Tab::named(&parameter("tab").unwrap_or_default()),
            scope: read(parameter("scope")).filter(|scope| *scope != TimeScope::Quarter),
            invoices: InvoicesQuery {
                q: searchable(parameter("q")),
                status: read(parameter("status")).unwrap_or_default(),
                client: read(parameter("client")),
                from: day("from"),
                to: day("to"),
                sort: read(parameter("sort")).filter(|sort| *sort != InvoicesQuery::NEWEST),
                limit: rows.filter(|rows| *rows != STEPS[0]),
            },
            new: parameter("new").as_deref() == Some("invoice"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let query = &self.invoices;
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        vec![
            ("tab", said(self.tab.word().to_owned()).filter(|tab| tab != "overview")),
            ("scope", self.scope.map(|scope| scope.to_string())),
            ("q", query.q.clone()),
            ("status", said(query.status.to_string())),
            ("client", query.client.map(|client| client.to_string())),
            ("from", query.from.map(write_day)),
            ("to", query.to.map(write_day)),
            ("sort", query.sort.map(|sort| sort.to_string())),
            ("rows", query.limit.map(|limit| limit.to_string())),
            ("new", self.new.then(|| "invoice".to_owned())),
        ]
    }
}

impl State {
    /// The question for invoices as it is sent.
    pub(super) fn asked(&self) -> InvoicesQuery {
        InvoicesQuery { limit: Some(self.invoices.limit.unwrap_or(STEPS[0])), ..self.invoices.clone() }
    }
}

/// Where the page's state is kept.
pub(super) type FinanceAddress = StateAddress<State>;

impl FinanceAddress {
    /// Takes every filter away; the order stays.
    pub(super) fn clear(self) {
        self.choose(|state| {
            let InvoicesQuery { sort, limit, .. } = state.invoices;
            state.invoices = InvoicesQuery { sort, limit, ..InvoicesQuery::default() };
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
            "tab=billing&q=50%&status=sent,overdue&client=e0000000-0000-4000-8000-000000000001&from=2026-01-01&to=2026-02-01&sort=-urgency&rows=2000",
            "scope=ytd",
            "tab=billing&new=invoice",
        ] {
            assert_eq!(address(&state::<State>(said)), said);
        }
        for nonsense in [
            "tab=overview",
            "tab=x",
            "scope=qtd",
            "status=late",
            "from=x",
            "sort=-issue",
            "rows=200",
            "new=1",
        ] {
            assert_eq!(address(&state::<State>(nonsense)), "", "{nonsense}");
        }
        assert_eq!(state::<State>("").asked().limit, Some(STEPS[0]));
    }
}
