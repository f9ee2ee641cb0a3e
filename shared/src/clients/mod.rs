//! Who are the clients, and how are they doing?

pub mod changes;
mod client;
pub mod endpoints;
mod engagement;
mod panels;
mod project;
mod query;
mod record;
mod sort;
mod summary;
#[cfg(test)]
mod test_rows;
pub mod thresholds;
mod timeline;
mod trend;

pub use client::{ClientRow, ClientStatus, Phase, Segment, trs_score};
pub use engagement::{
    ContactPower, DataSourceStatus, DeliverableStatus, DeliverableType, FormType, HealthSource, KanbanStatus,
};
pub use panels::{ChurnRow, QbrHorizon, QbrRow, QbrState, churn_panel, qbr_panel};
pub use project::{ProjectHealth, ProjectStatus};
pub use query::{ClientBand, ClientsQuery};
pub use record::{
    ClientDetail, ClientFigures, ClientInvoice, ClientProject, ClientRecord, ClientRights,
    ClientSubscription, ClientTerms, Commercials, Contact, DataSource, Deliverable, DiscoveryForm,
    HealthPoint, KanbanCard, OpenOpportunity, PreviousHealth, Question,
};
pub use sort::{ClientColumn, ClientSort, by_name};
pub use summary::ClientsSummary;
pub use timeline::{BeforeAfter, RowChange, TimelineEntry, TimelineKind, TimelineQuery};
pub use trend::{TrendPoint, trend_line};
