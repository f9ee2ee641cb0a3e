//! What is wrong with a change, field by field?

use super::bulk::Versioned;
use super::limits::{BULK_MAX, EMAIL_MAX_CHARS};
use super::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A field that cannot be right. The same words as the database's, so that a form shows both alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Row of a set, from 0.
    pub row: u32,
    /// The field; none when the whole row is meant.
    pub field: Option<String>,
    /// What is wrong: `required`, `too_long`, `out_of_range`, `not_a_link` and the like.
    pub key: String,
}

/// Collects what is wrong with a change.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn refuse(&mut self, field: &str, key: &str) {
        self.0.push(Problem { row: 0, field: Some(field.to_owned()), key: key.to_owned() });
    }

    pub(crate) fn required(&mut self, field: &str, text: &str, maximum: usize) {
        if text.trim().is_empty() {
            self.refuse(field, "required");
        } else {
            self.text(field, Some(text), maximum);
        }
    }

    pub(crate) fn text(&mut self, field: &str, text: Option<&str>, maximum: usize) {
        let Some(text) = text else { return };
        if text.contains('\0') {
            self.refuse(field, "not_text");
        } else if text.chars().count() > maximum {
            self.refuse(field, "too_long");
        }
    }

    pub(crate) fn percent(&mut self, field: &str, value: Option<u8>) {
        if value.is_some_and(|value| value > 100) {
            self.refuse(field, "out_of_range");
        }
    }

    pub(crate) fn amount(&mut self, field: &str, value: Option<Money>) {
        if value.is_some_and(|value| value < Money::ZERO) {
            self.refuse(field, "out_of_range");
        }
    }

    pub(crate) fn date(&mut self, field: &str, value: Option<Date>) {
        // Far beyond any agreement, and within what every program on the way can write.
        if value.is_some_and(|date| !(1900..=2999).contains(&date.year())) {
            self.refuse(field, "not_a_date");
        }
    }

    pub(crate) fn email(&mut self, field: &str, value: Option<&str>) {
        if value.is_some_and(|email| !is_address(email)) {
            self.refuse(field, "not_an_address");
        }
    }

    pub(crate) fn link(&mut self, field: &str, value: Option<&str>) {
        if value.is_some_and(|link| !is_web_link(link)) {
            self.refuse(field, "not_a_link");
        }
    }

    /// One change of many rows: of some, not too many, each once; and it changes something.
    pub(crate) fn bulk<Id, Changes>(&mut self, items: &[Versioned<Id>], changes: &Changes)
    where
        Id: Copy + Ord,
        Changes: Default + PartialEq,
    {
        if items.is_empty() {
            self.refuse("items", "required");
        } else if items.len() > BULK_MAX {
            self.refuse("items", "too_many");
        }
        let mut ids: Vec<_> = items.iter().map(|item| item.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < items.len() {
            self.refuse("items", "duplicate");
        }
        if *changes == Changes::default() {
            self.refuse("changes", "required");
        }
    }

    pub(crate) fn done(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Can it be an e-mail address? Whether it is one, only a mail can tell.
#[must_use]
pub fn is_address(email: &str) -> bool {
    let at = email.find('@');
    email.chars().count() <= EMAIL_MAX_CHARS
        && at.is_some_and(|at| at > 0 && at + 1 < email.len())
        && !email.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Does it lead to a page of the web, and to nothing else? `javascript:` and the like never do.
#[must_use]
pub fn is_web_link(link: &str) -> bool {
    let host = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    link.chars().count() <= 2_000
        && !link.chars().any(|c| c.is_control() || c.is_whitespace())
        && host.is_some_and(|rest| rest.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '['))
}

/// A change that can be looked at before it is sent.
pub trait Check {
    /// What is wrong with it.
    ///
    /// # Errors
    /// Every problem, field by field.
    fn check(&self) -> Result<(), Vec<Problem>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_the_web_are_links() {
        for right in ["https://a.example/x?y#z", "http://[::1]/"] {
            assert!(is_web_link(right), "{right}");
        }
        for wrong in [
            "javascript:alert(1)",
            "https:",
            "https:///x",
            "ftp://a",
            "https://a b",
            " https://a",
            "https://a\n",
        ] {
            assert!(!is_web_link(wrong), "{wrong}");
        }
    }
}
