//! What may be changed about playbooks and runs, and what is wrong with a change before anybody is asked?

use super::playbook::STEPS_MAX;
use super::run::EntityType;
use super::step::StepConfig;
use super::words::{AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus};
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::StepId;
use crate::kernel::limits::{NAME_MAX_CHARS, TEXT_MAX_CHARS};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A playbook with all its steps, as the editor sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookFields {
    /// The version that was read; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Its name, unlike all others of the organization.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What starts it.
    pub trigger_event: AutomationTrigger,
    /// What it does, in this order; steps that are not named go.
    pub steps: Vec<StepFields>,
}

/// A step, as the editor sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepFields {
    /// Which; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<StepId>,
    /// Where it belongs.
    pub workspace: AutomationWorkspace,
    /// What it does.
    pub action: AutomationAction,
    /// What it is told.
    #[serde(default)]
    pub config: StepConfig,
}

impl Check for PlaybookFields {
    /// Problems of the playbook bear row 0, those of its steps their place, from 1.
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("name", &self.name, NAME_MAX_CHARS);
        check.text("description", self.description.as_deref(), TEXT_MAX_CHARS);
        if self.steps.len() > STEPS_MAX {
            check.refuse("steps", "too_many");
        }
        let mut ids: Vec<_> = self.steps.iter().filter_map(|step| step.id).collect();
        let named = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < named {
            check.refuse("steps", "duplicate");
        }
        for (row, step) in (1..).zip(&self.steps) {
            let mut of_step = Problems::default();
            step.config.check(step.action, &mut of_step);
            check.0.extend(of_step.0.into_iter().map(|problem| Problem { row, ..problem }));
        }
        check.done()
    }
}

/// Another state of a playbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// The version that was read.
    pub version: u32,
    /// How it is to stand; archived is final.
    pub status: PlaybookStatus,
}

impl Check for StatusChange {
    fn check(&self) -> Result<(), Vec<Problem>> {
        Ok(())
    }
}

/// A run to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    /// Chosen by the page, so that a repeated request starts no second run.
    pub request_id: Uuid,
    /// What it works on; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<EntityType>,
    /// Which one; with the type or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Uuid>,
}

impl Check for NewRun {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        match (self.entity_type, self.entity_id) {
            (Some(_), None) => check.refuse("entity_id", "required"),
            (None, Some(_)) => check.refuse("entity_type", "required"),
            _ => {}
        }
        check.done()
    }
}

/// A failed run to take up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRetry {
    /// The version of the run that was read: a failure is retried once.
    pub version: u32,
}

impl Check for RunRetry {
    fn check(&self) -> Result<(), Vec<Problem>> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: Option<u128>, action: AutomationAction, config: StepConfig) -> StepFields {
        let id = id.map(|id| StepId(Uuid::from_u128(id)));
        StepFields { id, workspace: AutomationWorkspace::Sales, action, config }
    }

    fn problems(fields: &PlaybookFields) -> String {
        let wrong = fields.check().err().unwrap_or_default();
        let said =
            wrong.into_iter().map(|it| format!("{}.{}:{}", it.row, it.field.unwrap_or_default(), it.key));
        said.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn problems_name_the_step_and_its_field() {
        let plan = |count| StepConfig { count: Some(count), ..StepConfig::default() };
        let mut fields = PlaybookFields {
            version: None,
            name: " ".to_owned(),
            description: None,
            trigger_event: AutomationTrigger::Manual,
            steps: vec![
                step(None, AutomationAction::RecordNote, StepConfig::default()),
                step(Some(1), AutomationAction::ScheduleInvoices, plan(61)),
                step(Some(1), AutomationAction::RecordNote, plan(3)),
            ],
        };
        assert_eq!(
            problems(&fields),
            "0.name:required 0.steps:duplicate 2.count:out_of_range 3.count:unknown_field"
        );
        fields.name = "Kickoff".to_owned();
        fields.steps = vec![step(None, AutomationAction::ScheduleInvoices, plan(60)); STEPS_MAX + 1];
        assert_eq!(problems(&fields), "0.steps:too_many");
        fields.steps.pop();
        assert_eq!(problems(&fields), "");
    }

    #[test]
    fn a_run_works_on_something_that_is_named_or_on_nothing() {
        let run = |entity_type, entity_id| NewRun { request_id: Uuid::nil(), entity_type, entity_id }.check();
        assert!(run(None, None).is_ok() && run(Some(EntityType::Client), Some(Uuid::nil())).is_ok());
        assert!(run(Some(EntityType::Client), None).is_err() && run(None, Some(Uuid::nil())).is_err());
    }
}
