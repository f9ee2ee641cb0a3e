//! Does telemetry stay small, silent and free of personal data?
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use live_query::{
    Batch, Cause, Context, Cycle, Fact, Failure, Fraction, Level, Limits, Moment, Reason, Record, Report,
    Reporter, ReporterEffect, ReporterEvent, Source, redact,
};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

struct Bench {
    reporter: Reporter,
    now: Moment,
    timer: Option<Moment>,
    sent: Vec<Batch>,
}

impl Bench {
    fn new() -> Self {
        Self { reporter: Reporter::new(Limits::default()), now: Moment::ZERO, timer: None, sent: Vec::new() }
    }

    fn send(&mut self, event: ReporterEvent) {
        for effect in self.reporter.handle(event, self.now, Fraction::ONE) {
            match effect {
                ReporterEffect::SendBatch(batch) => self.sent.push(batch),
                ReporterEffect::SetTimer { at } => self.timer = Some(at),
                ReporterEffect::ClearTimer => self.timer = None,
            }
        }
    }

    fn tell(&mut self, event: &str, message: &str) {
        self.send(ReporterEvent::Record(Record::new(event, Level::Error, message)));
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now.after(Duration::from_secs(seconds));
        let mut turns = 0;
        while let Some(at) = self.timer.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.timer = None;
            self.send(ReporterEvent::TimerFired);
            turns += 1;
            assert!(turns < 100, "the timer spins");
        }
        self.now = end;
    }

    fn arrived(&mut self) {
        let id = self.sent.last().unwrap().id;
        self.send(ReporterEvent::Sent(id));
    }

    fn lost(&mut self) {
        let id = self.sent.last().unwrap().id;
        self.send(ReporterEvent::SendFailed(id));
    }
}

#[test]
fn record_waits_five_seconds_for_company() {
    let mut bench = Bench::new();
    bench.tell("a_failed", "one");
    bench.wait(3);
    bench.tell("b_failed", "two");
    assert!(bench.sent.is_empty());
    bench.wait(2);
    assert_eq!(bench.sent.len(), 1);
    assert_eq!(bench.sent[0].records.len(), 2);
}

#[test]
fn twenty_records_go_at_once_and_one_batch_at_a_time() {
    let mut bench = Bench::new();
    for n in 0..45 {
        bench.tell("many", &format!("message {n}"));
    }
    assert_eq!(bench.sent.iter().map(|batch| batch.records.len()).collect::<Vec<_>>(), [20]);
    bench.arrived();
    bench.arrived();
    assert_eq!(bench.sent.len(), 2);
    bench.wait(5);
    assert_eq!(bench.sent.len(), 3);
    assert_eq!(bench.sent[2].records.len(), 5);
    bench.arrived();
    bench.wait(600);
    assert_eq!((bench.sent.len(), bench.timer), (3, None));
}

#[test]
fn repeats_are_counted_within_a_minute() {
    let mut bench = Bench::new();
    bench.tell("loop", "again");
    bench.tell("loop", "again");
    bench.wait(5);
    assert_eq!(bench.sent[0].records[0].count, 2, "counted while it waits");
    bench.arrived();
    for _ in 0..50 {
        bench.wait(1);
        bench.tell("loop", "again");
    }
    assert_eq!(bench.sent.len(), 1);
    bench.wait(15);
    assert_eq!(bench.sent[1].records[0].count, 50, "and told when the minute is over");
    bench.arrived();
    bench.tell("loop", "again");
    bench.wait(5);
    assert_eq!(bench.sent[2].records[0].count, 1, "a new minute");
}

fn cycle(bytes: u64) -> Record {
    let took = Duration::from_millis(120);
    let (cause, source) = (Cause::Due, Source::Live);
    Record::of_query(
        "rows",
        Report::Cycle(Cycle { cause, attempt: 1, bytes, unchanged: bytes == 0, source, took }),
    )
}

#[test]
fn each_request_is_one_record_and_waits_for_company() {
    let mut bench = Bench::new();
    for bytes in [0, 0, 4_200] {
        bench.send(ReporterEvent::Record(cycle(bytes)));
        bench.wait(60);
    }
    assert!(bench.sent.is_empty(), "nothing is sent for them alone");
    bench.wait(120);
    let told: Vec<_> =
        bench.sent[0].records.iter().map(|record| serde_json::to_value(record).unwrap()).collect();
    assert_eq!((bench.sent.len(), told.len()), (1, 3), "none of them is counted into another");
    assert_eq!(
        told[2],
        json!({
            "event": "rows_cycle", "level": "info", "message": "due", "route": "", "count": 1, "attempt": 1,
            "duration_ms": 120, "context": { "bytes": 4200, "unchanged": 0, "source": "live" },
        })
    );
    bench.arrived();
    bench.send(ReporterEvent::Record(cycle(0)));
    bench.tell("a_failed", "one");
    bench.wait(5);
    assert_eq!(bench.sent[1].records.len(), 2, "whatever is sent takes them along");
}

#[test]
fn a_failure_outlasts_any_number_of_requests() {
    let mut bench = Bench::new();
    bench.send(ReporterEvent::Online(false));
    bench.tell("a_failed", "one");
    for _ in 0..500 {
        bench.send(ReporterEvent::Record(cycle(0)));
    }
    bench.send(ReporterEvent::Online(true));
    bench.wait(5);
    assert_eq!(bench.sent[0].records[0].event, "a_failed");
    assert_eq!(bench.sent[0].dropped, 301);
}

#[test]
fn oldest_records_give_way_and_are_counted() {
    let mut bench = Bench::new();
    bench.send(ReporterEvent::Online(false));
    for n in 0..250 {
        bench.tell("flood", &format!("message {n}"));
    }
    assert_eq!(bench.reporter.waiting(), 200);
    bench.wait(600);
    assert!(bench.sent.is_empty(), "nothing is tried while offline");
    bench.send(ReporterEvent::Online(true));
    assert_eq!(bench.sent[0].dropped, 50);
    assert_eq!(bench.sent[0].records[0].message, "message 50");
    bench.arrived();
    assert_eq!(bench.sent[1].dropped, 0);
}

// L21
#[test]
fn failed_batch_is_sent_three_times_then_dropped_counted_and_never_reported() {
    let mut bench = Bench::new();
    bench.tell("lost", "one");
    bench.wait(5);
    bench.lost();
    bench.wait(2);
    bench.lost();
    bench.wait(4);
    assert_eq!(bench.sent.len(), 3);
    assert!(bench.sent.iter().all(|batch| batch.id == bench.sent[0].id));
    bench.lost();
    bench.wait(3_600);
    assert_eq!((bench.sent.len(), bench.timer), (3, None), "no recursion");
    bench.tell("later", "two");
    bench.wait(5);
    assert_eq!(bench.sent[3].dropped, 1);
    assert_eq!(bench.sent[3].records[0].event, "later");
}

#[test]
fn hiding_sends_what_is_left_as_one_beacon() {
    let mut bench = Bench::new();
    bench.tell("a", "one");
    bench.wait(5);
    bench.lost();
    for n in 0..25 {
        bench.tell("b", &format!("message {n}"));
    }
    bench.send(ReporterEvent::Hiding);
    let beacons: Vec<_> =
        bench.sent.iter().filter(|batch| batch.beacon).map(|batch| batch.records.len()).collect();
    assert_eq!(beacons, [26]);
    assert_eq!((bench.reporter.waiting(), bench.timer), (0, None));
}

#[test]
fn there_is_one_beacon_in_half_a_minute() {
    let mut bench = Bench::new();
    let beacons = |bench: &Bench| bench.sent.iter().filter(|batch| batch.beacon).count();
    for (seconds, expected) in [(0, 1), (29, 1), (1, 2)] {
        bench.wait(seconds);
        if let Some(batch) = bench.sent.last().filter(|batch| !batch.beacon) {
            let id = batch.id;
            bench.send(ReporterEvent::Sent(id));
        }
        bench.tell("a", &format!("after {seconds}"));
        bench.send(ReporterEvent::Hiding);
        assert_eq!(beacons(&bench), expected, "after {seconds} s more");
    }
    bench.tell("a", "later");
    bench.send(ReporterEvent::Hiding);
    assert_eq!(bench.reporter.waiting(), 1, "and what is left is not lost");
}

#[test]
fn batch_stays_under_what_the_server_takes() {
    let mut bench = Bench::new();
    for n in 0..20 {
        let mut record = Record::new("large", Level::Error, format!("message {n}"));
        record.context.insert("text", "word ".repeat(780));
        bench.send(ReporterEvent::Record(record));
    }
    bench.send(ReporterEvent::Hiding);
    assert!(bench.sent.len() > 1 || bench.reporter.waiting() > 0);
    for batch in &bench.sent {
        assert!(serde_json::to_vec(&batch.records).unwrap().len() <= 60 * 1024);
    }
}

#[test]
fn large_contexts_lose_their_large_fields() {
    let mut record = Record::new("large", Level::Error, "x".repeat(5_000));
    record.context.insert("kept", 7);
    record.context.insert("large", "word ".repeat(2_000));
    let mut bench = Bench::new();
    bench.send(ReporterEvent::Record(record));
    bench.wait(5);
    let record = &bench.sent[0].records[0];
    assert_eq!(record.context.get("kept"), Some(&Fact::Number(7)));
    assert_eq!(record.context.get("omitted_fields"), Some(&Fact::Number(1)));
    assert!(serde_json::to_vec(&record.context).unwrap().len() <= 4 * 1024);
    assert!(record.message.len() <= 1_024);
}

#[test]
fn query_reports_become_named_records() {
    let failure =
        Failure { attempt: 10, request_id: Some("r-1".into()), ..Failure::from_http(503, Some("down")) };
    let took = Duration::from_millis(40);
    let record = Record::of_query("rows", Report::Failing { failure, outage: Duration::from_secs(9), took });
    assert_eq!(
        serde_json::to_value(&record).unwrap(),
        json!({
            "event": "rows_fetch_failed", "level": "error", "message": "upstream_unavailable", "route": "",
            "count": 1, "reason": "upstream_unavailable", "status": 503, "request_id": "r-1",
            "attempt": 10, "duration_ms": 40, "context": {"outage_ms": 9000, "code": "down"},
        })
    );
    let recovered =
        Record::of_query("rows", Report::Recovered { outage: Duration::from_secs(9), attempts: 3 });
    assert_eq!((recovered.event.as_str(), recovered.duration_ms), ("rows_recovered", Some(9_000)));
    assert_eq!(Reason::Timeout.code(), "timeout");
}

#[test]
fn personal_data_and_secrets_do_not_travel() {
    let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYmMifQ.MEUCIQDx_y-z";
    let table = [
        ("user ada@example.com said", "user [email] said"),
        ("<ada.l+x@mail.example.co.uk>, bob@x.io", "<[email]>, [email]"),
        ("mail to ada@example.com.", "mail to [email]."),
        ("/people/ada%40example.com/edit", "/people/[email]/edit"),
        ("https://ada:pw@example.com/a", "https://[email]/a"),
        ("GET /clients?search=Ada%20L&limit=20 failed", "GET /clients?search=[value]&limit=[value] failed"),
        ("https://x.io/#access_token=abc&type=recovery", "https://x.io/#access_token=[value]&type=[value]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [token]"),
        ("basic dXNlcjpwYXNz", "basic [token]"),
        ("leptos@0.8.23 in run@http://x.io/a.js:1:2", "leptos@0.8.23 in run@http://x.io/a.js:1:2"),
        ("request 018f3c1e-7b1a-7cc0-9d55-0123456789ab", "request 018f3c1e-7b1a-7cc0-9d55-0123456789ab"),
        ("sb_secret_0123456789abcdef", "[token]"),
        ("nothing here, 3 + 4 = 7?", "nothing here, 3 + 4 = 7?"),
    ];
    for (text, expected) in table {
        assert_eq!(redact(text), expected);
    }
    assert_eq!(redact(&format!("token={jwt}; next")), "token=[token]; next");
    assert_eq!(redact(jwt), "[token]");
    assert_eq!(redact(&"a1".repeat(32)), "[token]");
    let mut context = Context::default();
    for (name, text) in
        [("password", "hunter2"), ("user_email", "x"), ("note", "ada@example.com"), ("Token", "a")]
    {
        context.insert(name, text.to_owned());
    }
    context.insert("attempt", 3);
    assert_eq!(
        serde_json::to_string(&context.redacted()).unwrap(),
        r#"{"password":"[value]","user_email":"[value]","note":"[email]","Token":"[value]","attempt":3}"#
    );
}

proptest! {
    #[test]
    fn redaction_finds_planted_secrets_anywhere(before in ".{0,30}", after in ".{0,30}", space in "[ \"'(,]") {
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYmMifQ.MEUCIQDx_y-z";
        let text = format!("{before}{space}ada.lovelace@example.com{space}{jwt}{space}{after}");
        let clean = redact(&text);
        prop_assert!(!clean.contains("lovelace") && !clean.contains("MEUCIQ"), "{clean}");
    }

    #[test]
    fn reporter_keeps_its_limits(steps in proptest::collection::vec((0..7_u8, 0..40_u64), 0..120)) {
        let mut bench = Bench::new();
        for (step, n) in steps {
            match step {
                0..=2 => (0..n).for_each(|_| bench.tell("event", &format!("message {}", n % 11))),
                3 => bench.wait(n),
                4 => if let Some(id) = bench.sent.last().map(|batch| batch.id) { bench.send(ReporterEvent::Sent(id)) },
                5 => if let Some(id) = bench.sent.last().map(|batch| batch.id) { bench.send(ReporterEvent::SendFailed(id)) },
                _ => bench.send(ReporterEvent::Online(n % 2 == 0)),
            }
            prop_assert!(bench.reporter.waiting() <= 200);
        }
        for batch in &bench.sent {
            prop_assert!(batch.records.len() <= 20 && !batch.records.is_empty());
        }
    }
}
