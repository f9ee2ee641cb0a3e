//! Where do the bands of health, churn risk and reviews begin? The only place with these numbers.

use crate::kernel::value_set;

/// Churn risk from which a client is watched.
pub const CHURN_WATCH: u8 = 10;
/// Churn risk from which a client is at risk.
pub const CHURN_AT_RISK: u8 = 15;
/// Churn risk from which a client is critical.
pub const CHURN_CRITICAL: u8 = 25;
/// Health from which a client is healthy.
pub const HEALTH_HEALTHY: u8 = 70;
/// Health from which a client is watched; below it, critical.
pub const HEALTH_WATCH: u8 = 55;
/// Days within which a review is soon.
pub const QBR_SOON_DAYS: i32 = 14;

value_set! {
    /// How likely the client is to leave. Below [`CHURN_WATCH`] there is no band.
    ChurnBand {
        /// 10–14.
        Watch = "watch",
        /// 15–24.
        AtRisk = "at_risk",
        /// 25 and above.
        Critical = "critical",
    }
}

impl ChurnBand {
    /// The band of a churn risk of 0–100.
    #[must_use]
    pub const fn of(churn_risk: u8) -> Option<Self> {
        match churn_risk {
            CHURN_CRITICAL.. => Some(Self::Critical),
            CHURN_AT_RISK.. => Some(Self::AtRisk),
            CHURN_WATCH.. => Some(Self::Watch),
            _ => None,
        }
    }
}

value_set! {
    /// How well the client is doing.
    HealthBand {
        /// 70 and above.
        Healthy = "healthy",
        /// 55–69.
        Watch = "watch",
        /// Below 55.
        Critical = "critical",
    }
}

impl HealthBand {
    /// The band of a health of 0–100.
    #[must_use]
    pub const fn of(health: u8) -> Self {
        match health {
            HEALTH_HEALTHY.. => Self::Healthy,
            HEALTH_WATCH.. => Self::Watch,
            _ => Self::Critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_exactly_at_their_thresholds() {
        let churn: Vec<_> = [9, 10, 14, 15, 24, 25, 100].map(ChurnBand::of).into();
        use ChurnBand::{AtRisk, Critical, Watch};
        assert_eq!(
            churn,
            [None, Some(Watch), Some(Watch), Some(AtRisk), Some(AtRisk), Some(Critical), Some(Critical)]
        );
        assert_eq!(
            [100, 70, 69, 55, 54, 0].map(HealthBand::of),
            [
                HealthBand::Healthy,
                HealthBand::Healthy,
                HealthBand::Watch,
                HealthBand::Watch,
                HealthBand::Critical,
                HealthBand::Critical
            ]
        );
    }
}
