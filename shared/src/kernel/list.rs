//! What do the questions to all lists have in common? A text to look for, and how many rows.

use super::limits::{LIST_LIMIT_MAX, SEARCH_MAX_CHARS};

/// A parameter that is out of range, and its range.
pub type OutOfRange = (&'static str, String);

/// The text to look for, without spaces around it; none when there is nothing to look for.
#[must_use]
pub fn searched(q: Option<&str>) -> Option<&str> {
    q.map(str::trim).filter(|text| !text.is_empty())
}

/// A text that a person may look for, as it was typed; none when it says nothing or may not be asked.
#[must_use]
pub fn searchable(q: Option<String>) -> Option<String> {
    q.filter(|text| is_searchable(text) && searched(Some(text)).is_some())
}

fn is_searchable(text: &str) -> bool {
    text.chars().count() <= SEARCH_MAX_CHARS && !text.contains('\0')
}

/// Checks a text to look for.
///
/// # Errors
/// The parameter `q` and its range.
pub fn check_search(q: &str) -> Result<(), OutOfRange> {
    if is_searchable(q) {
        Ok(())
    } else {
        Err(("q", format!("at most {SEARCH_MAX_CHARS} characters, none of them NUL")))
    }
}

/// Checks what every list is asked.
///
/// # Errors
/// The first parameter that is out of range, and its range.
pub fn check_list(q: Option<&str>, limit: u32) -> Result<(), OutOfRange> {
    if !(1..=LIST_LIMIT_MAX).contains(&limit) {
        return Err(("limit", format!("a whole number from 1 to {LIST_LIMIT_MAX}")));
    }
    q.map_or(Ok(()), check_search)
}
