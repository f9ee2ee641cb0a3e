//! Does the machine do the same here as in the browser? What it does here is kept, and a spec plays it there.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test fails by panicking")]

mod trace;

use std::fmt::Write as _;

/// Traces that are kept, and played in the browser.
const SAMPLE: u32 = 256;

#[test]
fn traces_end_as_they_are_kept() {
    let mut text = String::new();
    for seed in 0..SAMPLE {
        writeln!(text, "{:08x}", trace::replay(seed)).unwrap();
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replay/expected.txt");
    if std::env::var_os("REVOS_WRITE").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert_eq!(kept, text, "another behaviour: look at the change, then write it anew with REVOS_WRITE=1");
}

#[test]
fn traces_differ() {
    let mut ends: Vec<_> = (0..SAMPLE).map(trace::replay).collect();
    ends.sort_unstable();
    ends.dedup();
    assert_eq!(ends.len(), SAMPLE as usize);
}
