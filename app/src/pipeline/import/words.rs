//! How is an import told?

use crate::shell::format::count;
use crate::shell::{Refused, failure};
use revos_shared::ErrorCode;
use revos_shared::kernel::separated::{CELL_MAX_BYTES, COLUMNS_MAX, Encoding, LINE_MAX_BYTES, Separator};
use revos_shared::pipeline::import::{
    DayOrder, DecimalSign, FILE_MAX_ROWS, KeptReason, LineProblem, MadeKind,
};

pub(super) const DOUBLE: &str = "The file names this opportunity of this company before.";
pub(super) const KNOWN: &str = "An opportunity of this name is there already.";
pub(super) const CHANGED_SINCE: &str =
    "Rows that could be imported a moment ago cannot be any more. Check the file again.";

pub(super) fn too_many_rows() -> String {
    format!("The file has more than {} rows. Divide it and import the parts.", count(FILE_MAX_ROWS as u64))
}

/// What is wrong with a row, as a sentence.
pub(super) fn problem(problem: &LineProblem) -> String {
    let what = match problem.key.as_str() {
        "required" => "is missing.",
        "too_long" => "is too long.",
        "out_of_range" => "must be more than zero, and less than a thousand billion.",
        "not_a_number" => "is not an amount.",
        "other_currency" => "names another currency than the organization’s.",
        "too_many_decimals" => "has more than two decimal places.",
        "ambiguous_amount" => "can be two amounts. Choose above what stands before the cents.",
        "not_a_date" => "is not a day such as 2026-05-20.",
        "ambiguous_date" => "can be two days. Choose above how days are written.",
        "not_an_address" => "is not an e-mail address.",
        "not_text" => "holds characters that cannot be kept.",
        "client_ambiguous" => "is the name of several clients.",
        "forbidden" => "cannot be added: the client is a colleague\u{2019}s.",
        "unterminated_quote" => {
            return "A quote is opened here and never closed; what follows cannot be read.".to_owned();
        }
        "stray_quote" => {
            return "Something follows a closing quote; a quote within a cell is written twice.".to_owned();
        }
        "cell_too_long" => return format!("A cell is longer than {} KB.", CELL_MAX_BYTES / 1024),
        "line_too_long" => return format!("The row is longer than {} KB.", LINE_MAX_BYTES / 1024),
        "too_many_columns" => return format!("The row has more than {COLUMNS_MAX} cells."),
        "more_cells_than_header" => return "The row has more cells than the first line.".to_owned(),
        "wrong_encoding" => {
            return "The row holds characters that this encoding does not have. Choose another one above."
                .to_owned();
        }
        _ => "cannot be right.",
    };
    format!("{} {what}", problem.column.map_or("The row", |column| column.label()))
}

/// Why the server did not do it.
pub(super) fn refusal(refused: &Refused) -> String {
    let why = match refused.code() {
        Some(ErrorCode::ValidationFailed) => "Some rows cannot be imported any more",
        Some(ErrorCode::ClientAmbiguous) => "Several clients have the name of a company by now",
        Some(ErrorCode::IdempotencyMismatch) => "This file is being imported in another window, too",
        _ => failure::sentence(&refused.failure),
    };
    format!("{why}.")
}

pub(super) const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf16Low => "UTF-16, little-endian",
        Encoding::Utf16High => "UTF-16, big-endian",
        Encoding::Windows1252 => "Windows-1252 (Latin)",
    }
}

pub(super) const fn separator(separator: Separator) -> &'static str {
    match separator {
        Separator::Comma => "Comma",
        Separator::Semicolon => "Semicolon",
        Separator::Tab => "Tab",
        Separator::Pipe => "Vertical bar",
    }
}

/// The ways to write amounts.
pub(super) const DECIMALS: [(DecimalSign, &str); 3] = [
    (DecimalSign::Unknown, "As each amount shows"),
    (DecimalSign::Point, "Point: 1,234.50"),
    (DecimalSign::Comma, "Comma: 1.234,50"),
];

/// The ways to write days.
pub(super) const DAYS: [(DayOrder, &str); 3] = [
    (DayOrder::Unknown, "As each day shows"),
    (DayOrder::DayFirst, "Day first: 31/12/2026"),
    (DayOrder::MonthFirst, "Month first: 12/31/2026"),
];

pub(super) const fn kind(kind: MadeKind) -> &'static str {
    match kind {
        MadeKind::Client => "Client",
        MadeKind::Contact => "Contact",
        MadeKind::Opportunity => "Opportunity",
    }
}

pub(super) const fn reason(reason: KeptReason) -> &'static str {
    match reason {
        KeptReason::Changed => "changed since",
        KeptReason::InUse => "in use",
        KeptReason::Forbidden => "you may not remove it",
    }
}
