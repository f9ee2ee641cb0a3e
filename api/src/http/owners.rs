//! How does a filter name owners to the database?

use revos_shared::UserId;
use revos_shared::kernel::owner::{OwnerChoice, OwnerChoices};

/// The owners in the database's words: ids, and `none` for what nobody owns.
pub fn owner_words(owners: &OwnerChoices, me: UserId) -> Vec<String> {
    owners.iter().map(|owner| owner_word(owner, me)).collect()
}

/// One of them.
pub fn owner_word(owner: OwnerChoice, me: UserId) -> String {
    match owner {
        OwnerChoice::Me => me.to_string(),
        OwnerChoice::Unassigned => "none".to_owned(),
        OwnerChoice::Person(id) => id.to_string(),
    }
}
