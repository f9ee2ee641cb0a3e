//! Is a snapshot shown only to its owner, by its program, and while it is young?

use live_query::{Entry, Invalid, Label, Retention, ServerTime, Snapshot, evict, stale};
use std::time::Duration;

const HOUR: i64 = 3_600_000;
const NOW: i64 = 1_795_356_000_000;

const fn at(millis: i64) -> ServerTime {
    ServerTime::from_unix_millis(millis)
}

fn snapshot(received: i64) -> Snapshot {
    Snapshot { as_of: at(received), received: at(received), etag: None, data: "[]".into() }
}

fn label() -> Label {
    Label { schema_version: 3, scope: "org:user".into(), query: "list?a=1".into(), build: "b1".into() }
}

// L7
#[test]
fn an_hour_is_young_and_twenty_five_are_old() {
    let retention = Retention::default();
    let age = |hours: i64| snapshot(NOW - hours * HOUR).age(at(NOW), None, &retention);
    assert_eq!(age(1), Ok(Duration::from_secs(3_600)));
    assert_eq!(age(23), Ok(Duration::from_secs(23 * 3_600)));
    assert_eq!(age(24), Err(Invalid::TooOld));
    assert_eq!(age(25), Err(Invalid::TooOld));
    assert_eq!(age(-1), Err(Invalid::FromTheFuture));
}

#[test]
fn zero_keeps_nothing_and_a_week_is_the_limit() {
    let nothing = Retention::for_age(Duration::ZERO);
    assert!(!nothing.keeps_anything());
    assert_eq!(snapshot(NOW).age(at(NOW), None, &nothing), Err(Invalid::TooOld));
    assert_eq!(Retention::for_age(Duration::from_secs(u64::MAX)).max_age, Retention::LONGEST);
}

// L26
#[test]
fn wrong_clock_of_the_machine_does_no_harm() {
    // Two hours slow when written and now: the age is the time between.
    let written = Snapshot { received: at(NOW - 3 * HOUR), ..snapshot(NOW - HOUR) };
    assert_eq!(written.age(at(NOW - 2 * HOUR), None, &Retention::default()), Ok(Duration::from_secs(3_600)));
    // The clock was set back; the server's clock, when known, tells the true age.
    let age = snapshot(NOW - 30 * HOUR).age(at(NOW - 29 * HOUR), Some(at(NOW)), &Retention::default());
    assert_eq!(age, Err(Invalid::TooOld));
}

// L7: another build, person, organization, schema or query does not decrypt.
#[test]
fn every_part_of_the_label_is_bound_to_the_content() {
    let others = [
        Label { schema_version: 4, ..label() },
        Label { scope: "org:other".into(), ..label() },
        Label { scope: "other:user".into(), ..label() },
        Label { query: "list?a=2".into(), ..label() },
        Label { build: "b2".into(), ..label() },
        // The same characters, divided otherwise.
        Label { scope: "org:user:list?a=1".into(), query: String::new(), ..label() },
    ];
    for other in others {
        assert_ne!(other.additional_data(), label().additional_data(), "{other:?}");
    }
    assert_eq!(label().storage_key(), "3:org:user:list?a=1");
    assert!(label().storage_key().starts_with(&Label::key_prefix(3, "org:user")));
}

// L17, L18
#[test]
fn start_removes_what_is_not_ours_or_too_old() {
    let entry = |key: &str, build: &str, written: i64| Entry {
        key: key.into(),
        build: build.into(),
        bytes: 10,
        written: at(written),
    };
    let entries = [
        entry("3:org:user:list", "b1", NOW - HOUR),
        entry("3:org:user:old", "b1", NOW - 25 * HOUR),
        entry("3:org:user:future", "b1", NOW + HOUR),
        entry("3:org:other:list", "b1", NOW),
        entry("2:org:user:list", "b1", NOW),
        entry("3:org:user:built", "b0", NOW),
    ];
    let gone = stale(&entries, &Label::key_prefix(3, "org:user"), "b1", at(NOW), &Retention::default());
    let rest =
        ["3:org:user:old", "3:org:user:future", "3:org:other:list", "2:org:user:list", "3:org:user:built"];
    assert_eq!(gone, rest);
}

#[test]
fn own_texts_outlive_builds_and_days_but_not_their_person() {
    let entry = |key: &str| Entry {
        key: key.into(),
        build: Label::OWN.into(),
        bytes: 10,
        written: at(NOW - 1_000 * HOUR),
    };
    let entries = [entry("3:org:user:own:draft"), entry("3:org:other:own:draft")];
    let gone = stale(&entries, &Label::key_prefix(3, "org:user"), "b1", at(NOW), &Retention::default());
    assert_eq!(gone, ["3:org:other:own:draft"]);
    assert!(Label { build: Label::OWN.into(), ..label() }.is_own() && !label().is_own());
}

#[test]
fn own_texts_never_give_way() {
    let entry = |key: &str, build: &str, written: i64| Entry {
        key: key.into(),
        build: build.into(),
        bytes: 400,
        written: at(written),
    };
    let retention = Retention { each: 500, together: 1_000, ..Retention::default() };
    let entries = [entry("draft", Label::OWN, NOW - HOUR), entry("list", "b1", NOW)];
    assert_eq!(evict(&entries, "new", 400, &retention), Some(vec!["list".into()]));
    let entries = [entry("draft", Label::OWN, NOW), entry("other", Label::OWN, NOW)];
    assert_eq!(evict(&entries, "new", 400, &retention), None, "there is no room left");
    assert_eq!(evict(&entries, "draft", 400, &retention), Some(Vec::new()), "its own place is free");
}

#[test]
fn oldest_snapshots_give_way() {
    let kib = |count: usize| count * 1_024;
    let entries: Vec<Entry> = (0..9)
        .map(|n| Entry {
            key: format!("k{n}"),
            build: "b1".into(),
            bytes: kib(500),
            written: at(NOW + i64::from(n * 7 % 9)),
        })
        .collect();
    let retention = Retention::default();
    assert_eq!(evict(&entries[..3], "new", kib(500), &retention), Some(Vec::new()));
    assert_eq!(evict(&entries, "new", kib(500), &retention), Some(vec!["k0".into(), "k4".into()]));
    assert_eq!(evict(&entries, "k4", kib(500), &retention), Some(vec!["k0".into()]), "its own place is free");
    assert_eq!(evict(&entries, "new", kib(513), &retention), None, "too large to keep");
}
