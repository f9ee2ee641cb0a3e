//! Which sales are under way, and what are they worth?

mod activity;
mod opportunity;

pub use activity::{ActivityStatus, ActivityType};
pub use opportunity::{LostReason, OpportunitySource, Stage, weighted};
