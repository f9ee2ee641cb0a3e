//! What do the server and the page agree on? Domain types, rules, formulas, endpoint
//! descriptions and error codes: pure values, no clock, no network, no browser, no SQL.

pub mod agents;
pub mod automations;
pub mod clients;
pub mod finance;
pub mod focus;
pub mod insights;
pub mod integrations;
pub mod kernel;
pub mod overview;
pub mod pipeline;
pub mod session;

pub use kernel::endpoint::{Endpoint, EndpointInfo, Method};
pub use kernel::envelope::{Envelope, ReadFor};
pub use kernel::error::{ErrorBody, ErrorCode};
pub use kernel::ids::{ClientId, OrganizationId, UserId};
pub use kernel::money::Money;

/// Every operation of the API, for the router's completeness check and for tests that walk all of them.
#[must_use]
pub fn all_endpoints() -> Vec<EndpointInfo> {
    [
        session::endpoints::all(),
        clients::endpoints::all(),
        pipeline::endpoints::all(),
        overview::endpoints::all(),
        automations::endpoints::all(),
        finance::endpoints::all(),
        kernel::workspace::all(),
        kernel::telemetry::all(),
    ]
    .concat()
}
