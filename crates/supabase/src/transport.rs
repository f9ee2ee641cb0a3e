//! How does a request travel? One client for all of them, with limits, and one retry where it is harmless.

use crate::error::Cause;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::time::Duration;
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

/// The shared client.
#[derive(Clone, Debug)]
pub struct Transport {
    client: reqwest::Client,
    limits: Limits,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// No answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    Unreachable(Cause),
    TimedOut,
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
        Ok(Self { client, limits })
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
        let response = match self.head(request, first_byte).await {
            Err(NoAnswer::Unreachable(cause)) if request.safe => {
                tracing::debug!(cause = cause.as_str(), "sending a safe request once more");
                self.head(request, first_byte).await?
            }
            other => other?,
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = timeout_at(until(self.limits.total), self.body(response))
            .await
            .map_err(|_| NoAnswer::TimedOut)??;
        Ok(Answer { status, headers, body })
    }

    async fn head(&self, request: &Outgoing, until: Instant) -> Result<reqwest::Response, NoAnswer> {
        let sending = self
            .client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send();
        match timeout_at(until, sending).await {
            Err(_) => Err(NoAnswer::TimedOut),
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_timeout() => Err(NoAnswer::Unreachable(Cause::Connect)),
            Ok(Err(error)) if error.is_connect() => Err(NoAnswer::Unreachable(Cause::Connect)),
            Ok(Err(_)) => Err(NoAnswer::Unreachable(Cause::Closed)),
        }
    }

    async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, NoAnswer> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| NoAnswer::Unreachable(Cause::Closed))? {
            if body.len() + chunk.len() > self.limits.body {
                return Err(NoAnswer::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}
