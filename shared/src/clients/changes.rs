//! What may be changed about a client, and what is wrong with a change before anybody is asked?

mod children;
mod engagement;

pub use children::{CommercialsFields, ContactFields, DeliverableFields, TermsFields};
pub use engagement::{
    CardMove, DataSourceItem, DiscoveryAnswers, FormField, KanbanItem, QuestionItem, SetChange,
};

use super::client::{ClientStatus, Phase, Segment};
use crate::kernel::bulk::{self, Versioned};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{ClientId, UserId};
use crate::kernel::limits::{HEALTH_NOTE_MAX_CHARS, NAME_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use crate::kernel::patch::Patch;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A new client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// Chosen by the page, so that a repeated request makes no second one.
    pub id: Option<ClientId>,
    /// Its name.
    pub name: String,
    /// Where the relation stands; a prospect when absent.
    pub status: Option<ClientStatus>,
    /// How large it is.
    pub segment: Option<Segment>,
    /// What it does.
    pub industry: Option<String>,
    /// Where it is.
    pub region: Option<String>,
    /// The person in charge.
    pub owner_id: Option<UserId>,
}

impl Check for NewClient {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("name", &self.name, NAME_MAX_CHARS);
        check.text("industry", self.industry.as_deref(), NAME_MAX_CHARS);
        check.text("region", self.region.as_deref(), NAME_MAX_CHARS);
        check.done()
    }
}

/// A change of a client's own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// The version that was read.
    pub version: u32,
    /// A new name.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub name: Patch<String>,
    /// Another status.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub status: Patch<ClientStatus>,
    /// Another phase.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub phase: Patch<Phase>,
    /// Another segment.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub segment: Patch<Segment>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub industry: Patch<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub region: Patch<String>,
    /// How it earns its money.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub revenue_model: Patch<String>,
    /// What it wants from the engagement.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub primary_goal: Patch<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub notes: Patch<String>,
    /// Another person in charge.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub owner_id: Patch<UserId>,
    /// Contracted annual recurring revenue.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub arr: Patch<Money>,
    /// The next review.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub qbr_date: Patch<Date>,
    /// The last review, when it was another day than the one that had been set; not in the future.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub last_qbr_date: Patch<Date>,
    /// An account to expand?
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub is_expansion: Patch<bool>,
}

impl Check for ClientChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        if *self == (Self { version: self.version, ..Self::default() }) {
            check.refuse("changes", "required");
        }
        match &self.name {
            Patch::Keep => {}
            Patch::Clear => check.refuse("name", "required"),
            Patch::Set(name) => check.required("name", name, NAME_MAX_CHARS),
        }
        if self.status == Patch::Clear {
            check.refuse("status", "required");
        }
        if self.is_expansion == Patch::Clear {
            check.refuse("is_expansion", "required");
        }
        let of = |patch: &'_ Patch<String>| patch.value().cloned();
        for (field, text, maximum) in [
            ("industry", of(&self.industry), NAME_MAX_CHARS),
            ("region", of(&self.region), NAME_MAX_CHARS),
            ("revenue_model", of(&self.revenue_model), NAME_MAX_CHARS),
            ("primary_goal", of(&self.primary_goal), TEXT_MAX_CHARS),
            ("notes", of(&self.notes), TEXT_MAX_CHARS),
        ] {
            check.text(field, text.as_deref(), maximum);
        }
        check.amount("arr", self.arr.value().copied());
        check.date("qbr_date", self.qbr_date.value().copied());
        check.date("last_qbr_date", self.last_qbr_date.value().copied());
        check.done()
    }
}

/// Health and churn risk as a person sees them, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthChange {
    /// The version that was read.
    pub version: u32,
    /// 0–100; none = not scored.
    pub health: Option<u8>,
    /// 0–100; none = not scored.
    pub churn_risk: Option<u8>,
    /// Why.
    pub note: Option<String>,
}

impl Check for HealthChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.percent("health", self.health);
        check.percent("churn_risk", self.churn_risk);
        check.text("note", self.note.as_deref(), HEALTH_NOTE_MAX_CHARS);
        check.done()
    }
}

/// One change of many clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// Which clients, each once, at most [`BULK_MAX`](crate::kernel::limits::BULK_MAX).
    pub items: Vec<Versioned<ClientId>>,
    /// What is changed about each.
    pub changes: BulkFields,
}

/// What can be changed about many clients at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkFields {
    /// Another person in charge.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub owner_id: Patch<UserId>,
    /// Another phase.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub phase: Patch<Phase>,
    /// The next review.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub qbr_date: Patch<Date>,
}

impl Check for BulkChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.bulk(&self.items, &self.changes);
        check.date("qbr_date", self.changes.qbr_date.value().copied());
        check.done()
    }
}

/// How one client of a change of many went.
pub type BulkResult = bulk::BulkResult<ClientId>;

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn keys(result: Result<(), Vec<Problem>>) -> Vec<(String, String)> {
        result
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field.unwrap_or_default(), problem.key))
            .collect()
    }

    #[test]
    fn a_client_has_a_name() {
        let named = |name: &str| keys(NewClient { name: name.to_owned(), ..NewClient::default() }.check());
        assert_eq!(named(" \t"), [("name".to_owned(), "required".to_owned())]);
        assert_eq!(named(&"é".repeat(201)), [("name".to_owned(), "too_long".to_owned())]);
        assert_eq!(named("a\0"), [("name".to_owned(), "not_text".to_owned())]);
        assert!(named("مرحبا 🙂").is_empty());
    }

    #[test]
    fn a_change_says_what_is_wrong_field_by_field() {
        let change = ClientChange {
            name: Patch::Clear,
            arr: Patch::Set(Money::from_minor(-1)),
            qbr_date: Patch::Set(date(1815, 6, 18)),
            ..ClientChange::default()
        };
        let fields: Vec<_> = keys(change.check()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "arr", "qbr_date"]);
    }

    #[test]
    fn a_change_changes_something_and_each_row_once() {
        let none = ClientChange { version: 3, ..ClientChange::default() };
        assert_eq!(keys(none.check()), [("changes".to_owned(), "required".to_owned())]);
        let id = ClientId(uuid::Uuid::nil());
        let twice = BulkChange {
            items: vec![Versioned { id, version: 1 }, Versioned { id, version: 2 }],
            changes: BulkFields { phase: Patch::Clear, ..BulkFields::default() },
        };
        assert_eq!(keys(twice.check()), [("items".to_owned(), "duplicate".to_owned())]);
    }
}
