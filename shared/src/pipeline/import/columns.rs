//! Which column of a file holds what?

use crate::kernel::separated::{Line, Reader, Separator};
use crate::kernel::value_set;

value_set! {
    /// A column of a file of prospects, in the template's order, by its field of
    /// [`NewProspect`](crate::pipeline::changes::NewProspect).
    Column {
        /// The client, by name.
        Company = "company",
        /// The opportunity's name.
        Opportunity = "name",
        /// Its value.
        Amount = "amount",
        /// Its forecast date.
        ExpectedClose = "expected_close_date",
        /// What a new client does.
        Industry = "industry",
        /// Where it is.
        Region = "region",
        /// Whom to talk to.
        ContactName = "contact_name",
        /// Their address.
        ContactEmail = "contact_email",
        /// Their number.
        ContactPhone = "contact_phone",
        /// What is to be done next.
        NextStep = "next_step",
    }
}

impl Column {
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

    /// Without it there is no prospect.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Company | Self::Opportunity | Self::Amount)
    }

    /// The column of this header: case and all but letters and digits do not count.
    #[must_use]
    pub fn of_header(header: &str) -> Option<Self> {
        let word: String =
            header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let known = |column: &Self| {
            let bare = |text: &str| text.replace([' ', '-', '_'], "").to_lowercase();
            bare(column.label()) == word || bare(column.as_str()) == word
        };
        match word.as_str() {
            "deal" | "opportunityname" => Some(Self::Opportunity),
            // The field's name is the opportunity's; a file's "name" may be anybody's.
            "name" => None,
            "client" | "clientname" | "companyname" => Some(Self::Company),
            "closedate" => Some(Self::ExpectedClose),
            _ => Self::ALL.iter().copied().find(known),
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
        for &column in Column::ALL {
            assert_eq!(Column::of_header(column.label()), Some(column));
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
