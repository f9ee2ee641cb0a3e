//! Which operations does every page use? Search, the people of the organization, and lists under a name.

use super::check::{Check, Problem, Problems};
use super::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint, row_query};
use super::envelope::Envelope;
use super::ids::{ClientId, SavedViewId, UserId};
use super::limits::{VIEW_NAME_MAX_CHARS, VIEW_QUERY_MAX_CHARS};
use super::list::check_search;
use super::value_set;
use crate::session::Persona;
use serde::{Deserialize, Serialize};

value_set! {
    /// What a search finds.
    HitKind {
        /// A client.
        Client = "client",
        /// A person at a client.
        Contact = "contact",
        /// A possible sale.
        Opportunity = "opportunity",
        /// An invoice.
        Invoice = "invoice",
        /// An agent.
        Agent = "agent",
    }
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// The text; below two characters nothing is found.
    pub q: String,
}

impl SearchQuery {
    /// The first parameter that is out of range.
    ///
    /// # Errors
    /// The name of the parameter and its range.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        check_search(&self.q)
    }
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// What it is.
    pub kind: HitKind,
    /// Which one.
    pub id: uuid::Uuid,
    /// Its name.
    pub title: String,
    /// What tells it from others of the name.
    pub subtitle: String,
    /// The client whose record shows it; an agent has none.
    pub client_id: Option<ClientId>,
}

/// A colleague, for choosing an owner or an assignee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The person.
    pub id: UserId,
    /// As shown.
    pub name: String,
    /// What the person is here; never a Client persona.
    pub role: Persona,
}

value_set! {
    /// Whose lists can be kept under a name.
    ViewWorkspace {
        /// The clients list.
        Clients = "clients",
        /// The pipeline.
        Pipeline = "pipeline",
        /// The invoices.
        Finance = "finance",
    }
}

/// Which saved views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewsQuery {
    /// Of which list.
    pub workspace: ViewWorkspace,
}

/// A list under a name: one's own, or one that a colleague shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Whose it is.
    pub user_id: UserId,
    /// Of which list.
    pub workspace: ViewWorkspace,
    /// As shown.
    pub name: String,
    /// The parameters of the page's address, without the question mark.
    pub query: String,
    /// Does the organization's staff see it too?
    pub is_shared: bool,
    /// Counts the changes of the row.
    pub version: u32,
}

/// A saved view as a form sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewFields {
    /// Chosen by the page: a view that was removed by mistake comes back as what it was.
    pub id: SavedViewId,
    /// The version that was read; none for a new one.
    pub version: Option<u32>,
    /// Of which list.
    pub workspace: ViewWorkspace,
    /// As shown; once per person and list, in upper or lower case.
    pub name: String,
    /// The parameters of the page's address, without the question mark.
    pub query: String,
    /// Does the organization's staff see it too?
    pub is_shared: bool,
}

impl Check for ViewFields {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::default();
        problems.required("name", self.name.trim(), VIEW_NAME_MAX_CHARS);
        if self.query.chars().count() > VIEW_QUERY_MAX_CHARS {
            problems.refuse("query", "too_long");
        } else if self.query.contains(['\0', '?', '#']) {
            problems.refuse("query", "unknown_value");
        }
        problems.done()
    }
}

row_query!(
    /// A saved view to remove, and the version of it that was read.
    ViewRemoval { view_id: SavedViewId, version: u32 }
);

/// Something a person did that changes no row: downloaded a list, for example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UiEvent {
    /// What.
    pub key: UiEventKey,
    /// Where: the path of the page.
    pub route: String,
    /// Which part of it: a word of the page, no free text.
    pub detail: String,
}

value_set! {
    /// Things people do that change no row.
    UiEventKey {
        /// A list was downloaded.
        ExportDownloaded = "ui.export.downloaded",
        /// A saved view was opened.
        ViewOpened = "ui.view.opened",
    }
}

impl Check for UiEvent {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let short = |text: &str| text.len() <= 200 && !text.chars().any(char::is_control);
        let mut problems = Problems::default();
        if !self.route.starts_with('/') || !short(&self.route) {
            problems.refuse("route", "unknown_value");
        }
        if !short(&self.detail) {
            problems.refuse("detail", "too_long");
        }
        problems.done()
    }
}

endpoint!(
    SearchWorkspace = "search_workspace" Get "/api/search" Member,
    query: SearchQuery, body: (), reply: Envelope<Vec<SearchHit>>,
    summary: "Finds clients, contacts, opportunities, invoices and agents by name."
);
endpoint!(
    ListColleagues = "list_colleagues" Get "/api/colleagues" Member,
    query: NoQuery, body: (), reply: Envelope<Vec<Colleague>>,
    summary: "Lists the organization's staff, by name."
);
endpoint!(
    ListSavedViews = "list_saved_views" Get "/api/views" Member,
    query: ViewsQuery, body: (), reply: Envelope<Vec<SavedView>>,
    summary: "Lists the saved views of a list that the person may use."
);
endpoint!(
    SaveView = "save_view" Put "/api/views" Member,
    query: NoQuery, body: ViewFields, reply: SavedView,
    summary: "Makes or changes a saved view."
);
endpoint!(
    DeleteView = "delete_view" Delete "/api/views/{view_id}" Member,
    query: ViewRemoval, body: (), reply: (),
    summary: "Removes a saved view."
);
endpoint!(
    RecordUiEvent = "record_ui_event" Post "/api/events" Member,
    query: NoQuery, body: UiEvent, reply: (),
    summary: "Notes something a person did that changes no row."
);

/// The operations of every page.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![
        SearchWorkspace::info(),
        ListColleagues::info(),
        ListSavedViews::info(),
        SaveView::info(),
        DeleteView::info(),
        RecordUiEvent::info(),
    ]
}
