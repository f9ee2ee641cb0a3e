//! In which order does the client table stand, as the address says it?

use revos_shared::clients::{ClientColumn, ClientSort};
use revos_ui::SortDirection;

/// Every order as it stands in the URL; a minus means largest first. The first is the default.
pub(super) const ORDERS: &[&str] = &[
    "name", "-name", "status", "-status", "phase", "-phase", "owner", "-owner", "arr", "-arr", "health",
    "-health", "churn", "-churn", "trs", "-trs", "qbr", "-qbr", "updated", "-updated",
];

/// The order that this word of the URL means.
pub(super) fn sort(order: &str) -> ClientSort {
    order.parse().unwrap_or_default()
}

/// How a table in this order is sorted by this column.
pub(super) fn direction(column: ClientColumn, order: &str) -> Option<SortDirection> {
    let sort = sort(order);
    let direction = if sort.descending { SortDirection::Descending } else { SortDirection::Ascending };
    (sort.column == column).then_some(direction)
}

/// The order after a press on this column's head.
pub(super) fn pressed(column: ClientColumn, order: &str) -> &'static str {
    let sort = sort(order).pressed(column);
    ORDERS.iter().find(|word| self::sort(word) == sort).copied().unwrap_or("name")
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample_clients;
    use super::*;

    fn names(order: &str) -> Vec<String> {
        sort(order).sorted(sample_clients()).into_iter().map(|row| row.name).collect()
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
    fn every_order_is_one_the_table_knows() {
        for order in ORDERS {
            assert_eq!(sort(order).to_string(), *order);
        }
        assert_eq!(pressed(ClientColumn::Arr, "name"), "-arr");
        assert_eq!(pressed(ClientColumn::Arr, "-arr"), "arr");
        assert_eq!(pressed(ClientColumn::Name, "-arr"), "name");
    }
}
