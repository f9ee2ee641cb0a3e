//! When do quarters begin and end? As the organization's fiscal year says.

use super::instants::days_after;
use jiff::civil::Date;

/// When the fiscal year begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiscalYear {
    /// 1–12.
    pub start_month: u8,
}

impl FiscalYear {
    /// The first day of the fiscal quarter that contains `day`.
    #[must_use]
    pub fn quarter_start(self, day: Date) -> Date {
        let start = i16::from(self.start_month.clamp(1, 12));
        let months_in = (i16::from(day.month()) - start).rem_euclid(3);
        first_of_month(day, -months_in)
    }

    /// The last day of the fiscal quarter that contains `day`.
    #[must_use]
    pub fn quarter_end(self, day: Date) -> Date {
        days_after(first_of_month(self.quarter_start(day), 3), -1)
    }
}

/// The first day of the month so many months after that of `day`.
#[must_use]
pub fn first_of_month(day: Date, months: i16) -> Date {
    let month = i16::from(day.month()) - 1 + months;
    let (year, month) = (day.year() + month.div_euclid(12), month.rem_euclid(12) + 1);
    i8::try_from(month).ok().and_then(|month| Date::new(year, month, 1).ok()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn quarters_follow_the_fiscal_year() {
        // Golden vector V18.
        let day = date(2026, 5, 20);
        let quarter = |start_month| {
            let year = FiscalYear { start_month };
            (year.quarter_start(day), year.quarter_end(day))
        };
        assert_eq!(quarter(1), (date(2026, 4, 1), date(2026, 6, 30)));
        assert_eq!(quarter(4), (date(2026, 4, 1), date(2026, 6, 30)));
        assert_eq!(quarter(2), (date(2026, 5, 1), date(2026, 7, 31)));
        assert_eq!(FiscalYear { start_month: 3 }.quarter_start(date(2026, 1, 5)), date(2025, 12, 1));
    }
}
