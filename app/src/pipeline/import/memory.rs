//! Which choices did the person make the last time? Kept encrypted, for this person and organization, until sign-out.

use super::words::{DAYS, DECIMALS};
use live_query::browser::LiveQueries;
use revos_shared::pipeline::import::{Column, Reading};
use serde::{Deserialize, Serialize};

const NAME: &str = "pipeline.import";
/// Headers that are remembered.
const MOST: usize = 100;

/// What was chosen.
#[derive(Default, Serialize, Deserialize)]
struct Chosen {
    /// Names of a file's columns, and what they hold.
    columns: Vec<(String, Column)>,
    /// Places in the lists of choices.
    decimal: usize,
    days: usize,
}

/// Keeps how a file with this header was read.
pub(super) fn keep(queries: &LiveQueries, header: &[String], reading: &Reading) {
    let named = header.iter().zip(&reading.mapping);
    let columns = named.filter_map(|(name, column)| Some((name.clone(), (*column)?)));
    let chosen = Chosen {
        columns: columns.take(MOST).collect(),
        decimal: DECIMALS.iter().position(|(sign, _)| *sign == reading.decimal).unwrap_or_default(),
        days: DAYS.iter().position(|(order, _)| *order == reading.days).unwrap_or_default(),
    };
    queries.keep(NAME, serde_json::to_string(&chosen).ok());
}

/// Reads a file with this header as one was read before, where its names do not say otherwise.
pub(super) async fn recall(queries: &LiveQueries, header: &[String], reading: &mut Reading) {
    let kept = queries.recall(NAME).await.unwrap_or_default();
    // What was kept in another form is forgotten with the next file.
    let Ok(chosen) = lean_json::from_str::<Chosen>(&kept) else { return };
    reading.decimal = DECIMALS.get(chosen.decimal).map(|(sign, _)| *sign).unwrap_or_default();
    reading.days = DAYS.get(chosen.days).map(|(order, _)| *order).unwrap_or_default();
    for (at, name) in header.iter().enumerate() {
        let known = chosen.columns.iter().find(|(known, _)| known == name);
        let column = known.map(|(_, column)| *column);
        if column.is_some() && !reading.mapping.contains(&column) && reading.mapping.get(at) == Some(&None) {
            reading.mapping[at] = column;
        }
    }
}
