//! How much is allowed? The limits that the page and the server must agree on.

/// Rows a list asks for when it does not say.
pub const LIST_LIMIT_DEFAULT: u32 = 200;
/// Rows a list may ask for.
pub const LIST_LIMIT_MAX: u32 = 10_000;
/// Rows one change of many may name.
pub const BULK_MAX: usize = 500;
/// Characters of a name or a title.
pub const NAME_MAX_CHARS: usize = 200;
/// Characters of a text that people write.
pub const TEXT_MAX_CHARS: usize = 10_000;
/// Characters of a link that is kept.
pub const LINK_MAX_CHARS: usize = 2_000;
/// Lines of an invoice.
pub const INVOICE_LINES_MAX: usize = 200;
/// Characters of the reason for taking something back.
pub const REASON_MAX_CHARS: usize = 1_000;
/// Characters of the note beside a change of health.
pub const HEALTH_NOTE_MAX_CHARS: usize = 2_000;
/// Characters of a saved view's name.
pub const VIEW_NAME_MAX_CHARS: usize = 80;
/// Characters of a saved view's parameters.
pub const VIEW_QUERY_MAX_CHARS: usize = 2_000;
/// Entries of a client's timeline on one page.
pub const TIMELINE_PAGE: u32 = 50;
/// Characters of a search text.
pub const SEARCH_MAX_CHARS: usize = 200;
/// Days that figures may be asked for in one window: two years.
pub const WINDOW_DAYS_MAX: u16 = 731;
/// Months a trend may span.
pub const TREND_MONTHS_MAX: u32 = 36;
/// Months a trend spans when the caller does not say.
pub const TREND_MONTHS_DEFAULT: u32 = 12;
/// Bytes of one telemetry batch.
pub const TELEMETRY_BATCH_BYTES: usize = 64 * 1024;
/// Records of one telemetry batch.
pub const TELEMETRY_BATCH_RECORDS: usize = 50;
/// Bytes of the context of one telemetry record, as JSON.
pub const TELEMETRY_CONTEXT_BYTES: usize = 4 * 1024;
/// Characters of each text field of a telemetry record.
pub const TELEMETRY_TEXT_CHARS: usize = 300;
/// Characters of an e-mail address (RFC 5321, 4.5.3.1.3).
pub const EMAIL_MAX_CHARS: usize = 254;
/// Characters of a password: bcrypt-based services cut at 72 bytes, ours refuses absurd input.
pub const PASSWORD_MAX_CHARS: usize = 256;
