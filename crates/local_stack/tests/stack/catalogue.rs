//! Is the schema what is written down, and does the proof of the catalogue notice each kind of hole?

use std::path::{Path, PathBuf};

use local_stack::{Proof, TestStack, describe, load_demo};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

/// A database with the migrations and the demo data, of the test's own.
async fn database(name: &str) -> String {
    let cluster = TestStack::shared().await.unwrap().cluster();
    cluster.clone_database(TestStack::TEMPLATE, name).await.unwrap();
    cluster.url("supabase_admin", name)
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Each line with the heading above it: columns of two tables may look alike.
fn items(text: &str) -> Vec<String> {
    let mut heading = "";
    text.lines()
        .map(|line| {
            if line.starts_with("  ") {
                format!("{heading}: {}", line.trim_start())
            } else {
                heading = line.split(" (").next().unwrap_or(line);
                line.to_owned()
            }
        })
        .collect()
}

#[tokio::test]
async fn the_migrations_build_what_is_written_down() {
    let built = describe(&database("described").await).await.unwrap();
    let written = std::fs::read_to_string(here("../../migrations/schema.txt")).unwrap();
    let (built, written) = (items(&built), items(&written));
    let gone = written.iter().filter(|line| !built.contains(line)).map(|line| format!("- {line}"));
    let new = built.iter().filter(|line| !written.contains(line)).map(|line| format!("+ {line}"));
    let difference: Vec<String> = gone.chain(new).collect();
    assert!(
        difference.is_empty() && built == written,
        "migrations/schema.txt differs; when it should, write it anew: cargo xtask schema-snapshot\n{}",
        difference.join("\n")
    );
}

/// What is broken, and the rule that says so.
const HOLES: &[(&str, &str)] = &[
    ("create table public.hole (id uuid primary key)", "tables without forced row-level security"),
    ("alter table public.clients no force row level security", "tables without forced row-level security"),
    ("alter table private.idempotency_keys disable row level security", "tables without forced row-level security"),
    (
        "drop policy projects_select on public.projects; drop policy projects_insert on public.projects;
         drop policy projects_update on public.projects; drop policy projects_delete on public.projects",
        "tables without a policy",
    ),
    (
        "create policy hole on public.clients for select to authenticated
         using (organization_id = (select private.current_org_id()))",
        "more than one policy for a command",
    ),
    ("drop policy clients_delete on public.clients", "rights without a policy"),
    ("revoke delete on public.clients from authenticated", "policies without a right"),
    ("alter policy clients_delete on public.clients rename to hole", "policies for all commands"),
    ("alter policy clients_delete on public.clients to public", "policies for anyone but signed-in people"),
    ("alter policy clients_select on public.clients using (true)", "policies without a tenant, with true"),
    (
        "alter policy clients_select on public.clients
         using (organization_id is null or organization_id = (select private.current_org_id()))",
        "policies without a tenant, with true",
    ),
    ("alter policy clients_select on public.clients using ((select private.is_staff()))", "policies without a tenant"),
    (
        "alter policy clients_select on public.clients
         using ((select auth.role()) = 'service_role' or organization_id = (select private.current_org_id()))",
        "policies that look for the service role",
    ),
    (
        "drop policy clients_update on public.clients; create policy clients_update on public.clients
         for update to authenticated using (organization_id = (select private.current_org_id()))",
        "insert or update policies without a check",
    ),
    (
        "alter policy clients_select on public.clients using (organization_id = private.current_org_id())",
        "policies that ask once per row",
    ),
    ("grant select on public.clients to anon", "rights of anonymous callers"),
    ("grant update (name) on public.clients to anon", "rights of anonymous callers"),
    ("grant select on public.vw_client_overview to anon", "rights of anonymous callers"),
    ("grant select on public.clients to public", "rights of anonymous callers"),
    ("grant select on private.integration_tokens to authenticated", "rights of people on private tables"),
    ("grant truncate on public.clients to authenticated", "rights beyond reading and writing"),
    ("grant usage on schema private to anon", "use of the private schema by anonymous callers"),
    ("grant create on schema public to authenticated", "making objects"),
    (
        "alter default privileges for role postgres in schema public grant usage on sequences to anon",
        "rights by default",
    ),
    ("grant insert on public.contacts to authenticated", "columns that only triggers write"),
    ("grant update on public.projects to authenticated", "standing columns that people may update"),
    ("alter view public.vw_client_overview set (security_invoker = false)", "views that read as their owner"),
    ("alter view public.vw_client_overview reset (security_invoker)", "views that read as their owner"),
    ("alter function private.persona() reset search_path", "functions without an empty search path"),
    ("alter function private.persona() set search_path = public", "functions without an empty search path"),
    ("grant execute on function public.current_member() to anon", "functions anonymous callers may execute"),
    ("grant execute on function private.touch() to authenticated", "trigger functions that may be called"),
    (
        "grant execute on function private.may_act_in(uuid) to authenticated",
        "helpers that people may call for nothing",
    ),
    (
        "revoke execute on function public.current_member() from authenticated, service_role",
        "rpcs that nobody may call",
    ),
    (
        "grant execute on function public.service_read_tokens(uuid) to authenticated",
        "functions of the service that people may call",
    ),
    ("alter function public.current_member() security definer", "definers among the rpcs that do not ask"),
    ("alter table public.clients disable trigger clients_touch", "editable tables without touch"),
    ("alter table public.clients disable trigger clients_audit", "tables that are audited wrongly"),
    ("drop index public.agent_behaviors_organization_id_idx", "references without an index"),
    (
        "alter table public.contacts add hole_id uuid references public.clients (id);
         create index on public.contacts (hole_id)",
        "references that could leave the tenant",
    ),
    ("alter table public.contacts drop constraint contacts_organization_id_fkey", "rows without a tenant"),
    ("alter table public.contacts add hole real", "float columns"),
    ("comment on table public.contacts is null", "tables and views without a comment"),
];

#[tokio::test]
async fn each_kind_of_hole_is_noticed() {
    let proofs = Proof::read_all(&here("sql/proofs")).unwrap();
    let catalogue = proofs.iter().find(|proof| proof.name == "foundation_catalogue").unwrap();
    let mut connection = PgConnection::connect(&database("holes").await).await.unwrap();
    for (hole, rule) in HOLES {
        let mut transaction = connection.begin().await.unwrap();
        transaction.execute(sqlx::raw_sql(*hole)).await.unwrap_or_else(|error| panic!("{hole}: {error}"));
        let said = match catalogue.run(&mut transaction).await {
            Ok(()) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(&format!("proof failed: {rule}")), "{hole}: the proof says {said}");
        transaction.rollback().await.unwrap();
    }
}

/// One line per table that the demo data fills.
const CHECKSUMS: &str = include_str!("../../sql/demo_checksums.sql");

#[tokio::test]
async fn the_demo_data_of_one_day_is_the_same_each_time() {
    let url = database("twice").await;
    let mut loads = Vec::new();
    for _ in 0..2 {
        let day = jiff::civil::date(2026, 5, 20);
        load_demo(&url, &secrecy::SecretString::from("a password"), Some(day)).await.unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let tables = connection.fetch_all(sqlx::raw_sql(CHECKSUMS)).await.unwrap();
        let line = |row: &sqlx::postgres::PgRow| {
            let (name, rows): (String, i64) = (row.get(0), row.get(1));
            (name, rows, row.get::<Option<String>, _>(2))
        };
        loads.push(tables.iter().map(line).collect::<Vec<_>>());
    }
    assert!(loads[0].iter().filter(|(_, rows, _)| *rows > 0).count() > 30, "{:?}", loads[0]);
    assert_eq!(loads[0], loads[1]);
}
