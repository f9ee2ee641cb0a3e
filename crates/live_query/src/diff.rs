//! Which rows of a list changed, and which are still the very same?

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// The difference between two keyed lists. Positions are positions in the new list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changes<K> {
    /// Keys that are gone.
    pub removed: Vec<K>,
    /// Keys that are new, in ascending position.
    pub inserted: Vec<(usize, K)>,
    /// Keys whose content stayed or changed but whose place among the others changed, in ascending
    /// position; as few as possible.
    pub moved: Vec<(usize, K)>,
    /// Keys whose content changed.
    pub changed: Vec<(usize, K)>,
    /// Positions of rows whose key occurred earlier in the new list. A list with such rows is the
    /// server's mistake; the first one counts.
    pub repeated: Vec<usize>,
}

impl<K> Changes<K> {
    /// Whether both lists are equal, in content and in order.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.removed.is_empty()
            && self.inserted.is_empty()
            && self.moved.is_empty()
            && self.changed.is_empty()
    }

    /// Whether the sequence of keys is the same in both lists.
    #[must_use]
    pub const fn same_keys(&self) -> bool {
        self.removed.is_empty() && self.inserted.is_empty() && self.moved.is_empty()
    }
}

/// Compares two lists by key and content. `old` must not repeat keys; repeated keys of `new` are
/// named and otherwise ignored.
pub fn diff<R: PartialEq, K: Eq + Hash + Clone>(old: &[R], new: &[R], key: impl Fn(&R) -> K) -> Changes<K> {
    let mut places: HashMap<K, usize> = old.iter().enumerate().map(|(at, row)| (key(row), at)).collect();
    let mut changes = Changes {
        removed: Vec::new(),
        inserted: Vec::new(),
        moved: Vec::new(),
        changed: Vec::new(),
        repeated: Vec::new(),
    };
    let mut seen = std::collections::HashSet::with_capacity(new.len());
    let mut kept: Vec<(usize, usize, K)> = Vec::new();
    let mut position = 0;
    for (at, row) in new.iter().enumerate() {
        let row_key = key(row);
        if !seen.insert(row_key.clone()) {
            changes.repeated.push(at);
            continue;
        }
        match places.remove(&row_key) {
            None => changes.inserted.push((position, row_key)),
            Some(old_at) => {
                if old.get(old_at) != Some(row) {
                    changes.changed.push((position, row_key.clone()));
                }
                kept.push((position, old_at, row_key));
            }
        }
        position += 1;
    }
    changes.removed = old.iter().map(&key).filter(|gone| places.contains_key(gone)).collect();
    let stays = longest_rise(&kept.iter().map(|(_, old_at, _)| *old_at).collect::<Vec<_>>());
    changes.moved = kept
        .into_iter()
        .zip(stays)
        .filter(|(_, stays)| !stays)
        .map(|((position, _, row_key), _)| (position, row_key))
        .collect();
    changes
}

/// Takes over a new list: a row whose content did not change stays the very same allocation, so that
/// nothing that holds it has a reason to repaint.
pub fn patch<R: PartialEq, K: Eq + Hash + Clone>(
    old: &[Arc<R>],
    mut new: Vec<Arc<R>>,
    key: impl Fn(&R) -> K,
) -> (Vec<Arc<R>>, Changes<K>) {
    let changes = diff(old, &new, |row: &Arc<R>| key(row));
    for at in changes.repeated.iter().rev() {
        new.remove(*at);
    }
    let places: HashMap<K, &Arc<R>> = old.iter().map(|row| (key(row), row)).collect();
    for row in &mut new {
        if let Some(known) = places.get(&key(row)).filter(|known| ***known == *row) {
            *row = Arc::clone(known);
        }
    }
    (new, changes)
}

/// Marks the members of one longest rising subsequence: the rows that need not move (patience
/// sorting, O(n log n)).
#[must_use]
pub fn longest_rise(values: &[usize]) -> Vec<bool> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let pile = tails.partition_point(|tail| values.get(*tail).is_some_and(|top| top < value));
        before.push(pile.checked_sub(1).and_then(|left| tails.get(left).copied()));
        if let Some(tail) = tails.get_mut(pile) {
            *tail = at;
        } else {
            tails.push(at);
        }
    }
    let mut stays = vec![false; values.len()];
    let mut next = tails.last().copied();
    while let Some(at) = next {
        if let Some(mark) = stays.get_mut(at) {
            *mark = true;
        }
        next = before.get(at).copied().flatten();
    }
    stays
}
