//! How do the table and the forecast leave the page? As CSV files of exactly what is shown.

use super::desk::Desk;
use super::words;
use crate::shell::csv::{self, file};
use revos_shared::Money;
use revos_shared::kernel::instants::{write_day, write_moment};
use revos_shared::pipeline::{Forecast, OpportunityRow, Score, Total, WinRates, weighted};

const HEAD: [&str; 14] = [
    "Opportunity",
    "Client",
    "Owner",
    "Stage",
    "Amount",
    "Probability %",
    "Weighted",
    "Expected close",
    "Days in stage",
    "Score",
    "Risk",
    "Next step",
    "Next step until",
    "Updated",
];

/// The rows of the table. A cut list says so first.
pub(super) fn table(desk: Desk) {
    let made = desk.painted.with_untracked(|painted| {
        csv::whole(painted.rows.len(), painted.total, "opportunities")?;
        let head = HEAD.map(str::to_owned).to_vec();
        Ok(file(head, painted.rows.iter().map(|row| cells(row, &painted.rates).to_vec())))
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

fn cells(row: &OpportunityRow, rates: &WinRates) -> [String; 14] {
    let score = row.stage.is_open().then(|| Score::of(row, rates));
    [
        row.name.clone(),
        row.client_name.clone(),
        row.owner_name.clone().unwrap_or_default(),
        words::stage(row.stage).to_owned(),
        row.amount.to_string(),
        row.probability.to_string(),
        weighted([(row.amount, row.probability)]).to_string(),
        row.expected_close_date.map(write_day).unwrap_or_default(),
        row.days_in_stage.to_string(),
        score.map(|score| score.score.to_string()).unwrap_or_default(),
        score.map(|score| words::risk(score.risk).0.to_owned()).unwrap_or_default(),
        row.next_step.clone().unwrap_or_default(),
        row.next_step_date.map(write_day).unwrap_or_default(),
        write_moment(row.updated_at),
    ]
}

fn hand_over(desk: Desk, made: Result<String, String>, name: &'static str) {
    if let Err(problem) = made.and_then(|text| csv::hand_over(desk.api, &text, name, "/pipeline")) {
        desk.say(problem, true);
    }
}
