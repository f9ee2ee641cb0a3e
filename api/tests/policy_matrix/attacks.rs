//! Can a row be turned against its tenant? Promotions, hand-overs, other organizations, references across them.

use super::access::TABLES;
use super::rows::Table;
use super::stage::{Caller, Stage};
use reqwest::Method;
use serde_json::{Value, json};

/// Nobody's id.
const UNKNOWN: &str = "00000000-0000-4000-8000-0000000000ff";

async fn changes(stage: &mut Stage, caller: &Caller, path: &str, body: &str) -> u16 {
    let (path, body) = (stage.fill(path), stage.fill(body));
    let answer = stage.ask(caller, Method::PATCH, &path, Some(&body)).await;
    assert!(!stage.undo().await, "{} changed {path} to {body}", caller.name);
    answer.status.as_u16()
}

#[tokio::test]
async fn a_member_cannot_promote_move_or_impersonate() {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    let member = callers.iter().find(|caller| caller.name == "Member").unwrap();
    // access.md T5, T7, T10, T11.
    for (path, body) in [
        ("users?id=eq.{Member}", r#"{"role": "Admin"}"#),
        ("users?id=eq.{Member}", r#"{"organization_id": "{B}"}"#),
        ("users?id=eq.{Member}", r#"{"client_id": "{clients A own}"}"#),
        ("users?id=eq.{Member}", r#"{"deactivated_at": null}"#),
        ("users?id=eq.{Member}", r#"{"email": "admin@example.com"}"#),
        ("clients?id=eq.{clients A own}", r#"{"organization_id": "{B}"}"#),
        ("clients?id=eq.{clients A own}", r#"{"owner_id": "{colleague}"}"#),
        ("clients?id=eq.{clients A own}", r#"{"owner_id": null}"#),
        ("clients?id=eq.{clients A own}", r#"{"owner_id": "{Member B}"}"#),
        ("clients?id=eq.{clients A own}", r#"{"id": "{clients A colleague's}"}"#),
        ("clients?id=eq.{clients A own}", r#"{"created_at": "2020-01-01T00:00:00Z"}"#),
        ("opportunities?id=eq.{opportunities A own}", r#"{"owner_id": "{colleague}"}"#),
        ("opportunities?id=eq.{opportunities A own}", r#"{"owner_id": null}"#),
        ("projects?id=eq.{projects A own}", r#"{"owner_id": "{colleague}"}"#),
        ("contacts?client_id=eq.{clients A own}", r#"{"client_id": "{clients A colleague's}"}"#),
        (
            "contacts?client_id=eq.{clients A own}",
            r#"{"organization_id": "{B}", "client_id": "{clients B's}"}"#,
        ),
        ("data_sources?client_id=eq.{clients A own}", r#"{"client_id": "{clients A colleague's}"}"#),
        (
            "client_commercials?client_id=eq.{clients A own}",
            r#"{"client_id": "{clients A colleague's spare}"}"#,
        ),
    ] {
        let status = changes(&mut stage, member, path, body).await;
        assert!((400..500).contains(&status), "{path} {body}: {status}");
    }
}

#[tokio::test]
async fn what_only_a_function_may_change_is_refused() {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    // access.md T17, by those who may write the row otherwise.
    for (path, body) in [
        ("opportunities?id=eq.{opportunities A own}", r#"{"stage": "Qualify"}"#),
        ("opportunities?id=eq.{opportunities A own}", r#"{"closed_at": "2026-01-01T00:00:00Z"}"#),
        ("opportunities?id=eq.{opportunities A own}", r#"{"converted_at": "2026-01-01T00:00:00Z"}"#),
        ("invoices?id=eq.{invoices A own, sent}", r#"{"status": "paid"}"#),
        ("invoices?id=eq.{invoices A own, sent}", r#"{"amount_paid": 100}"#),
        ("subscriptions?id=eq.{subscriptions A own}", r#"{"amount": 1}"#),
        ("subscriptions?id=eq.{subscriptions A own}", r#"{"status": "past_due"}"#),
        (
            "expenses?id=eq.{expenses A}",
            r#"{"approved_by": "{Admin}", "approved_at": "2026-01-01T00:00:00Z"}"#,
        ),
        ("expenses?id=eq.{expenses A, approved}", r#"{"paid_on": "2026-02-01"}"#),
        ("users?id=eq.{SuperAdmin}", r#"{"role": "Member"}"#),
        ("agent_definitions?id=eq.{agent_definitions A}", r#"{"lifecycle_status": "disabled"}"#),
        ("clients?id=eq.{clients A own}", r#"{"trs_score": 100}"#),
    ] {
        for caller in callers.iter().filter(|caller| ["SuperAdmin", "Admin"].contains(&caller.name)) {
            let status = changes(&mut stage, caller, path, body).await;
            assert!([400, 403].contains(&status), "{} {path} {body}: {status}", caller.name);
        }
    }
}

/// access.md T7: whoever it is, whatever the table.
#[tokio::test]
async fn no_row_goes_to_another_organization() {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    for table in TABLES.iter().filter(|table| table.name != "organizations") {
        let row = table.rows.iter().find(|row| row.organization == 'A').unwrap();
        let path = format!("{}?{}=eq.{}", table.name, table.key, table.name_of(row));
        for caller in callers.iter().filter(|caller| caller.name != "service") {
            let status = changes(&mut stage, caller, &path, r#"{"organization_id": "{B}"}"#).await;
            // A success that changed nothing found no row.
            assert!(caller.name != "SuperAdmin" || (400..500).contains(&status), "{path}: {status}");
        }
    }
}

/// access.md T8: a row of another organization is as good as none, for every reference there is.
#[tokio::test]
async fn a_reference_to_another_organization_is_a_reference_to_nothing() {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    let references: Vec<(String, String, String)> = sqlx::query_as(
        "select t.relname::text, a.attname::text, r.relname::text
         from pg_constraint c
         join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         where c.contype = 'f' and c.connamespace = 'public'::regnamespace
           and r.relnamespace = 'public'::regnamespace and a.attname <> 'organization_id'
         order by 1, 2",
    )
    .fetch_all(&mut stage.connection)
    .await
    .unwrap();
    assert!(references.len() > 50, "{}", references.len());
    let find = |name: &str| TABLES.iter().find(|table| table.name == name).unwrap();
    for (table, column, referred) in references {
        let foreign = stage.fill(&of_b(find(&referred)));
        let table = find(&table);
        for caller in callers.iter().filter(|caller| ["SuperAdmin", "Admin", "Member"].contains(&caller.name))
        {
            let mut heard = Vec::new();
            for id in [foreign.as_str(), UNKNOWN] {
                heard.push(refer(&mut stage, caller, table, &column, id).await);
            }
            let what = format!("{} {}.{column}: {heard:?}", caller.name, table.name);
            assert_eq!(heard[0], heard[1], "{what}");
        }
    }
}

fn of_b(table: &Table) -> String {
    table.name_of(table.rows.iter().find(|row| row.organization == 'B').unwrap())
}

/// Points an old and a new row of A at something; what is heard, as statuses.
async fn refer(stage: &mut Stage, caller: &Caller, table: &Table, column: &str, id: &str) -> (u16, u16) {
    let old = table.rows.iter().find(|row| row.organization == 'A').unwrap();
    let path = format!("{}?id=eq.{}", table.name, table.name_of(old));
    let changed = changes(stage, caller, &path, &json!({ column: id }).to_string()).await;
    let new = table.new.iter().find(|row| row.organization == 'A').unwrap();
    let mut body: Value = serde_json::from_str(&stage.fill(&table.body_of(new))).unwrap();
    body[column] = json!(id);
    let made = stage.ask(caller, Method::POST, table.name, Some(&body.to_string())).await.status.as_u16();
    assert!(!stage.undo().await, "{} made {} with {body}", caller.name, table.name);
    assert!((400..500).contains(&made), "{} {}: {made}", caller.name, table.name);
    (changed, made)
}
