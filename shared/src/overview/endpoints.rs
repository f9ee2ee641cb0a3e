//! Which operation is about the overview? One: all of it in one answer.

use super::Overview;
use crate::finance::TimeScope;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, endpoint};
use crate::kernel::envelope::Envelope;
use serde::{Deserialize, Serialize};

/// Over which window?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverviewQuery {
    /// The window that ends today; the fiscal quarter to date when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<TimeScope>,
}

impl OverviewQuery {
    /// The window to use.
    #[must_use]
    pub fn scope(&self) -> TimeScope {
        self.scope.unwrap_or(TimeScope::Quarter)
    }
}

endpoint!(
    ReadOverview = "read_overview" Get "/api/overview" Member,
    query: OverviewQuery, body: (), reply: Envelope<Overview>,
    summary: "Computes the executive overview of a window that ends today, beside the window before."
);

/// All of them.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![ReadOverview::info()]
}
