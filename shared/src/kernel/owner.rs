//! Whose rows does a list show?

use super::error::UnknownWord;
use super::ids::UserId;
use std::fmt;
use std::str::FromStr;

/// Whose rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnerChoice {
    /// Those of whoever reads the list.
    Me,
    /// Those without an owner.
    Unassigned,
    /// Those of this person.
    Person(UserId),
}

impl FromStr for OwnerChoice {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "me" => Ok(Self::Me),
            "unassigned" => Ok(Self::Unassigned),
            id => id.parse().map(Self::Person).map_err(|_| UnknownWord),
        }
    }
}

impl fmt::Display for OwnerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Unassigned => f.write_str("unassigned"),
            Self::Person(id) => id.fmt(f),
        }
    }
}

/// Several owners, each once. None chosen means that all are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnerChoices(Vec<OwnerChoice>);

impl OwnerChoices {
    /// Owners a filter may name.
    const MAX: usize = 100;

    /// Is nobody chosen?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The chosen ones.
    pub fn iter(&self) -> impl Iterator<Item = OwnerChoice> + '_ {
        self.0.iter().copied()
    }

    /// Is this one chosen?
    #[must_use]
    pub fn has(&self, owner: OwnerChoice) -> bool {
        self.0.contains(&owner)
    }

    /// The choice with this one in or out, whichever it was not.
    #[must_use]
    pub fn toggled(&self, owner: OwnerChoice) -> Self {
        if self.has(owner) {
            self.iter().filter(|other| *other != owner).collect()
        } else {
            self.iter().chain([owner]).collect()
        }
    }
}

impl FromIterator<OwnerChoice> for OwnerChoices {
    fn from_iter<I: IntoIterator<Item = OwnerChoice>>(owners: I) -> Self {
        let mut chosen = Vec::new();
        for owner in owners {
            if !chosen.contains(&owner) {
                chosen.push(owner);
            }
        }
        Self(chosen)
    }
}

impl FromStr for OwnerChoices {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let owners: Vec<OwnerChoice> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
        if owners.len() > Self::MAX { Err(UnknownWord) } else { Ok(owners.into_iter().collect()) }
    }
}

impl fmt::Display for OwnerChoices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, owner) in self.iter().enumerate() {
            write!(f, "{}{owner}", if at > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

super::chosen::as_text!(OwnerChoice);
super::chosen::as_text!(OwnerChoices);
