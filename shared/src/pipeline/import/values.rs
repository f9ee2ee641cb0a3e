//! Which amount or day did somebody mean? Only what has one meaning is taken.

use crate::kernel::money::Money;
use jiff::civil::Date;

/// What stands before the cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalSign {
    /// Each amount has to say it itself.
    #[default]
    Unknown,
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// In which order a day is written, when it is not the ISO one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayOrder {
    /// Each day has to say it itself.
    #[default]
    Unknown,
    /// `31/12/2026`
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
}

/// Reads an amount, also with the sign or the code of this currency, with thousands set apart, in both decimal styles.
///
/// # Errors
/// `not_a_number`; `other_currency` beside the sign or code of another one; `ambiguous_amount` when it can be two amounts and the sign is unknown; `too_many_decimals`;
/// `out_of_range` beyond what the database holds.
pub fn amount(text: &str, sign: DecimalSign, currency: &str) -> Result<Money, &'static str> {
    let text = text.trim().replace('\u{2212}', "-");
    let (mut bare, in_brackets) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text.as_str(), false),
    };
    let mut negative = in_brackets;
    // A sign may stand before or behind the currency.
    for _ in 0..2 {
        if let Some(rest) = bare.strip_prefix('-').filter(|_| !negative) {
            (bare, negative) = (rest.trim(), true);
        }
        bare = without_currency(bare, currency)?;
    }
    let digits = plain(bare, sign)?;
    let digits = if negative { format!("-{digits}") } else { digits };
    Money::parse(&digits).map_err(|_| {
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        if whole.trim_start_matches('-').len() > 12 {
            "out_of_range"
        } else if fraction.trim_end_matches('0').len() > 2 {
            "too_many_decimals"
        } else {
            "not_a_number"
        }
    })
}

/// Signs, and the codes of the currencies they stand for.
const SIGNS: [(&str, &[&str]); 9] = [
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("₺", &["TRY"]),
    ("₴", &["UAH"]),
    ("₣", &["CHF"]),
];

/// Without the sign or the code of this currency, before or behind.
fn without_currency<'a>(text: &'a str, currency: &str) -> Result<&'a str, &'static str> {
    let text = text.trim();
    for (sign, codes) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)) {
            return if codes.contains(&currency) { Ok(rest.trim()) } else { Err("other_currency") };
        }
    }
    let is_word = |c: char| c.is_ascii_alphabetic();
    let (before, behind) = (text.trim_start_matches(is_word), text.trim_end_matches(is_word));
    let (word, rest) = if before.len() < text.len() {
        (&text[..text.len() - before.len()], before)
    } else {
        (&text[behind.len()..], behind)
    };
    match word {
        "" => Ok(text),
        word if word.eq_ignore_ascii_case(currency) => Ok(rest.trim()),
        word if word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Err("other_currency")
        }
        _ => Err("not_a_number"),
    }
}

/// The amount as a plain decimal with a point.
fn plain(text: &str, sign: DecimalSign) -> Result<String, &'static str> {
    const WRONG: Result<String, &str> = Err("not_a_number");
    let is_gap = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !text.ends_with(|c: char| c.is_ascii_digit()) {
        return WRONG;
    }
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    if marks.iter().any(|c| !is_gap(*c) && !matches!(c, '.' | ',')) {
        return WRONG;
    }
    let count = |mark: char| marks.iter().filter(|c| **c == mark).count();
    let decimal = match (sign, count('.'), count(',')) {
        (_, 0, 0) => None,
        (DecimalSign::Point, ..) => Some('.'),
        (DecimalSign::Comma, ..) => Some(','),
        // The last of two kinds is the decimal sign.
        (_, points, commas) if points > 0 && commas > 0 => marks.last().copied(),
        // More than one of a kind are none.
        (_, points, commas) if points > 1 || commas > 1 => None,
        (_, points, _) => {
            let mark = if points == 1 { '.' } else { ',' };
            let (before, behind) = text.split_once(mark).unwrap_or((text, ""));
            let sets_thousands_apart = behind.len() == 3 && before.chars().count() <= 3 && before != "0";
            match (sets_thousands_apart, mark) {
                (false, _) => Some(mark),
                // Programs write 1.230; nobody writes cents behind a comma with a third place.
                (true, '.') if behind.ends_with('0') => return Err("ambiguous_amount"),
                (true, _) => None,
            }
        }
    };
    let (whole, fraction) = match decimal {
        Some(mark) => text.split_once(mark).unwrap_or((text, "")),
        None => (text, ""),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return WRONG;
    }
    let mut groups = whole.split(|c: char| !c.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let mut apart: Vec<char> = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    apart.dedup();
    let well_grouped = rest.is_empty()
        || (first.len() <= 3 && apart.len() == 1 && rest.iter().all(|group| group.len() == 3));
    if !well_grouped || apart.first().copied() == decimal && decimal.is_some() {
        return WRONG;
    }
    let whole = format!("{first}{}", rest.concat());
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    Ok(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// Reads a day: ISO 8601, also with a time behind it; day, month and year with points, slashes or hyphens; or with the
/// month as an English word.
///
/// # Errors
/// `not_a_date`; `ambiguous_date` when it can be two days and the order is unknown.
pub fn day(text: &str, order: DayOrder) -> Result<Date, &'static str> {
    const WRONG: &str = "not_a_date";
    let text = text.trim();
    // A spreadsheet adds a time to a day that it exports.
    let text = match text.split_once(['T', ' ']) {
        Some((day, time)) if time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(':') => day,
        _ => text,
    };
    let parts: Vec<&str> =
        text.split(['-', '/', '.', ' ', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts[..] else { return Err(WRONG) };
    let number = |part: &str| {
        let is_number = part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| is_number)
    };
    let made = |year: &str, month: i16, day: i16| {
        let year = number(year).filter(|_| year.len() == 4).ok_or(WRONG)?;
        let (month, day) = (i8::try_from(month).map_err(|_| WRONG)?, i8::try_from(day).map_err(|_| WRONG)?);
        Date::new(year, month, day).map_err(|_| WRONG)
    };
    if let Some(month) = month_named(second) {
        return made(third, month, number(first).ok_or(WRONG)?);
    }
    if let Some(month) = month_named(first) {
        return made(third, month, number(second).ok_or(WRONG)?);
    }
    let (one, two) = (number(first).ok_or(WRONG)?, number(second).ok_or(WRONG)?);
    if first.len() == 4 {
        return made(first, two, number(third).ok_or(WRONG)?);
    }
    if first.len() > 2 || second.len() > 2 {
        return Err(WRONG);
    }
    // Only days come first before points.
    let order = if text.contains('.') { DayOrder::DayFirst } else { order };
    match order {
        DayOrder::DayFirst => made(third, two, one),
        DayOrder::MonthFirst => made(third, one, two),
        DayOrder::Unknown if one > 12 => made(third, two, one),
        DayOrder::Unknown if two > 12 || one == two => made(third, one, two),
        DayOrder::Unknown => made(third, one, two).and(Err("ambiguous_date")),
    }
}

/// The number of a month by the first three letters of its name, or by all of them.
fn month_named(word: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let found = MONTHS.iter().position(|month| word.len() >= 3 && (*month == word || month[..3] == word))?;
    i16::try_from(found + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn understands_amounts_as_people_write_them() {
        for (text, minor) in [
            ("81600", 8_160_000),
            ("$81,600.00", 8_160_000),
            ("81.600,50 $", 8_160_050),
            ("USD 1.234.567", 123_456_700),
            ("usd 1'234.50", 123_450),
            ("500 USD", 50_000),
            ("1 234,5", 123_450),
            ("1\u{202f}234,50\u{a0}$", 123_450),
            ("12.5", 1_250),
            ("12,50", 1_250),
            ("1,234", 123_400),
            ("1.234", 123_400),
            ("81600.000", 8_160_000),
            ("0.010", 1),
            ("007", 700),
            ("-5", -500),
            ("(5.00)", -500),
            ("$-5", -500),
            ("-$5", -500),
        ] {
            assert_eq!(amount(text, DecimalSign::Unknown, "USD"), Ok(Money::from_minor(minor)), "{text}");
        }
        assert_eq!(amount("12.500", DecimalSign::Comma, "USD"), Ok(Money::from_minor(1_250_000)));
        assert_eq!(amount("12.500", DecimalSign::Point, "USD"), Ok(Money::from_minor(1_250)));
        assert_eq!(amount("12,500", DecimalSign::Point, "USD"), Ok(Money::from_minor(1_250_000)));
    }

    #[test]
    fn names_amounts_that_are_none_or_two() {
        for (text, key) in [
            ("12.500", "ambiguous_amount"),
            ("abc", "not_a_number"),
            ("1e5", "not_a_number"),
            ("12%", "not_a_number"),
            ("=1+1", "not_a_number"),
            ("1,23,456", "not_a_number"),
            ("1.2.3", "not_a_number"),
            ("1,234,5", "not_a_number"),
            (".5", "not_a_number"),
            ("5.", "not_a_number"),
            ("--5", "not_a_number"),
            ("$", "not_a_number"),
            ("", "not_a_number"),
            ("1.2345", "too_many_decimals"),
            ("9999999999999", "out_of_range"),
            ("€5", "other_currency"),
            ("5 GBP", "other_currency"),
            ("est 500", "not_a_number"),
            ("100 pcs", "not_a_number"),
            ("max 9000", "not_a_number"),
        ] {
            assert_eq!(amount(text, DecimalSign::Unknown, "USD"), Err(key), "{text}");
        }
        assert_eq!(amount("1,5", DecimalSign::Point, "USD"), Err("not_a_number"));
    }

    #[test]
    fn understands_days_as_people_write_them() {
        let expected = Date::constant(2026, 12, 31);
        for text in [
            "2026-12-31",
            "2026/12/31",
            "2026-12-31T00:00:00Z",
            "2026-12-31 00:00:00",
            "31.12.2026",
            "31/12/2026",
            "12/31/2026",
            "12-31-2026",
            "31 Dec 2026",
            "Dec 31, 2026",
            "December 31 2026",
            "31-dec-2026",
        ] {
            assert_eq!(day(text, DayOrder::Unknown), Ok(expected), "{text}");
        }
        assert_eq!(day("3/4/2026", DayOrder::DayFirst), Ok(Date::constant(2026, 4, 3)));
        assert_eq!(day("3/4/2026", DayOrder::MonthFirst), Ok(Date::constant(2026, 3, 4)));
        assert_eq!(day("3.4.2026", DayOrder::MonthFirst), Ok(Date::constant(2026, 4, 3)));
        assert_eq!(day("4/4/2026", DayOrder::Unknown), Ok(Date::constant(2026, 4, 4)));
        assert_eq!(day("3/4/2026", DayOrder::Unknown), Err("ambiguous_date"));
        for text in
            ["", "soon", "2026-02-30", "31/12/26", "1/2", "13/13/2026", "46022", "2026-1-1-1", "mayor 3 2026"]
        {
            assert_eq!(day(text, DayOrder::Unknown), Err("not_a_date"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_is_read_in_both_styles(minor in 1_i64..=Money::MAX.minor()) {
            let money = Money::from_minor(minor);
            let digits = (minor / 100).to_string();
            let grouped = |mark: char| {
                digits.char_indices().fold(String::new(), |mut text, (at, digit)| {
                    if at > 0 && (digits.len() - at).is_multiple_of(3) {
                        text.push(mark);
                    }
                    text.push(digit);
                    text
                })
            };
            let cents = minor % 100;
            prop_assert_eq!(amount(&format!("${}.{cents:02}", grouped(',')), DecimalSign::Unknown, "USD"), Ok(money));
            prop_assert_eq!(amount(&format!("{},{cents:02} €", grouped('.')), DecimalSign::Unknown, "EUR"), Ok(money));
            prop_assert_eq!(amount(&money.to_string(), DecimalSign::Unknown, ""), Ok(money));
        }

        #[test]
        fn any_text_is_an_answer(text in "\\PC{0,20}") {
            let _ = (amount(&text, DecimalSign::Unknown, "USD"), day(&text, DayOrder::Unknown));
        }
    }
}
