//! Which column of a file holds what?

use crate::kernel::separated::{Encoding, Line, Reader, Separator};

/// A column of a file of prospects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The client, by name.
    Company,
    /// The opportunity's name.
    Opportunity,
    /// Its value.
    Amount,
    /// Its forecast date.
    ExpectedClose,
    /// What a new client does.
    Industry,
    /// Where it is.
    Region,
    /// Whom to talk to.
    ContactName,
    /// Their address.
    ContactEmail,
    /// Their number.
    ContactPhone,
    /// What is to be done next.
    NextStep,
}

impl Column {
    /// Those of the template, in its order.
    pub const ALL: [Self; 10] = [
        Self::Company,
        Self::Opportunity,
        Self::Amount,
        Self::ExpectedClose,
        Self::Industry,
        Self::Region,
        Self::ContactName,
        Self::ContactEmail,
        Self::ContactPhone,
        Self::NextStep,
    ];

    /// What it is called in the template and on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Opportunity => "Opportunity",
            Self::Amount => "Amount",
            Self::ExpectedClose => "Expected close",
            Self::Industry => "Industry",
            Self::Region => "Region",
            Self::ContactName => "Contact name",
            Self::ContactEmail => "Contact e-mail",
            Self::ContactPhone => "Contact phone",
            Self::NextStep => "Next step",
        }
    }

    /// The field of [`NewProspect`](crate::pipeline::changes::NewProspect).
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Opportunity => "name",
            Self::Amount => "amount",
            Self::ExpectedClose => "expected_close_date",
            Self::Industry => "industry",
            Self::Region => "region",
            Self::ContactName => "contact_name",
            Self::ContactEmail => "contact_email",
            Self::ContactPhone => "contact_phone",
            Self::NextStep => "next_step",
        }
    }

    /// Without it there is no prospect.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Company | Self::Opportunity | Self::Amount)
    }

    /// The column of this field.
    #[must_use]
    pub fn of_field(field: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.field() == field)
    }

    /// The column of this header: case and all but letters and digits do not count.
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        let word: String =
            header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let known = |column: &Self| {
            let bare = |text: &str| text.replace([' ', '-', '_'], "").to_lowercase();
            bare(column.label()) == word || bare(column.field()) == word
        };
        match word.as_str() {
            "deal" | "opportunityname" => Some(Self::Opportunity),
            // The field's name is the opportunity's; a file's "name" may be anybody's.
            "name" => None,
            "client" | "clientname" | "companyname" => Some(Self::Company),
            "closedate" => Some(Self::ExpectedClose),
            _ => Self::ALL.into_iter().find(known),
        }
    }
}

/// What each column of a file holds, in the file's order; none is ignored.
pub type Mapping = Vec<Option<Column>>;

/// What a header says. Of two columns of one name the first is taken.
#[must_use]
pub fn mapping(header: &[String]) -> Mapping {
    let mut taken = Vec::new();
    let columns = header.iter().map(|cell| {
        let column = Column::of_header(cell).filter(|column| !taken.contains(column))?;
        taken.push(column);
        Some(column)
    });
    columns.collect()
}

/// The separator by which the beginning of a text has the most columns that are known, then the most at all.
#[must_use]
pub fn separator_of(beginning: &str) -> Separator {
    let header = |separator: &Separator| {
        let mut first: Option<Line> = None;
        let mut reader = Reader::new(*separator);
        reader.read(beginning, |line| {
            first.get_or_insert(line);
        });
        let line = first.or_else(|| reader.end()).unwrap_or_default();
        let known = mapping(&line.cells).iter().flatten().count();
        (known, line.cells.len())
    };
    let mut best = (Separator::default(), (0, 0));
    for separator in Separator::ALL {
        let found = header(&separator);
        // Of equals the more frequent one.
        if found > best.1 {
            best = (separator, found);
        }
    }
    best.0
}

/// Bytes of a file that are looked at to find out how it is written.
pub const BEGINNING_BYTES: usize = 64 * 1024;

/// How a file is written, as far as its beginning tells.
#[must_use]
pub fn encoding_of(beginning: &[u8]) -> Encoding {
    Encoding::of(&beginning[..beginning.len().min(BEGINNING_BYTES)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_however_they_are_written() {
        for (header, column) in [
            ("Company", Some(Column::Company)),
            (" COMPANY_ ", Some(Column::Company)),
            ("Deal", Some(Column::Opportunity)),
            ("expected-close", Some(Column::ExpectedClose)),
            ("Expected close date", Some(Column::ExpectedClose)),
            ("contact e-mail", Some(Column::ContactEmail)),
            ("Contact Email", Some(Column::ContactEmail)),
            ("next_step", Some(Column::NextStep)),
            ("name", None),
            ("", None),
            ("Notes", None),
        ] {
            assert_eq!(Column::of_header(header), column, "{header}");
        }
        for column in Column::ALL {
            assert_eq!(Column::of_header(column.label()), Some(column));
            assert_eq!(Column::of_field(column.field()), Some(column));
        }
    }

    #[test]
    fn a_column_is_taken_once() {
        let header = ["Deal", "x", "Opportunity", "Amount"].map(str::to_owned);
        assert_eq!(mapping(&header), [Some(Column::Opportunity), None, None, Some(Column::Amount)]);
    }

    #[test]
    fn separators_are_told_apart() {
        for (text, separator) in [
            ("Company,Deal,Amount\n", Separator::Comma),
            ("Company;Deal;Amount, net\na;b;1", Separator::Semicolon),
            ("Company\tDeal\tAmount", Separator::Tab),
            ("Company|Deal|Amount", Separator::Pipe),
            ("a;b;c,d", Separator::Semicolon),
            ("", Separator::Comma),
            ("Company", Separator::Comma),
        ] {
            assert_eq!(separator_of(text), separator, "{text}");
        }
    }
}
