//! What happens by itself: playbooks, their steps, and what their runs made?

pub mod changes;
pub mod endpoints;
mod playbook;
mod run;
mod step;
mod words;

pub use playbook::{LastRun, Playbook, PlaybookStanding, PlaybookStep, STEPS_MAX};
pub use run::{AutomationRun, EntityType, Reason, RunStanding, RunStep, StartedRun, StepOutput};
pub use step::{INSTALLMENTS_MAX, STEP_DAYS_MAX, STEP_TEXT_MAX_CHARS, StepConfig};
pub use words::{AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus, StepStatus};
