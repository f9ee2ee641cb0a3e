//! What does a step need to know, and what of it cannot be right?

use super::words::AutomationAction;
use crate::kernel::check::Problems;
use crate::kernel::limits::NAME_MAX_CHARS;
use crate::kernel::work::ActivityType;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Characters of a longer text of a step.
pub const STEP_TEXT_MAX_CHARS: usize = 5_000;
/// Days that a step may look ahead.
pub const STEP_DAYS_MAX: u16 = 999;
/// Invoices of one plan.
pub const INSTALLMENTS_MAX: u16 = 60;

/// What a step is told. Each action takes some of it; what is not said has a default when the step is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepConfig {
    /// Text of the note; the playbook's name when absent.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Kind of the activity; a task when absent.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActivityType>,
    /// Title of the activity or card; the playbook's name when absent.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// More about the activity; or the text on the invoices, the opportunity's name when absent.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Days from the run until it is due: 0–999; for an activity 7 when absent, for a card none.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub due_in_days: Option<u16>,
    /// Monthly invoices of the plan: 1–60; 1 when absent.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
    /// Days from the run to the first invoice: 0–999; 0 when absent.
    #[serde(default, deserialize_with = "whole", skip_serializing_if = "Option::is_none")]
    pub first_in_days: Option<u16>,
}

impl AutomationAction {
    /// The fields of a configuration that the action knows.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::RecordNote => &["body"],
            Self::CreateActivity => &["type", "title", "description", "due_in_days"],
            Self::CreateKanbanItem => &["title", "due_in_days"],
            Self::ScheduleInvoices => &["count", "first_in_days", "description"],
        }
    }
}

impl StepConfig {
    /// What of it is wrong for an action, as the database would say it field by field.
    pub(super) fn check(&self, action: AutomationAction, check: &mut Problems) {
        for (field, given) in [
            ("body", self.body.is_some()),
            ("type", self.kind.is_some()),
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("due_in_days", self.due_in_days.is_some()),
            ("count", self.count.is_some()),
            ("first_in_days", self.first_in_days.is_some()),
        ] {
            if given && !action.fields().contains(&field) {
                check.refuse(field, "unknown_field");
            }
        }
        for (field, text, maximum) in [
            ("body", &self.body, STEP_TEXT_MAX_CHARS),
            ("title", &self.title, NAME_MAX_CHARS),
            ("description", &self.description, STEP_TEXT_MAX_CHARS),
        ] {
            if let Some(text) = text {
                check.required(field, text, maximum);
            }
        }
        for (field, value, least, most) in [
            ("due_in_days", self.due_in_days, 0, STEP_DAYS_MAX),
            ("count", self.count, 1, INSTALLMENTS_MAX),
            ("first_in_days", self.first_in_days, 0, STEP_DAYS_MAX),
        ] {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                check.refuse(field, "out_of_range");
            }
        }
    }
}

/// The database takes texts and numbers alike, whoever wrote them.
struct Written;

impl Visitor<'_> for Written {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a whole number")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Written).map(Some)
}

fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let written = deserializer.deserialize_any(Written)?;
    written.parse().map(Some).map_err(|_| D::Error::custom("a whole number from 0 to 65535 is expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_holds_is_read_and_written() {
        let read: StepConfig =
            lean_json::from_str(r#"{"count":"3","first_in_days":14,"description":12}"#).unwrap();
        let expected = StepConfig {
            count: Some(3),
            first_in_days: Some(14),
            description: Some("12".to_owned()),
            ..StepConfig::default()
        };
        assert_eq!(read, expected);
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(text, r#"{"description":"12","count":3,"first_in_days":14}"#);
        for wrong in [r#"{"count":-1}"#, r#"{"count":1.5}"#, r#"{"x":1}"#, r#"{"type":"party"}"#] {
            assert!(serde_json::from_str::<StepConfig>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_action_takes_its_own_fields_within_limits() {
        let all = StepConfig {
            body: Some("x".to_owned()),
            kind: Some(ActivityType::Call),
            title: Some(" ".to_owned()),
            description: Some("x".repeat(STEP_TEXT_MAX_CHARS + 1)),
            due_in_days: Some(1_000),
            count: Some(0),
            first_in_days: Some(999),
        };
        let wrong = |action| {
            let mut problems = Problems::default();
            all.check(action, &mut problems);
            let said =
                problems.0.into_iter().map(|it| format!("{}:{}", it.field.unwrap_or_default(), it.key));
            said.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            wrong(AutomationAction::CreateActivity),
            "body:unknown_field count:unknown_field first_in_days:unknown_field title:required \
             description:too_long due_in_days:out_of_range count:out_of_range"
        );
        assert!(
            wrong(AutomationAction::ScheduleInvoices).starts_with("body:unknown_field type:unknown_field")
        );
    }
}
