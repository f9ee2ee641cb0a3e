//! Who are the clients, and how are they doing?

mod client;
pub mod endpoints;
mod engagement;
mod panels;
mod summary;
#[cfg(test)]
mod test_rows;
pub mod thresholds;
mod trend;

pub use client::{ClientRow, ClientStatus, Phase, Segment, trs_score};
pub use engagement::{
    ContactPower, DataSourceStatus, DeliverableStatus, DeliverableType, FormType, HealthSource, KanbanStatus,
};
pub use panels::{ChurnRow, QbrHorizon, QbrRow, QbrState, churn_panel, qbr_panel};
pub use summary::{ClientsSummary, FiscalYear};
pub use trend::{TrendPoint, trend_line};
