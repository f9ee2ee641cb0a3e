//! What does row-level security cost on a large database, and what would careless policies cost?

use super::sample::Sample;
use local_stack::{Cluster, StackOptions, load_scale};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::collections::BTreeMap;
use std::time::Instant;

const DATABASE: &str = "bench_rls";
/// The Admin of the first organization of the scale data.
const PERSON: &str = "bench@example.com";
/// Not the demo accounts' own, which a deployed server refuses.
const PASSWORD: &str = "for the length of one bench";
/// Readings of the careless policy, which takes its time.
const SLOW_ROUNDS: usize = 5;

/// Clients with everything a list shows of them, the newest first.
const CLIENTS: &str = "select * from public.vw_client_overview where organization_id = $organization \
     order by updated_at desc, client_id limit 200";
/// The clients list as the API asks for it: rows, total and sums.
const CLIENTS_LIST: &str = "select public.list_clients()::text";
/// The newest clients as we ask for them.
const WITH_TENANT: &str = "select id, name, status, phase, arr, health, churn_risk, qbr_date, updated_at from public.clients \
     where organization_id = $organization order by updated_at desc, id limit 200";
/// The same rows as somebody asks who leaves the tenant to the policies alone.
const WITHOUT_TENANT: &str = "select id, name, status, phase, arr, health, churn_risk, qbr_date, updated_at from public.clients \
     order by updated_at desc, id limit 200";

/// What the overview asks for: the whole organization, and a part of it.
const OVERVIEW: &[(&str, &str)] = &[
    ("overview", "select public.overview_inputs()::text"),
    ("overview of a year", "select public.overview_inputs('ytd')::text"),
    (
        "overview of a segment",
        "select public.overview_inputs(p_segment => 'mid', p_from => current_date - 365, p_to => current_date - 1)::text",
    ),
];
/// Readings of each of them.
const OVERVIEW_ROUNDS: usize = 20;

/// What pages ask for: name and statement.
const LISTS: &[(&str, &str)] = &[
    ("clients, newest first", CLIENTS),
    ("clients, by name", CLIENTS_LIST),
    ("clients, by revenue", "select public.list_clients('{}', '-mrr')::text"),
    (
        "clients, filtered",
        "select public.list_clients('{\"status\": [\"active\"], \"churn\": [\"at_risk\"], \"q\": \"amber\"}')::text",
    ),
    ("clients, all of them", "select public.list_clients('{}', 'name', 10000)::text"),
    ("digest of the clients list", "select public.clients_digest()"),
    ("figures of the portfolio", "select public.clients_summary()::text"),
    ("trend of the portfolio", "select to_jsonb(t)::text from public.client_health_trend() t"),
    ("record of a client", "select public.client_record($client)::text"),
    ("timeline of a client", "select to_jsonb(t)::text from public.client_timeline($client) t"),
    (
        "saved views",
        "select id, user_id, workspace, name, query, is_shared, version from public.saved_views \
         where organization_id = $organization and workspace = 'clients' limit 1000",
    ),
    ("search", "select to_jsonb(t)::text from public.search_workspace('amber') t"),
    (
        "colleagues",
        "select id, name, role from public.users where organization_id = $organization order by name",
    ),
    ("contacts of a client", "select * from public.contacts where client_id = $client limit 200"),
    (
        "health of a client",
        "select * from public.client_health_history where client_id = $client order by snapshot_date desc limit 400",
    ),
    ("board of a client", "select * from public.kanban_items where client_id = $client limit 500"),
    (
        "opportunities, board",
        "select * from public.opportunities where organization_id = $organization \
         and stage in ('Prospect', 'Qualify', 'Proposal', 'Negotiation') order by stage, expected_close_date limit 200",
    ),
    ("invoices, newest first", "select public.list_invoices()::text"),
    (
        "invoices, most pressing",
        "select public.list_invoices('{\"status\": [\"overdue\"]}', '-urgency', 50)::text",
    ),
    ("digest of the invoices", "select public.invoices_digest()"),
    ("figures of money", "select public.finance_inputs()::text"),
    ("figures that were kept", "select public.kept_figures()::text"),
    ("expenses", "select public.list_expenses()::text"),
    ("cash entries", "select public.list_cash_entries()::text"),
    (
        "invoices, open",
        "select * from public.invoices where organization_id = $organization and status = 'sent' order by due_date limit 200",
    ),
    ("subscriptions", "select public.list_subscriptions()::text"),
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
    // Who asks is known, and the superuser passes every policy.
    claim(&mut connection, &user).await?;
    let off = read(&mut connection, &list, rounds).await?;
    let function_off = read(&mut connection, CLIENTS_LIST, rounds).await?;
    // The widest mistake: a function asked once per row, on every row of every tenant.
    let mut careless = connection.begin().await.map_err(told)?;
    careless
        .execute(
            "alter policy clients_select on public.clients using (private.is_super_admin() \
               or (organization_id = private.current_org_id() and private.is_staff()))",
        )
        .await
        .map_err(told)?;
    become_person(&mut careless).await?;
    let naive = read(&mut careless, WITHOUT_TENANT, SLOW_ROUNDS).await?;
    careless.rollback().await.map_err(told)?;

    become_person(&mut connection).await?;
    let on = read(&mut connection, &list, rounds).await?;
    let ours = read(&mut connection, &filled(WITH_TENANT), rounds).await?;
    let function_on = read(&mut connection, CLIENTS_LIST, rounds).await?;
    report.extend([
        off.line("clients with all figures, no policies"),
        on.line("clients with all figures, policies"),
        function_off.line("list_clients, no policies"),
        function_on.line("list_clients, policies"),
        ours.line("newest clients, our policies"),
        naive.line("newest clients, a function per row"),
        on.ratio(&off, "policies on ÷ off", 1.5),
        function_on.ratio(&function_off, "policies on ÷ off, list_clients", 1.5),
        naive.at_least(&ours, "function per row ÷ ours", 400.0),
    ]);
    for (name, sql) in OVERVIEW {
        let sample = read(&mut connection, sql, OVERVIEW_ROUNDS).await?;
        report.push(format!("{}: {}", sample.line(name), tables(&mut connection, sql).await?));
        report.push(sample.ratio_of_slowest(&function_on, &format!("{name} ÷ list_clients"), 5.0));
    }
    for (name, sql) in LISTS {
        let sql = filled(sql);
        let sample = read(&mut connection, &sql, SLOW_ROUNDS).await?;
        report.push(format!("{}: {}", sample.line(name), tables(&mut connection, &sql).await?));
    }
    connection.close().await.map_err(told)?;
    Ok(report)
}

/// Says who asks, as the REST service does.
async fn claim(connection: &mut PgConnection, user: &str) -> Result<(), String> {
    let claims = serde_json::json!({ "sub": user, "role": "authenticated" }).to_string();
    let claim = sqlx::query("select set_config('request.jwt.claims', $1, false)").bind(claims);
    claim.execute(connection).await.map(|_| ()).map_err(told)
}

/// From here on the connection sees what the person sees.
async fn become_person(connection: &mut PgConnection) -> Result<(), String> {
    connection.execute("set role authenticated").await.map(|_| ()).map_err(told)
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

/// Which tables a statement reads from end to end, also inside of functions, as the server counts it.
async fn tables(connection: &mut PgConnection, sql: &str) -> Result<String, String> {
    let mut transaction = connection.begin().await.map_err(told)?;
    let before = scans(&mut transaction).await?;
    transaction.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map_err(told)?;
    let after = scans(&mut transaction).await?;
    transaction.rollback().await.map_err(told)?;
    let (mut whole, mut by_index) = (Vec::new(), Vec::new());
    for (name, (scanned, searched)) in &after {
        let (scanned_before, searched_before) = before.get(name).copied().unwrap_or_default();
        if *scanned > scanned_before {
            whole.push(name.as_str());
        }
        if *searched > searched_before {
            by_index.push(name.as_str());
        }
    }
    let verdict =
        if whole.is_empty() { String::new() } else { format!("READS ALL OF {}; ", whole.join(", ")) };
    Ok(format!("{verdict}by index {}", by_index.join(", ")))
}

/// How often each table was read from end to end, and searched by an index. Of small ones reading all is right.
async fn scans(connection: &mut PgConnection) -> Result<BTreeMap<String, (i64, i64)>, String> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "select s.relname::text, case when c.reltuples > 1000 then coalesce(s.seq_scan, 0) else 0 end, coalesce(s.idx_scan, 0) \
         from pg_stat_xact_user_tables s join pg_class c on c.oid = s.relid where s.schemaname in ('public', 'private')",
    )
    .fetch_all(connection)
    .await
    .map_err(told)?;
    Ok(rows.into_iter().map(|(name, scanned, searched)| (name, (scanned, searched))).collect())
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
