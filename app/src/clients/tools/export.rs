//! How does the list leave the page? As a CSV file of exactly what is shown.

use super::super::tool::Workbench;
use crate::shell::csv::{file, hand_over, save};
use crate::shell::format;
use crate::shell::session::Session;
use crate::shell::shown_columns::TableColumn as _;
use leptos::prelude::*;
use revos_shared::clients::{ClientColumn, ClientRow};
use revos_shared::kernel::instants::{write_day, write_moment};
use revos_ui::{Button, ButtonKind, Var, live};
use std::borrow::Borrow;

/// Says what the file will hold, and makes it.
pub(super) fn export_form(bench: Workbench) -> AnyView {
    let list = bench.list;
    let session = expect_context::<Session>();
    let count = move || list.rows.with(|rows| rows.len() as u64);
    let what = live(move || {
        if list.truncated.get() {
            format!(
                "The file would hold {} of {}. Load more first, or filter the list, to have them all.",
                format::count(count()),
                format::plural(list.total.get(), "client", "clients"),
            )
        } else {
            format!(
                "The file holds {}, with the columns and in the order of the list.",
                format::plural(count(), "client", "clients")
            )
        }
    });
    let problem = Var::new(String::new());
    let download = move |()| {
        let columns = bench.address.columns().get_untracked().0;
        let text = list.rows.with_untracked(|rows| csv(&columns, rows));
        let made = match session.api() {
            Some(api) => hand_over(api, &text, "clients.csv", "/clients"),
            // Sample rows are nobody's, so nobody notes that they left.
            None => Ok(_ = save(&text, "clients.csv")),
        };
        match made {
            Ok(()) => bench.toolbox.close(),
            Err(text) => problem.set(text),
        }
    };
    view! {
        <p>{what}</p>
        <p role="alert">{live(move || problem.get())}</p>
        <div class="dialog-foot">
            <Button label="Cancel" on_press=move |()| bench.toolbox.close() />
            <Button label="Download CSV" kind=ButtonKind::Primary on_press=download />
        </div>
    }
    .into_any()
}

fn csv(columns: &[ClientColumn], rows: &[impl Borrow<ClientRow>]) -> String {
    let head = columns.iter().map(|column| column.label().to_owned()).collect();
    file(head, rows.iter().map(|row| columns.iter().map(|column| cell(*column, row.borrow())).collect()))
}

fn cell(column: ClientColumn, row: &ClientRow) -> String {
    let score = |score: Option<u8>| score.map(|score| score.to_string()).unwrap_or_default();
    let money =
        |amount: Option<revos_shared::Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    match column {
        ClientColumn::Open => money(row.open_value),
        ClientColumn::Arr => money(row.arr),
        ClientColumn::Mrr => money(row.mrr),
        ClientColumn::Ar => money(row.ar_outstanding),
        ClientColumn::Health => score(row.health),
        ClientColumn::Churn => score(row.churn_risk),
        ClientColumn::Trs => score(row.trs_score),
        ClientColumn::Qbr => row.qbr_date.map(write_day).unwrap_or_default(),
        ClientColumn::Updated => write_moment(row.updated_at),
        ClientColumn::Phase => row.phase.map(|phase| phase.as_str().to_owned()).unwrap_or_default(),
        ClientColumn::Segment => row.segment.map(|segment| segment.as_str().to_owned()).unwrap_or_default(),
        ClientColumn::Stage => {
            row.furthest_open_stage.map(|stage| stage.as_str().to_owned()).unwrap_or_default()
        }
        ClientColumn::Owner => row.owner_name.clone().unwrap_or_default(),
        ClientColumn::Status => row.status.as_str().to_owned(),
        ClientColumn::Name => row.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::sample_clients;
    use super::*;

    #[test]
    fn the_file_has_a_head_and_a_line_for_each_client() {
        let rows = sample_clients();
        let text = csv(&[ClientColumn::Name, ClientColumn::Arr, ClientColumn::Qbr], &rows);
        let lines: Vec<_> = text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
        assert_eq!((lines.len(), lines[0]), (rows.len() + 1, "Client,ARR,Next QBR"));
        assert!(lines[1..].iter().all(|line| line.split(',').count() == 3), "{lines:?}");
    }
}
