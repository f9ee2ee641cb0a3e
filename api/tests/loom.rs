//! Is work that several want done once, in every order in which threads can meet? Tried in all of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, unreachable_pub, missing_docs, reason = "the server's own file, with other locks")]

#[path = "../src/http/flight.rs"]
mod flight;

mod sync {
    pub(crate) use loom::sync::{Arc, Mutex, MutexGuard};
}

use flight::{Flights, Memory, once};
use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::collections::HashMap;
use std::task::Poll;

/// A refresh token, and what it is exchanged for.
type Token = u8;
type Grant = u8;
type Outcome = Result<Grant, &'static str>;

/// What all requests share.
struct Sessions {
    exchanging: Flights<Token, Outcome>,
    exchanged: Remembered,
    /// How often the sign-in service was asked.
    asked: AtomicUsize,
}

struct Remembered(Mutex<HashMap<Token, Grant>>);

impl Memory<Token, Grant> for Remembered {
    async fn get(&self, key: &Token) -> Option<Grant> {
        self.0.lock().unwrap().get(key).copied()
    }

    async fn insert(&self, key: Token, value: Grant) {
        self.0.lock().unwrap().insert(key, value);
    }
}

const OLD: Token = 1;

impl Sessions {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            exchanging: Flights::default(),
            exchanged: Remembered(Mutex::new(HashMap::new())),
            asked: AtomicUsize::new(0),
        })
    }

    /// One request: the service grants the first who asks, and takes the same token for a theft afterwards.
    async fn exchange(&self) -> Outcome {
        let asking = async {
            // The answer takes its time; others come meanwhile.
            pause().await;
            match self.asked.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(7),
                _ => Err("used twice"),
            }
        };
        once(&self.exchanging, &self.exchanged, OLD, |_| false, asking).await
    }
}

/// Lets somebody else come once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// All orders with up to two switches by force. Free ones, at each wait and wake, are all tried; a third forced one
/// finds nothing more and takes half a minute.
fn model(act: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(act);
}

fn beside<T: 'static>(
    sessions: &Arc<Sessions>,
    act: impl FnOnce(&Sessions) -> T + 'static,
) -> thread::JoinHandle<T> {
    let sessions = Arc::clone(sessions);
    thread::spawn(move || act(&sessions))
}

#[test]
fn a_refresh_token_is_exchanged_once_whoever_comes_when() {
    model(|| {
        let sessions = Sessions::new();
        let other = beside(&sessions, |sessions| block_on(sessions.exchange()));
        assert_eq!(block_on(sessions.exchange()), Ok(7));
        assert_eq!(other.join().unwrap(), Ok(7));
        assert_eq!(sessions.asked.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn three_at_once_exchange_it_once() {
    model(|| {
        let sessions = Sessions::new();
        let others = [0, 1].map(|_| beside(&sessions, |sessions| block_on(sessions.exchange())));
        assert_eq!(block_on(sessions.exchange()), Ok(7));
        for other in others {
            assert_eq!(other.join().unwrap(), Ok(7));
        }
        assert_eq!(sessions.asked.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn whoever_gives_up_leaves_the_work_to_the_others() {
    model(|| {
        let sessions = Sessions::new();
        // It asks once whether there is an outcome, and goes away.
        let other = beside(&sessions, |sessions| {
            let mut asking = Box::pin(sessions.exchange());
            block_on(std::future::poll_fn(|context| {
                let _ = asking.as_mut().poll(context);
                Poll::Ready(())
            }));
        });
        assert_eq!(block_on(sessions.exchange()), Ok(7), "nobody waits for ever, and nobody asks twice");
        other.join().unwrap();
    });
}

#[test]
fn failures_are_shared_and_not_remembered() {
    model(|| {
        let sessions = Sessions::new();
        let fail = |sessions: &Sessions| {
            let asking = async {
                sessions.asked.fetch_add(1, Ordering::SeqCst);
                Err("out of reach")
            };
            block_on(once(&sessions.exchanging, &sessions.exchanged, OLD, |_| false, asking))
        };
        let other = beside(&sessions, fail);
        assert_eq!(fail(&sessions), Err("out of reach"));
        assert_eq!(other.join().unwrap(), Err("out of reach"));
        let after = once(&sessions.exchanging, &sessions.exchanged, OLD, |_| false, async { Ok(9) });
        assert_eq!(block_on(after), Ok(9), "nothing is left behind");
    });
}

#[test]
fn the_impatience_of_one_is_not_the_others() {
    model(|| {
        let sessions = Sessions::new();
        let other = beside(&sessions, |sessions| {
            let hurried = async { Err("no time") };
            block_on(once(&sessions.exchanging, &sessions.exchanged, OLD, |_| false, hurried))
        });
        let patient = async { Ok(7) };
        let outcome =
            block_on(once(&sessions.exchanging, &sessions.exchanged, OLD, |why| *why == "no time", patient));
        assert_eq!(outcome, Ok(7));
        assert!(matches!(other.join().unwrap(), Ok(7) | Err("no time")));
    });
}
