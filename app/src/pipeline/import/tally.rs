//! What is known of an import so far? Counts, the first of what was found, and the refused rows as a file.

use super::words;
use js_sys::{Array, Uint8Array};
use revos_shared::kernel::ids::OpportunityId;
use revos_shared::kernel::separated::{Line, written};
use revos_shared::pipeline::NamedClient;
use revos_shared::pipeline::changes::NewProspect;
use revos_shared::pipeline::import::{ImportedBatch, LineProblem};
use std::cell::RefCell;
use web_sys::{Blob, BlobPropertyBag};

/// Findings, clients and opportunities that are shown; all others are only counted.
pub(super) const SHOWN: usize = 50;
/// Bytes of refused rows that are in the page's memory; what is more is the browser's.
const HELD_BYTES: usize = 64 * 1024;

/// Something about a row that a person should know.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub line: u64,
    pub text: String,
    /// Is the row refused for it?
    pub refused: bool,
}

/// What was found and made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Rows of the file, without the header and empty lines.
    pub rows: usize,
    /// Rows with a problem.
    pub refused: usize,
    /// Rows that name a prospect of the file again.
    pub doubles: usize,
    /// Rows whose opportunity is there already.
    pub known: usize,
    /// Rows whose client is there already.
    pub known_clients: usize,
    /// Opportunities that were made, also by an earlier try.
    pub opportunities: usize,
    /// Of these by an earlier try.
    pub repeated: usize,
    /// Clients that were made.
    pub clients: usize,
    /// The first findings.
    pub findings: Vec<Finding>,
    /// The first opportunities.
    pub first: Vec<(OpportunityId, String)>,
    /// The first clients.
    pub named: Vec<NamedClient>,
    /// Keys of the batches that were made, or may have been.
    pub keys: Vec<String>,
}

impl Tally {
    /// Rows that an import makes.
    pub(super) fn fine(&self, skip: bool) -> usize {
        let left_out = if skip { self.doubles + self.known } else { 0 };
        self.rows.saturating_sub(self.refused + left_out)
    }

    pub(super) fn note(&mut self, line: &Line, text: String, refused: bool) {
        if self.findings.len() < SHOWN {
            self.findings.push(Finding { line: line.number, text, refused });
        }
    }

    pub(super) fn refuse(&mut self, refusals: &Refusals, line: &Line, problems: &[LineProblem]) {
        self.refused += 1;
        let texts: Vec<_> = problems.iter().map(words::problem).collect();
        refusals.add(line, &texts.join(" "));
        for text in texts {
            self.note(line, text, true);
        }
    }

    pub(super) fn made(&mut self, key: String, rows: &[NewProspect], made: ImportedBatch) {
        let count = made.opportunities as usize;
        self.opportunities += count;
        self.repeated += if made.repeated { count } else { 0 };
        self.clients += made.clients_created as usize;
        // An earlier try may have left out other rows: then the names are not known.
        let named = rows.len() == made.ids.len();
        for (at, id) in made.ids.into_iter().enumerate().take(SHOWN - self.first.len()) {
            let name = rows.get(at).filter(|_| named).map(|row| row.name.clone());
            self.first.push((id, name.unwrap_or_else(|| format!("Opportunity {}", self.first.len() + 1))));
        }
        self.named.extend(made.clients.into_iter().take(SHOWN - self.named.len()));
        self.keys.push(key);
    }
}

/// The refused rows as they came, with what is wrong with them.
#[derive(Default)]
pub(super) struct Refusals(RefCell<Held>);

#[derive(Default)]
struct Held {
    columns: usize,
    text: String,
    file: Option<Blob>,
}

impl Refusals {
    pub(super) fn head(&self, header: &[String]) {
        let mut held = self.0.borrow_mut();
        held.columns = header.len();
        let added = ["Line", "Problem"].map(str::to_owned);
        held.text = format!("\u{feff}{}", written(&[header, &added].concat()));
    }

    fn add(&self, line: &Line, problem: &str) {
        let mut held = self.0.borrow_mut();
        let mut cells = line.cells.clone();
        if cells.len() < held.columns {
            cells.resize(held.columns, String::new());
        }
        cells.extend([line.number.to_string(), problem.to_owned()]);
        held.text.push_str(&written(&cells));
        if held.text.len() > HELD_BYTES {
            held.flush();
        }
    }

    /// All of them.
    pub(super) fn file(&self) -> Option<Blob> {
        let mut held = self.0.borrow_mut();
        held.flush();
        held.file.clone()
    }
}

impl Held {
    fn flush(&mut self) {
        let kind = BlobPropertyBag::new();
        kind.set_type("text/csv;charset=utf-8");
        let parts = Array::new();
        if let Some(file) = &self.file {
            parts.push(file);
        }
        parts.push(&Uint8Array::from(std::mem::take(&mut self.text).as_bytes()));
        self.file = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok();
    }
}
