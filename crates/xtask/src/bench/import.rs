//! How fast do the rows of a file become opportunities, compared with a plain COPY, and does the server's memory stay?

use super::rig::{DATABASE, Rig};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use std::fmt::Write as _;
use std::time::Instant;

/// Rows of a batch, as the page sends them.
const BATCH: u32 = 500;
/// Batches that warm the server up before its memory is read; the rest must be more than they.
const WARM_UP: usize = 5;
/// Rows that name the same company.
const ROWS_A_CLIENT: u32 = 20;
/// How far the memory of the server may move.
const FLAT_MEBIBYTES: f64 = 20.0;

/// Imports this many rows as the page does, looking at each batch first, and copies the same rows beside it.
pub(super) async fn measure(binary: &std::path::Path, rows: u32) -> Result<Vec<String>, String> {
    let least = BATCH * (WARM_UP as u32 + 1);
    if rows < least {
        return Err(format!("an import of fewer than {least} rows is over before the server is warm"));
    }
    let rig = Rig::durable(binary).await?;
    let measured = on(&rig, rows).await;
    rig.stop().await?;
    measured
}

async fn on(rig: &Rig, rows: u32) -> Result<Vec<String>, String> {
    let client = reqwest::Client::new();
    let send = async |path: &str, batch: u32| -> Result<(), String> {
        let last = (batch + BATCH).min(rows);
        let rows: Vec<Value> = (batch..last).map(row).collect();
        let request = client.post(format!("{}{path}", rig.server.url));
        let request = request.header(AUTHORIZATION, format!("Bearer {}", rig.token));
        let body = json!({ "key": format!("bench-{batch}"), "rows": rows });
        let response = request.json(&body).send().await.map_err(told)?;
        let status = response.status();
        let text = response.text().await.map_err(told)?;
        if status.is_success() { Ok(()) } else { Err(format!("{path}: HTTP {status}: {text}")) }
    };
    let (mut before, mut most) = (None, 0);
    let started = Instant::now();
    for (number, batch) in (0..rows).step_by(BATCH as usize).enumerate() {
        send("/api/opportunities/imports/checks", batch).await?;
        send("/api/opportunities/imports", batch).await?;
        if number + 1 == WARM_UP {
            before = rig.server.memory();
        }
        most = most.max(rig.server.memory().unwrap_or_default());
    }
    let imported = started.elapsed();
    let mut connection =
        PgConnection::connect(&rig.cluster.url("supabase_admin", DATABASE)).await.map_err(told)?;
    let copied = copy(&mut connection, rows).await?;
    connection.close().await.map_err(told)?;
    let rate = |time: std::time::Duration| f64::from(rows) / time.as_secs_f64();
    let mebibytes = |bytes: u64| bytes as f64 / 1_048_576.0;
    let grown = mebibytes(most.saturating_sub(before.unwrap_or(most)));
    let verdict = if grown <= FLAT_MEBIBYTES { "met" } else { "MISSED" };
    Ok(vec![
        format!("import of {rows} rows, each looked at first: {:.0} rows/s", rate(imported)),
        format!("plain COPY of the same rows: {:.0} rows/s", rate(copied)),
        format!("import ÷ COPY: {:.0}", imported.as_secs_f64() / copied.as_secs_f64()),
        format!(
            "memory of serve: {:.1} MiB after {WARM_UP} batches, {grown:.1} MiB more at most (goal {FLAT_MEBIBYTES}: {verdict})",
            mebibytes(before.unwrap_or_default())
        ),
    ])
}

fn row(number: u32) -> Value {
    json!({
        "company": format!("Bench company {}", number / ROWS_A_CLIENT), "name": format!("Opportunity {number}"),
        "amount": format!("{}.50", number + 1), "expected_close_date": "2027-01-31", "next_step": "Call",
    })
}

/// The same rows into the same table, by somebody who may, without triggers and checks of other rows.
async fn copy(connection: &mut PgConnection, rows: u32) -> Result<std::time::Duration, String> {
    let (organization, client): (String, String) =
        sqlx::query_as("select organization_id::text, min(id::text) from public.clients group by 1 limit 1")
            .fetch_one(&mut *connection)
            .await
            .map_err(told)?;
    let mut text = String::new();
    for number in 0..rows {
        let _ = writeln!(
            text,
            "{organization},{client},Opportunity {number},{}.50,2027-01-31,Call,import",
            number + 1
        );
    }
    sqlx::query("set session_replication_role = replica").execute(&mut *connection).await.map_err(told)?;
    let started = Instant::now();
    let mut into = connection
        .copy_in_raw(
            "copy public.opportunities (organization_id, client_id, name, amount, expected_close_date, next_step, source) \
             from stdin (format csv)",
        )
        .await
        .map_err(told)?;
    into.send(text.as_bytes()).await.map_err(told)?;
    into.finish().await.map_err(told)?;
    Ok(started.elapsed())
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
