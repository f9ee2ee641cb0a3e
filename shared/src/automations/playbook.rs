//! What is a playbook, as the page shows it?

use super::run::Reason;
use super::step::StepConfig;
use super::words::{AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus};
use crate::kernel::ids::{AutomationRunId, PlaybookId, StepId};
use crate::kernel::work::RunStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Steps of a playbook.
pub const STEPS_MAX: usize = 50;

/// A playbook with its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playbook {
    /// Which.
    pub id: PlaybookId,
    /// Its name, unlike all others of the organization.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What starts it.
    pub trigger_event: AutomationTrigger,
    /// How it stands; only active ones run.
    pub status: PlaybookStatus,
    /// The last change of it.
    #[serde(with = "crate::kernel::instants::moment")]
    pub updated_at: Timestamp,
    /// Counts its changes, those of its steps among them.
    pub version: u32,
    /// What it does, in this order.
    pub steps: Vec<PlaybookStep>,
    /// Its newest run.
    pub last_run: Option<LastRun>,
}

/// Something a playbook does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybookStep {
    /// Which.
    pub id: StepId,
    /// Where it belongs.
    pub workspace: AutomationWorkspace,
    /// What it does.
    pub action: AutomationAction,
    /// What it is told.
    pub config: StepConfig,
}

/// The newest run of a playbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// Which.
    pub id: AutomationRunId,
    /// How it stands.
    pub status: RunStatus,
    /// Why it failed.
    pub error: Option<Reason>,
    /// When it was queued.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub completed_at: Option<Timestamp>,
}

/// How a playbook stands after a change of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybookStanding {
    /// Which.
    pub id: PlaybookId,
    /// How it stands.
    pub status: PlaybookStatus,
    /// Counts the changes of the playbook.
    pub version: u32,
}
