//! How are days and moments written in JSON? As RFC 3339 says, read and written by hand.
//!
//! `jiff` does the same and far more (annotations, zones, spans), and its parser and its many error texts
//! would be a tenth of the page. What it refuses or rounds, this refuses: there is nothing to guess.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serializer};

const EPOCH: Date = date(1970, 1, 1);
const SECONDS_PER_DAY: i64 = 86_400;

/// Reads `2026-05-20`.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..)?)?);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Reads `2026-05-20T14:02:31.5Z` or with an offset such as `+02:00`. A leap second is the second before.
#[must_use]
pub fn parse_moment(text: &str) -> Option<Timestamp> {
    let day = parse_day(text.get(..10)?)?;
    if !matches!(text.as_bytes().get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let clock = text.get(11..19)?;
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (number(&clock[..2])?, number(&clock[3..5])?, number(&clock[6..])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let (nanosecond, zone) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, zone) = fraction.split_at(digits);
            if digits.is_empty() || digits.len() > 9 {
                return None;
            }
            (number(digits)? * 10_i64.pow(9 - u32::try_from(digits.len()).ok()?), zone)
        }
    };
    let seconds = days_between(EPOCH, day) * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second.min(59);
    Timestamp::new(seconds - offset(zone)?, i32::try_from(nanosecond).ok()?).ok()
}

/// Seconds east of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match zone.get(1..)?.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None => (zone.get(1..)?, "00"),
    };
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Digits only: no sign, no blank.
fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Writes `2026-05-20`.
#[must_use]
pub fn write_day(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// Writes `2026-05-20T14:02:31.5Z`, with as many decimal places as there are.
#[must_use]
pub fn write_moment(moment: Timestamp) -> String {
    let nanoseconds = i64::from(moment.subsec_nanosecond());
    let seconds = moment.as_second() - i64::from(nanoseconds < 0);
    let day = write_day(days_after(EPOCH, seconds.div_euclid(SECONDS_PER_DAY)));
    let clock = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    let fraction = match nanoseconds.rem_euclid(1_000_000_000) {
        0 => String::new(),
        nanoseconds => format!(".{nanoseconds:09}").trim_end_matches('0').to_owned(),
    };
    format!("{day}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Whole days from one day to another; negative when the other is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_secs() / SECONDS_PER_DAY
}

/// The day so many days later, kept inside the years 0000–9999 (Howard Hinnant, "chrono-compatible low-level
/// date algorithms", `civil_from_days`).
#[must_use]
pub fn days_after(day: Date, days: i64) -> Date {
    let since_march_0 = days_between(EPOCH, day).saturating_add(days).clamp(-719_528, 2_932_896) + 719_468;
    let era = since_march_0.div_euclid(146_097);
    let day_of_era = since_march_0.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let civil = || {
        let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
        Date::new(year, month, i8::try_from(day_of_month).ok()?).ok()
    };
    civil().unwrap_or(day)
}

/// Reads a text with one of the functions above.
fn read<'de, D: Deserializer<'de>, T>(deserializer: D, parse: fn(&str) -> Option<T>) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &"a day or moment of RFC 3339"))
}

fn read_option<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let value = parse(&text);
    let wrong = || D::Error::invalid_value(Unexpected::Str(&text), &"a day or moment of RFC 3339");
    value.map(Some).ok_or_else(wrong)
}

macro_rules! as_text {
    ($(#[$meta:meta])* $module:ident, $optional:ident, $type:ty, $parse:ident, $write:ident) => {
        $(#[$meta])*
        pub mod $module {
            use super::{Deserializer, Serializer};

            /// Writes it.
            ///
            /// # Errors
            /// The serializer's own.
            pub fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&super::$write(*value))
            }

            /// Reads it.
            ///
            /// # Errors
            /// When it is not a text of this form.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                super::read(deserializer, super::$parse)
            }
        }

        $(#[$meta])*
        ///
        /// May be missing; then it is null.
        pub mod $optional {
            use super::{Deserializer, Serializer};

            /// Writes it.
            ///
            /// # Errors
            /// The serializer's own.
            pub fn serialize<S: Serializer>(value: &Option<$type>, serializer: S) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => serializer.serialize_str(&super::$write(*value)),
                    None => serializer.serialize_none(),
                }
            }

            /// Reads it.
            ///
            /// # Errors
            /// When it is neither null nor a text of this form.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$type>, D::Error> {
                super::read_option(deserializer, super::$parse)
            }
        }
    };
}

as_text!(
    /// A day in JSON, for `#[serde(with)]`.
    day, optional_day, jiff::civil::Date, parse_day, write_day
);
as_text!(
    /// A moment in JSON, for `#[serde(with)]`.
    moment, optional_moment, jiff::Timestamp, parse_moment, write_moment
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_day_or_moment() {
        for text in
            ["", "2026-02-30", "2026-5-20", "20260520", "2026-05-20T00:00:00Z", "+2026-05-20", "2026-0 -20"]
        {
            assert_eq!(parse_day(text), None, "{text}");
        }
        for text in [
            "",
            "2026-05-20",
            "2026-05-20T14:02Z",
            "2026-05-20T24:00:00Z",
            "2026-05-20T14:60:00Z",
            "2026-05-20T14:02:00",
            "2026-05-20T14:02:00.Z",
            "2026-05-20T14:02:00+1:00",
            "2026-05-20T14:02:00+24:00",
            "2026-05-20T14:02:00Z[UTC]",
            "2026-05-20T14:02:é0Z",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn reads_what_databases_write() {
        for text in [
            "2026-05-20T14:02:31Z",
            "2026-05-20T14:02:31.123456+00:00",
            "2026-05-20 14:02:31.5-05:30",
            "2026-05-20t14:02:31.000000001z",
            "2026-05-20T14:02:31+02",
        ] {
            assert_eq!(parse_moment(text), text.parse().ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_are_written_and_read_as_jiff_does(days in -719_528_i64..=2_932_896) {
            let day = days_after(EPOCH, days);
            prop_assert_eq!(days_between(EPOCH, day), days);
            prop_assert_eq!(write_day(day), day.to_string());
            prop_assert_eq!(parse_day(&day.to_string()), Some(day));
        }

        #[test]
        fn moments_are_written_and_read_as_jiff_does(
            second in -62_000_000_000_i64..=253_000_000_000, nanosecond in -999_999_999_i32..=999_999_999
        ) {
            let moment = Timestamp::new(second, if second < 0 { -nanosecond.abs() } else { nanosecond.abs() }).unwrap();
            prop_assert_eq!(write_moment(moment), moment.to_string());
            prop_assert_eq!(parse_moment(&moment.to_string()), Some(moment));
        }

        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = (parse_day(&text), parse_moment(&text));
        }

        #[test]
        fn never_panics_near_a_moment(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:é]{6,9}[.0-9]{0,12}[Z+-]?[0-9:]{0,6}") {
            prop_assert_eq!(parse_moment(&text).is_some() && text.parse::<Timestamp>().is_err(), false);
        }
    }
}
