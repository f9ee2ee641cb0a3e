//! How does a good answer arrive spoilt? Cut, broken off, or drop by drop.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{Response, header};
use hyper::body::Frame;
use tokio::time::Sleep;

/// What happens to an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoiling {
    /// The connection ends after the head.
    Head,
    /// The connection ends in the middle of the body.
    Half,
    /// The second half is missing, and nobody says so.
    Truncated,
    /// It takes this long, in pieces.
    Slow(Duration),
}

/// Pieces of a slow answer.
const PIECES: usize = 10;
/// Longest answer that is spoilt, in bytes.
const LIMIT: usize = 64 * 1024 * 1024;

/// Sends this answer in its spoilt form.
pub(crate) async fn spoil(answer: Response<Body>, how: Spoiling) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    let whole = axum::body::to_bytes(body, LIMIT).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let body = match how {
        // With nothing to come there would be nothing to miss.
        Spoiling::Head => {
            parts.headers.insert(header::CONTENT_LENGTH, (whole.len() + 1).into());
            Body::new(Pieces::breaking(VecDeque::new()))
        }
        Spoiling::Half => {
            parts.headers.insert(header::CONTENT_LENGTH, (whole.len() + 1).into());
            Body::new(Pieces::breaking(VecDeque::from([half])))
        }
        Spoiling::Truncated => {
            parts.headers.insert(header::CONTENT_LENGTH, half.len().into());
            Body::from(half)
        }
        Spoiling::Slow(time) => {
            let size = whole.len().div_ceil(PIECES).max(1);
            let pieces = (0..whole.len()).step_by(size);
            let pieces = pieces.map(|start| whole.slice(start..whole.len().min(start + size)));
            Body::new(Pieces::slow(pieces.collect(), time / u32::try_from(PIECES).unwrap_or(1)))
        }
    };
    Response::from_parts(parts, body)
}

/// A body in pieces.
struct Pieces {
    left: VecDeque<Bytes>,
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    breaks: bool,
}

impl Pieces {
    /// These at once, and then the connection ends. A moment lies between, so that they arrive.
    fn breaking(left: VecDeque<Bytes>) -> Self {
        Self { left, pause: Duration::from_millis(5), waiting: None, breaks: true }
    }

    fn slow(left: VecDeque<Bytes>, pause: Duration) -> Self {
        Self { left, pause, waiting: None, breaks: false }
    }
}

/// The connection ends here.
#[derive(Debug, thiserror::Error)]
#[error("broken off")]
struct BrokenOff;

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let pause = self.pause;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        ready!(waiting.as_mut().poll(context));
        self.waiting = None;
        Poll::Ready(match self.left.pop_front() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.breaks => Some(Err(BrokenOff)),
            None => None,
        })
    }
}
