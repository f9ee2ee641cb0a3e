//! Which sales are under way, and what are they worth?

mod activity;
mod automation;
mod opportunity;

pub use activity::{ActivityStatus, ActivityType};
pub use automation::{AutomationAction, AutomationTrigger, AutomationWorkspace, PlaybookStatus, StepStatus};
pub use opportunity::{LostReason, OpportunitySource, Stage, weighted};
