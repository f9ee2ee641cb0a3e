//! How are money, numbers, days and ages written for people? The only place that does.

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

use jiff::civil::Date;
use revos_shared::Money;
use std::time::Duration;

/// What stands where a value is not known.
pub(crate) const NONE: &str = "–";

/// A whole number with its thousands apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount in the organization's currency; cents only where there are any.
pub(crate) fn money(amount: Money, currency: &str) -> String {
    let minor = amount.minor();
    let sign = if minor < 0 { "−" } else { "" };
    let whole = count(minor.unsigned_abs() / 100);
    let cents = match minor.unsigned_abs() % 100 {
        0 => String::new(),
        cents => format!(".{cents:02}"),
    };
    match currency {
        "USD" => format!("{sign}${whole}{cents}"),
        "EUR" => format!("{sign}€{whole}{cents}"),
        "GBP" => format!("{sign}£{whole}{cents}"),
        other => format!("{sign}{other}\u{a0}{whole}{cents}"),
    }
}

/// A number that may be missing.
pub(crate) fn score(value: Option<u8>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

/// How long ago: `12 s ago`, `6 min ago`, `3 h ago`, `2 days ago`.
pub(crate) fn ago(age: Duration) -> String {
    match age.as_secs() {
        0..5 => "just now".to_owned(),
        _ => format!("{} ago", span(age)),
    }
}

/// A length of time in its largest unit.
pub(crate) fn span(length: Duration) -> String {
    match length.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h", seconds / 3_600),
        seconds => plural(seconds / 86_400, "day", "days"),
    }
}

/// What is there of these, with points between.
pub(crate) fn joined(parts: &[Option<String>]) -> String {
    parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
}

/// `1 client`, `2 clients`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn weekday_word(date: Date) -> &'static str {
    usize::try_from(date.weekday().to_monday_zero_offset())
        .ok()
        .and_then(|at| WEEKDAYS.get(at))
        .copied()
        .unwrap_or("")
}

fn month_word(date: Date) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("")
}

/// `23 May`; with the year when it is another than today's.
pub(crate) fn day(date: Date, today: Date) -> String {
    let month = month_word(date).get(..3).unwrap_or("");
    if date.year() == today.year() {
        format!("{} {month}", date.day())
    } else {
        format!("{} {month} {}", date.day(), date.year())
    }
}

/// `Saturday, 23 May 2026`, for tooltips.
pub(crate) fn full_day(date: Date) -> String {
    format!("{}, {} {} {}", weekday_word(date), date.day(), month_word(date), date.year())
}

/// `today`, `tomorrow`, `in 6 days`, `9 days ago`.
pub(crate) fn relative_day(days: i32) -> String {
    let number = u64::from(days.unsigned_abs());
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        ..0 => format!("{} ago", plural(number, "day", "days")),
        _ => format!("in {}", plural(number, "day", "days")),
    }
}

/// `May`, for the axis of a chart.
pub(crate) fn month_tick(date: Date) -> String {
    month_word(date).get(..3).unwrap_or("").to_owned()
}

/// `May 2026`.
pub(crate) fn month(date: Date) -> String {
    format!("{} {}", month_word(date), date.year())
}

/// `up 4`, `down 2`, `no change`.
pub(crate) fn change(difference: i16) -> String {
    match difference {
        0 => "no change".to_owned(),
        ..0 => format!("down {}", difference.unsigned_abs()),
        _ => format!("up {difference}"),
    }
}

/// `+4`, `−2`, `±0`: a change where there is little room.
pub(crate) fn signed(difference: i16) -> String {
    let sign = match difference {
        0 => '±',
        ..0 => '\u{2212}',
        _ => '+',
    };
    format!("{sign}{}", difference.unsigned_abs())
}

#[cfg(feature = "csr")]
pub(crate) use zoned::{calendar_day, clock, lately, moment, start_of_day};

/// Moments need a time zone's rules, which the browser has.
#[cfg(feature = "csr")]
mod zoned {
    use js_sys::{Array, Function, Object, Reflect, global};
    use std::cell::RefCell;
    use wasm_bindgen::{JsCast as _, JsValue};

    /// How a moment is written.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Style {
        Clock,
        Day,
        Moment,
    }

    impl Style {
        const fn parts(self) -> &'static [(&'static str, &'static str)] {
            const MOMENT: [(&str, &str); 7] = [
                ("day", "numeric"),
                ("month", "short"),
                ("year", "numeric"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
                ("second", "2-digit"),
                ("timeZoneName", "short"),
            ];
            match self {
                Self::Clock => &[("hour", "2-digit"), ("minute", "2-digit")],
                Self::Day => &[("day", "2-digit"), ("month", "2-digit"), ("year", "numeric")],
                Self::Moment => &MOMENT,
            }
        }
    }

    thread_local! {
        /// What writes a style in a zone. To make one takes the browser longer than a line of a table.
        static WRITERS: RefCell<Vec<(Style, String, Function)>> = const { RefCell::new(Vec::new()) };
    }

    /// `14:02` in this time zone.
    pub(crate) fn clock(unix_millis: i64, time_zone: &str) -> String {
        written(unix_millis, time_zone, Style::Clock)
    }

    /// `14:02` of today, else `20 May`.
    pub(crate) fn lately(unix_millis: i64, time_zone: &str, today: super::Date) -> String {
        match calendar_day(unix_millis, time_zone) {
            Some(day) if day != today => super::day(day, today),
            _ => clock(unix_millis, time_zone),
        }
    }

    /// `20 May 2026, 14:02:31 GMT-4` in this time zone, for tooltips.
    pub(crate) fn moment(unix_millis: i64, time_zone: &str) -> String {
        written(unix_millis, time_zone, Style::Moment)
    }

    /// When a day begins in this time zone, in milliseconds since 1970; none in a browser without `Intl`.
    pub(crate) fn start_of_day(day: super::Date, time_zone: &str) -> Option<i64> {
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
        // What the zone's clocks say beyond UTC at a moment.
        let offset = |at: i64| {
            let local = calendar_day(at, time_zone)?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
            let time = clock(at, time_zone);
            let (hours, minutes) = time.split_once(':')?;
            let into_day = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            Some(local.as_millisecond() + into_day * 60_000 - at)
        };
        // The clocks may be changed between the first guess and the answer.
        let guess = midnight - offset(midnight)?;
        Some(midnight - offset(guess)?)
    }

    /// The calendar day it is in this time zone; none in a browser without `Intl`.
    pub(crate) fn calendar_day(unix_millis: i64, time_zone: &str) -> Option<super::Date> {
        let text = written(unix_millis, time_zone, Style::Day);
        let mut parts = text.split('/').map(|part| part.parse::<i16>().ok());
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        super::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    /// An unknown zone falls back to the browser's own; a browser without `Intl` gets nothing.
    #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
    fn written(unix_millis: i64, time_zone: &str, style: Style) -> String {
        let writer = WRITERS.with_borrow_mut(|writers| {
            let known = writers.iter().find(|(known, zone, _)| *known == style && zone == time_zone);
            if let Some((_, _, writer)) = known {
                return Ok(writer.clone());
            }
            let made = writer(style, Some(time_zone)).or_else(|_| writer(style, None))?;
            writers.push((style, time_zone.to_owned(), made.clone()));
            Ok::<_, JsValue>(made)
        });
        let text =
            writer.and_then(|write| write.call1(&JsValue::UNDEFINED, &JsValue::from_f64(unix_millis as f64)));
        text.ok().and_then(|text| text.as_string()).unwrap_or_default()
    }

    fn writer(style: Style, time_zone: Option<&str>) -> Result<Function, JsValue> {
        let options = Object::new();
        for (part, form) in style.parts() {
            Reflect::set(&options, &(*part).into(), &(*form).into())?;
        }
        if let Some(time_zone) = time_zone {
            Reflect::set(&options, &"timeZone".into(), &time_zone.into())?;
        }
        let intl = Reflect::get(&global(), &"Intl".into())?;
        let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into()?;
        let formatter = Reflect::construct(&constructor, &Array::of2(&"en-GB".into(), &options))?;
        // Bound to its formatter already.
        Reflect::get(&formatter, &"format".into())?.dyn_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn groups_thousands() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (763_800, "763,800"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn money_shows_cents_only_where_there_are_any() {
        assert_eq!(money(Money::from_minor(8_160_000), "USD"), "$81,600");
        assert_eq!(money(Money::from_minor(2_124_333), "EUR"), "€21,243.33");
        assert_eq!(money(Money::from_minor(-5), "USD"), "−$0.05");
        assert_eq!(money(Money::from_minor(100_000), "CHF"), "CHF\u{a0}1,000");
    }

    #[test]
    fn a_change_has_a_sign() {
        assert_eq!([7, 0, -13].map(signed), ["+7", "±0", "\u{2212}13"]);
    }

    #[test]
    fn ages_use_their_largest_unit() {
        let at = |seconds| ago(Duration::from_secs(seconds));
        assert_eq!(at(3), "just now");
        assert_eq!(at(12), "12 s ago");
        assert_eq!(at(359), "5 min ago");
        assert_eq!(at(7_300), "2 h ago");
        assert_eq!(at(86_400), "1 day ago");
        assert_eq!(at(200_000), "2 days ago");
    }

    #[test]
    fn days_name_their_year_when_it_is_another() {
        let today = date(2026, 5, 20);
        assert_eq!(day(date(2026, 5, 23), today), "23 May");
        assert_eq!(day(date(2027, 1, 2), today), "2 Jan 2027");
        assert_eq!(full_day(date(2026, 5, 20)), "Wednesday, 20 May 2026");
        assert_eq!((month_tick(today), month(today)), ("May".to_owned(), "May 2026".to_owned()));
    }

    #[test]
    fn relative_days_and_changes_are_words() {
        assert_eq!(
            [-9, -1, 0, 1, 6].map(relative_day),
            ["9 days ago", "yesterday", "today", "tomorrow", "in 6 days"]
        );
        assert_eq!([4, -2, 0].map(change), ["up 4", "down 2", "no change"]);
    }
}
