//! What do the terms that clients have agreed to bring? (metrics: arrangement revenue)

use super::subscription::ArrangementType;
use crate::kernel::figure::{Figure, Unavailable};
use crate::kernel::money::Money;
use crate::kernel::percent::Percent;
use serde::{Deserialize, Serialize};

/// A hundredth of a percent of a minor unit, in parts of one.
const PARTS: u32 = 10_000;

/// What a client pays with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The kind, if one was chosen.
    pub arrangement_type: Option<ArrangementType>,
    /// A fee, by the month.
    pub monthly_fee: Option<Money>,
    /// The share of the client's own revenue.
    pub revenue_share_pct: Option<Percent>,
    /// That revenue, by the month, as the client reported it.
    pub client_reported_mrr: Option<Money>,
}

/// What all arrangements bring by the month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrangementTotal {
    /// Σ of those that can be computed, rounded once.
    pub amount: Money,
    /// Clients behind it.
    pub clients: u32,
    /// Clients with a share whose revenue nobody reported; while there are any, the sum is partial.
    pub missing: u32,
}

impl Arrangement {
    /// Fee + reported revenue × share ÷ 100, by the month.
    #[must_use]
    pub fn revenue(&self) -> Option<Figure<Money>> {
        Some(match self.parts()? {
            Ok(parts) => Figure::known(Money::of_fraction(parts, PARTS)),
            Err(reason) => Figure::missing(reason),
        })
    }

    /// None without terms that bring money.
    fn parts(&self) -> Option<Result<i128, Unavailable>> {
        if self.monthly_fee.is_none() && self.revenue_share_pct.is_none() {
            return None;
        }
        let fee = i128::from(self.monthly_fee.unwrap_or(Money::ZERO).minor()) * i128::from(PARTS);
        Some(match (self.revenue_share_pct, self.client_reported_mrr) {
            (Some(share), Some(reported)) => {
                Ok(fee + i128::from(reported.minor()) * i128::from(share.hundredths()))
            }
            (Some(share), None) if share.hundredths() > 0 => Err(Unavailable::NoRows),
            _ => Ok(fee),
        })
    }
}

impl ArrangementTotal {
    /// Of these; clients without terms are left out.
    #[must_use]
    pub fn of<'a>(arrangements: impl IntoIterator<Item = &'a Arrangement>) -> Self {
        let (mut sum, mut total) = (0_i128, Self::default());
        for parts in arrangements.into_iter().filter_map(Arrangement::parts) {
            match parts {
                Ok(parts) => {
                    sum += parts;
                    total.clients += 1;
                }
                Err(_) => total.missing += 1,
            }
        }
        total.amount = Money::of_fraction(sum, PARTS);
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(fee: Option<i64>, share: Option<&str>, reported: Option<i64>) -> Arrangement {
        let whole = |amount: i64| Money::from_minor(amount * 100);
        Arrangement {
            arrangement_type: None,
            monthly_fee: fee.map(whole),
            revenue_share_pct: share.map(|share| share.parse().unwrap()),
            client_reported_mrr: reported.map(whole),
        }
    }

    #[test]
    fn brings_what_the_golden_vector_says() {
        // Golden vector V13.
        let mut all = [
            terms(Some(2_500), Some("2"), Some(19_500)),
            terms(Some(6_800), None, None),
            terms(None, Some("15"), Some(16_200)),
            terms(Some(1_600), None, None),
            terms(None, None, Some(9_999)),
        ];
        let each = all.map(|terms| terms.revenue().map(|revenue| revenue.value().map(|m| m.minor() / 100)));
        assert_eq!(each, [Some(Some(2_890)), Some(Some(6_800)), Some(Some(2_430)), Some(Some(1_600)), None]);
        let total = ArrangementTotal::of(&all);
        assert_eq!((total.amount.minor(), total.clients, total.missing), (1_372_000, 4, 0));
        all[0].client_reported_mrr = None;
        let partial = ArrangementTotal::of(&all);
        assert_eq!((partial.amount.minor(), partial.clients, partial.missing), (1_083_000, 3, 1));
        assert_eq!(all[0].revenue(), Some(Figure::missing(Unavailable::NoRows)));
    }
}
