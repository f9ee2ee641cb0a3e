//! Who may do what to which row, and call what? Tried through the REST service as everybody, on every table, view
//! and function there is, and compared with access.md §2.
//!
//! The observed grid is `policy_matrix.txt`, which is reviewed like code. `POLICY_MATRIX=write` writes it anew.

mod access;
mod attacks;
mod calls_of_clients;
mod calls_of_work;
mod functions;
mod rows;
mod stage;

use crate::rig::Rig;
use access::TABLES;
use functions::{Call, calls, letter};
use reqwest::Method;
use rows::{Row, Table, reaches, rights};
use stage::{Caller, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Databases that are tried side by side.
const STAGES: usize = 3;
const COMMANDS: [(char, &str); 4] = [('S', "select"), ('I', "insert"), ('U', "update"), ('D', "delete")];

/// What was seen of one table or function.
#[derive(Default)]
struct Seen {
    text: String,
    wrong: Vec<String>,
    cells: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_do_exactly_what_the_access_document_says() {
    // Tables first, then functions; whoever is free takes the next.
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..STAGES).map(|_| tokio::spawn(work(Arc::clone(&next)))).collect();
    let mut all = BTreeMap::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), TABLES.len() + calls().count());
    let wrong: Vec<_> = all.values().flat_map(|seen| &seen.wrong).map(String::as_str).collect();
    let cells: usize = all.values().map(|seen| seen.cells).sum();
    assert!(wrong.is_empty(), "{} of {cells} not as access.md says:\n{}", wrong.len(), wrong.join("\n"));
    let grid = grid(&all, cells);

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policy_matrix.txt");
    if std::env::var("POLICY_MATRIX").is_ok_and(|value| value == "write") {
        std::fs::write(path, &grid).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let new: Vec<_> = grid.lines().filter(|line| !kept.lines().any(|old| old == *line)).collect();
    assert!(
        kept == grid,
        "policy_matrix.txt is not what is observed (POLICY_MATRIX=write writes it):\n{}",
        new.join("\n")
    );
}

async fn work(next: Arc<AtomicUsize>) -> Vec<(usize, Seen)> {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    let mut done = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let seen = match (TABLES.get(index), calls().nth(index.saturating_sub(TABLES.len()))) {
            (Some(table), _) => try_table(&mut stage, &callers, table).await,
            (_, Some(call)) => try_function(&mut stage, &callers, call).await,
            _ => return done,
        };
        done.push((index, seen));
    }
}

fn grid(all: &BTreeMap<usize, Seen>, cells: usize) -> String {
    let mut grid = format!(
        "Observed through the REST service, {cells} cells: yes, - (no row), fn (only through its function), or the\n\
         status of the refusal. A 409 is a delete that is allowed and held back by a row that refers to it.\n"
    );
    for (index, seen) in all {
        if *index == TABLES.len() {
            write!(grid, "\n{:<40}", "functions").unwrap();
            for name in ["anon", "nobody", "gone", "SuperAdmin", "Admin", "Director", "Member", "Client"] {
                write!(grid, "{name:<17}").unwrap();
            }
            grid.push_str("Admin-B          service\n");
        }
        grid.push_str(&seen.text);
    }
    grid.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

async fn try_table(stage: &mut Stage, callers: &[Caller], table: &Table) -> Seen {
    let mut seen = Seen { text: format!("\n{:<30}", table.name), ..Seen::default() };
    for caller in callers {
        write!(seen.text, "{:<11}", caller.name).unwrap();
    }
    seen.text.push('\n');
    let mut read = Vec::new();
    for caller in callers {
        read.push(visible(stage, caller, table).await);
    }
    for (command, name) in COMMANDS {
        let rows = match command {
            'I' => table.new,
            // Nobody writes a view, whichever row it is.
            'U' | 'D' if table.is_view() => &table.rows[..1],
            _ => table.rows,
        };
        for row in rows {
            write!(seen.text, "{:<30}", format!("  {name} {}", row.label)).unwrap();
            for (caller, read) in callers.iter().zip(&read) {
                let outcome = match command {
                    'S' => match read {
                        Ok(ids) if ids.contains(&stage.fill(&table.name_of(row))) => "yes".to_owned(),
                        Ok(_) => "-".to_owned(),
                        Err(status) => status.clone(),
                    },
                    _ => attempt(stage, caller, table, command, row).await,
                };
                if !is_right(&outcome, command, caller, is_allowed(caller, table, command, row)) {
                    seen.wrong
                        .push(format!("{} {name} {} {}: {outcome}", caller.name, table.name, row.label));
                }
                seen.cells += 1;
                write!(seen.text, "{outcome:<11}").unwrap();
            }
            assert!(!stage.undo().await, "a refusal changed something: {name} {} {}", table.name, row.label);
            seen.text.push('\n');
        }
    }
    seen
}

/// The rows of a table that somebody reads, or the status of the refusal.
async fn visible(stage: &Stage, caller: &Caller, table: &Table) -> Result<BTreeSet<String>, String> {
    let path = format!("{}?select={}", table.name, table.key);
    let answer = stage.ask(caller, Method::GET, &path, None).await;
    let rows = answer.body.as_array().filter(|_| answer.status.is_success());
    let rows = rows.ok_or_else(|| answer.status.as_u16().to_string())?;
    Ok(rows.iter().map(|row| row[table.key].as_str().unwrap_or_default().to_owned()).collect())
}

/// Tries it and undoes it: `yes`, `-` for no row, or what the refusal was.
async fn attempt(stage: &mut Stage, caller: &Caller, table: &Table, command: char, row: &Row) -> String {
    let of_row = |row| format!("{}?{}=eq.{}", table.name, table.key, stage.fill(&table.name_of(row)));
    let (method, path, body) = match command {
        'I' => (Method::POST, table.name.to_owned(), Some(stage.fill(&body_by(caller, table, row)))),
        'U' => (Method::PATCH, of_row(row), Some(stage.fill(table.update))),
        _ => (Method::DELETE, of_row(row), None),
    };
    let answer = stage.ask(caller, method, &path, body.as_deref()).await;
    let changed = answer.status.is_success() && stage.undo().await;
    match (answer.status.is_success(), changed) {
        (true, true) => "yes".to_owned(),
        (true, false) => "-".to_owned(),
        _ if answer.outcome() == "use_function" => "fn".to_owned(),
        _ => answer.status.as_u16().to_string(),
    }
}

/// The service says who wrote a row; people are told.
fn body_by(caller: &Caller, table: &Table, row: &Row) -> String {
    let stamp = match table.name {
        "opportunity_notes" => "author_id",
        "opportunity_activities" | "expenses" | "automation_playbooks" => "created_by",
        _ => return table.body_of(row),
    };
    let body = table.body_of(row);
    if caller.name == "service" {
        body.replacen('{', &format!(r#"{{"{stamp}": "{{Admin}}", "#), 1)
    } else {
        body
    }
}

/// Does access.md §2 give this caller this command on this row?
fn is_allowed(caller: &Caller, table: &Table, command: char, row: &Row) -> bool {
    let Some(column) = caller.column else { return false };
    rights(table.cells[column]).any(|(letters, scope)| {
        letters.contains(command) && reaches(scope, row, caller.email, caller.organization)
    })
}

fn is_right(outcome: &str, command: char, caller: &Caller, allowed: bool) -> bool {
    match outcome {
        "yes" => allowed,
        // A delete that is allowed and held back by a row that refers to it, or a state that forbids it.
        "409" => !allowed || command == 'D',
        "-" => !allowed && command != 'I',
        "401" => !allowed && caller.token.is_none(),
        _ => !allowed,
    }
}

async fn try_function(stage: &mut Stage, callers: &[Caller], call: &Call) -> Seen {
    let mut seen = Seen { text: format!("{:<40}", format!("  {}", call.label)), ..Seen::default() };
    let expected: Vec<char> = call.expected.chars().filter(|letter| *letter != ' ').collect();
    assert_eq!(expected.len(), callers.len(), "{}", call.label);
    for (caller, expected) in callers.iter().zip(expected) {
        let path = format!("rpc/{}", call.function());
        let body = stage.fill(call.arguments);
        let answer = stage.ask(caller, Method::POST, &path, Some(&body)).await;
        let outcome = answer.outcome();
        if answer.status.is_success() {
            stage.undo().await;
        }
        if letter(&outcome) != expected {
            seen.wrong.push(format!("{} calls {}: {outcome}, not {expected}", caller.name, call.label));
        }
        seen.cells += 1;
        write!(seen.text, "{outcome:<17}").unwrap();
    }
    assert!(!stage.undo().await, "a refusal changed something: {}", call.label);
    seen.text.push('\n');
    seen
}

#[tokio::test]
async fn the_grid_knows_every_table_view_and_function() {
    let rig = Rig::new().await;
    let relations = rig
        .value(
            "select string_agg(relname::text, ',' order by relname) from pg_class
             where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')",
        )
        .await;
    let known: BTreeSet<_> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(
        relations.split(',').collect::<BTreeSet<_>>(),
        known,
        "a new table or view needs its row of access.md §2 in access.rs, and rows in world.sql"
    );
    // With each function, whether it takes the id of something.
    let functions = rig
        .value(
            "select string_agg(distinct proname || ' ' || ('uuid'::regtype = any (proargtypes)), ',') from pg_proc
             where pronamespace = 'public'::regnamespace",
        )
        .await;
    for function in functions.split(',') {
        let (name, takes_id) = function.split_once(' ').unwrap();
        let calls: Vec<_> = calls().filter(|call| call.function() == name).collect();
        assert!(!calls.is_empty(), "{name} is not tried by anybody: functions.rs");
        let foreign = calls.iter().any(|call| call.label.contains('B'));
        assert!(
            foreign || takes_id == "false" || name.starts_with("service_"),
            "{name} is not tried with an id of organization B"
        );
    }
}
