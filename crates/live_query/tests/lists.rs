//! Does a keyed diff keep what did not change, and only that?
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use live_query::{Changes, diff, patch};
use proptest::prelude::*;

type Row = (u8, u8);

fn key(row: &Row) -> u8 {
    row.0
}

/// Does what the changes say, nothing else: removed out, moved out, then in again by position.
fn apply(old: &[Row], new: &[Row], changes: &Changes<u8>) -> Vec<Row> {
    let moves: Vec<u8> = changes.moved.iter().map(|(_, key)| *key).collect();
    let stays = |row: &&Row| !changes.removed.contains(&row.0) && !moves.contains(&row.0);
    let mut list: Vec<Row> = old.iter().filter(stays).copied().collect();
    let content = |key: u8, from: &[Row]| *from.iter().find(|row| row.0 == key).unwrap();
    let mut arrivals: Vec<(usize, Row)> =
        changes.moved.iter().map(|(at, key)| (*at, content(*key, old))).collect();
    arrivals.extend(changes.inserted.iter().map(|(at, key)| (*at, content(*key, new))));
    arrivals.sort_unstable_by_key(|(at, _)| *at);
    for (at, row) in arrivals {
        list.insert(at, row);
    }
    for (at, key) in &changes.changed {
        assert_eq!(list[*at].0, *key);
        list[*at] = content(*key, new);
    }
    list
}

fn without_repeats(rows: &[Row]) -> Vec<Row> {
    let mut seen = std::collections::HashSet::new();
    rows.iter().filter(|row| seen.insert(row.0)).copied().collect()
}

fn arcs(rows: &[Row]) -> Vec<Arc<Row>> {
    rows.iter().copied().map(Arc::new).collect()
}

#[test]
fn equal_lists_have_no_changes() {
    let list = [(1, 1), (2, 2)];
    assert!(diff(&list, &list, key).is_empty());
}

#[test]
fn one_moved_row_moves_alone() {
    let changes = diff(&[(1, 0), (2, 0), (3, 0), (4, 0)], &[(4, 0), (1, 0), (2, 0), (3, 0)], key);
    assert_eq!(changes.moved, [(0, 4)]);
    assert!(changes.changed.is_empty() && changes.inserted.is_empty() && changes.removed.is_empty());
}

#[test]
fn one_changed_row_changes_alone() {
    let old = arcs(&[(1, 0), (2, 0), (3, 0)]);
    let (new, changes) = patch(&old, arcs(&[(1, 0), (2, 9), (3, 0)]), key);
    assert_eq!(changes.changed, [(1, 2)]);
    assert!(changes.same_keys() && !changes.is_empty());
    assert!(Arc::ptr_eq(&old[0], &new[0]) && Arc::ptr_eq(&old[2], &new[2]));
    assert_eq!(*new[1], (2, 9));
}

#[test]
fn repeated_keys_are_named_and_the_first_counts() {
    let (new, changes) = patch(&[], arcs(&[(1, 0), (1, 5), (2, 0), (1, 7)]), key);
    assert_eq!(changes.repeated, [1, 3]);
    assert_eq!(new.iter().map(|row| **row).collect::<Vec<_>>(), [(1, 0), (2, 0)]);
}

proptest! {
    #[test]
    fn applying_the_changes_gives_the_new_list(
        old in proptest::collection::vec((0..12_u8, 0..3_u8), 0..14),
        new in proptest::collection::vec((0..12_u8, 0..3_u8), 0..14),
    ) {
        let old = without_repeats(&old);
        let changes = diff(&old, &new, key);
        prop_assert_eq!(apply(&old, &new, &changes), without_repeats(&new));
        prop_assert_eq!(changes.is_empty(), old == without_repeats(&new));
    }

    #[test]
    fn unchanged_rows_stay_the_very_same(
        old in proptest::collection::vec((0..12_u8, 0..3_u8), 0..14),
        new in proptest::collection::vec((0..12_u8, 0..3_u8), 0..14),
    ) {
        let old = arcs(&without_repeats(&old));
        let (patched, changes) = patch(&old, arcs(&new), key);
        prop_assert_eq!(patched.iter().map(|row| **row).collect::<Vec<_>>(), without_repeats(&new));
        for row in &patched {
            let known = old.iter().find(|known| known.0 == row.0);
            let same = known.is_some_and(|known| Arc::ptr_eq(known, row));
            prop_assert_eq!(same, known.is_some_and(|known| known == row));
            let told = changes.changed.iter().any(|(_, key)| *key == row.0);
            prop_assert_eq!(told, known.is_some() && !same);
        }
    }

    #[test]
    fn as_few_rows_move_as_possible(order in Just((0..7_u8).collect::<Vec<_>>()).prop_shuffle()) {
        let old: Vec<Row> = (0..7).map(|key| (key, 0)).collect();
        let new: Vec<Row> = order.iter().map(|key| (*key, 0)).collect();
        let changes = diff(&old, &new, key);
        // Brute force: the longest rising selection of seven stays.
        let longest = (0..128_u32).filter_map(|mask| {
            let kept: Vec<u8> = order.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, key)| *key).collect();
            kept.is_sorted().then_some(kept.len())
        }).max().unwrap();
        prop_assert_eq!(changes.moved.len(), 7 - longest);
    }
}
