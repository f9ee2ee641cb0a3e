//! What may be changed about opportunities, and what is wrong with a change before anybody is asked?

use super::activity::ActivityStatus;
use super::opportunity::{LostReason, Stage};
use crate::kernel::bulk::{self, Versioned};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{ClientId, OpportunityId, UserId};
use crate::kernel::limits::{NAME_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use crate::kernel::patch::Patch;
use crate::kernel::work::ActivityType;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A new opportunity, with the client it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProspect {
    /// Chosen by the page, so that a repeated request makes no second one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// A client that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The name of a client, found or made; left out when the client is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// What a new client does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The opportunity's name.
    pub name: String,
    /// One-time or annual value, more than zero.
    pub amount: Money,
    /// The person who leads the sale; whoever asks when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    /// Forecast date.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub expected_close_date: Option<Date>,
    /// What is to be done next; "Initial outreach" when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// Until when.
    #[serde(
        default,
        with = "crate::kernel::instants::optional_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub next_step_date: Option<Date>,
    /// Whom to talk to; kept when an address or a number is named too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    /// Their job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_role: Option<String>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// Their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_phone: Option<String>,
}

impl Check for NewProspect {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        if self.client_id.is_none() {
            check.required("company", self.company.as_deref().unwrap_or_default(), NAME_MAX_CHARS);
        }
        check.required("name", &self.name, NAME_MAX_CHARS);
        if self.amount <= Money::ZERO {
            check.refuse("amount", "out_of_range");
        }
        for (field, text, maximum) in [
            ("industry", &self.industry, NAME_MAX_CHARS),
            ("region", &self.region, NAME_MAX_CHARS),
            ("next_step", &self.next_step, TEXT_MAX_CHARS),
            ("contact_name", &self.contact_name, NAME_MAX_CHARS),
            ("contact_role", &self.contact_role, NAME_MAX_CHARS),
            ("contact_phone", &self.contact_phone, NAME_MAX_CHARS),
        ] {
            check.text(field, text.as_deref(), maximum);
        }
        check.email("contact_email", self.contact_email.as_deref());
        check.date("expected_close_date", self.expected_close_date);
        check.date("next_step_date", self.next_step_date);
        check.done()
    }
}

/// A change of an opportunity's own fields. The stage has its own: a move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityChange {
    /// The version that was read.
    pub version: u32,
    /// A new name.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub name: Patch<String>,
    /// Another value.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub amount: Patch<Money>,
    /// Whole percent, 0–100, in place of the stage's.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub probability_override: Patch<u8>,
    /// Another person who leads the sale.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub owner_id: Patch<UserId>,
    /// Another forecast date.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub expected_close_date: Patch<Date>,
    /// What is to be done next.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub next_step: Patch<String>,
    /// Until when.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub next_step_date: Patch<Date>,
}

impl Check for OpportunityChange {
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
        if self.amount == Patch::Clear {
            check.refuse("amount", "required");
        }
        check.amount("amount", self.amount.value().copied());
        check.percent("probability_override", self.probability_override.value().copied());
        check.text("next_step", self.next_step.value().map(String::as_str), TEXT_MAX_CHARS);
        check.date("expected_close_date", self.expected_close_date.value().copied());
        check.date("next_step_date", self.next_step_date.value().copied());
        check.done()
    }
}

/// A move to another stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityMove {
    /// The version that was read.
    pub version: u32,
    /// Where to.
    pub stage: Stage,
    /// Why it was lost; only with "lost", and then needed.
    #[serde(default)]
    pub lost_reason: Option<LostReason>,
    /// What else is to be said about that.
    #[serde(default)]
    pub lost_note: Option<String>,
}

impl Check for OpportunityMove {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        let lost = check_loss(&mut check, Some(self.stage), self.lost_reason);
        if !lost && self.lost_note.is_some() {
            check.refuse("lost_note", "unknown_value");
        }
        check.text("lost_note", self.lost_note.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// What is lost has a reason, and nothing else has one. Is it lost?
fn check_loss(check: &mut Problems, to: Option<Stage>, reason: Option<LostReason>) -> bool {
    let lost = to == Some(Stage::ClosedLost);
    if lost != reason.is_some() {
        check.refuse("lost_reason", if lost { "required" } else { "unknown_value" });
    }
    lost
}

/// One change of many opportunities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkOpportunities {
    /// Which, each once, at most [`BULK_MAX`](crate::kernel::limits::BULK_MAX).
    pub items: Vec<Versioned<OpportunityId>>,
    /// What is changed about each.
    pub changes: BulkOpportunityFields,
}

/// What can be changed about many opportunities at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkOpportunityFields {
    /// Another stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Why they were lost; only with "lost", and then needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_reason: Option<LostReason>,
    /// Another person who leads the sale.
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub owner_id: Patch<UserId>,
    /// Another forecast date.
    #[serde(default, with = "crate::kernel::patch::day", skip_serializing_if = "Patch::is_kept")]
    pub expected_close_date: Patch<Date>,
}

impl Check for BulkOpportunities {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.bulk(&self.items, &self.changes);
        check_loss(&mut check, self.changes.stage, self.changes.lost_reason);
        check.date("expected_close_date", self.changes.expected_close_date.value().copied());
        check.done()
    }
}

/// How one opportunity of a change of many went.
pub type OpportunityResult = bulk::BulkResult<OpportunityId>;

/// A note, as a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// The text.
    pub body: String,
}

impl Check for NoteFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("body", &self.body, TEXT_MAX_CHARS);
        check.done()
    }
}

/// An activity, as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: ActivityType,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// How it stands.
    pub status: ActivityStatus,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub due_at: Option<Timestamp>,
    /// Who is to do it.
    pub assigned_to: Option<UserId>,
}

impl Check for ActivityFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("title", &self.title, NAME_MAX_CHARS);
        check.text("description", self.description.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// The sales target of a fiscal quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetChange {
    /// The version of the organization that was read.
    pub version: u32,
    /// More than zero; none for no target.
    pub target: Option<Money>,
}

impl Check for TargetChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        if self.target.is_some_and(|target| target <= Money::ZERO) {
            check.refuse("target", "out_of_range");
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(result: Result<(), Vec<Problem>>) -> Vec<String> {
        result.err().unwrap_or_default().into_iter().filter_map(|problem| problem.field).collect()
    }

    #[test]
    fn a_prospect_names_its_client_and_is_worth_something() {
        assert_eq!(fields(NewProspect::default().check()), ["company", "name", "amount"]);
        let prospect = NewProspect {
            client_id: Some(ClientId(Uuid::nil())),
            name: "x".to_owned(),
            amount: Money::from_minor(1),
            contact_email: Some("nobody".to_owned()),
            ..NewProspect::default()
        };
        assert_eq!(fields(prospect.check()), ["contact_email"]);
    }

    #[test]
    fn what_is_lost_has_a_reason_and_nothing_else_has() {
        let to = |stage, lost_reason| {
            fields(OpportunityMove { version: 1, stage, lost_reason, lost_note: None }.check())
        };
        assert_eq!(to(Stage::ClosedLost, None), ["lost_reason"]);
        assert_eq!(to(Stage::Qualify, Some(LostReason::Price)), ["lost_reason"]);
        assert_eq!(to(Stage::ClosedLost, Some(LostReason::Price)), [""; 0]);
    }

    #[test]
    fn a_change_changes_something_within_limits() {
        assert_eq!(fields(OpportunityChange::default().check()), ["changes"]);
        let change = OpportunityChange {
            name: Patch::Clear,
            amount: Patch::Set(Money::from_minor(-1)),
            probability_override: Patch::Set(101),
            ..OpportunityChange::default()
        };
        assert_eq!(fields(change.check()), ["name", "amount", "probability_override"]);
        let none = TargetChange { version: 1, target: Some(Money::ZERO) };
        assert_eq!(fields(none.check()), ["target"]);
    }
}
