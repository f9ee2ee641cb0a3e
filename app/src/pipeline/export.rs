//! How do the table and the forecast leave the page? As CSV files of exactly what is shown.

use super::columns::ShownColumn;
use super::desk::Desk;
use super::words;
use crate::shell::csv::{self, file};
use jiff::civil::Date;
use revos_shared::Money;
use revos_shared::kernel::instants::{write_day, write_moment};
use revos_shared::pipeline::{Forecast, OpportunityColumn, OpportunityRow, Score, Total, WinRates, weighted};
use std::borrow::Borrow;

/// The rows of the table, with its columns and in its order. A cut list says so first.
pub(super) fn table(desk: Desk) {
    let made = desk.painted.with_untracked(|painted| {
        csv::whole(painted.rows.len(), painted.total, "opportunities")?;
        let columns = desk.address.state.with_untracked(|state| state.columns.0.clone());
        Ok(listed(&columns, &painted.rows, &painted.rates))
    });
    hand_over(desk, made, "opportunities.csv");
}

/// The forecast: its figures, its sums, and the opportunities behind them. Every line says what it is.
pub(super) fn forecast(desk: Desk, forecast: &Forecast) {
    hand_over(desk, Ok(written(forecast)), "forecast.csv");
}

fn written(forecast: &Forecast) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut line = |section: &str, name: &str, count: String, amount: String, weighted: String| {
        lines.push(vec![section.to_owned(), name.to_owned(), count, amount, weighted]);
    };
    let none = String::new;
    let money = |amount: Money| amount.to_string();
    line("Quarter", "First day", none(), write_day(forecast.quarter_start), none());
    line("Quarter", "Last day", none(), write_day(forecast.quarter_end), none());
    line("Quarter", "Target", none(), forecast.target.map(money).unwrap_or_default(), none());
    for (name, amount) in [
        ("Won", forecast.won),
        ("Commit", forecast.commit.amount),
        ("Upside", forecast.upside.amount),
        ("Best case", forecast.best.amount),
        ("Weighted forecast", forecast.weighted.amount),
        ("Range p10", forecast.range.p10),
        ("Range p50", forecast.range.p50),
        ("Range p90", forecast.range.p90),
    ] {
        line("Scenario", name, none(), money(amount), none());
    }
    let mut total = |section: &str, name: &str, total: Total| {
        line(section, name, total.count.to_string(), money(total.amount), money(total.weighted));
    };
    total("Total", "Open", forecast.open);
    total("Total", "Expected in the quarter", forecast.period);
    total("Total", "Undated", forecast.undated);
    for stage in forecast.stages.iter().filter(|stage| stage.stage.is_open()) {
        let sums = Total { count: stage.count, amount: stage.amount, weighted: stage.weighted };
        total("Stage", words::stage(stage.stage), sums);
    }
    for month in &forecast.months {
        total("Month", &write_day(month.month), month.total);
    }
    for owner in &forecast.owners {
        total("Owner", owner.owner_name.as_deref().unwrap_or("Unassigned"), owner.open);
    }
    for row in &forecast.rows {
        total("Opportunity", &row.name, Total::of([row]));
    }
    let head = ["Section", "Name", "Count", "Amount", "Weighted"].map(str::to_owned).to_vec();
    file(head, lines.into_iter())
}

fn listed(columns: &[ShownColumn], rows: &[impl Borrow<OpportunityRow>], rates: &WinRates) -> String {
    let head = columns.iter().flat_map(|column| heads(*column)).map(|head| (*head).to_owned()).collect();
    let line = |row: &OpportunityRow| columns.iter().flat_map(|column| cells(*column, row, rates)).collect();
    file(head, rows.iter().map(|row| line(row.borrow())))
}

/// What a column is in the file: the units are in its head, and what the page shows in one cell has one each.
const fn heads(column: ShownColumn) -> &'static [&'static str] {
    match column {
        ShownColumn::Of(column) => match column {
            OpportunityColumn::Name => &["Opportunity"],
            OpportunityColumn::Client => &["Client"],
            OpportunityColumn::Owner => &["Owner"],
            OpportunityColumn::Stage => &["Stage"],
            OpportunityColumn::Amount => &["Amount"],
            OpportunityColumn::Probability => &["Probability %"],
            OpportunityColumn::Weighted => &["Weighted"],
            OpportunityColumn::Close => &["Expected close"],
            OpportunityColumn::Days => &["Days in stage"],
            OpportunityColumn::Next => &["Next step", "Next step until"],
            OpportunityColumn::Updated => &["Updated"],
        },
        ShownColumn::Score => &["Score", "Risk"],
    }
}

fn cells(column: ShownColumn, row: &OpportunityRow, rates: &WinRates) -> Vec<String> {
    let day = |day: Option<Date>| day.map(write_day).unwrap_or_default();
    match column {
        ShownColumn::Of(column) => match column {
            OpportunityColumn::Name => vec![row.name.clone()],
            OpportunityColumn::Client => vec![row.client_name.clone()],
            OpportunityColumn::Owner => vec![row.owner_name.clone().unwrap_or_default()],
            OpportunityColumn::Stage => vec![words::stage(row.stage).to_owned()],
            OpportunityColumn::Amount => vec![row.amount.to_string()],
            OpportunityColumn::Probability => vec![row.probability.to_string()],
            OpportunityColumn::Weighted => vec![weighted([(row.amount, row.probability)]).to_string()],
            OpportunityColumn::Close => vec![day(row.expected_close_date)],
            OpportunityColumn::Days => vec![row.days_in_stage.to_string()],
            OpportunityColumn::Next => {
                vec![row.next_step.clone().unwrap_or_default(), day(row.next_step_date)]
            }
            OpportunityColumn::Updated => vec![write_moment(row.updated_at)],
        },
        ShownColumn::Score => {
            let score = row.stage.is_open().then(|| Score::of(row, rates));
            vec![
                score.map(|score| score.score.to_string()).unwrap_or_default(),
                score.map(|score| words::risk(score.risk).0.to_owned()).unwrap_or_default(),
            ]
        }
    }
}

fn hand_over(desk: Desk, made: Result<String, String>, name: &'static str) {
    if let Err(problem) = made.and_then(|text| csv::hand_over(desk.api, &text, name, "/pipeline")) {
        desk.say(problem, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::shown_columns::TableColumn as _;

    #[test]
    fn every_column_has_as_many_cells_as_heads() {
        let id = "00000000-0000-4000-8000-000000000001";
        let row: OpportunityRow = serde_json::from_value(serde_json::json!({
            "id": id, "name": "A", "client_id": id, "client_name": "C", "stage": "Proposal", "amount": "10.00",
            "probability": 50, "days_in_stage": 1, "touches": 0, "days_untouched": 1,
            "updated_at": "2026-05-20T10:00:00Z", "version": 1,
        }))
        .unwrap();
        for column in ShownColumn::ALL {
            assert_eq!(heads(*column).len(), cells(*column, &row, &WinRates::default()).len(), "{column:?}");
        }
        let text = listed(
            &[ShownColumn::Of(OpportunityColumn::Name), ShownColumn::Score],
            &[row],
            &WinRates::default(),
        );
        assert!(text.contains("Opportunity,Score,Risk\r\n"), "{text}");
    }
}
