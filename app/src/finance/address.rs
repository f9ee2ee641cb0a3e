//! Which part of the money is shown, and how? What the address says. Each part has parameters of its own.

use crate::shell::address::{PageState, StateAddress};
use revos_shared::finance::{CashQuery, ExpensesQuery, InvoicesQuery, SubscriptionsQuery, TimeScope};
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::kernel::limits::LIST_LIMIT_MAX;
use revos_shared::kernel::list::searchable;
use std::str::FromStr;

/// Rows the page asks for at first, and after each "Load more". Few steps: each is one request for all of them.
pub(super) const STEPS: [u32; 3] = [200, 2_000, LIST_LIMIT_MAX];
/// Months of profit and loss that can be shown; the first when nothing is said.
pub(super) const MONTHS: [&str; 2] = ["6", "12"];
/// Every parameter of the page.
const NAMES: [&str; 16] = [
    "tab", "scope", "q", "status", "client", "from", "to", "sort", "rows", "new", "category", "state",
    "month", "type", "source", "months",
];

/// A part of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// How the business stands.
    #[default]
    Overview,
    /// Invoices.
    Billing,
    /// Recurring revenue.
    Subscriptions,
    /// What is spent.
    Expenses,
    /// The account.
    Cash,
    /// Profit and loss.
    Profit,
}

impl Tab {
    /// The tabs with their words.
    pub(super) const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Overview, "overview", "Overview"),
        (Self::Billing, "billing", "Billing"),
        (Self::Subscriptions, "subscriptions", "Subscriptions"),
        (Self::Expenses, "expenses", "Expenses"),
        (Self::Cash, "cash", "Cash"),
        (Self::Profit, "pnl", "Profit and loss"),
    ];

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
    /// The question for subscriptions.
    pub subscriptions: SubscriptionsQuery,
    /// The question for expenses.
    pub expenses: ExpensesQuery,
    /// The question for cash entries.
    pub cash: CashQuery,
    /// Are twelve months of profit and loss shown, and not six?
    pub year: bool,
    /// Is a form asked for? Taken out of the address once it is open.
    pub new: Option<NewForm>,
}

/// A form that an address may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewForm {
    /// A new invoice.
    Invoice,
    /// New terms of recurring revenue.
    Subscription,
}

fn read<T: FromStr>(text: Option<String>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

impl PageState for State {
    const PATH: &'static str = "/finance";

    fn of(parameter: impl Fn(&'static str) -> Option<String>) -> Self {
        let day = |name| parameter(name).and_then(|text| parse_day(&text));
        let limit = || read(parameter("rows")).filter(|rows| STEPS.contains(rows) && *rows != STEPS[0]);
        let q = || searchable(parameter("q"));
        let tab = Tab::named(&parameter("tab").unwrap_or_default());
        let mut state = Self { tab, ..Self::default() };
        match tab {
            Tab::Overview => {
                state.scope = read(parameter("scope")).filter(|scope| *scope != TimeScope::Quarter);
            }
            Tab::Billing => {
                state.invoices = InvoicesQuery {
                    q: q(),
                    status: read(parameter("status")).unwrap_or_default(),
                    client: read(parameter("client")),
                    from: day("from"),
                    to: day("to"),
                    sort: read(parameter("sort")).filter(|sort| *sort != InvoicesQuery::NEWEST),
                    limit: limit(),
                };
                state.new = (parameter("new").as_deref() == Some("invoice")).then_some(NewForm::Invoice);
            }
            Tab::Subscriptions => {
                state.subscriptions = SubscriptionsQuery {
                    status: read(parameter("status")).unwrap_or_default(),
                    client: read(parameter("client")),
                    sort: read(parameter("sort"))
                        .filter(|sort| *sort != SubscriptionsQuery::default().sort()),
                    limit: limit(),
                };
                let asked = parameter("new").as_deref() == Some("subscription");
                state.new = asked.then_some(NewForm::Subscription);
            }
            Tab::Expenses => {
                state.expenses = ExpensesQuery {
                    q: q(),
                    category: read(parameter("category")).unwrap_or_default(),
                    state: read(parameter("state")).unwrap_or_default(),
                    month: day("month").filter(|month| month.day() == 1),
                    sort: read(parameter("sort")).filter(|sort| *sort != ExpensesQuery::NEWEST),
                    limit: limit(),
                };
            }
            Tab::Cash => {
                state.cash = CashQuery {
                    kind: read(parameter("type")).unwrap_or_default(),
                    source: read(parameter("source")).unwrap_or_default(),
                    from: day("from"),
                    to: day("to"),
                    limit: limit(),
                };
            }
            Tab::Profit => state.year = parameter("months").as_deref() == Some(MONTHS[1]),
        }
        state
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let rows = |limit: Option<u32>| limit.map(|limit| limit.to_string());
        let mut known = vec![("tab", said(self.tab.word().to_owned()).filter(|tab| tab != "overview"))];
        known.extend(match self.tab {
            Tab::Overview => vec![("scope", self.scope.map(|scope| scope.to_string()))],
            Tab::Billing => {
                let query = &self.invoices;
                vec![
                    ("q", query.q.clone()),
                    ("status", said(query.status.to_string())),
                    ("client", query.client.map(|client| client.to_string())),
                    ("from", query.from.map(write_day)),
                    ("to", query.to.map(write_day)),
                    ("sort", query.sort.map(|sort| sort.to_string())),
                    ("rows", rows(query.limit)),
                    ("new", self.new.map(|_| "invoice".to_owned())),
                ]
            }
            Tab::Subscriptions => {
                let query = &self.subscriptions;
                vec![
                    ("status", said(query.status.to_string())),
                    ("client", query.client.map(|client| client.to_string())),
                    ("sort", query.sort.map(|sort| sort.to_string())),
                    ("rows", rows(query.limit)),
                    ("new", self.new.map(|_| "subscription".to_owned())),
                ]
            }
            Tab::Expenses => {
                let query = &self.expenses;
                vec![
                    ("q", query.q.clone()),
                    ("category", said(query.category.to_string())),
                    ("state", said(query.state.to_string())),
                    ("month", query.month.map(write_day)),
                    ("sort", query.sort.map(|sort| sort.to_string())),
                    ("rows", rows(query.limit)),
                ]
            }
            Tab::Cash => {
                let query = &self.cash;
                vec![
                    ("type", said(query.kind.to_string())),
                    ("source", said(query.source.to_string())),
                    ("from", query.from.map(write_day)),
                    ("to", query.to.map(write_day)),
                    ("rows", rows(query.limit)),
                ]
            }
            Tab::Profit => vec![("months", self.year.then(|| MONTHS[1].to_owned()))],
        });
        // What another part says is taken out.
        let said: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        known.extend(NAMES.into_iter().filter(|name| !said.contains(name)).map(|name| (name, None)));
        known
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
    /// Takes every filter away; the orders stay.
    pub(super) fn clear(self) {
        self.choose(|state| {
            let InvoicesQuery { sort, limit, .. } = state.invoices;
            state.invoices = InvoicesQuery { sort, limit, ..InvoicesQuery::default() };
            let SubscriptionsQuery { sort, limit, .. } = state.subscriptions;
            state.subscriptions = SubscriptionsQuery { sort, limit, ..SubscriptionsQuery::default() };
            let ExpensesQuery { sort, limit, .. } = state.expenses;
            state.expenses = ExpensesQuery { sort, limit, ..ExpensesQuery::default() };
            state.cash = CashQuery { limit: state.cash.limit, ..CashQuery::default() };
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
            "tab=subscriptions&status=active,past_due&sort=-mrr&new=subscription",
            "tab=expenses&q=x&category=other&state=unapproved&month=2026-04-01&sort=-amount",
            "tab=cash&type=inflow&source=manual&from=2026-01-01",
            "tab=pnl&months=12",
        ] {
            assert_eq!(address(&state::<State>(said)), said);
        }
        for nonsense in ["tab=overview", "tab=x", "scope=qtd", "q=x", "months=12", "new=invoice"] {
            assert_eq!(address(&state::<State>(nonsense)), "", "{nonsense}");
        }
        for (part, nonsense) in [
            ("billing", "status=late&from=x&sort=-issue&rows=200&new=1&scope=ytd"),
            ("subscriptions", "status=over&sort=client&q=x"),
            ("expenses", "month=2026-04-02&sort=-date&state=x"),
            ("cash", "type=x&sort=-date"),
            ("pnl", "months=6"),
        ] {
            let said = format!("tab={part}");
            assert_eq!(address(&state::<State>(&format!("{said}&{nonsense}"))), said);
        }
        assert_eq!(state::<State>("").asked().limit, Some(STEPS[0]));
    }
}
