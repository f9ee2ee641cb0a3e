//! Which sales are under way, and what are they worth?

mod activity;
mod alert;
pub mod changes;
pub mod endpoints;
mod forecast;
pub mod import;
mod kept;
mod opportunity;
mod query;
mod range;
mod record;
mod row;
mod score;
#[cfg(test)]
mod test_rows;
mod totals;

pub use crate::kernel::work::ActivityType;
pub use activity::ActivityStatus;
pub use alert::{
    Alert, AlertKind, AlertSeverity, close_alert, coverage_alert, row_alerts, stalled_alert, variance_alert,
};
pub use forecast::{
    COMMIT_PROBABILITY, ClosedOpportunity, Cycle, EarlierForecast, Forecast, ForecastMaterial, MonthTotal,
    OwnerTotal, Rate, Scenario, UPSIDE_PROBABILITY, held_against,
};
pub use kept::{AlertEvent, KeptForecast};
pub use opportunity::{LostReason, OpportunitySource, Stage, weighted};
pub use query::{Amount, CloseWindow, ClosedChoice, OpportunityColumn, OpportunitySort, PipelineQuery};
pub use range::{ForecastRange, forecast_range};
pub use record::{
    Activity, Conversion, ConversionPart, CreatedProspect, FieldChange, Made, Moved, NamedClient, Note,
    OpportunityDetail, OpportunityRecord, OpportunityRights, SimilarClient, StageChange,
};
pub use row::{OpportunityList, OpportunityRow};
pub use score::{OwnerWins, Score, ScoreRisk, StageWins, WinCount, WinRates};
pub use totals::{StageTotal, Total};
