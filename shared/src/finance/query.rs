//! Which invoices are shown, and in which order? The language of the page's address, the same for the page, the API
//! and (as `list_invoices`) the database.

use super::inputs::TimeScope;
use crate::kernel::chosen::Chosen;
use crate::kernel::ids::ClientId;
use crate::kernel::limits::LIST_LIMIT_DEFAULT;
use crate::kernel::list::{check_list, searched};
use crate::kernel::order::{Column, Sort};
use crate::kernel::value_set;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

value_set! {
    /// How an invoice stands on a day.
    InvoiceStanding {
        /// Not sent yet.
        Draft = "draft",
        /// Sent, and not fully paid.
        Sent = "sent",
        /// Sent, and due before today.
        Overdue = "overdue",
        /// Fully paid.
        Paid = "paid",
        /// Withdrawn.
        Cancelled = "cancelled",
    }
}

value_set! {
    /// A column of the list of invoices; the word of the address.
    InvoiceColumn {
        /// Number.
        Number = "number",
        /// Client.
        Client = "client",
        /// Day of issue.
        Issue = "issue",
        /// Until when it is to be paid.
        Due = "due",
        /// With tax.
        Total = "total",
        /// Received.
        Paid = "paid",
        /// Still owed.
        Balance = "balance",
        /// How it stands.
        Status = "status",
        /// Balance × days past due.
        Urgency = "urgency",
        /// Last change.
        Updated = "updated",
    }
}

impl Column for InvoiceColumn {
    const FIRST: Self = Self::Issue;

    fn largest_first(self) -> bool {
        !matches!(self, Self::Number | Self::Client | Self::Due | Self::Status)
    }
}

/// An order of the list.
pub type InvoiceSort = Sort<InvoiceColumn>;

/// Which invoices, in which order, and how many of them. Words of one field widen the choice, fields narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoicesQuery {
    /// Number or client contains this text, in upper or lower case; a value, never a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Standing so.
    #[serde(default, skip_serializing_if = "Chosen::is_empty")]
    pub status: Chosen<InvoiceStanding>,
    /// Of this client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Issued on this day or later.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<Date>,
    /// Issued on this day or earlier.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Date>,
    /// The order; the newest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<InvoiceSort>,
    /// Rows asked for, 1–10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl InvoicesQuery {
    /// The order when nothing is said: the newest first.
    pub const NEWEST: InvoiceSort = Sort { column: InvoiceColumn::Issue, descending: true };

    /// The text to look for, without spaces around it; none when there is nothing to look for.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        searched(self.q.as_deref())
    }

    /// The order to use.
    #[must_use]
    pub fn sort(&self) -> InvoiceSort {
        self.sort.unwrap_or(Self::NEWEST)
    }

    /// The limit to use.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(LIST_LIMIT_DEFAULT)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        check_list(self.q.as_deref(), self.limit())
    }
}

/// Which figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiguresQuery {
    /// The window; the fiscal quarter to date when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<TimeScope>,
}

impl FiguresQuery {
    /// The window to use.
    #[must_use]
    pub fn scope(&self) -> TimeScope {
        self.scope.unwrap_or(TimeScope::Quarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_survives_its_address() {
        for said in [
            r#"{}"#,
            r#"{"q":"50%","status":"sent,overdue","client":"e0000000-0000-4000-8000-000000000001","from":"2026-01-01","to":"2026-02-01","sort":"-urgency","limit":50}"#,
        ] {
            let query: InvoicesQuery = serde_json::from_str(said).unwrap();
            assert_eq!(serde_json::to_string(&query).unwrap(), said);
        }
        assert_eq!(serde_json::from_str::<InvoicesQuery>("{}").unwrap().sort().to_string(), "-issue");
    }

    #[test]
    fn refuses_what_means_nothing() {
        for bad in [
            r#"{"status":"late"}"#,
            r#"{"client":"x"}"#,
            r#"{"from":"2026-02-30"}"#,
            r#"{"sort":"age"}"#,
            r#"{"x":1}"#,
        ] {
            assert!(serde_json::from_str::<InvoicesQuery>(bad).is_err(), "{bad}");
        }
        let with = |query: &str| serde_json::from_str::<InvoicesQuery>(query).unwrap().check().is_err();
        assert!(with(r#"{"limit":0}"#) && with(r#"{"limit":10001}"#));
    }
}
