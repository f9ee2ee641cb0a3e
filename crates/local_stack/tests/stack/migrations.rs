//! Are migrations applied once, in order, and never changed afterwards?

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use local_stack::{Cluster, StackError, TestStack, load_demo, migrate, pending};
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

const FIRST: &str = "20260101000000_first.sql";
const SECOND: &str = "20260102000000_second.sql";

/// An empty project's database on the shared server.
async fn database() -> (&'static Cluster, String) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let cluster = TestStack::shared().await.unwrap().cluster();
    let name = format!("migrations_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    cluster.create_database(&name).await.unwrap();
    let url = cluster.url("postgres", &name);
    (cluster, url)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

async fn one(url: &str, query: &'static str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let value = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    value
}

#[tokio::test]
async fn files_are_applied_in_order_and_once() {
    let (_, url) = database().await;
    let dir = folder(&[
        (SECOND, "insert into first values (1);"),
        (FIRST, "create table public.first (id int); -- no semicolon; in here"),
        ("README.md", "not SQL"),
    ]);
    assert_eq!(pending(&url, dir.path()).await.unwrap(), [FIRST, SECOND]);
    assert_eq!(migrate(&url, dir.path()).await.unwrap(), [FIRST, SECOND]);
    assert_eq!(pending(&url, dir.path()).await.unwrap(), Vec::<String>::new());
    assert_eq!(migrate(&url, dir.path()).await.unwrap(), Vec::<String>::new());
    let owner = one(&url, "select tableowner::text from pg_tables where tablename = 'first'").await;
    assert_eq!(owner, "postgres");
    let recorded = "select string_agg(version || ' ' || name, ', ' order by version) from supabase_migrations.schema_migrations";
    assert_eq!(one(&url, recorded).await, "20260101000000 first, 20260102000000 second");
}

#[tokio::test]
async fn the_superuser_migrates_as_postgres_too() {
    let (cluster, url) = database().await;
    let name = url.rsplit_once('/').unwrap().1.split_once('?').unwrap().0;
    let dir = folder(&[(FIRST, "create table public.first (id int);")]);
    migrate(&cluster.url("supabase_admin", name), dir.path()).await.unwrap();
    let owner = one(&url, "select tableowner::text from pg_tables where tablename = 'first'").await;
    assert_eq!(owner, "postgres");
}

#[tokio::test]
async fn an_edited_file_is_refused_by_name() {
    let (_, url) = database().await;
    let dir = folder(&[(FIRST, "create table public.first (id int);")]);
    migrate(&url, dir.path()).await.unwrap();
    write(dir.path(), FIRST, "create table public.first (id int)\n;\n");
    assert!(migrate(&url, dir.path()).await.unwrap().is_empty(), "spaces are no edit");
    write(dir.path(), FIRST, "create table public.first (id bigint);");
    let error = migrate(&url, dir.path()).await.unwrap_err();
    assert!(matches!(&error, StackError::MigrationEdited { file } if file == FIRST), "{error}");
    assert!(error.to_string().contains(FIRST));
}

#[tokio::test]
async fn a_failing_file_leaves_no_trace_and_names_its_line() {
    let (_, url) = database().await;
    let broken = "create table public.half (id int);\n\nselect nonsense;\n";
    let dir = folder(&[(FIRST, "create table public.first (id int);"), (SECOND, broken)]);
    let error = migrate(&url, dir.path()).await.unwrap_err();
    let at = matches!(&error, StackError::MigrationFailed { file, line: Some(3), .. } if file == SECOND);
    assert!(at, "{error}");
    let tables = "select concat(to_regclass('public.first'), ' ', to_regclass('public.half'))";
    assert_eq!(one(&url, tables).await, "first ");
    write(dir.path(), SECOND, "create table public.whole (id int);");
    assert_eq!(migrate(&url, dir.path()).await.unwrap(), [SECOND]);
}

#[tokio::test]
async fn files_out_of_order_missing_or_misnamed_are_refused() {
    let (_, url) = database().await;
    let dir = folder(&[(SECOND, "select 1;")]);
    migrate(&url, dir.path()).await.unwrap();
    write(dir.path(), FIRST, "select 2;");
    let error = pending(&url, dir.path()).await.unwrap_err();
    assert!(matches!(&error, StackError::MigrationLate { .. }), "{error}");
    let error = migrate(&url, dir.path()).await.unwrap_err();
    assert!(matches!(&error, StackError::MigrationLate { file, .. } if file == FIRST), "{error}");

    let error = migrate(&url, folder(&[(FIRST, "select 2;")]).path()).await.unwrap_err();
    let unknown =
        matches!(&error, StackError::MigrationUnknown { version, .. } if version == "20260102000000");
    assert!(unknown, "{error}");

    let error = migrate(&url, folder(&[("clients.sql", "select 1;")]).path()).await.unwrap_err();
    assert!(matches!(error, StackError::MigrationName { .. }), "{error}");
    let twice = folder(&[(FIRST, "select 1;"), ("20260101000000_other.sql", "select 1;")]);
    let error = migrate(&url, twice.path()).await.unwrap_err();
    assert!(matches!(error, StackError::MigrationTwice { .. }), "{error}");
    let error = migrate(&url, Path::new("/nowhere")).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere"), "{error}");
}

#[tokio::test]
async fn two_migrators_at_once_apply_each_file_once() {
    let (_, url) = database().await;
    let dir = folder(&[(FIRST, "create table public.first (id int); select pg_sleep(0.2);")]);
    let (one, two) = tokio::join!(migrate(&url, dir.path()), migrate(&url, dir.path()));
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
}

#[tokio::test]
async fn the_demo_data_needs_a_password_and_this_machine() {
    let (_, url) = database().await;
    let error = load_demo(&url, &SecretString::from("  "), None).await.unwrap_err();
    assert!(matches!(error, StackError::DemoPasswordMissing), "{error}");
    let hosted = "postgres://postgres:x@db.abcdefgh.supabase.co:5432/postgres";
    let error = load_demo(hosted, &SecretString::from("a password"), None).await.unwrap_err();
    assert!(matches!(&error, StackError::DemoHosted { host } if host.ends_with("supabase.co")), "{error}");
    let secret = "a password nobody may read in a log";
    let error = load_demo(&url, &SecretString::from(secret), None).await.unwrap_err();
    assert!(matches!(error, StackError::DemoFailed { .. }), "without tables: {error}");
    assert!(!format!("{error:?}").contains(secret));
}
