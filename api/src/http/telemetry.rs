//! What does the page report about itself? Checked, counted, and written to the trace.

use super::extract::{JsonBody, Params};
use super::failure::Failure;
use super::signed_in::SignedIn;
use axum::Json;
use http::StatusCode;
use revos_shared::ErrorCode;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::limits::TELEMETRY_BATCH_RECORDS;
use revos_shared::kernel::telemetry::{ClientRecord, Level, TelemetryBatch, TelemetryReply};

/// Writes the page's reports. One bad record costs only itself.
///
/// # Errors
/// `rate_limited`; `payload_too_large` for too many records.
pub async fn report_client_records(
    signed_in: SignedIn,
    Params(NoQuery {}): Params<NoQuery>,
    JsonBody(batch): JsonBody<TelemetryBatch>,
) -> Result<(StatusCode, Json<TelemetryReply>), Failure> {
    signed_in.state().rates.telemetry(signed_in.read_for().user_id.0)?;
    if batch.records.len() > TELEMETRY_BATCH_RECORDS {
        return Err(Failure::new(ErrorCode::PayloadTooLarge)
            .saying(format!("A batch holds at most {TELEMETRY_BATCH_RECORDS} records.")));
    }
    let mut reply = TelemetryReply { accepted: 0, refused: 0 };
    for value in batch.records {
        match serde_json::from_value::<ClientRecord>(value).ok().filter(ClientRecord::is_acceptable) {
            Some(record) => {
                write(&record);
                reply.accepted += 1;
            }
            None => reply.refused += 1,
        }
    }
    if reply.refused > 0 || batch.dropped > 0 {
        tracing::info!(target: "client", refused = reply.refused, dropped = batch.dropped, "reports not written");
    }
    Ok((StatusCode::ACCEPTED, Json(reply)))
}

/// The request's span around this names person, organization and request.
fn write(record: &ClientRecord) {
    let context = serde_json::Value::Object(record.context.clone());
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                target: "client",
                $level,
                event = record.event,
                text = record.message,
                at = %record.at,
                route = record.route,
                release = record.release,
                tab_id = record.tab_id,
                reason = record.reason,
                status = record.status,
                failed_request_id = record.request_id,
                attempt = record.attempt,
                duration_ms = record.duration_ms,
                count = record.count,
                %context,
                "report of the page"
            )
        };
    }
    match record.level {
        Level::Info => line!(tracing::Level::INFO),
        Level::Warn => line!(tracing::Level::WARN),
        Level::Error => line!(tracing::Level::ERROR),
    }
}
