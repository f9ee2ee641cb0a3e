//! In which order does a list of clients stand?

use super::client::ClientRow;
use crate::kernel::chosen::Choice as _;
use crate::kernel::money::Money;
use crate::kernel::order::{Column, Sort, compare_lower, in_order, in_order_of};
use crate::kernel::value_set;
use jiff::civil::Date;
use std::borrow::Borrow;

value_set! {
    /// A column of the list; the word of the address.
    ClientColumn {
        /// Name.
        Name = "name",
        /// Status.
        Status = "status",
        /// Phase.
        Phase = "phase",
        /// Segment.
        Segment = "segment",
        /// Owner.
        Owner = "owner",
        /// Furthest open stage.
        Stage = "stage",
        /// Value of the open opportunities.
        Open = "open",
        /// Contracted annual recurring revenue.
        Arr = "arr",
        /// Monthly recurring revenue.
        Mrr = "mrr",
        /// Receivables.
        Ar = "ar",
        /// Health.
        Health = "health",
        /// Churn risk.
        Churn = "churn",
        /// Composite score.
        Trs = "trs",
        /// Next review.
        Qbr = "qbr",
        /// Last change.
        Updated = "updated",
    }
}

impl Column for ClientColumn {
    const FIRST: Self = Self::Name;

    fn largest_first(self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::Arr
                | Self::Mrr
                | Self::Ar
                | Self::Health
                | Self::Churn
                | Self::Trs
                | Self::Updated
        )
    }
}

impl ClientColumn {
    /// What a column of words is ordered by; none when it holds no words.
    fn words(self) -> Option<fn(&ClientRow) -> Option<&str>> {
        match self {
            Self::Name => Some(|row| Some(&row.name)),
            Self::Owner => Some(|row| row.owner_name.as_deref()),
            _ => None,
        }
    }

    /// What every other column is ordered by: its figure, its day, or the place of its word in the set.
    fn number(self, row: &ClientRow) -> Option<i64> {
        let place = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
        match self {
            Self::Name | Self::Owner => None,
            Self::Status => Some(place(row.status.place())),
            Self::Phase => row.phase.map(|phase| place(phase.place())),
            Self::Segment => row.segment.map(|segment| place(segment.place())),
            Self::Stage => row.furthest_open_stage.map(|stage| place(stage.place())),
            Self::Open => row.open_value.map(Money::minor),
            Self::Arr => row.arr.map(Money::minor),
            Self::Mrr => row.mrr.map(Money::minor),
            Self::Ar => row.ar_outstanding.map(Money::minor),
            Self::Health => row.health.map(i64::from),
            Self::Churn => row.churn_risk.map(i64::from),
            Self::Trs => row.trs_score.map(i64::from),
            Self::Qbr => row.qbr_date.map(day_number),
            // No finer than a database keeps it.
            Self::Updated => Some(row.updated_at.as_microsecond()),
        }
    }
}

/// A number that grows with the day.
fn day_number(day: Date) -> i64 {
    (i64::from(day.year()) * 16 + i64::from(day.month())) * 32 + i64::from(day.day())
}

/// An order of the list.
pub type ClientSort = Sort<ClientColumn>;

impl ClientSort {
    /// The rows in this order; equal ones stand by name, then by id. The same as the database answers.
    #[must_use]
    pub fn sorted<R: Borrow<ClientRow>>(self, rows: Vec<R>) -> Vec<R> {
        self.sorted_by_name(by_name(rows))
    }

    /// The rows in this order, when they already stand by name and id. Much less work than [`Self::sorted`]: most
    /// columns hold few different values, and rows of one value stay as they stand.
    #[must_use]
    pub fn sorted_by_name<R: Borrow<ClientRow>>(self, rows: Vec<R>) -> Vec<R> {
        if self == Self::default() {
            return rows;
        }
        let Self { column, descending } = self;
        match column.words() {
            None => in_order_of(rows, |row| column.number(row.borrow()), descending),
            Some(words) => in_order(rows, |a, b| match (words(a.borrow()), words(b.borrow())) {
                (Some(a), Some(b)) if descending => compare_lower(b, a),
                (Some(a), Some(b)) => compare_lower(a, b),
                // What is not known stands last in both directions.
                (a, b) => a.is_none().cmp(&b.is_none()),
            }),
        }
    }
}

/// The rows by name, whatever its case, then by id.
#[must_use]
pub fn by_name<R: Borrow<ClientRow>>(rows: Vec<R>) -> Vec<R> {
    in_order(rows, |a, b| {
        let (a, b): (&ClientRow, &ClientRow) = (a.borrow(), b.borrow());
        compare_lower(&a.name, &b.name).then_with(|| a.id.cmp(&b.id))
    })
}

#[cfg(test)]
mod tests {
    use super::super::test_rows::row;
    use super::*;
    use crate::kernel::ids::ClientId;
    use crate::kernel::order::lower;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn unknown_values_stand_last_in_both_directions() {
        let rows = || vec![row("A", None, None), row("B", Some(50), None), row("C", Some(90), None)];
        let names = |sort: &str| {
            let sort: ClientSort = sort.parse().unwrap();
            sort.sorted(rows()).into_iter().map(|row| row.name).collect::<String>()
        };
        assert_eq!((names("health").as_str(), names("-health").as_str()), ("BCA", "CBA"));
        assert_eq!(names("-name"), "CBA");
    }

    #[test]
    fn a_head_is_pressed_for_what_people_look_for_first() {
        let by_name = ClientSort::default();
        assert_eq!(by_name.pressed(ClientColumn::Name).to_string(), "-name");
        assert_eq!(by_name.pressed(ClientColumn::Mrr).to_string(), "-mrr");
        assert_eq!(by_name.pressed(ClientColumn::Mrr).pressed(ClientColumn::Mrr).to_string(), "mrr");
        assert_eq!(by_name.pressed(ClientColumn::Qbr).to_string(), "qbr");
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!("--name".parse::<ClientSort>().is_err() && "".parse::<ClientSort>().is_err());
    }

    proptest! {
        #[test]
        fn both_directions_hold_the_same_rows(scores in proptest::collection::vec(proptest::option::of(0_u8..=100), 0..30), column in 0..ClientColumn::ALL.len()) {
            let rows: Vec<_> = scores.iter().enumerate().map(|(at, score)| {
                let mut client = row("x", *score, *score);
                client.id = ClientId(Uuid::from_u128(at as u128));
                client
            }).collect();
            let column = ClientColumn::ALL[column];
            let ids = |descending| {
                let mut ids: Vec<_> = ClientSort { column, descending }.sorted(rows.clone()).into_iter().map(|row| row.id).collect();
                ids.sort();
                ids
            };
            prop_assert_eq!(ids(true), ids(false));
        }

        #[test]
        fn rows_of_one_value_stand_by_name(
            clients in proptest::collection::vec(("[abAB]{1,3}", proptest::option::of(0_u8..3)), 0..30),
            descending in any::<bool>(),
        ) {
            let rows: Vec<_> = clients.iter().enumerate().map(|(at, (name, health))| {
                let mut client = row(name, *health, None);
                client.id = ClientId(Uuid::from_u128(at as u128));
                client
            }).collect();
            let sorted = ClientSort { column: ClientColumn::Health, descending }.sorted(rows);
            for pair in sorted.windows(2).filter(|pair| pair[0].health == pair[1].health) {
                prop_assert!((lower(&pair[0].name), pair[0].id) < (lower(&pair[1].name), pair[1].id));
            }
        }
    }
}
