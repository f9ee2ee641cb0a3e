//! How do the lines of a file become prospects? Line by line, with every problem named, and in batches that are made
//! once.

mod columns;
mod values;

pub use columns::{BEGINNING_BYTES, Column, Mapping, mapping, separator_of};
pub use values::{DayOrder, DecimalSign, amount, day};

use super::changes::NewProspect;
use super::record::NamedClient;
use crate::kernel::check::{Check, Problem, Problems};
use crate::kernel::ids::{ClientId, OpportunityId};
use crate::kernel::limits::BULK_MAX;
use crate::kernel::separated::{Fault, Line, unprotected};
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Characters of a batch's key.
pub const KEY_MAX_CHARS: usize = 200;
/// Bytes of a batch as JSON, below what a body may have.
pub const BATCH_MAX_BYTES: usize = 900 * 1024;
/// Rows of a file. Doubles are found by what is kept of each row, and that is all that grows with the file.
pub const FILE_MAX_ROWS: usize = 250_000;

/// Rows of a file that are looked at or made together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProspectBatch {
    /// Made from the content of file and batch: the same key makes the rows once. At most [`KEY_MAX_CHARS`].
    pub key: String,
    /// 1 to [`BULK_MAX`] of them, without ids of their own.
    pub rows: Vec<NewProspect>,
}

impl Check for ProspectBatch {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("key", &self.key, KEY_MAX_CHARS);
        if self.rows.is_empty() {
            check.refuse("rows", "required");
        } else if self.rows.len() > BULK_MAX {
            check.refuse("rows", "too_many");
        } else {
            for (row, prospect) in (0_u32..).zip(&self.rows) {
                let mut problems = prospect.check().err().unwrap_or_default();
                if prospect.request_id.is_some() {
                    problems.push(Problem {
                        row,
                        field: Some("request_id".to_owned()),
                        key: "unknown_field".to_owned(),
                    });
                }
                check.0.extend(problems.into_iter().map(|problem| Problem { row, ..problem }));
            }
        }
        check.done()
    }
}

/// Which import is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportUndo {
    /// The key of the batch.
    pub key: String,
}

impl Check for ImportUndo {
    fn check(&self) -> Result<(), Vec<Problem>> {
        let mut check = Problems::default();
        check.required("key", &self.key, KEY_MAX_CHARS);
        check.done()
    }
}

/// What a batch made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedBatch {
    /// How many opportunities.
    pub opportunities: u32,
    /// How many clients.
    pub clients_created: u32,
    /// The opportunities, in the order of the rows.
    pub ids: Vec<OpportunityId>,
    /// The clients that were made.
    #[serde(default)]
    pub clients: Vec<NamedClient>,
    /// Was it made before, with the same key?
    pub repeated: bool,
}

/// What is there already for a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRow {
    /// Row of the batch, from 0.
    pub row: u32,
    /// The client it belongs to.
    pub client_id: ClientId,
    /// An opportunity of the same name there.
    #[serde(default)]
    pub opportunity_id: Option<OpportunityId>,
}

/// What an import of a batch would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCheck {
    /// What it made, when it was made already.
    #[serde(default)]
    pub imported: Option<ImportedBatch>,
    /// What is wrong with its rows.
    pub problems: Vec<Problem>,
    /// Rows whose client is there.
    pub known: Vec<KnownRow>,
}

value_set! {
    /// What an import made.
    MadeKind {
        /// A client.
        Client = "client",
        /// A contact.
        Contact = "contact",
        /// An opportunity.
        Opportunity = "opportunity",
    }
}

value_set! {
    /// Why something stays when its import is undone.
    KeptReason {
        /// Somebody changed it since.
        Changed = "changed",
        /// Something else belongs to it.
        InUse = "in_use",
        /// The person may not remove it.
        Forbidden = "forbidden",
    }
}

/// Something that stays when its import is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRow {
    /// What it is.
    pub kind: MadeKind,
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Why it stays.
    pub reason: KeptReason,
}

/// What undoing an import removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoneImport {
    /// How many opportunities.
    pub opportunities: u32,
    /// How many clients.
    pub clients: u32,
    /// How many contacts.
    pub contacts: u32,
    /// What stays.
    pub kept: Vec<KeptRow>,
}

/// What is wrong with a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProblem {
    /// The column; none when the whole line is meant.
    pub column: Option<Column>,
    /// What is wrong, in the words of [`Problem`] and [`Fault`].
    pub key: String,
}

/// How the lines of a file are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What each column holds.
    pub mapping: Mapping,
    /// What stands before the cents.
    pub decimal: DecimalSign,
    /// The code of the organization's currency, the only one that amounts may name.
    pub currency: String,
    /// In which order days are written.
    pub days: DayOrder,
}

impl Reading {
    /// The columns that a prospect needs and no column of the file holds.
    pub fn missing(&self) -> impl Iterator<Item = Column> + '_ {
        let is_missing = |column: &Column| column.is_required() && !self.mapping.contains(&Some(*column));
        Column::ALL.iter().copied().filter(is_missing)
    }

    /// The prospect of a line, checked as the server checks it; none for a line of empty cells.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn prospect(&self, line: &Line) -> Result<Option<NewProspect>, Vec<LineProblem>> {
        if let Some(fault) = line.fault {
            return Err(vec![LineProblem { column: None, key: fault_key(fault).to_owned() }]);
        }
        if line.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(None);
        }
        let beyond = line.cells.get(self.mapping.len()..).unwrap_or_default();
        if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            // Most likely a separator within a cell: what stands behind it would be in wrong columns.
            return Err(vec![LineProblem { column: None, key: "more_cells_than_header".to_owned() }]);
        }
        let cell = |wanted: Column| {
            let place = self.mapping.iter().position(|column| *column == Some(wanted))?;
            let cell = unprotected(line.cells.get(place)?).trim();
            Some(cell).filter(|cell| !cell.is_empty())
        };
        let text = |column| cell(column).map(str::to_owned);
        let mut problems = Vec::new();
        let mut refuse = |column, key: &str| {
            problems.push(LineProblem { column: Some(column), key: key.to_owned() });
        };
        let amount = match cell(Column::Amount).map(|text| amount(text, self.decimal, &self.currency)) {
            Some(Ok(amount)) => Some(amount),
            Some(Err(key)) => {
                refuse(Column::Amount, key);
                None
            }
            None => {
                refuse(Column::Amount, "required");
                None
            }
        };
        let expected_close_date = match cell(Column::ExpectedClose).map(|text| day(text, self.days)) {
            Some(Ok(day)) => Some(day),
            Some(Err(key)) => {
                refuse(Column::ExpectedClose, key);
                None
            }
            None => None,
        };
        let prospect = NewProspect {
            company: text(Column::Company),
            name: text(Column::Opportunity).unwrap_or_default(),
            amount: amount.unwrap_or_default(),
            expected_close_date,
            industry: text(Column::Industry),
            region: text(Column::Region),
            contact_name: text(Column::ContactName),
            contact_email: text(Column::ContactEmail),
            contact_phone: text(Column::ContactPhone),
            next_step: text(Column::NextStep),
            ..NewProspect::default()
        };
        for problem in prospect.check().err().unwrap_or_default() {
            let column = problem.field.as_deref().and_then(|field| field.parse().ok());
            if column != Some(Column::Amount) || amount.is_some() {
                problems.push(LineProblem { column, key: problem.key });
            }
        }
        if problems.is_empty() { Ok(Some(prospect)) } else { Err(problems) }
    }
}

const fn fault_key(fault: Fault) -> &'static str {
    match fault {
        Fault::UnterminatedQuote => "unterminated_quote",
        Fault::StrayQuote => "stray_quote",
        Fault::CellTooLong => "cell_too_long",
        Fault::LineTooLong => "line_too_long",
        Fault::TooManyColumns => "too_many_columns",
        Fault::WrongEncoding => "wrong_encoding",
    }
}

/// Finds rows of one file that name the same company and opportunity.
#[derive(Clone, Debug, Default)]
pub struct Doubles(BTreeSet<u64>);

impl Doubles {
    /// Was the same prospect there before? Sixteen bytes or so are kept of each.
    pub fn is_double(&mut self, prospect: &NewProspect) -> bool {
        let mut print = Fingerprint::default();
        for text in [prospect.company.as_deref().unwrap_or_default(), &prospect.name] {
            print.add(text.trim().to_lowercase().as_bytes());
            print.add(&[0]);
        }
        !self.0.insert((print.0 >> 64) as u64 ^ print.0 as u64)
    }
}

/// A short form of a content that comes in portions: FNV-1a of 128 bits. It tells contents apart; that nobody forges
/// one is not its work, since the server compares the rows of a repeated key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u128);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fingerprint {
    /// Takes the next portion.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    /// The key of a batch of the file that this is the fingerprint of.
    #[must_use]
    pub fn key(self, number: usize, batch: &Batch) -> String {
        format!("{:032x}-{number}-{:032x}", self.0, batch.print.0)
    }
}

/// Rows of a file that are put together until they are a batch.
#[derive(Clone, Debug, Default)]
pub struct Batches {
    batch: Batch,
    /// Of its rows as JSON.
    bytes: usize,
}

/// A batch, and the lines it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The prospects.
    pub rows: Vec<NewProspect>,
    /// The line of each.
    pub lines: Vec<Line>,
    print: Fingerprint,
}

impl Batches {
    /// Takes a row; gives the rows before it when they are a full batch.
    pub fn add(&mut self, line: Line, prospect: NewProspect) -> Option<Batch> {
        let json = serde_json::to_string(&prospect).unwrap_or_default() + ",";
        let is_full = self.batch.rows.len() == BULK_MAX || self.bytes + json.len() > BATCH_MAX_BYTES;
        let full = if is_full { self.end() } else { None };
        self.bytes += json.len();
        self.batch.print.add(json.as_bytes());
        self.batch.rows.push(prospect);
        self.batch.lines.push(line);
        full
    }

    /// The rows that are left.
    pub fn end(&mut self) -> Option<Batch> {
        let Self { batch, .. } = std::mem::take(self);
        (!batch.rows.is_empty()).then_some(batch)
    }
}

#[cfg(test)]
mod tests;
