//! Which telemetry records are sent when, and which are not sent at all?

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

use crate::context::Context;
use crate::event::Report;
use crate::redact::redact;
use crate::time::{Fraction, Moment, millis};

/// How much a record matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something happened.
    Info,
    /// Something is not as it should be.
    Warn,
    /// Something failed.
    Error,
}

/// One thing to tell the server. Who, which release and which tab is the sender's to add.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Record {
    /// The stable name of what happened, in snake case.
    pub event: String,
    /// How much it matters.
    pub level: Level,
    /// What happened, for people; at most [`Limits::message`] bytes after redaction.
    pub message: String,
    /// The page's address without its query.
    pub route: String,
    /// When it happened, on the monotonic clock; the sender turns it into a date.
    #[serde(skip)]
    pub at: Moment,
    /// How often it happened: repeats within [`Limits::repeat`] are counted, not queued.
    pub count: u32,
    /// Why a request failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The id under which the server logged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Which attempt of a series it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Anything else; at most [`Limits::context`] bytes after redaction.
    pub context: Context,
    /// One of a stream: it stands for itself, is never counted together with others, and waits for company as long as
    /// [`Limits::patience`].
    #[serde(skip)]
    pub patient: bool,
}

impl Record {
    /// A record with nothing but a name, a level and a message.
    #[must_use]
    pub fn new(event: impl Into<String>, level: Level, message: impl Into<String>) -> Self {
        Self {
            event: event.into(),
            level,
            message: message.into(),
            route: String::new(),
            at: Moment::ZERO,
            count: 1,
            reason: None,
            status: None,
            request_id: None,
            attempt: None,
            duration_ms: None,
            context: Context::default(),
            patient: false,
        }
    }

    /// What the query `name` has to tell: `<name>_cycle`, `<name>_fetch_failed`, `<name>_recovered`, `<name>_slow`,
    /// `<name>_repeated_rows` or `snapshot_unavailable`.
    #[must_use]
    pub fn of_query(name: &str, report: Report) -> Self {
        match report {
            Report::Cycle(cycle) => {
                let mut record = Self::new(format!("{name}_cycle"), Level::Info, cycle.cause.code());
                record.patient = true;
                record.attempt = Some(cycle.attempt);
                record.duration_ms = Some(millis(cycle.took));
                record.context.insert("bytes", cycle.bytes);
                record.context.insert("unchanged", u64::from(cycle.unchanged));
                record.context.insert("source", cycle.source.code().to_owned());
                record
            }
            Report::Failing { failure, outage, took } => {
                let reason = failure.reason.code();
                let mut record = Self::new(format!("{name}_fetch_failed"), Level::Error, reason);
                record.reason = Some(reason);
                record.status = failure.status;
                record.request_id = failure.request_id;
                record.attempt = Some(failure.attempt);
                record.duration_ms = Some(millis(took));
                record.context.insert("outage_ms", millis(outage));
                if let Some(code) = failure.code {
                    record.context.insert("code", code);
                }
                record
            }
            Report::Recovered { outage, attempts } => {
                let mut record = Self::new(format!("{name}_recovered"), Level::Info, "recovered");
                record.attempt = Some(attempts);
                record.duration_ms = Some(millis(outage));
                record
            }
            Report::Slow { took } => {
                let mut record = Self::new(format!("{name}_slow"), Level::Warn, "slow request");
                record.duration_ms = Some(millis(took));
                record
            }
            Report::SnapshotTrouble(problem) => Self::new("snapshot_unavailable", Level::Warn, problem),
            Report::RepeatedRows(rows) => {
                let event = format!("{name}_repeated_rows");
                let mut record = Self::new(event, Level::Warn, "rows repeat a key");
                record.context.insert("rows", rows as u64);
                record
            }
        }
    }
}

/// The limits of telemetry, each with its reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Records kept while they cannot be sent; the oldest goes first. Default 200: more would
    /// describe the same outage.
    pub buffer: usize,
    /// Records in one batch. Default 20.
    pub batch: usize,
    /// Bytes of records in one batch. Default 60 KiB: the server takes 64 KiB, and so does a beacon.
    pub batch_bytes: usize,
    /// How long a record waits for company. Default 5 s.
    pub wait: Duration,
    /// How long a record of a stream waits for company. Default 5 min: a page that polls each minute tells of its
    /// requests five at a time, or with whatever else there is to tell.
    pub patience: Duration,
    /// Records in one beacon. Default 50: what the server takes at once.
    pub beacon: usize,
    /// Least time between two beacons. Default 30 s: somebody who switches tabs all the time is no news each time;
    /// what is left waits for company.
    pub beacon_gap: Duration,
    /// The same event and message within this time is counted instead of queued. Default 60 s.
    pub repeat: Duration,
    /// Bytes of one record's context. Default 4 KiB.
    pub context: usize,
    /// Bytes of one record's message. Default 1 KiB.
    pub message: usize,
    /// How often a failed batch is sent again. Default 2: telemetry is never worth more.
    pub retries: u32,
    /// Upper bound of the first wait before that, doubling. Default 2 s.
    pub backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            buffer: 200,
            batch: 20,
            batch_bytes: 60 * 1024,
            wait: Duration::from_secs(5),
            patience: Duration::from_secs(300),
            beacon: 50,
            beacon_gap: Duration::from_secs(30),
            repeat: Duration::from_secs(60),
            context: 4 * 1024,
            message: 1024,
            retries: 2,
            backoff: Duration::from_secs(2),
        }
    }
}

/// Something that happened to the reporter.
#[derive(Clone, PartialEq, Debug)]
pub enum ReporterEvent {
    /// Something to tell.
    Record(Record),
    /// The batch with this number arrived.
    Sent(u64),
    /// It did not.
    SendFailed(u64),
    /// The timer set by [`ReporterEffect::SetTimer`] fired.
    TimerFired,
    /// The page goes away: send what there is, as a beacon.
    Hiding,
    /// The browser is online (`true`) or offline: nothing is tried while offline.
    Online(bool),
}

/// Something the host must do.
#[derive(Clone, PartialEq, Debug)]
pub enum ReporterEffect {
    /// Send these records and hand back [`ReporterEvent::Sent`] or [`ReporterEvent::SendFailed`].
    SendBatch(Batch),
    /// Set the one timer, replacing an earlier one.
    SetTimer {
        /// When to hand back [`ReporterEvent::TimerFired`].
        at: Moment,
    },
    /// Stop the timer.
    ClearTimer,
}

/// Records that travel together.
#[derive(Clone, PartialEq, Debug)]
pub struct Batch {
    /// Its number.
    pub id: u64,
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// How many records were lost since the last batch that arrived.
    pub dropped: u32,
    /// Send by `sendBeacon`: the page goes away, and nobody waits for the answer.
    pub beacon: bool,
}

/// Batches telemetry: told what happened, it says what to send. Pure like [`crate::Machine`], and it
/// never reports itself, so a dead telemetry endpoint stays silent.
#[derive(Debug)]
pub struct Reporter {
    limits: Limits,
    queue: VecDeque<Queued>,
    repeats: VecDeque<Repeat>,
    sending: Option<Sending>,
    online: bool,
    last_id: u64,
    dropped: u32,
    last_beacon: Option<Moment>,
    timer: Option<Moment>,
}

#[derive(Debug)]
struct Queued {
    record: Record,
    bytes: usize,
    since: Moment,
}

/// A record that went to the queue less than [`Limits::repeat`] ago, and how often it came again
/// after it had left the queue.
#[derive(Debug)]
struct Repeat {
    record: Record,
    until: Moment,
    again: u32,
}

#[derive(Debug)]
struct Sending {
    batch: Batch,
    failures: u32,
    /// `None` while under way, else when to try again.
    retry_at: Option<Moment>,
}

impl Reporter {
    /// An empty reporter.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            queue: VecDeque::new(),
            repeats: VecDeque::new(),
            sending: None,
            online: true,
            last_id: 0,
            dropped: 0,
            last_beacon: None,
            timer: None,
        }
    }

    /// Takes in one event and says what to do about it, in order.
    #[must_use = "the effects are the whole point"]
    pub fn handle(&mut self, event: ReporterEvent, now: Moment, random: Fraction) -> Vec<ReporterEffect> {
        let mut effects = Vec::new();
        match event {
            ReporterEvent::Record(record) => self.take(record, now),
            ReporterEvent::Sent(id) => {
                self.sending.take_if(|sending| sending.batch.id == id);
            }
            ReporterEvent::SendFailed(id) => self.failed(id, now, random),
            ReporterEvent::TimerFired => self.timer = None,
            ReporterEvent::Online(online) => self.online = online,
            ReporterEvent::Hiding => self.hide(now, &mut effects),
        }
        self.close_repeats(now);
        self.send(now, &mut effects);
        self.set_timer(&mut effects);
        effects
    }

    /// How many records wait to be sent.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    fn take(&mut self, record: Record, now: Moment) {
        let record = self.clean(record, now);
        if record.patient {
            return self.push(record, now);
        }
        let same = |other: &Record| other.event == record.event && other.message == record.message;
        let known = self.repeats.iter_mut().find(|repeat| repeat.until > now && same(&repeat.record));
        if let Some(repeat) = known {
            match self.queue.iter_mut().find(|queued| same(&queued.record)) {
                Some(queued) => queued.record.count = queued.record.count.saturating_add(record.count),
                None => repeat.again = repeat.again.saturating_add(record.count),
            }
            return;
        }
        if self.repeats.len() >= self.limits.buffer {
            self.close_oldest_repeat(now);
        }
        self.repeats.push_back(Repeat {
            record: record.clone(),
            until: now.after(self.limits.repeat),
            again: 0,
        });
        self.push(record, now);
    }

    /// Redacts a record and cuts it to size.
    fn clean(&self, mut record: Record, now: Moment) -> Record {
        record.at = now;
        record.message = cut(redact(&record.message), self.limits.message);
        record.event = cut(redact(&record.event), 128);
        record.route = cut(redact(&record.route), 256);
        record.request_id = record.request_id.map(|id| cut(redact(&id), 128));
        record.context = fit(record.context, self.limits.context);
        record
    }

    fn push(&mut self, record: Record, now: Moment) {
        let bytes = size(&record);
        if self.queue.len() >= self.limits.buffer {
            // One of a stream is missed the least.
            let oldest = self.queue.iter().position(|queued| queued.record.patient).unwrap_or_default();
            self.queue.remove(oldest);
            self.dropped = self.dropped.saturating_add(1);
        }
        self.queue.push_back(Queued { record, bytes, since: now });
    }

    fn failed(&mut self, id: u64, now: Moment, random: Fraction) {
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.batch.id == id) else {
            return;
        };
        sending.failures += 1;
        if sending.failures > self.limits.retries {
            let lost = u32::try_from(sending.batch.records.len()).unwrap_or(u32::MAX);
            self.dropped = self.dropped.saturating_add(sending.batch.dropped).saturating_add(lost);
            self.sending = None;
        } else {
            let limit = self.limits.backoff.saturating_mul(1 << (sending.failures - 1).min(16));
            sending.retry_at = Some(now.after(random.of(limit)));
        }
    }

    /// What is left goes as a beacon, as far as one carries it; what is already under way is left to its fetch.
    fn hide(&mut self, now: Moment, effects: &mut Vec<ReporterEffect>) {
        let too_soon = |at: Moment| now.since(at) < self.limits.beacon_gap;
        if self.last_beacon.is_some_and(too_soon) {
            return;
        }
        while !self.repeats.is_empty() {
            self.close_oldest_repeat(now);
        }
        if let Some(waiting) = self.sending.take_if(|sending| sending.retry_at.is_some()) {
            self.dropped = self.dropped.saturating_add(waiting.batch.dropped);
            for record in waiting.batch.records.into_iter().rev() {
                self.queue.push_front(Queued { bytes: size(&record), record, since: now });
            }
        }
        if !self.queue.is_empty() {
            self.last_beacon = Some(now);
            effects.push(ReporterEffect::SendBatch(self.next_batch(true)));
        }
    }

    fn send(&mut self, now: Moment, effects: &mut Vec<ReporterEffect>) {
        if !self.online {
            return;
        }
        if let Some(sending) = &mut self.sending {
            if sending.retry_at.take_if(|at| *at <= now).is_some() {
                effects.push(ReporterEffect::SendBatch(sending.batch.clone()));
            }
        } else if self.queue.len() >= self.limits.batch || self.flush_at().is_some_and(|at| at <= now) {
            let batch = self.next_batch(false);
            effects.push(ReporterEffect::SendBatch(batch.clone()));
            self.sending = Some(Sending { batch, failures: 0, retry_at: None });
        }
    }

    fn next_batch(&mut self, beacon: bool) -> Batch {
        let most = if beacon { self.limits.beacon } else { self.limits.batch };
        let mut records = Vec::new();
        let mut bytes = 0;
        while let Some(queued) = self.queue.front() {
            bytes += queued.bytes + 1;
            if !records.is_empty() && (records.len() >= most || bytes > self.limits.batch_bytes) {
                break;
            }
            records.extend(self.queue.pop_front().map(|queued| queued.record));
        }
        self.last_id += 1;
        Batch { id: self.last_id, records, dropped: std::mem::take(&mut self.dropped), beacon }
    }

    fn close_repeats(&mut self, now: Moment) {
        while self.repeats.front().is_some_and(|repeat| repeat.until <= now) {
            self.close_oldest_repeat(now);
        }
    }

    /// A minute is over: what was only counted is told.
    fn close_oldest_repeat(&mut self, now: Moment) {
        if let Some(repeat) = self.repeats.pop_front().filter(|repeat| repeat.again > 0) {
            self.push(Record { count: repeat.again, ..repeat.record }, now);
        }
    }

    fn flush_at(&self) -> Option<Moment> {
        let due = |queued: &Queued| {
            let wait = if queued.record.patient { self.limits.patience } else { self.limits.wait };
            queued.since.after(wait)
        };
        self.queue.iter().map(due).min()
    }

    fn set_timer(&mut self, effects: &mut Vec<ReporterEffect>) {
        let send_at = match &self.sending {
            _ if !self.online => None,
            Some(sending) => sending.retry_at,
            None => self.flush_at(),
        };
        let counted = self.repeats.iter().filter(|repeat| repeat.again > 0).map(|repeat| repeat.until).min();
        let wanted = send_at.into_iter().chain(counted).min();
        if wanted != self.timer {
            effects.push(wanted.map_or(ReporterEffect::ClearTimer, |at| ReporterEffect::SetTimer { at }));
            self.timer = wanted;
        }
    }
}

/// The size of a value as JSON.
fn size(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX / 2, |bytes| bytes.len())
}

/// Cuts a text at a character border.
fn cut(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        let mark = "…";
        text.truncate(text.floor_char_boundary(limit.saturating_sub(mark.len())));
        text.push_str(mark);
    }
    text
}

/// Redacts a context and leaves out the fields that do not fit.
fn fit(context: Context, limit: usize) -> Context {
    let context = context.redacted();
    if size(&context) <= limit {
        return context;
    }
    let mut left = limit.saturating_sub(64);
    let mut kept = Context::default();
    let mut omitted = 0_u64;
    for (name, fact) in context.0 {
        let bytes = size(&name) + size(&fact) + 2;
        if bytes <= left {
            left -= bytes;
            kept.insert(name, fact);
        } else {
            omitted += 1;
        }
    }
    kept.insert("omitted_fields", omitted);
    kept
}
