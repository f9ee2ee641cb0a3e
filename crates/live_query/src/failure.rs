//! Why did a request fail, and may it be tried again?

use std::time::Duration;

use crate::time::{Moment, ServerTime};

/// The API code that names an unreachable upstream whatever the HTTP status says.
pub const UPSTREAM_UNAVAILABLE: &str = "upstream_unavailable";

/// Why a request gave no rows. The page chooses its words by this value, never by a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Reason {
    /// The browser reports that it is offline.
    Offline,
    /// No full answer within the timeout.
    Timeout,
    /// 401: the session is over.
    Unauthenticated,
    /// 403: no right to this.
    Forbidden,
    /// 429: too many requests.
    RateLimited,
    /// 502, 503, 504, [`UPSTREAM_UNAVAILABLE`], or nobody answered at all.
    UpstreamUnavailable,
    /// Any other 5xx, and 4xx that nobody expected.
    Server,
    /// An answer came, but not of the described form.
    Decode,
}

/// When a request that failed is sent again without being asked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// As soon as the browser is online again.
    WhenOnline,
    /// After a random wait that grows with the number of failures in a row.
    Backoff,
    /// Never: the answer was a decision, not an accident.
    Never,
}

impl Reason {
    /// Every reason, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::Offline,
        Self::Timeout,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::RateLimited,
        Self::UpstreamUnavailable,
        Self::Server,
        Self::Decode,
    ];

    /// The stable name of this reason in telemetry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Timeout => "timeout",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::RateLimited => "rate_limited",
            Self::UpstreamUnavailable => UPSTREAM_UNAVAILABLE,
            Self::Server => "server",
            Self::Decode => "decode",
        }
    }

    /// Whether and how a request that failed for this reason is repeated.
    #[must_use]
    pub const fn retry(self) -> Retry {
        match self {
            Self::Offline => Retry::WhenOnline,
            Self::Unauthenticated | Self::Forbidden => Retry::Never,
            Self::Timeout | Self::RateLimited | Self::UpstreamUnavailable | Self::Server | Self::Decode => {
                Retry::Backoff
            }
        }
    }
}

/// A `Retry-After` header: a number of seconds or a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryAfter {
    /// Wait this long.
    Wait(Duration),
    /// Wait until this time of the server's clock.
    Until(ServerTime),
}

/// One failed request: what the fetcher knows, and (once the machine has seen it) its place in the
/// series of failures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// The API's error code.
    pub code: Option<String>,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// The id under which the server logged it.
    pub request_id: Option<String>,
    /// The answer's `Retry-After`: a floor for the next automatic request.
    pub retry_after: Option<RetryAfter>,
    /// When the server says it will be ready again; followed instead of the backoff.
    pub retry_at: Option<ServerTime>,
    /// The server's clock in this answer (its `Date` header): what dates in it are compared with.
    pub server_time: Option<ServerTime>,
    /// The n-th failure in a row, from 1; set by the machine.
    pub attempt: u32,
    /// When it was noticed; set by the machine.
    pub at: Moment,
}

impl Failure {
    /// A failure about which nothing else is known.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self {
            reason,
            code: None,
            status: None,
            request_id: None,
            retry_after: None,
            retry_at: None,
            server_time: None,
            attempt: 0,
            at: Moment::ZERO,
        }
    }

    /// The failure that an HTTP answer other than 200 and 304 means.
    ///
    /// `code` is the API's own error code; [`UPSTREAM_UNAVAILABLE`] outranks the status, except where
    /// the status is a decision about the caller (401, 403, 429).
    #[must_use]
    pub fn from_http(status: u16, code: Option<&str>) -> Self {
        let reason = match status {
            401 => Reason::Unauthenticated,
            403 => Reason::Forbidden,
            429 => Reason::RateLimited,
            502..=504 => Reason::UpstreamUnavailable,
            _ if code == Some(UPSTREAM_UNAVAILABLE) => Reason::UpstreamUnavailable,
            200..=299 => Reason::Decode,
            _ => Reason::Server,
        };
        Self { status: Some(status), code: code.map(str::to_owned), ..Self::new(reason) }
    }

    /// The wait a date in this answer asks for, by the server's clock; `None` without a clock to
    /// compare it with.
    pub(crate) fn wait_until(&self, date: ServerTime, estimate: Option<ServerTime>) -> Option<Duration> {
        let server_now = self.server_time.or(estimate)?;
        Some(date.since(server_now).unwrap_or_default())
    }

    /// The wait `Retry-After` asks for.
    pub(crate) fn retry_after_wait(&self, estimate: Option<ServerTime>) -> Option<Duration> {
        match self.retry_after? {
            RetryAfter::Wait(wait) => Some(wait),
            RetryAfter::Until(date) => self.wait_until(date, estimate),
        }
    }
}

/// Reads a `Retry-After` header: seconds (`"90"`) or an HTTP date
/// (`"Sun, 22 Nov 2026 14:02:00 GMT"`); anything else is `None`.
#[must_use]
pub fn parse_retry_after(text: &str) -> Option<RetryAfter> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds still mean "very long"; the machine caps it.
        return Some(RetryAfter::Wait(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX)))));
    }
    parse_http_date(text).map(RetryAfter::Until)
}

/// Reads an HTTP date in the one form that RFC 9110 §5.6.7 lets servers send.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<ServerTime> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: i64 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = parts.next()?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = i64::try_from(months.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = parts.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = parts.next()?.split(':');
    let mut unit = |limit: i64| clock.next()?.parse::<i64>().ok().filter(|value| (0..limit).contains(value));
    let (hour, minute, second) = (unit(24)?, unit(60)?, unit(61)?);
    if parts.next()? != "GMT" || parts.next().is_some() {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(ServerTime::from_unix_millis(seconds * 1_000))
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`), for years after 0.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
