//! What is earned, what does it cost, and what is left, month by month? (metrics: profit and loss)

use super::inputs::MonthInputs;
use super::ledger::ExpenseCategory;
use crate::kernel::figure::{BASIS_POINTS, Figure, Unavailable, ratio_or};
use crate::kernel::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Profit and loss of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitMonth {
    /// Its first day.
    #[serde(with = "crate::kernel::instants::day")]
    pub month: Date,
    /// Net of tax: sent and paid invoices issued in it, for subscriptions.
    pub subscriptions: Money,
    /// The same for everything else.
    pub services: Money,
    /// Both.
    pub revenue: Money,
    /// Approved expenses of it, those with an amount.
    pub expenses: Vec<CategoryTotal>,
    /// Σ approved expenses.
    pub spent: Money,
    /// The part of them that counts against the gross margin.
    pub cost_of_revenue: Money,
    /// Expenses of it that nobody approved yet; in no other figure.
    pub unapproved: Money,
    /// Revenue − expenses.
    pub net: Money,
    /// Net ÷ revenue, in basis points.
    pub net_margin: Figure<i64>,
    /// (Revenue − cost of revenue) ÷ revenue, in basis points.
    pub gross_margin: Figure<i64>,
}

/// What was spent on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryTotal {
    /// What on.
    pub category: ExpenseCategory,
    /// How much.
    pub amount: Money,
}

impl From<&MonthInputs> for ProfitMonth {
    fn from(month: &MonthInputs) -> Self {
        let revenue = month.revenue_subscriptions + month.revenue_services;
        let spent: Money = month.expenses.values().copied().sum();
        let net = Money::from_minor(revenue.minor() - spent.minor());
        let gross = revenue.minor() - month.cost_of_revenue.minor();
        let margin = |part: i64| {
            ratio_or(Unavailable::ZeroDenominator, part.into(), revenue.minor().into(), BASIS_POINTS)
        };
        Self {
            month: month.month,
            subscriptions: month.revenue_subscriptions,
            services: month.revenue_services,
            revenue,
            expenses: month
                .expenses
                .iter()
                .map(|(category, amount)| CategoryTotal { category: *category, amount: *amount })
                .collect(),
            spent,
            cost_of_revenue: month.cost_of_revenue,
            unapproved: month.unapproved,
            net,
            net_margin: margin(net.minor()),
            gross_margin: margin(gross),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn whole(amount: i64) -> Money {
        Money::from_minor(amount * 100)
    }

    #[test]
    fn a_month_is_that_of_the_golden_vector() {
        // Golden vector V17; the analysts are services of others.
        let month = MonthInputs {
            month: date(2026, 4, 1),
            cash_in: Money::ZERO,
            cash_out: Money::ZERO,
            revenue_subscriptions: whole(45_000),
            revenue_services: whole(15_600),
            expenses: [
                (ExpenseCategory::PayrollBenefits, whole(31_000)),
                (ExpenseCategory::HostingInfrastructure, whole(350)),
                (ExpenseCategory::ProfessionalServices, whole(4_200)),
            ]
            .into(),
            cost_of_revenue: whole(4_550),
            unapproved: whole(800),
        };
        let profit = ProfitMonth::from(&month);
        assert_eq!((profit.revenue, profit.spent, profit.net), (whole(60_600), whole(35_550), whole(25_050)));
        assert_eq!(profit.unapproved, whole(800));
        assert_eq!((profit.net_margin, profit.gross_margin), (Figure::known(4_134), Figure::known(9_249)));

        let nothing =
            MonthInputs { revenue_subscriptions: Money::ZERO, revenue_services: Money::ZERO, ..month };
        let profit = ProfitMonth::from(&nothing);
        assert_eq!(profit.net, whole(-35_550));
        assert_eq!(profit.net_margin, Figure::missing(Unavailable::ZeroDenominator));
        assert_eq!(profit.gross_margin, Figure::missing(Unavailable::ZeroDenominator));
    }
}
