//! Which operations are about the pipeline? The list and its forecast, one opportunity, and every change of it.

use super::changes::{
    ActivityFields, BulkOpportunities, NewProspect, NoteFields, OpportunityChange, OpportunityMove,
    OpportunityResult, TargetChange,
};
use super::forecast::Forecast;
use super::query::PipelineQuery;
use super::record::{
    Activity, CreatedProspect, Moved, Note, OpportunityDetail, OpportunityRecord, SimilarClient,
};
use super::row::OpportunityList;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::{ActivityId, NoteId, OpportunityId};
use crate::kernel::limits::NAME_MAX_CHARS;
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};

row_query!(
    /// One opportunity.
    OpportunityQuery { opportunity_id: OpportunityId }
);
row_query!(
    /// An opportunity to remove, and the version of it that was read.
    OpportunityRemoval { opportunity_id: OpportunityId, version: u32 }
);
row_query!(
    /// A note of an opportunity.
    NoteQuery { opportunity_id: OpportunityId, note_id: NoteId }
);
row_query!(
    /// A note to remove, and the version of it that was read.
    NoteRemoval { opportunity_id: OpportunityId, note_id: NoteId, version: u32 }
);
row_query!(
    /// An activity of an opportunity.
    ActivityQuery { opportunity_id: OpportunityId, activity_id: ActivityId }
);
row_query!(
    /// An activity to remove, and the version of it that was read.
    ActivityRemoval { opportunity_id: OpportunityId, activity_id: ActivityId, version: u32 }
);

/// The name of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimilarQuery {
    /// What was typed, at most 200 characters; a value, never a pattern.
    pub name: String,
}

impl SimilarQuery {
    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let wrong = self.name.chars().count() > NAME_MAX_CHARS || self.name.contains('\0');
        if wrong {
            Err(("name", format!("at most {NAME_MAX_CHARS} characters, none of them NUL")))
        } else {
            Ok(())
        }
    }
}

/// The sales target as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Of a fiscal quarter; none when there is none.
    pub quarterly_target: Option<Money>,
    /// Of the organization.
    pub version: u32,
}

endpoint!(
    ListOpportunities = "list_opportunities" Get "/api/opportunities" Member,
    query: PipelineQuery, body: (), reply: Envelope<OpportunityList>,
    summary: "Lists the opportunities that match, with counts and sums by stage over all of them."
);
endpoint!(
    ReadForecast = "read_forecast" Get "/api/opportunities/forecast" Member,
    query: NoQuery, body: (), reply: Envelope<Forecast>,
    summary: "Computes the forecast of the quarter with scenarios, range, scores and alerts."
);
endpoint!(
    FindSimilarClients = "find_similar_clients" Get "/api/opportunities/similar-clients" Member,
    query: SimilarQuery, body: (), reply: Envelope<Vec<SimilarClient>>,
    summary: "Finds clients whose name is like one that was typed, the nearest first."
);
endpoint!(
    ReadOpportunity = "read_opportunity" Get "/api/opportunities/{opportunity_id}" Member,
    query: OpportunityQuery, body: (), reply: Envelope<OpportunityRecord>,
    summary: "Reads one opportunity with everything its panel shows."
);
endpoint!(
    CreateProspect = "create_prospect" Post "/api/opportunities" Member,
    query: NoQuery, body: NewProspect, reply: CreatedProspect,
    summary: "Adds an opportunity with its client, found or made, and a contact, all or nothing."
);
endpoint!(
    UpdateOpportunity = "update_opportunity" Patch "/api/opportunities/{opportunity_id}" Member,
    query: OpportunityQuery, body: OpportunityChange, reply: OpportunityDetail,
    summary: "Changes the fields of an opportunity that the body names."
);
endpoint!(
    DeleteOpportunity = "delete_opportunity" Delete "/api/opportunities/{opportunity_id}" Member,
    query: OpportunityRemoval, body: (), reply: (),
    summary: "Removes an opportunity with its notes and activities; a won one stays."
);
endpoint!(
    MoveOpportunity = "move_opportunity" Post "/api/opportunities/{opportunity_id}/moves" Member,
    query: OpportunityQuery, body: OpportunityMove, reply: Moved,
    summary: "Moves an opportunity to a stage; winning it makes what an engagement needs."
);
endpoint!(
    UpdateOpportunities = "update_opportunities" Post "/api/opportunities/changes" Member,
    query: NoQuery, body: BulkOpportunities, reply: Vec<OpportunityResult>,
    summary: "Changes stage, owner or expected close of many opportunities and tells how each went."
);
endpoint!(
    CreateNote = "create_note" Post "/api/opportunities/{opportunity_id}/notes" Member,
    query: OpportunityQuery, body: NoteFields, reply: Note,
    summary: "Adds a note to an opportunity."
);
endpoint!(
    UpdateNote = "update_note" Put "/api/opportunities/{opportunity_id}/notes/{note_id}" Member,
    query: NoteQuery, body: NoteFields, reply: Note,
    summary: "Changes an own note."
);
endpoint!(
    DeleteNote = "delete_note" Delete "/api/opportunities/{opportunity_id}/notes/{note_id}" Member,
    query: NoteRemoval, body: (), reply: (),
    summary: "Removes a note."
);
endpoint!(
    CreateActivity = "create_activity" Post "/api/opportunities/{opportunity_id}/activities" Member,
    query: OpportunityQuery, body: ActivityFields, reply: Activity,
    summary: "Plans an activity."
);
endpoint!(
    UpdateActivity = "update_activity" Put "/api/opportunities/{opportunity_id}/activities/{activity_id}" Member,
    query: ActivityQuery, body: ActivityFields, reply: Activity,
    summary: "Replaces the fields of an activity; completes or cancels it."
);
endpoint!(
    DeleteActivity = "delete_activity" Delete "/api/opportunities/{opportunity_id}/activities/{activity_id}" Member,
    query: ActivityRemoval, body: (), reply: (),
    summary: "Removes an activity."
);
endpoint!(
    SetTarget = "set_target" Put "/api/opportunities/target" Member,
    query: NoQuery, body: TargetChange, reply: Target,
    summary: "Sets the sales target of a fiscal quarter, or takes it away."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![
        ListOpportunities::info(),
        ReadForecast::info(),
        FindSimilarClients::info(),
        ReadOpportunity::info(),
        CreateProspect::info(),
        UpdateOpportunity::info(),
        DeleteOpportunity::info(),
        MoveOpportunity::info(),
        UpdateOpportunities::info(),
        CreateNote::info(),
        UpdateNote::info(),
        DeleteNote::info(),
        CreateActivity::info(),
        UpdateActivity::info(),
        DeleteActivity::info(),
        SetTarget::info(),
    ]
}
