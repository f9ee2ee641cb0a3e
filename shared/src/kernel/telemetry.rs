//! What does the page report about itself? Records of failures and events, limited and redacted.

use super::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint};
use super::limits::{TELEMETRY_CONTEXT_BYTES, TELEMETRY_TEXT_CHARS};
use super::value_set;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

value_set! {
    /// How bad it is.
    Level {
        /// Good to know.
        Info = "info",
        /// Something did not work and was made good.
        Warn = "warn",
        /// Something did not work.
        Error = "error",
    }
}

/// One report of the page. Unknown fields are dropped, so that an older server accepts a newer page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientRecord {
    /// Lower snake case with dots, for example `workspace_clients_fetch_failed`.
    pub event: String,
    /// How bad it is.
    pub level: Level,
    /// One sentence, redacted by the page.
    #[serde(default)]
    pub message: String,
    /// When it happened, by the page's clock.
    #[serde(with = "super::instants::moment")]
    pub at: Timestamp,
    /// The route's pattern, never its parameters.
    #[serde(default)]
    pub route: String,
    /// The build of the page.
    #[serde(default)]
    pub release: String,
    /// A random id of the tab.
    #[serde(default)]
    pub tab_id: String,
    /// The reason of a failure, as the hook tells it.
    #[serde(default)]
    pub reason: Option<String>,
    /// The HTTP status, if there was an answer.
    #[serde(default)]
    pub status: Option<u16>,
    /// The server's id of the failed request.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The how-manieth try it was.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// How long it took.
    #[serde(default)]
    pub duration_ms: Option<u32>,
    /// How often the same was seen since the last report of it.
    #[serde(default = "once")]
    pub count: u32,
    /// Anything else, small.
    #[serde(default)]
    pub context: serde_json::Map<String, serde_json::Value>,
}

const fn once() -> u32 {
    1
}

impl ClientRecord {
    /// Is it within its limits? The server counts the others and drops them.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        let word = |text: &str| {
            !text.is_empty()
                && text.len() <= 80
                && text
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'))
        };
        let short = |text: &str| text.chars().count() <= TELEMETRY_TEXT_CHARS;
        word(&self.event)
            && self.reason.as_deref().is_none_or(word)
            && [&self.message, &self.route, &self.release, &self.tab_id].into_iter().all(|text| short(text))
            && self.request_id.as_deref().is_none_or(short)
            && serde_json::to_vec(&self.context).is_ok_and(|bytes| bytes.len() <= TELEMETRY_CONTEXT_BYTES)
    }
}

/// A batch as the page sends it. Records stay unread values, so that one bad record costs only itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TelemetryBatch {
    /// The reports, oldest first.
    pub records: Vec<serde_json::Value>,
    /// How many the page had to drop since the last batch.
    #[serde(default)]
    pub dropped: u32,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelemetryReply {
    /// Records written.
    pub accepted: u32,
    /// Records that were not readable or over a limit.
    pub refused: u32,
}

endpoint!(
    ReportClientRecords = "report_client_records" Post "/api/telemetry" Member,
    query: NoQuery, body: TelemetryBatch, reply: TelemetryReply,
    summary: "Writes reports of the page to the server's trace."
);

/// The operations of this module.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![ReportClientRecords::info()]
}
