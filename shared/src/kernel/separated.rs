//! How is separated text read and written? RFC 4180 in any portions, with limits, so that no file fills the memory.
//!
//! Libraries for it read on where a person has to be told: they take a quote that is never closed to the end of the file,
//! and what follows a closing quote as text.

use super::money::Money;
use std::mem;

/// Bytes of one cell (UTF-8): the longest text that a field takes, and what a quote makes of it.
pub const CELL_MAX_BYTES: usize = 64 * 1024;
/// Bytes of one line, all its cells together (UTF-8).
pub const LINE_MAX_BYTES: usize = 256 * 1024;
/// Cells of one line.
pub const COLUMNS_MAX: usize = 200;

/// What stands between the cells of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
    /// `|`
    Pipe,
}

impl Separator {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// Why a line cannot be read. Its cells are not to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A quote is opened and never closed: the line goes on to the end of the text.
    UnterminatedQuote,
    /// Something follows a closing quote before the next separator.
    StrayQuote,
    /// A cell is longer than [`CELL_MAX_BYTES`].
    CellTooLong,
    /// The line is longer than [`LINE_MAX_BYTES`].
    LineTooLong,
    /// The line has more than [`COLUMNS_MAX`] cells.
    TooManyColumns,
    /// The text holds bytes that its encoding does not have.
    WrongEncoding,
}

/// One line as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Where it begins, counted from 1 as an editor counts.
    pub number: u64,
    /// Its cells; as far as they were read when there is a fault.
    pub cells: Vec<String>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Before the first character of a cell.
    #[default]
    Start,
    Plain,
    Quoted,
    /// Behind a quote that closes the cell, unless another one follows.
    Closed,
}

/// Reads lines from text that comes in portions. Holds one line at a time, and of a faulty one only what was within
/// the limits.
#[derive(Clone, Debug)]
pub struct Reader {
    separator: u8,
    at: At,
    /// Behind a carriage return: a line feed belongs to it.
    returned: bool,
    number: u64,
    line: Line,
    cell: Vec<u8>,
    /// Bytes of the line so far, whether kept or not.
    length: usize,
    cell_length: usize,
    begun: bool,
}

impl Reader {
    /// At the beginning of a text.
    #[must_use]
    pub fn new(separator: Separator) -> Self {
        Self {
            separator: separator.byte(),
            at: At::Start,
            returned: false,
            number: 1,
            line: Line { number: 1, ..Line::default() },
            cell: Vec::new(),
            length: 0,
            cell_length: 0,
            begun: false,
        }
    }

    /// Takes the next portion and hands on the lines that end in it. Lines without any character are left out.
    pub fn read(&mut self, portion: &str, mut each: impl FnMut(Line)) {
        for byte in portion.bytes() {
            if let Some(line) = self.take(byte) {
                each(line);
            }
        }
    }

    /// The last line, when the text does not end with an end of line.
    #[must_use]
    pub fn end(mut self) -> Option<Line> {
        if self.at == At::Quoted {
            self.fault(Fault::UnterminatedQuote);
        }
        self.end_line()
    }

    fn take(&mut self, byte: u8) -> Option<Line> {
        let follows_return = mem::take(&mut self.returned);
        if byte == b'\n' && follows_return {
            return None;
        }
        if matches!(byte, b'\r' | b'\n') {
            self.returned = byte == b'\r';
            self.number += 1;
            if self.at != At::Quoted {
                return self.end_line();
            }
            // However it is written, one end of line within a cell is one.
            self.keep(b'\n');
            return None;
        }
        self.begun = true;
        match (self.at, byte) {
            (At::Start, b'"') => self.at = At::Quoted,
            (At::Quoted, b'"') => self.at = At::Closed,
            (At::Closed, b'"') => {
                self.at = At::Quoted;
                self.keep(b'"');
            }
            (At::Quoted, _) => self.keep(byte),
            (_, _) if byte == self.separator => self.end_cell(),
            (At::Closed, b' ' | b'\t') => {}
            (At::Closed, _) => self.fault(Fault::StrayQuote),
            (At::Start | At::Plain, _) => {
                self.at = At::Plain;
                self.keep(byte);
            }
        }
        None
    }

    fn keep(&mut self, byte: u8) {
        self.length += 1;
        self.cell_length += 1;
        if self.cell_length > CELL_MAX_BYTES {
            self.fault(Fault::CellTooLong);
        } else if self.length > LINE_MAX_BYTES {
            self.fault(Fault::LineTooLong);
        } else {
            self.cell.push(byte);
        }
    }

    /// What was wrong first is what is said.
    fn fault(&mut self, fault: Fault) {
        self.line.fault.get_or_insert(fault);
        if fault == Fault::UnterminatedQuote {
            self.line.fault = Some(fault);
        }
    }

    fn end_cell(&mut self) {
        self.at = At::Start;
        self.cell_length = 0;
        let cell = mem::take(&mut self.cell);
        if self.line.cells.len() >= COLUMNS_MAX {
            return self.fault(Fault::TooManyColumns);
        }
        // Whole characters go in; one that was cut by a limit makes the line faulty anyway.
        let cell = String::from_utf8_lossy(&cell);
        if self.line.fault.is_none() && cell.contains(char::REPLACEMENT_CHARACTER) {
            self.fault(Fault::WrongEncoding);
        }
        self.line.cells.push(cell.into_owned());
    }

    fn end_line(&mut self) -> Option<Line> {
        let begun = mem::take(&mut self.begun);
        if begun {
            self.end_cell();
        }
        self.length = 0;
        let line = mem::replace(&mut self.line, Line { number: self.number, ..Line::default() });
        begun.then_some(line)
    }
}

/// A line as RFC 4180 writes it, with its end.
#[must_use]
pub fn written(cells: &[String]) -> String {
    let mut line = cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    // A line of one empty cell has to be more than an empty line.
    if line.is_empty() && !cells.is_empty() {
        line.push_str("\"\"");
    }
    line.push_str("\r\n");
    line
}

/// A cell in quotes where it needs them. A text that a spreadsheet would take for a formula gets an apostrophe.
fn quoted(cell: &str) -> String {
    let cell = if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() };
    let needs_quotes = cell.contains(['"', ',', ';', '|', '\t', '\r', '\n']) || cell.trim() != cell;
    if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// A cell as it was before [`written`] protected it.
#[must_use]
pub fn unprotected(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

fn is_formula(cell: &str) -> bool {
    let text = cell.trim_start_matches('\'');
    let protected = text.len() < cell.len();
    text.starts_with(['=', '+', '@', '\t', '\r'])
        || (text.starts_with('-') && (protected || Money::parse(text).is_err()))
}

/// How the bytes of a text stand for characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Low,
    /// UTF-16, the high byte first.
    Utf16High,
    /// Windows-1252, of which ISO 8859-1 is a part.
    Windows1252,
}

impl Encoding {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Low, Self::Utf16High, Self::Windows1252];

    /// Its name in the Encoding Standard.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Low => "utf-16le",
            Self::Utf16High => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// What the beginning of a text is most likely written in.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Self {
        match beginning {
            [0xef, 0xbb, 0xbf, ..] => return Self::Utf8,
            [0xff, 0xfe, ..] => return Self::Utf16Low,
            [0xfe, 0xff, ..] => return Self::Utf16High,
            _ => {}
        }
        // Most characters of a business text have a high byte of zero, and no text has a zero character.
        let zeros = |first: usize| {
            let bytes = beginning.iter().skip(first).step_by(2);
            bytes.filter(|byte| **byte == 0).count() * 4 > beginning.len()
        };
        if zeros(1) {
            Self::Utf16Low
        } else if zeros(0) {
            Self::Utf16High
        } else {
            match std::str::from_utf8(beginning) {
                Ok(_) => Self::Utf8,
                // A character cut by the end of the portion is none that is wrong.
                Err(error) if error.error_len().is_none() => Self::Utf8,
                Err(_) => Self::Windows1252,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(separator: Separator, portions: &[&str]) -> Vec<Line> {
        let mut reader = Reader::new(separator);
        let mut lines = Vec::new();
        for portion in portions {
            reader.read(portion, |line| lines.push(line));
        }
        lines.extend(reader.end());
        lines
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        lines(Separator::Comma, &[text]).into_iter().map(|line| line.cells).collect()
    }

    #[test]
    fn reads_quotes_ends_of_lines_and_empty_cells() {
        assert_eq!(cells("a,b\nc,d"), [["a", "b"], ["c", "d"]]);
        assert_eq!(cells("a,b\r\n\r\n\r\nc,d\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(cells("a\rb\r"), [["a"], ["b"]]);
        assert_eq!(cells("\"x, \"\"y\"\"\r\nz\",,"), [["x, \"y\"\nz", "", ""]]);
        assert_eq!(cells("5\" pipe,\"q\" ,r"), [["5\" pipe", "q", "r"]]);
        assert_eq!(cells(""), Vec::<Vec<String>>::new());
        assert_eq!(lines(Separator::Tab, &["a,b\tc"])[0].cells, ["a,b", "c"]);
    }

    #[test]
    fn a_line_is_named_by_where_it_begins() {
        let numbers: Vec<_> =
            lines(Separator::Comma, &["a\n\n\"b\nb\"\r\nc"]).iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
    }

    #[test]
    fn names_every_fault_and_goes_on_behind_it() {
        let cell = "x".repeat(CELL_MAX_BYTES + 1);
        let line = vec!["x".repeat(CELL_MAX_BYTES); LINE_MAX_BYTES / CELL_MAX_BYTES + 1].join(",");
        let columns = ",".repeat(COLUMNS_MAX);
        for (text, fault) in [
            (cell.as_str(), Fault::CellTooLong),
            (&format!("\"{cell}\""), Fault::CellTooLong),
            (&line, Fault::LineTooLong),
            (&columns, Fault::TooManyColumns),
            ("\"a\"b,c", Fault::StrayQuote),
            ("a\u{fffd},b", Fault::WrongEncoding),
        ] {
            let read = lines(Separator::Comma, &[text, "\nfine"]);
            assert_eq!((read[0].fault, read[1].fault), (Some(fault), None));
            assert_eq!(read[1].cells, ["fine"]);
        }
        let within = lines(Separator::Comma, &[&cell[1..], &columns[1..]]);
        assert_eq!(within[0].fault, None, "the limits themselves are allowed");
        let open = lines(Separator::Comma, &["fine\na,\"b\nc,d"]);
        assert_eq!((open[0].fault, open[1].fault), (None, Some(Fault::UnterminatedQuote)));
        assert_eq!(open[1].number, 2);
    }

    #[test]
    fn a_cell_of_ten_megabytes_is_not_kept() {
        let portion = "x".repeat(1024 * 1024);
        let mut reader = Reader::new(Separator::Comma);
        reader.read("\"", |_| unreachable!());
        for _ in 0..10 {
            reader.read(&portion, |_| unreachable!());
        }
        assert!(reader.cell.capacity() <= 2 * CELL_MAX_BYTES);
        assert_eq!(reader.end().unwrap().fault, Some(Fault::UnterminatedQuote));
    }

    #[test]
    fn knows_how_a_text_is_written() {
        let utf16 =
            |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
        for (bytes, encoding) in [
            (b"company,amount".to_vec(), Encoding::Utf8),
            (b"\xef\xbb\xbfcompany".to_vec(), Encoding::Utf8),
            ("Zürich".as_bytes()[..2].to_vec(), Encoding::Utf8),
            (b"Z\xfcrich,1".to_vec(), Encoding::Windows1252),
            (utf16("\u{feff}company", u16::to_le_bytes), Encoding::Utf16Low),
            (utf16("company", u16::to_le_bytes), Encoding::Utf16Low),
            (utf16("\u{feff}company", u16::to_be_bytes), Encoding::Utf16High),
            (utf16("company", u16::to_be_bytes), Encoding::Utf16High),
            (Vec::new(), Encoding::Utf8),
        ] {
            assert_eq!(Encoding::of(&bytes), encoding, "{bytes:?}");
        }
    }

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (cell, written) in [
            ("Ashgrove", "Ashgrove"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("-12.50", "-12.50"),
            ("-x", "'-x"),
            ("@x,y", "\"'@x,y\""),
            ("'=x", "''=x"),
            ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }

    proptest! {
        #[test]
        fn any_portions_give_the_same_lines(
            text in "[a\",;\r\n\t ü]{0,60}",
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut places: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            places = cuts.iter().map(|cut| places[cut.index(places.len())]).collect();
            places.sort_unstable();
            let mut portions = Vec::new();
            let mut from = 0;
            for to in places {
                portions.push(&text[from..to]);
                from = to;
            }
            portions.push(&text[from..]);
            prop_assert_eq!(lines(Separator::Comma, &portions), lines(Separator::Comma, &[text.as_str()]));
        }

        #[test]
        fn what_was_written_is_read_again(
            rows in proptest::collection::vec(proptest::collection::vec("[-a'=+@\",;|\t\n ü1.]{0,8}", 1..5), 0..5),
        ) {
            let text: String = rows.iter().map(|row| written(row)).collect();
            let read: Vec<Vec<String>> = lines(Separator::Comma, &[text.as_str()])
                .into_iter()
                .map(|line| line.cells.iter().map(|cell| unprotected(cell).to_owned()).collect())
                .collect();
            prop_assert_eq!(read, rows);
        }
    }
}
