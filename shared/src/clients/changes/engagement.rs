//! What may be changed about the work with a client: discovery, data, the board?

use crate::clients::engagement::{DataSourceStatus, FormType, KanbanStatus};
use crate::kernel::bulk::Versioned;
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{DataSourceId, KanbanItemId, QuestionId, UserId};
use crate::kernel::limits::{BULK_MAX, NAME_MAX_CHARS, TEXT_MAX_CHARS};
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

impl Check for DiscoveryAnswers {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
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

impl<Item: Check, Id> Check for SetChange<Item, Id> {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
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

impl Check for QuestionItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
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

impl Check for DataSourceItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
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

impl Check for KanbanItem {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
