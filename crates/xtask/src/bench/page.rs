//! How does a page behave towards a server, without a browser? The page's own query machine, in real time.

use live_query::{
    Answer, Effect, Event, Failure, Fraction, Machine, Moment, Reason, ServerTime, Surroundings, Timing,
    parse_http_date, parse_retry_after,
};
use reqwest::header::{AUTHORIZATION, DATE, ETAG, HeaderMap, IF_NONE_MATCH, RETRY_AFTER};
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

type Request = Pin<Box<dyn Future<Output = (u64, Answer<()>)> + Send>>;

/// A page that shows one list, and goes on until it is dropped.
pub(super) struct Page {
    refresh: mpsc::UnboundedSender<()>,
    /// When the newest good answer came.
    good: watch::Receiver<Option<Instant>>,
    task: JoinHandle<()>,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Page {
    /// Opens a page for the list at this address, as the owner of the token.
    pub(super) fn open(address: String, token: &str) -> Self {
        let (refresh, wishes) = mpsc::unbounded_channel();
        let (told, good) = watch::channel(None);
        let running = Running {
            client: reqwest::Client::new(),
            address,
            bearer: format!("Bearer {token}"),
            machine: Machine::new(Timing::default(), false, Surroundings { visible: true, online: true }),
            start: Instant::now(),
            timer: None,
            request: None,
        };
        Self { refresh, good, task: tokio::spawn(running.run(wishes, told)) }
    }

    /// A person asks for fresh rows.
    pub(super) fn refresh(&self) {
        // A page that has ended asks for nothing.
        let _ = self.refresh.send(());
    }

    /// Waits for the first good answer after this moment, and says when it came.
    pub(super) async fn good_after(&mut self, moment: Instant) -> Result<Instant, String> {
        let found = self.good.wait_for(|at| at.is_some_and(|at| at > moment)).await;
        found.map_err(|_| "the page has ended".to_owned())?.ok_or_else(|| "no answer".to_owned())
    }
}

struct Running {
    client: reqwest::Client,
    address: String,
    bearer: String,
    machine: Machine<()>,
    start: Instant,
    timer: Option<Moment>,
    request: Option<Request>,
}

impl Running {
    async fn run(mut self, mut wishes: mpsc::UnboundedReceiver<()>, told: watch::Sender<Option<Instant>>) {
        self.take(Event::Subscribed);
        loop {
            let due = self.timer.map(|at| self.start + at.since(Moment::ZERO));
            let timer = async {
                match due {
                    // A millisecond later, as a browser's timers are.
                    Some(due) => tokio::time::sleep_until((due + Duration::from_millis(1)).into()).await,
                    None => std::future::pending().await,
                }
            };
            let request = async {
                match &mut self.request {
                    Some(request) => request.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = timer => {
                    self.timer = None;
                    self.take(Event::TimerFired);
                }
                (seq, answer) = request => {
                    self.request = None;
                    if !matches!(answer, Answer::Failed(_)) {
                        told.send_replace(Some(Instant::now()));
                    }
                    self.take(Event::Answered { seq, answer, bytes: 0 });
                }
                wish = wishes.recv() => match wish {
                    Some(()) => self.take(Event::Refresh),
                    None => return,
                }
            }
        }
    }

    fn take(&mut self, event: Event<()>) {
        let now = Moment::from_millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX));
        for effect in self.machine.handle(event, now, Fraction(draw())) {
            match effect {
                Effect::StartRequest { seq, if_none_match, timeout } => {
                    self.request = Some(self.ask(seq, if_none_match, timeout));
                }
                Effect::AbortRequest { .. } => self.request = None,
                Effect::SetTimer { at } => self.timer = Some(at),
                Effect::ClearTimer => self.timer = None,
                _ => {}
            }
        }
    }

    fn ask(&self, seq: u64, etag: Option<String>, timeout: Duration) -> Request {
        let mut request = self.client.get(&self.address).header(AUTHORIZATION, &self.bearer);
        request = request.header("x-revos-deadline-ms", timeout.as_millis().to_string());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        Box::pin(async move {
            let answer = match request.send().await {
                Err(_) => Answer::Failed(Failure::new(Reason::UpstreamUnavailable)),
                Ok(response) => {
                    let (status, headers) = (response.status().as_u16(), response.headers().clone());
                    let body = response.text().await.unwrap_or_default();
                    read(status, &headers, &body)
                }
            };
            (seq, answer)
        })
    }
}

fn read(status: u16, headers: &HeaderMap, body: &str) -> Answer<()> {
    let header =
        |name| headers.get(name).and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok());
    let as_of = server_now();
    match status {
        200 => Answer::Fresh { data: (), as_of, etag: header(ETAG).map(str::to_owned) },
        304 => Answer::Unchanged { as_of },
        _ => {
            let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
            let at = body["retry_at"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            Answer::Failed(Failure {
                retry_after: header(RETRY_AFTER).and_then(parse_retry_after),
                retry_at: at.map(|at| ServerTime::from_unix_millis(at.as_millisecond())),
                server_time: header(DATE).and_then(parse_http_date),
                ..Failure::from_http(status, body["code"].as_str())
            })
        }
    }
}

fn server_now() -> ServerTime {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    ServerTime::from_unix_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// A draw; the randomness of a hash map's seed is good enough to spread a page's waits.
pub(super) fn draw() -> u32 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let hash = std::collections::hash_map::RandomState::new().build_hasher().finish();
    u32::try_from(hash >> 32).unwrap_or_default()
}
