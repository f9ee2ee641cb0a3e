//! Which operations are about clients? The list, the portfolio's figures, the record of one client, and every
//! change of it.

use super::changes::{
    BulkChange, BulkResult, CardMove, ClientChange, CommercialsFields, ContactFields, DataSourceItem,
    DeliverableFields, DiscoveryAnswers, HealthChange, KanbanItem, NewClient, QuestionItem, SetChange,
    TermsFields,
};
use super::client::{ClientRow, ClientStatus, Phase};
use super::engagement::FormType;
use super::query::ClientsQuery;
use super::record::{
    ClientDetail, ClientRecord, ClientTerms, Commercials, Contact, DataSource, Deliverable, DiscoveryForm,
    KanbanCard, Question,
};
use super::summary::ClientsSummary;
use super::timeline::{TimelineEntry, TimelineQuery};
use super::trend::TrendPoint;
pub use crate::kernel::bulk::AtVersion;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use crate::kernel::envelope::Envelope;
use crate::kernel::ids::{ClientId, ContactId, DataSourceId, DeliverableId, KanbanItemId, QuestionId};
use crate::kernel::money::Money;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Clients that match, and what all of them add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientList {
    /// The first of them, in the order asked for.
    pub rows: Vec<ClientRow>,
    /// Of all that match, also of those that are not in `rows`.
    pub sums: ClientSums,
    /// The portfolio's mean score per month, oldest first; none when it was not asked for or is not for this reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Vec<TrendPoint>>,
}

/// Sums over a list, computed by the database. None when the reader may not see all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSums {
    /// Contracted annual recurring revenue.
    pub arr: Money,
    /// Amounts of open opportunities.
    pub open_value: Option<Money>,
    /// Monthly recurring revenue today.
    pub mrr: Option<Money>,
    /// Balance of sent invoices.
    pub ar_outstanding: Option<Money>,
}

impl ClientSums {
    /// The sums of a complete list. Never of a cut one.
    #[must_use]
    pub fn of(rows: &[impl Borrow<ClientRow>]) -> Self {
        let rows = || rows.iter().map(Borrow::borrow);
        // Not known of one is not known of all.
        let all = |read: fn(&ClientRow) -> Option<Money>| rows().map(read).sum::<Option<Money>>();
        Self {
            arr: rows().filter_map(|row| row.arr).sum(),
            open_value: all(|row| row.open_value),
            mrr: all(|row| row.mrr),
            ar_outstanding: all(|row| row.ar_outstanding),
        }
    }
}

row_query!(
    /// One client.
    ClientQuery { client_id: ClientId }
);
row_query!(
    /// A client to remove, and the version of it that was read.
    ClientRemoval { client_id: ClientId, version: u32 }
);
row_query!(
    /// A contact of a client.
    ContactQuery { client_id: ClientId, contact_id: ContactId }
);
row_query!(
    /// A contact to remove, and the version of it that was read.
    ContactRemoval { client_id: ClientId, contact_id: ContactId, version: u32 }
);
row_query!(
    /// A deliverable of a client.
    DeliverableQuery { client_id: ClientId, deliverable_id: DeliverableId }
);
row_query!(
    /// A deliverable to remove, and the version of it that was read.
    DeliverableRemoval { client_id: ClientId, deliverable_id: DeliverableId, version: u32 }
);
row_query!(
    /// A card of a client's board.
    CardQuery { client_id: ClientId, card_id: KanbanItemId }
);
row_query!(
    /// A discovery form of a client.
    FormQuery { client_id: ClientId, form_type: FormType }
);

/// Where a client stands after its onboarding was started, and what that added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarded {
    /// Where the relation stands.
    pub status: ClientStatus,
    /// How far the engagement has come.
    pub phase: Option<Phase>,
    /// The version of the client.
    pub version: u32,
    /// The deliverables that were added; those that were there already are not.
    pub deliverables: Vec<Deliverable>,
}

endpoint!(
    ListClients = "list_clients" Get "/api/clients" Member,
    query: ClientsQuery, body: (), reply: Envelope<ClientList>,
    summary: "Lists the clients the person may see that match, with sums over all of them."
);
endpoint!(
    ReadClientsSummary = "read_clients_summary" Get "/api/clients/summary" Member,
    query: NoQuery, body: (), reply: Envelope<ClientsSummary>,
    summary: "Counts and means of the portfolio, computed by the database."
);
endpoint!(
    ReadClient = "read_client" Get "/api/clients/{client_id}" Member,
    query: ClientQuery, body: (), reply: Envelope<ClientRecord>,
    summary: "Reads one client with everything its page shows."
);
endpoint!(
    ReadClientTimeline = "read_client_timeline" Get "/api/clients/{client_id}/timeline" Member,
    query: TimelineQuery, body: (), reply: Envelope<Vec<TimelineEntry>>,
    summary: "Reads what happened with a client, the newest first."
);
endpoint!(
    CreateClient = "create_client" Post "/api/clients" Member,
    query: NoQuery, body: NewClient, reply: ClientDetail,
    summary: "Adds a client."
);
endpoint!(
    UpdateClient = "update_client" Patch "/api/clients/{client_id}" Member,
    query: ClientQuery, body: ClientChange, reply: ClientDetail,
    summary: "Changes the fields of a client that the body names."
);
endpoint!(
    DeleteClient = "delete_client" Delete "/api/clients/{client_id}" Member,
    query: ClientRemoval, body: (), reply: (),
    summary: "Removes a client; refused while money or opportunities belong to it."
);
endpoint!(
    UpdateClients = "update_clients" Post "/api/clients/changes" Member,
    query: NoQuery, body: BulkChange, reply: Vec<BulkResult>,
    summary: "Changes owner, phase or review date of many clients and tells how each went."
);
endpoint!(
    SetClientHealth = "set_client_health" Put "/api/clients/{client_id}/health" Member,
    query: ClientQuery, body: HealthChange, reply: ClientDetail,
    summary: "Sets health and churn risk of a client, with a note."
);
endpoint!(
    EnsureClientOnboarding = "ensure_client_onboarding" Post "/api/clients/{client_id}/onboarding" Member,
    query: ClientQuery, body: AtVersion, reply: Onboarded,
    summary: "Starts the work with a client and tells what was added."
);
endpoint!(
    CreateContact = "create_contact" Post "/api/clients/{client_id}/contacts" Member,
    query: ClientQuery, body: ContactFields, reply: Contact,
    summary: "Adds a contact."
);
endpoint!(
    UpdateContact = "update_contact" Put "/api/clients/{client_id}/contacts/{contact_id}" Member,
    query: ContactQuery, body: ContactFields, reply: Contact,
    summary: "Replaces the fields of a contact."
);
endpoint!(
    DeleteContact = "delete_contact" Delete "/api/clients/{client_id}/contacts/{contact_id}" Member,
    query: ContactRemoval, body: (), reply: (),
    summary: "Removes a contact."
);
endpoint!(
    SaveCommercials = "save_commercials" Put "/api/clients/{client_id}/commercials" Member,
    query: ClientQuery, body: CommercialsFields, reply: Commercials,
    summary: "Says what was agreed with a client."
);
endpoint!(
    SaveClientTerms = "save_client_terms" Put "/api/clients/{client_id}/terms" Member,
    query: ClientQuery, body: TermsFields, reply: ClientTerms,
    summary: "Says what a client pays with."
);
endpoint!(
    SaveDiscovery = "save_discovery" Put "/api/clients/{client_id}/discovery/{form_type}" Member,
    query: FormQuery, body: DiscoveryAnswers, reply: DiscoveryForm,
    summary: "Saves a discovery form, as a draft or complete."
);
endpoint!(
    SyncDiscoveryQuestions = "sync_discovery_questions" Put "/api/clients/{client_id}/questions" Member,
    query: ClientQuery, body: SetChange<QuestionItem, QuestionId>, reply: Vec<Question>,
    summary: "Saves discovery questions as a set, all or nothing."
);
endpoint!(
    SyncDataSources = "sync_data_sources" Put "/api/clients/{client_id}/sources" Member,
    query: ClientQuery, body: SetChange<DataSourceItem, DataSourceId>, reply: Vec<DataSource>,
    summary: "Saves data sources as a set, all or nothing."
);
endpoint!(
    SyncKanban = "sync_kanban" Put "/api/clients/{client_id}/cards" Member,
    query: ClientQuery, body: SetChange<KanbanItem, KanbanItemId>, reply: Vec<KanbanCard>,
    summary: "Saves cards of a client's board as a set, all or nothing."
);
endpoint!(
    MoveKanbanItem = "move_kanban_item" Post "/api/clients/{client_id}/cards/{card_id}/moves" Member,
    query: CardQuery, body: CardMove, reply: KanbanCard,
    summary: "Moves a card of a client's board."
);
endpoint!(
    CreateDeliverable = "create_deliverable" Post "/api/clients/{client_id}/deliverables" Member,
    query: ClientQuery, body: DeliverableFields, reply: Deliverable,
    summary: "Adds a deliverable."
);
endpoint!(
    UpdateDeliverable = "update_deliverable" Put "/api/clients/{client_id}/deliverables/{deliverable_id}" Member,
    query: DeliverableQuery, body: DeliverableFields, reply: Deliverable,
    summary: "Replaces the fields of a deliverable."
);
endpoint!(
    DeleteDeliverable = "delete_deliverable" Delete "/api/clients/{client_id}/deliverables/{deliverable_id}" Member,
    query: DeliverableRemoval, body: (), reply: (),
    summary: "Removes a deliverable."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![
        ListClients::info(),
        ReadClientsSummary::info(),
        ReadClient::info(),
        ReadClientTimeline::info(),
        CreateClient::info(),
        UpdateClient::info(),
        DeleteClient::info(),
        UpdateClients::info(),
        SetClientHealth::info(),
        EnsureClientOnboarding::info(),
        CreateContact::info(),
        UpdateContact::info(),
        DeleteContact::info(),
        SaveCommercials::info(),
        SaveClientTerms::info(),
        SaveDiscovery::info(),
        SyncDiscoveryQuestions::info(),
        SyncDataSources::info(),
        SyncKanban::info(),
        MoveKanbanItem::info(),
        CreateDeliverable::info(),
        UpdateDeliverable::info(),
        DeleteDeliverable::info(),
    ]
}
