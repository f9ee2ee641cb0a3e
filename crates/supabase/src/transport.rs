//! How does a request travel? One client for all of them, with limits, and one retry where it is harmless.

use crate::breaker::{Breaker, Circuit, Closed, Pass};
use crate::error::{Cause, Outage};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, timeout_at};

/// How long a request may take, and how much it may bring.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To make a connection.
    pub connect: Duration,
    /// From sending to the first byte of the answer.
    pub first_byte: Duration,
    /// From sending to the last byte of the answer.
    pub total: Duration,
    /// Bytes of an answer.
    pub body: usize,
}

impl Default for Limits {
    /// 2 s to connect, 8 s to the first byte, 15 s in all, 16 MiB.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            first_byte: Duration::from_secs(8),
            total: Duration::from_secs(15),
            body: 16 * 1024 * 1024,
        }
    }
}

/// The moment after which nobody waits for the answer any more.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }
}

/// The project's clock, as its answers tell it. Whether a token has ended is for the project to say: here and there a
/// clock may be minutes off.
#[derive(Debug, Default)]
struct Clock {
    /// Seconds by which the project's clock is ahead of ours.
    ahead: AtomicI64,
}

/// Less than this is the time an answer takes, and the seconds it is written in.
const SAME_CLOCK_SECONDS: i64 = 3;
/// A clock that is further off than this is not believed.
const CLOCK_SECONDS: i64 = 15 * 60;

impl Clock {
    fn hear(&self, headers: &HeaderMap) {
        let date = headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
        let Some(told) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else { return };
        let ahead = seconds(told) - seconds(SystemTime::now());
        if ahead.abs() <= CLOCK_SECONDS {
            let ahead = if ahead.abs() < SAME_CLOCK_SECONDS { 0 } else { ahead };
            self.ahead.store(ahead, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        let now = seconds(SystemTime::now()).saturating_add(self.ahead.load(Ordering::Relaxed));
        u64::try_from(now).unwrap_or_default()
    }
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The shared client. Each service has a [`Transport::guarded`] one of its own.
#[derive(Clone, Debug)]
pub struct Transport {
    client: reqwest::Client,
    limits: Limits,
    breaker: Option<Arc<Breaker>>,
    clock: Arc<Clock>,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// For an answer that speaks of an outage: when the upstream will be tried again, if nobody may ask until then.
    pub retry_in: Option<Duration>,
}

impl Answer {
    /// Does somebody in front of the service speak in its place? 402 and 540 are a project that was stopped, 544 and
    /// 520 to 530 one that does not answer its own gateway.
    pub(crate) fn outage(&self) -> Option<Outage> {
        let status = self.status.as_u16();
        matches!(status, 402 | 502..=504 | 520..=599)
            .then_some(Outage { cause: Cause::Gateway(status), retry_in: self.retry_in })
    }

    /// The wait that `Retry-After` asks for, in seconds or until a date of the answer's own clock.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = |name| self.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let wish = text(http::header::RETRY_AFTER)?.trim();
        if let Ok(seconds) = wish.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(wish).ok()?;
        let clock = text(http::header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        Some(until.duration_since(clock.unwrap_or_else(SystemTime::now)).unwrap_or_default())
    }
}

/// No answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    Unreachable(Outage),
    TimedOut(Option<Duration>),
    TooLarge,
}

/// A request that can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub method: Method,
    pub url: url::Url,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Does it change nothing, so that sending it twice is harmless?
    pub safe: bool,
}

impl Outgoing {
    pub(crate) fn header(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }
}

impl Transport {
    /// A client with these limits.
    ///
    /// # Errors
    /// When the machine's TLS roots cannot be read.
    pub fn new(limits: Limits) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("revos/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, limits, breaker: None, clock: Arc::default() })
    }

    /// Seconds since 1970 by the project's clock.
    pub(crate) fn project_now(&self) -> u64 {
        self.clock.now()
    }

    /// The same client before one service, which is left alone while it fails.
    #[must_use]
    pub fn guarded(&self, circuit: Circuit) -> Self {
        Self { breaker: Some(Arc::new(Breaker::new(circuit))), ..self.clone() }
    }

    /// Sends, and reads the whole answer. A safe request whose connection failed before the first
    /// byte of an answer is sent once more; nothing else is ever repeated here.
    pub(crate) async fn send(
        &self,
        request: &Outgoing,
        deadline: Option<Deadline>,
    ) -> Result<Answer, NoAnswer> {
        let started = Instant::now();
        let until = |limit: Duration| {
            let end = started + limit;
            deadline.map_or(end, |Deadline(at)| at.min(end))
        };
        let first_byte = until(self.limits.first_byte);
        let mut pass = self.admit()?;
        let head = match self.head(request, first_byte).await {
            Err(Broken::Off(cause)) if request.safe && !pass.as_ref().is_some_and(Pass::is_probe) => {
                failed(pass, cause);
                // That may have been one failure too many.
                pass = self.admit()?;
                tracing::debug!(cause = cause.as_str(), "sending a safe request once more");
                self.head(request, first_byte).await
            }
            other => other,
        };
        let answer = match head {
            Ok(response) => self.whole(response, until(self.limits.total)).await,
            Err(broken) => Err(broken),
        };
        match &answer {
            Ok(answer) => match answer.outage() {
                Some(outage) => failed(pass, outage.cause),
                None => succeeded(pass),
            },
            Err(Broken::TooLarge) => succeeded(pass),
            Err(Broken::Off(cause)) => failed(pass, *cause),
            // Whoever gives up sooner than a connection may take has learnt nothing about the upstream.
            Err(Broken::Late) if started.elapsed() < self.limits.connect.min(self.limits.first_byte) => {
                drop(pass);
            }
            Err(Broken::Late) => failed(pass, Cause::Timeout),
        }
        let retry_in = self.breaker.as_ref().and_then(|breaker| breaker.retry_in(Instant::now().into_std()));
        match answer {
            Ok(answer) => Ok(Answer { retry_in, ..answer }),
            Err(Broken::Off(cause)) => Err(NoAnswer::Unreachable(Outage { cause, retry_in })),
            Err(Broken::Late) => Err(NoAnswer::TimedOut(retry_in)),
            Err(Broken::TooLarge) => Err(NoAnswer::TooLarge),
        }
    }

    fn admit(&self) -> Result<Option<Pass<'_>>, NoAnswer> {
        let Some(breaker) = &self.breaker else { return Ok(None) };
        breaker.admit(Instant::now().into_std()).map(Some).map_err(|Closed { cause, retry_in }| {
            NoAnswer::Unreachable(Outage { cause, retry_in: Some(retry_in) })
        })
    }

    async fn head(&self, request: &Outgoing, until: Instant) -> Result<reqwest::Response, Broken> {
        let sending = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send();
        match timeout_at(until, sending).await {
            Err(_) => Err(Broken::Late),
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_timeout() => Err(Broken::Off(Cause::Connect)),
            Ok(Err(error)) if error.is_connect() => Err(Broken::Off(Cause::Connect)),
            Ok(Err(_)) => Err(Broken::Off(Cause::Closed)),
        }
    }

    async fn whole(&self, response: reqwest::Response, until: Instant) -> Result<Answer, Broken> {
        let (status, headers) = (response.status(), response.headers().clone());
        self.clock.hear(&headers);
        let body = timeout_at(until, self.body(response)).await.map_err(|_| Broken::Late)??;
        Ok(Answer { status, headers, body, retry_in: None })
    }

    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, Broken> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Broken::Off(Cause::Closed))? {
            if body.len() + chunk.len() > self.limits.body {
                return Err(Broken::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// Why one try brought no whole answer.
enum Broken {
    Off(Cause),
    Late,
    TooLarge,
}

fn failed(pass: Option<Pass<'_>>, cause: Cause) {
    if let Some(pass) = pass {
        pass.failed(cause, Instant::now().into_std(), rand::random());
    }
}

fn succeeded(pass: Option<Pass<'_>>) {
    if let Some(pass) = pass {
        pass.succeeded();
    }
}
