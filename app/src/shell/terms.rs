//! In which words and tones is told what several slices say alike: what clients are and have agreed to, and how runs
//! stand?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

use revos_shared::clients::Segment;
use revos_shared::finance::{ArrangementType, BillingFrequency, SubscriptionStatus};
use revos_shared::kernel::work::RunStatus;
use revos_shared::pipeline::LostReason;
use revos_ui::Tone;

/// The word of a segment.
pub(crate) const fn segment(segment: Segment) -> &'static str {
    match segment {
        Segment::Smb => "Small business",
        Segment::Mid => "Mid-market",
        Segment::Enterprise => "Enterprise",
    }
}

/// The word of an arrangement.
pub(crate) const fn arrangement(kind: ArrangementType) -> &'static str {
    match kind {
        ArrangementType::Invoiced => "Invoiced",
        ArrangementType::Advisory => "Advisory",
        ArrangementType::EquityPartnership => "Equity partnership",
        ArrangementType::Equity => "Equity",
    }
}

/// How a subscription stands.
pub(crate) const fn subscription(status: SubscriptionStatus) -> (&'static str, Tone) {
    match status {
        SubscriptionStatus::Trial => ("Trial", Tone::Neutral),
        SubscriptionStatus::Active => ("Active", Tone::Good),
        SubscriptionStatus::PastDue => ("Past due", Tone::Bad),
        SubscriptionStatus::Paused => ("Paused", Tone::Warn),
        SubscriptionStatus::Cancelled => ("Cancelled", Tone::Neutral),
        SubscriptionStatus::Replaced => ("Replaced", Tone::Neutral),
    }
}

/// How often a subscription is billed.
pub(crate) const fn frequency(frequency: BillingFrequency) -> &'static str {
    match frequency {
        BillingFrequency::Monthly => "per month",
        BillingFrequency::Quarterly => "per quarter",
        BillingFrequency::Annual => "per year",
        BillingFrequency::OneTime => "once",
    }
}

/// The words of a reason.
pub(crate) const fn lost_reason(reason: LostReason) -> &'static str {
    match reason {
        LostReason::Price => "Price",
        LostReason::Timing => "Timing",
        LostReason::Competitor => "Competitor",
        LostReason::NoDecision => "No decision",
        LostReason::NoBudget => "No budget",
        LostReason::Fit => "Not a fit",
        LostReason::Other => "Other",
    }
}

/// How a run of a playbook stands.
pub(crate) const fn run(status: RunStatus) -> (&'static str, Tone) {
    match status {
        RunStatus::Queued => ("Queued", Tone::Neutral),
        RunStatus::Running => ("Running", Tone::Accent),
        RunStatus::Succeeded => ("Succeeded", Tone::Good),
        RunStatus::Failed => ("Failed", Tone::Bad),
        RunStatus::Cancelled => ("Cancelled", Tone::Neutral),
    }
}
