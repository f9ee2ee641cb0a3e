//! What may be changed about a client, and what is wrong with a change before anybody is asked?

use super::client::{ClientStatus, Phase, Segment};
use super::engagement::{
    ContactPower, DataSourceStatus, DeliverableStatus, DeliverableType, FormType, KanbanStatus,
};
use crate::finance::{ArrangementType, PaymentTerm};
use crate::kernel::ids::{ClientId, DataSourceId, KanbanItemId, QuestionId, UserId};
use crate::kernel::limits::{
    BULK_MAX, EMAIL_MAX_CHARS, HEALTH_NOTE_MAX_CHARS, NAME_MAX_CHARS, TEXT_MAX_CHARS,
};
use crate::kernel::money::Money;
use crate::kernel::patch::Patch;
use crate::kernel::percent::Percent;
use crate::kernel::value_set;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
struct Check(Vec<Problem>);

impl Check {
    fn refuse(&mut self, field: &str, key: &str) {
        self.0.push(Problem { row: 0, field: Some(field.to_owned()), key: key.to_owned() });
    }

    fn required(&mut self, field: &str, text: &str, maximum: usize) {
        if text.trim().is_empty() {
            self.refuse(field, "required");
        } else {
            self.text(field, Some(text), maximum);
        }
    }

    fn text(&mut self, field: &str, text: Option<&str>, maximum: usize) {
        let Some(text) = text else { return };
        if text.contains('\0') {
            self.refuse(field, "not_text");
        } else if text.chars().count() > maximum {
            self.refuse(field, "too_long");
        }
    }

    fn percent(&mut self, field: &str, value: Option<u8>) {
        if value.is_some_and(|value| value > 100) {
            self.refuse(field, "out_of_range");
        }
    }

    fn amount(&mut self, field: &str, value: Option<Money>) {
        if value.is_some_and(|value| value < Money::ZERO) {
            self.refuse(field, "out_of_range");
        }
    }

    fn date(&mut self, field: &str, value: Option<Date>) {
        // Far beyond any agreement, and within what every program on the way can write.
        if value.is_some_and(|date| !(1900..=2999).contains(&date.year())) {
            self.refuse(field, "not_a_date");
        }
    }

    fn email(&mut self, field: &str, value: Option<&str>) {
        let Some(email) = value else { return };
        let at = email.find('@');
        let right = email.chars().count() <= EMAIL_MAX_CHARS
            && at.is_some_and(|at| at > 0 && at + 1 < email.len())
            && !email.chars().any(|c| c.is_control() || c.is_whitespace());
        if !right {
            self.refuse(field, "not_an_address");
        }
    }

    fn link(&mut self, field: &str, value: Option<&str>) {
        if value.is_some_and(|link| !is_web_link(link)) {
            self.refuse(field, "not_a_link");
        }
    }

    fn done(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
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
pub trait Checked {
    /// What is wrong with it.
    ///
    /// # Errors
    /// Every problem, field by field.
    fn check(&self) -> Result<(), Vec<Problem>>;
}

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

impl Checked for NewClient {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
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
    /// An account to expand?
    #[serde(default, skip_serializing_if = "Patch::is_kept")]
    pub is_expansion: Patch<bool>,
}

impl Checked for ClientChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
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

impl Checked for HealthChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.percent("health", self.health);
        check.percent("churn_risk", self.churn_risk);
        check.text("note", self.note.as_deref(), HEALTH_NOTE_MAX_CHARS);
        check.done()
    }
}

/// A row and the version of it that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versioned<Id> {
    /// Which row.
    pub id: Id,
    /// The version that was read.
    pub version: u32,
}

/// One change of many clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// Which clients, each once, at most [`BULK_MAX`].
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

impl Checked for BulkChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        if self.items.is_empty() {
            check.refuse("items", "required");
        } else if self.items.len() > BULK_MAX {
            check.refuse("items", "too_many");
        }
        let mut ids: Vec<_> = self.items.iter().map(|item| item.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < self.items.len() {
            check.refuse("items", "duplicate");
        }
        if self.changes == BulkFields::default() {
            check.refuse("changes", "required");
        }
        check.date("qbr_date", self.changes.qbr_date.value().copied());
        check.done()
    }
}

value_set! {
    /// How one row of a change of many went.
    BulkOutcome {
        /// It is as wanted now.
        Changed = "changed",
        /// It already was as wanted.
        Unchanged = "unchanged",
        /// Somebody else changed it in between.
        StaleVersion = "stale_version",
        /// The person has no right to this row.
        Forbidden = "forbidden",
        /// There is no such row for this person.
        NotFound = "not_found",
        /// The new owner is nobody of the organization.
        ReferenceMissing = "reference_missing",
    }
}

/// How one client of a change of many went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkResult {
    /// Which client.
    pub id: ClientId,
    /// How it went.
    pub outcome: BulkOutcome,
    /// The version it has now; none when the person may not know.
    pub version: Option<u32>,
}

/// A person at a client, as a form sends them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// As shown.
    pub name: String,
    /// Job title.
    pub role: String,
    /// Address.
    pub email: Option<String>,
    /// Number, as typed.
    pub phone: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
    /// Say in a purchase.
    pub power: Option<ContactPower>,
}

impl Checked for ContactFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("name", &self.name, NAME_MAX_CHARS);
        check.text("role", Some(&self.role), NAME_MAX_CHARS);
        check.email("email", self.email.as_deref());
        check.text("phone", self.phone.as_deref(), NAME_MAX_CHARS);
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// What was agreed with a client, as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommercialsFields {
    /// The version that was read; none when nothing was agreed yet.
    pub version: Option<u32>,
    /// Name of the plan.
    pub plan: String,
    /// List price per month.
    pub price: Money,
    /// Months the agreement runs, 1–1,200.
    pub term_months: u32,
    /// Off the list price.
    pub discount_pct: Percent,
    /// When it is renewed.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub renewal_date: Option<Date>,
    /// When invoices are due.
    pub payment_term: PaymentTerm,
    /// Who has to agree, in order; at most 20 names.
    pub approvals: Vec<String>,
}

impl Checked for CommercialsFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("plan", &self.plan, NAME_MAX_CHARS);
        check.amount("price", Some(self.price));
        if !(1..=1_200).contains(&self.term_months) {
            check.refuse("term_months", "out_of_range");
        }
        check.date("renewal_date", self.renewal_date);
        if self.approvals.len() > 20 {
            check.refuse("approvals", "too_many");
        }
        for name in &self.approvals {
            check.required("approvals", name, NAME_MAX_CHARS);
        }
        check.done()
    }
}

/// What a client pays with, as a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsFields {
    /// The version that was read.
    pub version: u32,
    /// The kind of arrangement.
    pub arrangement_type: Option<ArrangementType>,
    /// Per month.
    pub monthly_fee: Option<Money>,
    /// Of the revenue the client reports.
    pub revenue_share_pct: Option<Percent>,
    /// The client's own monthly revenue.
    pub client_reported_mrr: Option<Money>,
    /// For information.
    pub equity_stake_pct: Option<Percent>,
    /// What a person expects.
    pub projection_mrr: Option<Money>,
}

impl Checked for TermsFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.amount("monthly_fee", self.monthly_fee);
        check.done()
    }
}

/// A discovery form as it is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscoveryAnswers {
    /// The version that was read; none for the first save.
    pub version: Option<u32>,
    /// Texts by the names of [`FormType::fields`].
    pub answers: BTreeMap<String, String>,
    /// Is it complete?
    pub complete: bool,
}

impl Checked for DiscoveryAnswers {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        for (field, text) in &self.answers {
            check.text(field, Some(field), NAME_MAX_CHARS);
            check.text(field, Some(text), TEXT_MAX_CHARS);
        }
        if self.complete && self.answers.values().all(|text| text.trim().is_empty()) {
            check.refuse("answers", "required");
        }
        check.done()
    }
}

/// A field of a discovery form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Its name among the answers.
    pub name: &'static str,
    /// What is asked.
    pub label: &'static str,
    /// How to answer.
    pub hint: &'static str,
}

impl FormType {
    /// The fields of the form, in their order.
    #[must_use]
    pub const fn fields(self) -> &'static [FormField] {
        const fn field(name: &'static str, label: &'static str, hint: &'static str) -> FormField {
            FormField { name, label, hint }
        }
        match self {
            Self::GapSelling => {
                const {
                    &[
                        field("current_state", "Current state", "How the client works and earns today."),
                        field("future_state", "Future state", "Where the client wants to be."),
                        field("gap", "Gap", "What stands between the two."),
                        field("impact", "Impact", "What the gap costs, in the client's words."),
                    ]
                }
            }
            Self::ClarityGap => {
                const {
                    &[
                        field("clear", "Clear", "What the client knows for certain."),
                        field("unclear", "Unclear", "What the client would have to know."),
                        field("next", "Next", "How that can be found out."),
                    ]
                }
            }
            Self::RevenueResearch => {
                const {
                    &[
                        field("streams", "Revenue streams", "What the client is paid for, and by whom."),
                        field("growth", "Growth", "Where more revenue is to come from."),
                        field("constraint", "Constraint", "What keeps it from coming."),
                    ]
                }
            }
        }
    }
}

/// Rows of a set as they are wanted: those without id are new, those of `deleted` go, all others stay. All or
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetChange<Item, Id> {
    /// New and changed rows, at most [`BULK_MAX`].
    pub items: Vec<Item>,
    /// Rows that go, at most [`BULK_MAX`].
    pub deleted: Vec<Versioned<Id>>,
}

impl<Item, Id> Default for SetChange<Item, Id> {
    fn default() -> Self {
        Self { items: Vec::new(), deleted: Vec::new() }
    }
}

impl<Item: Checked, Id> Checked for SetChange<Item, Id> {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        if self.items.len() > BULK_MAX || self.deleted.len() > BULK_MAX {
            check.refuse("items", "too_many");
        }
        for (row, item) in self.items.iter().enumerate() {
            if let Err(problems) = item.check() {
                let row = u32::try_from(row).unwrap_or(u32::MAX);
                check.0.extend(problems.into_iter().map(|problem| Problem { row, ..problem }));
            }
        }
        check.done()
    }
}

/// A discovery question as it is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionItem {
    /// None for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<QuestionId>,
    /// The version that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Place in the list.
    pub position: u32,
    /// What is asked.
    pub question: String,
    /// What was answered.
    pub answer: Option<String>,
    /// What could be done about it.
    pub lever: Option<String>,
    /// What that would bring.
    pub expected_impact: Option<Money>,
}

impl Checked for QuestionItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("question", &self.question, TEXT_MAX_CHARS);
        check.text("answer", self.answer.as_deref(), TEXT_MAX_CHARS);
        check.text("lever", self.lever.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// A data source as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSourceItem {
    /// None for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<DataSourceId>,
    /// The version that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Its name; once per client.
    pub name: String,
    /// A group, as typed.
    pub category: String,
    /// How far it is.
    pub status: DataSourceStatus,
    /// Does the engagement need it?
    pub required: bool,
    /// Anything else.
    pub notes: Option<String>,
}

impl Checked for DataSourceItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("name", &self.name, NAME_MAX_CHARS);
        check.text("category", Some(&self.category), NAME_MAX_CHARS);
        check.text("notes", self.notes.as_deref(), TEXT_MAX_CHARS);
        check.done()
    }
}

/// A card of a board as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KanbanItem {
    /// None for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<KanbanItemId>,
    /// The version that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What is to be done.
    pub title: String,
    /// The column.
    pub status: KanbanStatus,
    /// Place in the column; the end when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Who does it.
    pub assignee_id: Option<UserId>,
    /// Until when.
    #[serde(default, with = "crate::kernel::instants::optional_day")]
    pub due_date: Option<Date>,
}

impl Checked for KanbanItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("title", &self.title, NAME_MAX_CHARS);
        check.date("due_date", self.due_date);
        check.done()
    }
}

/// Where a card goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardMove {
    /// The version that was read.
    pub version: u32,
    /// The column.
    pub status: KanbanStatus,
    /// Place in the column, from 0; beyond its end means the end.
    pub position: u32,
}

/// A deliverable, as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverableFields {
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// Its key among the client's deliverables: small letters, digits and hyphens, at most 60.
    pub reference: String,
    /// As shown.
    pub title: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DeliverableType,
    /// How it stands.
    pub status: DeliverableStatus,
    /// Where it is; http or https.
    pub url: Option<String>,
    /// From then on the client no longer sees it.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub share_expires_at: Option<Timestamp>,
}

impl DeliverableFields {
    /// A reference made of a title: `Quarterly review 2027` becomes `quarterly-review-2027`.
    #[must_use]
    pub fn reference_of(title: &str) -> String {
        let mut reference = String::new();
        for word in title.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
        {
            if !reference.is_empty() {
                reference.push('-');
            }
            reference.push_str(word);
        }
        reference.truncate(60);
        reference.trim_end_matches('-').to_owned()
    }
}

impl Checked for DeliverableFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Check::default();
        check.required("title", &self.title, NAME_MAX_CHARS);
        let right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.reference.is_empty() || self.reference.len() > 60 || !self.reference.chars().all(right) {
            check.refuse("reference", "unknown_value");
        }
        check.link("url", self.url.as_deref());
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

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

    #[test]
    fn problems_of_a_set_name_their_row() {
        let item = |title: &str| KanbanItem {
            id: None,
            version: None,
            title: title.to_owned(),
            status: KanbanStatus::Backlog,
            position: None,
            assignee_id: None,
            due_date: None,
        };
        let set: SetChange<_, KanbanItemId> =
            SetChange { items: vec![item("a"), item("")], deleted: Vec::new() };
        assert_eq!(set.check().unwrap_err()[0].row, 1);
    }

    #[test]
    fn every_field_of_a_form_has_a_name_of_its_own() {
        for form in FormType::ALL {
            let mut names: Vec<_> = form.fields().iter().map(|field| field.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), form.fields().len());
        }
    }

    proptest! {
        #[test]
        fn a_title_with_a_letter_makes_a_reference(title in "[A-Za-z][ -~]{0,90}") {
            let reference = DeliverableFields::reference_of(&title);
            prop_assert!(!reference.is_empty() && reference.len() <= 60);
            prop_assert!(reference.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        }
    }
}
