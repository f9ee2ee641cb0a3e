//! Two people changed the same row: what is kept of each, and where must somebody choose?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

/// Fields of a form after both changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merged {
    /// The values: of each field the one that was changed; mine where both were.
    pub values: Vec<String>,
    /// Fields that both changed, each into something else.
    pub conflicts: Vec<usize>,
}

/// Merges what I typed with what somebody else saved, both begun from `base`. The lists have equally many fields.
pub(crate) fn merge(base: &[String], mine: &[String], theirs: &[String]) -> Merged {
    let mut merged = Merged::default();
    for (field, ((base, mine), theirs)) in base.iter().zip(mine).zip(theirs).enumerate() {
        let value = if mine == base { theirs } else { mine };
        merged.values.push(value.clone());
        if mine != base && theirs != base && mine != theirs {
            merged.conflicts.push(field);
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(texts: [&str; 4]) -> Vec<String> {
        texts.map(str::to_owned).to_vec()
    }

    #[test]
    fn each_field_keeps_its_change() {
        let base = texts(["Ada", "Buyer", "", "x"]);
        let mine = texts(["Ada", "Head of buying", "1", "x"]);
        let theirs = texts(["Ada B.", "Chief buyer", "1", "x"]);
        let merged = merge(&base, &mine, &theirs);
        assert_eq!(merged.values, texts(["Ada B.", "Head of buying", "1", "x"]));
        assert_eq!(merged.conflicts, [1], "the same change twice is no conflict");
    }

    fn values() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[ab]?", 5)
    }

    proptest! {
        #[test]
        fn nothing_of_mine_and_nothing_of_theirs_is_lost(base in values(), mine in values(), theirs in values()) {
            let merged = merge(&base, &mine, &theirs);
            for at in 0..base.len() {
                let value = &merged.values[at];
                let chosen = merged.conflicts.contains(&at);
                prop_assert!(*value == mine[at] || *value == theirs[at]);
                // A change disappears only where somebody is asked.
                prop_assert!(mine[at] == base[at] || *value == mine[at]);
                prop_assert!(theirs[at] == base[at] || *value == theirs[at] || chosen);
            }
        }

        #[test]
        fn who_changed_nothing_takes_theirs(base in values(), theirs in values()) {
            let merged = merge(&base, &base, &theirs);
            prop_assert_eq!(&merged.values, &theirs);
            prop_assert!(merged.conflicts.is_empty());
            prop_assert_eq!(merge(&base, &theirs, &base).values, theirs);
        }

        #[test]
        fn both_sides_agree_where_nobody_is_asked(base in values(), one in values(), other in values()) {
            let (here, there) = (merge(&base, &one, &other), merge(&base, &other, &one));
            prop_assert_eq!(&here.conflicts, &there.conflicts);
            for at in (0..base.len()).filter(|at| !here.conflicts.contains(at)) {
                prop_assert_eq!(&here.values[at], &there.values[at]);
            }
        }
    }
}
