//! What do people mean when they type an amount?

#![cfg_attr(not(feature = "csr"), allow(dead_code, reason = "the server draws only the page's outline"))]

/// An amount as people write it, as a plain decimal: without signs of currencies, blanks and marks between thousands.
/// The last `.` or `,` parts the decimals when one or two digits follow it. Text with letters stays as it is, for
/// letters are no amount.
pub(crate) fn plain_amount(text: &str) -> String {
    if text.chars().any(char::is_alphabetic) {
        return text.to_owned();
    }
    let minus = if text.contains(['-', '−']) { "-" } else { "" };
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let (whole, decimals) = match kept.rfind(['.', ',']) {
        Some(at) if kept.len() - at <= 3 => kept.split_at(at),
        _ => (kept.as_str(), ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    match decimals.trim_start_matches(['.', ',']) {
        "" => format!("{minus}{whole}"),
        decimals => format!("{minus}{whole}.{decimals}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use revos_shared::Money;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, plain) in [
            ("81600", "81600"),
            ("$ 81,600.50", "81600.50"),
            ("81.600,5 €", "81600.5"),
            ("1,234,567", "1234567"),
            ("1.234", "1234"),
            ("1,5", "1.5"),
            ("−12.30", "-12.30"),
            ("- $5", "-5"),
            ("12,345.", "12345"),
            ("a lot", "a lot"),
            ("1e5", "1e5"),
        ] {
            assert_eq!(plain_amount(typed), plain, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(minor in -999_999_999_999_i64..999_999_999_999, european in any::<bool>()) {
            let (whole, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    grouped.push(if european { '.' } else { ',' });
                }
                grouped.push(digit);
            }
            let sign = if minor < 0 { "-" } else { "" };
            let typed = format!("{sign}{grouped}{}{cents:02}", if european { ',' } else { '.' });
            prop_assert_eq!(Money::parse(&plain_amount(&typed)).unwrap().minor(), minor);
        }

        #[test]
        fn nothing_typed_breaks_it(typed in "\\PC{0,24}") {
            let _ = Money::parse(&plain_amount(&typed));
        }
    }
}
