//! In which order does the client table stand?

use revos_shared::clients::ClientRow;
use revos_shared::kernel::order::in_order;
use revos_ui::SortDirection;
use std::cmp::Ordering;

/// A column the table can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Name.
    Name,
    /// Status.
    Status,
    /// Phase.
    Phase,
    /// Owner.
    Owner,
    /// Contracted annual recurring revenue.
    Arr,
    /// Health.
    Health,
    /// Churn risk.
    Churn,
    /// Composite score.
    Trs,
    /// Next review.
    Qbr,
    /// Last change.
    Updated,
}

/// Every order as it stands in the URL; a minus means largest first. The first is the default.
pub(super) const ORDERS: &[&str] = &[
    "name", "-name", "status", "-status", "phase", "-phase", "owner", "-owner", "arr", "-arr", "health",
    "-health", "churn", "-churn", "trs", "-trs", "qbr", "-qbr", "updated", "-updated",
];

impl Column {
    const ALL: [Self; 10] = [
        Self::Name,
        Self::Status,
        Self::Phase,
        Self::Owner,
        Self::Arr,
        Self::Health,
        Self::Churn,
        Self::Trs,
        Self::Qbr,
        Self::Updated,
    ];

    /// The two orders by this column, as in the URL: smallest first, largest first.
    const fn orders(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("name", "-name"),
            Self::Status => ("status", "-status"),
            Self::Phase => ("phase", "-phase"),
            Self::Owner => ("owner", "-owner"),
            Self::Arr => ("arr", "-arr"),
            Self::Health => ("health", "-health"),
            Self::Churn => ("churn", "-churn"),
            Self::Trs => ("trs", "-trs"),
            Self::Qbr => ("qbr", "-qbr"),
            Self::Updated => ("updated", "-updated"),
        }
    }

    /// Figures and times are asked for largest first, words from A to Z.
    const fn largest_first(self) -> bool {
        matches!(self, Self::Arr | Self::Health | Self::Churn | Self::Trs | Self::Updated)
    }

    /// How a table in this order is sorted by this column.
    pub(super) fn direction(self, order: &str) -> Option<SortDirection> {
        let (up, down) = self.orders();
        if order == up {
            Some(SortDirection::Ascending)
        } else {
            (order == down).then_some(SortDirection::Descending)
        }
    }

    /// The order after a press on this column's head.
    pub(super) fn pressed(self, order: &str) -> &'static str {
        let (up, down) = self.orders();
        match self.direction(order) {
            Some(SortDirection::Ascending) => down,
            Some(SortDirection::Descending) => up,
            None if self.largest_first() => down,
            None => up,
        }
    }

    fn compare(self, a: &ClientRow, b: &ClientRow, descending: bool) -> Ordering {
        match self {
            Self::Name => {
                by(Some(a.name.to_ascii_lowercase()), Some(b.name.to_ascii_lowercase()), descending)
            }
            Self::Status => by(Some(a.status), Some(b.status), descending),
            Self::Phase => by(a.phase, b.phase, descending),
            Self::Owner => by(a.owner_name.as_deref(), b.owner_name.as_deref(), descending),
            Self::Arr => by(a.arr, b.arr, descending),
            Self::Health => by(a.health, b.health, descending),
            Self::Churn => by(a.churn_risk, b.churn_risk, descending),
            Self::Trs => by(a.trs_score, b.trs_score, descending),
            Self::Qbr => by(a.qbr_date, b.qbr_date, descending),
            Self::Updated => by(Some(a.updated_at), Some(b.updated_at), descending),
        }
    }
}

/// What is not known stands last in both directions.
fn by<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// The rows in this order; equal ones stand by name.
pub(super) fn sorted(rows: Vec<ClientRow>, order: &str) -> Vec<ClientRow> {
    let Some(column) = Column::ALL.into_iter().find(|column| column.direction(order).is_some()) else {
        return rows;
    };
    let descending = column.direction(order) == Some(SortDirection::Descending);
    in_order(rows, |a, b| column.compare(a, b, descending).then_with(|| a.name.cmp(&b.name)))
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample_clients;
    use super::*;

    fn names(order: &str) -> Vec<String> {
        sorted(sample_clients(), order).into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn unknown_values_stand_last_in_both_directions() {
        assert_eq!(names("-churn")[0], "Lanternbay Media");
        assert_eq!(names("churn")[0], "Juniperdale Software");
        for order in ["churn", "-churn"] {
            assert_eq!(names(order)[11..], ["Mossvane Insurance", "Nettlewyck Retail", "Opalreach Travel"]);
        }
    }

    #[test]
    fn every_order_belongs_to_one_column() {
        for order in ORDERS {
            let columns = Column::ALL.into_iter().filter(|column| column.direction(order).is_some());
            assert_eq!(columns.count(), 1, "{order}");
        }
        assert_eq!(Column::Arr.pressed("name"), "-arr");
        assert_eq!(Column::Arr.pressed("-arr"), "arr");
        assert_eq!(Column::Name.pressed("-arr"), "name");
    }
}
