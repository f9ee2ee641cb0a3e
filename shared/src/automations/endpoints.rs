//! Which operations are about playbooks? Their list and changes, their runs, and what is done with a run.

use super::changes::{NewRun, PlaybookFields, RunRetry, StatusChange};
use super::playbook::{Playbook, PlaybookStanding};
use super::run::{AutomationRun, RunStanding, StartedRun};
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::{AutomationRunId, OpportunityId, PlaybookId};
use crate::kernel::list::OutOfRange;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Runs on one page.
pub const RUNS_PAGE: u32 = 20;
/// Runs a page may have.
pub const RUNS_PAGE_MAX: u32 = 100;

row_query!(
    /// A playbook.
    PlaybookQuery { playbook_id: PlaybookId }
);
row_query!(
    /// A run of a playbook.
    RunQuery { run_id: AutomationRunId }
);

/// A page of runs, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunsQuery {
    /// Only those of this playbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook_id: Option<PlaybookId>,
    /// Only those that work on this opportunity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity_id: Option<OpportunityId>,
    /// Only this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<AutomationRunId>,
    /// Only those after the run that was queued at this moment; with [`RunsQuery::before_id`] or not at all.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::kernel::instants::optional_moment"
    )]
    pub before_at: Option<Timestamp>,
    /// And has this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_id: Option<Uuid>,
    /// Runs asked for, 1–100; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl RunsQuery {
    /// The limit to use.
    #[must_use]
    pub fn limit(self) -> u32 {
        self.limit.unwrap_or(RUNS_PAGE)
    }

    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(self) -> Result<(), OutOfRange> {
        if !(1..=RUNS_PAGE_MAX).contains(&self.limit()) {
            return Err(("limit", format!("a whole number from 1 to {RUNS_PAGE_MAX}")));
        }
        if self.before_at.is_some() == self.before_id.is_some() {
            Ok(())
        } else {
            Err(("before_id", "there with before_at, and not without".to_owned()))
        }
    }
}

endpoint!(
    ListPlaybooks = "list_playbooks" Get "/api/automations/playbooks" Member,
    query: NoQuery, body: (), reply: Envelope<Vec<Playbook>>,
    summary: "Lists the playbooks with their steps and newest runs, archived ones last."
);
endpoint!(
    CreatePlaybook = "create_playbook" Post "/api/automations/playbooks" Member,
    query: NoQuery, body: PlaybookFields, reply: Playbook,
    summary: "Adds a playbook as a draft, with its steps."
);
endpoint!(
    UpdatePlaybook = "update_playbook" Put "/api/automations/playbooks/{playbook_id}" Member,
    query: PlaybookQuery, body: PlaybookFields, reply: Playbook,
    summary: "Replaces the fields and the steps of a playbook, all or nothing."
);
endpoint!(
    SetPlaybookStatus = "set_playbook_status" Post "/api/automations/playbooks/{playbook_id}/status" Member,
    query: PlaybookQuery, body: StatusChange, reply: PlaybookStanding,
    summary: "Switches a playbook on or off, or puts it into the archive for good."
);
endpoint!(
    StartAutomationRun = "start_automation_run" Post "/api/automations/playbooks/{playbook_id}/runs" Member,
    query: PlaybookQuery, body: NewRun, reply: StartedRun,
    summary: "Queues a run of an active playbook."
);
endpoint!(
    ListAutomationRuns = "list_automation_runs" Get "/api/automations/runs" Member,
    query: RunsQuery, body: (), reply: Envelope<Vec<AutomationRun>>,
    summary: "Lists runs with what became of each step, newest first."
);
endpoint!(
    RetryAutomationRun = "retry_automation_run" Post "/api/automations/runs/{run_id}/retries" Member,
    query: RunQuery, body: RunRetry, reply: RunStanding,
    summary: "Queues a failed run again from the step that failed; what is done stays done."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![
        ListPlaybooks::info(),
        CreatePlaybook::info(),
        UpdatePlaybook::info(),
        SetPlaybookStatus::info(),
        StartAutomationRun::info(),
        ListAutomationRuns::info(),
        RetryAutomationRun::info(),
    ]
}
