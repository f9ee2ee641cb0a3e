//! What did a run of a playbook do, step by step?

use super::step::StepConfig;
use super::words::{AutomationAction, AutomationTrigger, AutomationWorkspace, StepStatus};
use crate::kernel::ids::{AutomationRunId, PlaybookId};
use crate::kernel::value_set;
use crate::kernel::work::RunStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

value_set! {
    /// What a run can work on.
    EntityType {
        /// A sale.
        Opportunity = "opportunity",
        /// A client.
        Client = "client",
    }
}

value_set! {
    /// Why a step failed.
    Reason {
        /// It works on an opportunity, and the run has none, or it is gone.
        NoOpportunity = "no_opportunity",
        /// It works on a client, and the run has none, or it is gone.
        NoClient = "no_client",
        /// It writes in somebody's name, and nobody started the run.
        NoAuthor = "no_author",
        /// The opportunity is worth less than a cent per invoice.
        NothingToInvoice = "nothing_to_invoice",
        /// It is no step of the playbook any more, and how it was done is not known.
        StepRemoved = "step_removed",
        /// Something else refused it; the database's log says what.
        Refused = "refused",
    }
}

/// A run with its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationRun {
    /// Which.
    pub id: AutomationRunId,
    /// Of which playbook.
    pub playbook_id: PlaybookId,
    /// The playbook's name.
    pub playbook_name: String,
    /// What started it.
    pub trigger_event: AutomationTrigger,
    /// On whose behalf it works; none when a program started it.
    pub triggered_by_name: Option<String>,
    /// What it works on.
    pub entity_type: Option<EntityType>,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// Its name; none when it is gone, or hidden from the reader.
    pub entity_name: Option<String>,
    /// How it stands.
    pub status: RunStatus,
    /// Why it failed.
    pub error: Option<Reason>,
    /// When it was queued.
    #[serde(with = "crate::kernel::instants::moment")]
    pub created_at: Timestamp,
    /// When it was taken up last.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub completed_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: u32,
    /// In their order.
    pub steps: Vec<RunStep>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStep {
    /// Which.
    pub id: Uuid,
    /// Where it belongs.
    pub workspace: AutomationWorkspace,
    /// What it does.
    pub action: AutomationAction,
    /// How, as the playbook said when the run was queued; none when that is not known any more.
    pub config: Option<StepConfig>,
    /// How it stands.
    pub status: StepStatus,
    /// What it made.
    pub output: Option<StepOutput>,
    /// Why it failed.
    pub error: Option<Reason>,
    /// When it ended.
    #[serde(default, with = "crate::kernel::instants::optional_moment")]
    pub completed_at: Option<Timestamp>,
}

/// The rows that a step made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOutput {
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_id: Option<Uuid>,
    /// An activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<Uuid>,
    /// A card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kanban_item_id: Option<Uuid>,
    /// Draft invoices, which add up to the opportunity's amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoice_ids: Vec<Uuid>,
}

/// How a run stands after it was started or retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStanding {
    /// Which.
    pub id: AutomationRunId,
    /// Of which playbook.
    pub playbook_id: PlaybookId,
    /// How it stands.
    pub status: RunStatus,
    /// Counts its changes.
    pub version: u32,
}

/// A run that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedRun {
    /// Which.
    pub id: AutomationRunId,
    /// Of which playbook.
    pub playbook_id: PlaybookId,
    /// How it stood when it was queued.
    pub status: RunStatus,
    /// Counts its changes.
    pub version: u32,
    /// Was it queued by an earlier request with the same id?
    pub repeated: bool,
}
