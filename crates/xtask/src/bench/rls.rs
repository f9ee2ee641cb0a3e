//! What does row-level security cost on a large database, and what would careless policies cost?

use super::sample::Sample;
use local_stack::{Cluster, StackOptions, load_scale};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::time::Instant;

const DATABASE: &str = "bench_rls";
/// The Admin of the first organization of the scale data.
const PERSON: &str = "bench@example.com";
/// Not the demo accounts' own, which a deployed server refuses.
const PASSWORD: &str = "for the length of one bench";
/// Readings of the careless policy, which takes its time.
const SLOW_ROUNDS: usize = 5;

/// The clients list as the API asks for it.
const CLIENTS: &str = "select client_id, client_name, status, phase, segment, industry, owner_id, owner_name, arr, health, churn_risk, \
     trs_score, previous_health, previous_churn_risk, previous_snapshot_date, qbr_date, is_expansion, churned_on, updated_at, version \
     from public.vw_client_overview where organization_id = $organization order by updated_at desc, client_id limit 200";
/// The same rows as somebody asks who leaves the tenant to the policies alone.
const WITHOUT_TENANT: &str = "select id, name, status, phase, arr, health, churn_risk, qbr_date, updated_at from public.clients \
     order by updated_at desc, id limit 200";

/// What pages ask for: name and statement.
const LISTS: &[(&str, &str)] = &[
    ("clients, newest first", CLIENTS),
    (
        "clients, by status",
        "select * from public.clients where organization_id = $organization and status = 'active' order by updated_at desc limit 200",
    ),
    (
        "clients, reviews",
        "select * from public.clients where organization_id = $organization and qbr_date < current_date + 30 order by qbr_date limit 200",
    ),
    ("contacts of a client", "select * from public.contacts where client_id = $client limit 200"),
    (
        "health of a client",
        "select * from public.client_health_history where client_id = $client order by snapshot_date desc limit 400",
    ),
    (
        "opportunities, board",
        "select * from public.opportunities where organization_id = $organization and stage = 'Proposal' order by expected_close_date limit 200",
    ),
    (
        "invoices, open",
        "select * from public.invoices where organization_id = $organization and status = 'sent' order by due_date limit 200",
    ),
    (
        "subscriptions",
        "select * from public.subscriptions where organization_id = $organization and status = 'active' limit 200",
    ),
    ("board of a client", "select * from public.kanban_items where client_id = $client limit 500"),
];

/// Loads the scale data, and measures the list with and without policies, and with careless ones.
pub(super) async fn measure(clients: u32, rounds: usize) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(told)?;
    let mut options = StackOptions::new(folder.path().join("postgres"), "migrations");
    options.durable = false;
    let cluster = Cluster::start(&options).await.map_err(told)?;
    let measured = on(&cluster, clients, rounds).await;
    cluster.stop().await.map_err(told)?;
    measured
}

async fn on(cluster: &Cluster, clients: u32, rounds: usize) -> Result<Vec<String>, String> {
    cluster.prepare_database(DATABASE).await.map_err(told)?;
    let url = cluster.url("supabase_admin", DATABASE);
    let started = Instant::now();
    load_scale(&url, &PASSWORD.to_owned().into(), clients).await.map_err(told)?;
    let mut report =
        vec![format!("scale data: {clients} clients in {:.0} s", started.elapsed().as_secs_f64())];

    let mut connection = PgConnection::connect(&url).await.map_err(told)?;
    connection.execute("vacuum analyze").await.map_err(told)?;
    let person = sqlx::query(
        "select u.id::text, u.organization_id::text, (select min(c.id::text) from public.clients c \
           where c.organization_id = u.organization_id) from public.users u where u.email = $1",
    )
    .bind(PERSON)
    .fetch_one(&mut connection)
    .await
    .map_err(told)?;
    let text = |at: usize| person.try_get::<String, _>(at).map_err(told);
    let (user, organization, client) = (text(0)?, text(1)?, text(2)?);
    let filled = |sql: &str| {
        sql.replace("$organization", &format!("'{organization}'")).replace("$client", &format!("'{client}'"))
    };

    let list = filled(CLIENTS);
    let off = read(&mut connection, &list, rounds).await?;
    // The widest mistake: a function asked once per row, on every row of every tenant.
    let mut careless = connection.begin().await.map_err(told)?;
    careless
        .execute(
            "alter policy clients_select on public.clients using (private.is_super_admin() \
               or (organization_id = private.current_org_id() and private.is_staff()))",
        )
        .await
        .map_err(told)?;
    become_person(&mut careless, &user).await?;
    let naive = read(&mut careless, WITHOUT_TENANT, SLOW_ROUNDS).await?;
    careless.rollback().await.map_err(told)?;

    become_person(&mut connection, &user).await?;
    let on = read(&mut connection, &list, rounds).await?;
    report.extend([
        off.line("clients list, no policies"),
        on.line("clients list, policies"),
        naive.line("clients, a function per row"),
        on.ratio(&off, "policies on ÷ off", 1.5),
        naive.at_least(&on, "function per row ÷ ours", 400.0),
    ]);
    for (name, sql) in LISTS {
        report.push(format!("plan of {name}: {}", plan(&mut connection, &filled(sql)).await?));
    }
    connection.close().await.map_err(told)?;
    Ok(report)
}

/// From here on the connection sees what the person sees.
async fn become_person(connection: &mut PgConnection, user: &str) -> Result<(), String> {
    let claims = serde_json::json!({ "sub": user, "role": "authenticated" }).to_string();
    sqlx::query(
        "select set_config('request.jwt.claims', $1, false), set_config('role', 'authenticated', false)",
    )
    .bind(claims)
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(told)
}

async fn read(connection: &mut PgConnection, sql: &str, rounds: usize) -> Result<Sample, String> {
    let mut sample = Sample::default();
    for round in 0..=rounds {
        let started = Instant::now();
        let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map_err(told)?;
        if rows.is_empty() {
            return Err(format!("no row came back from: {sql}"));
        }
        // The first one warms the caches.
        if round > 0 {
            sample.add(started.elapsed());
        }
    }
    Ok(sample)
}

/// The indexes that answer a list, or the tables that are read from end to end.
async fn plan(connection: &mut PgConnection, sql: &str) -> Result<String, String> {
    let explained: Value = sqlx::query_scalar(AssertSqlSafe(format!("explain (format json) {sql}")))
        .fetch_one(connection)
        .await
        .map_err(told)?;
    let (mut whole, mut indexes) = (Vec::new(), Vec::new());
    walk(&explained[0]["Plan"], &mut whole, &mut indexes);
    indexes.sort();
    indexes.dedup();
    Ok(match whole.is_empty() {
        true => indexes.join(", "),
        false => format!("READS ALL OF {}", whole.join(", ")),
    })
}

fn walk(node: &Value, whole: &mut Vec<String>, indexes: &mut Vec<String>) {
    let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
    if node["Node Type"] == "Seq Scan" && !SMALL.contains(&text("Relation Name").as_str()) {
        whole.push(text("Relation Name"));
    }
    if node["Index Name"].is_string() {
        indexes.push(text("Index Name"));
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, whole, indexes);
    }
}

/// Tables with so few rows that reading all of them is the right plan.
const SMALL: &[&str] = &["organizations", "users"];

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
