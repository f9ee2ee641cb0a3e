//! Does a text fit what was typed, how well, and which of its letters?

use std::ops::Range;

/// How well a text fits; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It begins with all that was typed.
    Beginning,
    /// Each typed word begins one of its words.
    Words,
    /// It holds each typed word somewhere.
    Inside,
    /// Another name of it does.
    OtherName,
}

/// A text that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// How well.
    pub fit: Fit,
    /// Its letters that were typed, as bytes of the text, in their order and apart from each other.
    pub marks: Vec<Range<usize>>,
}

/// Fits `typed` to a text, whatever the case and the accents of both. Nothing typed fits everything.
pub(super) fn fit(text: &str, typed: &str) -> Option<Match> {
    let words = words(typed);
    let folded = Folded::of(text);
    let all = words.join(&[' '][..]);
    if all.is_empty() {
        return Some(Match { fit: Fit::Beginning, marks: Vec::new() });
    }
    if folded.letters.starts_with(&all) {
        return Some(Match { fit: Fit::Beginning, marks: vec![folded.source(0..all.len())] });
    }
    let mut fit = Fit::Words;
    let mut found = Vec::new();
    for word in &words {
        let (at, begins) = folded.find(word)?;
        if !begins {
            fit = Fit::Inside;
        }
        found.push(folded.source(at..at + word.len()));
    }
    Some(Match { fit, marks: apart(found) })
}

/// The same for a text that has other names. These are not shown, so only their beginnings fit.
pub(super) fn fit_named(text: &str, others: &str, typed: &str) -> Option<Match> {
    fit(text, typed).or_else(|| {
        let Match { marks, .. } =
            fit(&format!("{text} {others}"), typed).filter(|found| found.fit <= Fit::Words)?;
        let marks = marks.into_iter().filter(|mark| mark.end <= text.len()).collect();
        Some(Match { fit: Fit::OtherName, marks })
    })
}

/// The text in pieces, each with whether it was typed.
pub(super) fn pieces<'a>(text: &'a str, marks: &[Range<usize>]) -> Vec<(&'a str, bool)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for mark in marks {
        pieces.push((text.get(at..mark.start).unwrap_or_default(), false));
        pieces.push((text.get(mark.clone()).unwrap_or_default(), true));
        at = mark.end;
    }
    pieces.push((text.get(at..).unwrap_or_default(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// The typed words, folded.
fn words(typed: &str) -> Vec<Vec<char>> {
    typed
        .split_whitespace()
        .map(|word| word.chars().flat_map(fold).collect())
        .filter(|word: &Vec<char>| !word.is_empty())
        .collect()
}

/// Overlapping ranges as one.
fn apart(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// A text without case and accents, and where each of its letters comes from.
struct Folded {
    letters: Vec<char>,
    /// The byte each letter begins at, and at last the length of the text.
    from: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let (letters, mut from): (Vec<char>, Vec<usize>) =
            text.char_indices().flat_map(|(at, letter)| fold(letter).map(move |letter| (letter, at))).unzip();
        from.push(text.len());
        Self { letters, from }
    }

    /// Where the word stands, at best at the beginning of one, and whether it does.
    fn find(&self, word: &[char]) -> Option<(usize, bool)> {
        let mut inside = None;
        for (at, found) in self.letters.windows(word.len()).enumerate() {
            if found != word {
                continue;
            }
            if at == 0 || !self.letters[at - 1].is_alphanumeric() {
                return Some((at, true));
            }
            inside = inside.or(Some((at, false)));
        }
        inside
    }

    /// The bytes of the text these letters come from. A letter that became two is whole or not at all.
    fn source(&self, letters: Range<usize>) -> Range<usize> {
        let (start, last) = (self.from[letters.start], self.from[letters.end - 1]);
        let end = self.from[letters.end..].iter().copied().find(|at| *at > last);
        start..end.unwrap_or(last)
    }
}

/// The base letters of U+00C0 to U+017F; a dot where there is none.
const LATIN: &[u8; 192] = b"aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.yaaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll....nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";
/// The base letters of U+1E00 to U+1EFF.
const LATIN_MORE: &[u8; 256] = b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy......aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/// A letter without case and accent; nothing for an accent that stands by itself.
fn fold(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().flat_map(|letter| {
        let (first, second) = match letter {
            '\u{300}'..='\u{36f}' => (None, None),
            'ß' => (Some('s'), Some('s')),
            'æ' => (Some('a'), Some('e')),
            'œ' => (Some('o'), Some('e')),
            'ø' => (Some('o'), None),
            'đ' | 'ð' => (Some('d'), None),
            'ł' => (Some('l'), None),
            'þ' => (Some('t'), Some('h')),
            'ı' => (Some('i'), None),
            _ => (Some(base(letter)), None),
        };
        first.into_iter().chain(second)
    })
}

fn base(letter: char) -> char {
    let number = letter as usize;
    let found = match number {
        0xc0..=0x17f => LATIN.get(number - 0xc0),
        0x1e00..=0x1eff => LATIN_MORE.get(number - 0x1e00),
        _ => None,
    };
    found.filter(|base| **base != b'.').map_or(letter, |base| char::from(*base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, typed: &str) -> Option<String> {
        let found = fit(text, typed)?;
        Some(
            pieces(text, &found.marks)
                .iter()
                .map(|(piece, typed)| if *typed { format!("[{piece}]") } else { (*piece).to_owned() })
                .collect(),
        )
    }

    fn how(text: &str, typed: &str) -> Option<Fit> {
        fit(text, typed).map(|found| found.fit)
    }

    #[test]
    fn case_and_accents_do_not_count() {
        for (text, typed, shown) in [
            ("Brindlecrest Freight", "BRIND", "[Brind]lecrest Freight"),
            ("Ångström & Søn", "angstrom", "[Ångström] & Søn"),
            ("Ångström & Søn", "son", "Ångström & [Søn]"),
            ("Łódź Nguyễn", "lodz nguyen", "[Łódź Nguyễn]"),
            ("Cafe\u{301} Noir", "café", "[Cafe\u{301}] Noir"),
            ("Straße 5", "strasse", "[Straße] 5"),
            ("Œuvre", "oe", "[Œ]uvre"),
            ("İstanbul", "ist", "[İst]anbul"),
            ("グラスミア", "ラス", "グ[ラス]ミア"),
        ] {
            assert_eq!(marked(text, typed).as_deref(), Some(shown), "{typed}");
        }
    }

    #[test]
    fn a_beginning_comes_before_a_word_and_a_word_before_the_middle() {
        assert_eq!(how("Theme: dark", "theme"), Some(Fit::Beginning));
        assert_eq!(how("Theme: dark", "dark theme"), Some(Fit::Words));
        assert_eq!(how("Theme: dark", "ark"), Some(Fit::Inside));
        assert_eq!(how("Theme: dark", "light"), None);
        assert!(Fit::Beginning < Fit::Words && Fit::Words < Fit::Inside && Fit::Inside < Fit::OtherName);
        assert_eq!(marked("Glassmere Assets", "ass").as_deref(), Some("Glassmere [Ass]ets"));
        assert_eq!(marked("banana", "an nan").as_deref(), Some("b[anan]a"));
    }

    #[test]
    fn another_name_fits_without_being_shown() {
        let found = fit_named("Sign out", "log off leave", "log").unwrap();
        assert_eq!(found, Match { fit: Fit::OtherName, marks: Vec::new() });
        assert_eq!(
            fit_named("Sign out", "log off", "sign off").unwrap().marks,
            vec![Range { start: 0, end: 4 }]
        );
        assert_eq!(fit_named("Sign out", "log off", "dark"), None);
        assert_eq!(fit_named("Sign out", "log off", "ff"), None, "nobody sees why");
    }

    proptest! {
        #[test]
        fn every_text_fits_itself_and_its_parts(text in "\\PC{0,24}", from in 0_usize..24, length in 1_usize..24) {
            prop_assert!(fit(&text, &text).is_some());
            prop_assert!(fit(&text, &text.to_lowercase()).is_some());
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert!(fit(&text, &part).is_some(), "{part:?}");
        }

        #[test]
        fn marks_hold_what_was_typed_and_no_letter_is_lost(text in "[a-zA-ZäÖßéŁ ]{0,24}", typed in "[a-zäßé ]{1,3}") {
            if let Some(found) = fit(&text, &typed) {
                let whole: String = pieces(&text, &found.marks).into_iter().map(|(piece, _)| piece).collect();
                prop_assert_eq!(&whole, &text);
                let mut end = None;
                for mark in &found.marks {
                    prop_assert!(mark.start < mark.end && end.is_none_or(|end| end < mark.start));
                    end = Some(mark.end);
                }
                let letters: String = found.marks.iter().flat_map(|mark| text[mark.clone()].chars()).flat_map(fold).collect();
                for word in words(&typed) {
                    let word: String = word.into_iter().collect();
                    prop_assert!(letters.contains(&word), "{word:?} in {letters:?}");
                }
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,24}") {
            let once: String = text.chars().flat_map(fold).collect();
            let twice: String = once.chars().flat_map(fold).collect();
            prop_assert_eq!(once, twice);
        }
    }
}
