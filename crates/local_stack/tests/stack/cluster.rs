//! Does the server start, keep its data, stay alone, and never outlive its owner?

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use local_stack::{Cluster, Gateway, GatewayOptions, Project, StackError, StackOptions, TestStack};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::caller::{Caller, client, send};

/// A directory for one cluster that is removed afterwards. Directly under the system's temporary
/// directory, which PostgreSQL's user can reach.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("revos-cluster-{:016x}", rand::random::<u64>())))
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn options(dir: &Path) -> StackOptions {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    StackOptions::new(dir, migrations)
}

async fn count(project: &Project) -> i64 {
    let mut connection = PgConnection::connect(&project.database_url("supabase_admin")).await.unwrap();
    sqlx::query_scalar("select count(*) from public.clients").fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_clone_is_changed_alone() {
    let stack = TestStack::shared().await.unwrap();
    let (one, two) = (stack.project().await.unwrap(), stack.project().await.unwrap());
    let before = count(&two).await;
    assert!(before > 10, "the demo data is there");
    Caller::new(&one).sql("truncate public.clients cascade").await;
    assert_eq!(count(&one).await, 0);
    assert_eq!(count(&two).await, before);
}

#[tokio::test]
async fn a_clone_has_the_rights_of_a_prepared_database() {
    let stack = TestStack::shared().await.unwrap();
    let cluster = stack.cluster();
    cluster.create_database("rights").await.unwrap();
    let project = stack.project().await.unwrap();
    let mut connection = PgConnection::connect(&cluster.url("supabase_admin", "postgres")).await.unwrap();
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select pg_get_userbyid(datdba), coalesce(datacl::text, ''),
            coalesce((select string_agg(s.setconfig::text, ' ') from pg_db_role_setting s
                where s.setdatabase = d.oid), '')
        from pg_database d where datname in ('rights', $1) order by datname = 'rights'",
    )
    .bind(&project.database)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0].0, "postgres");
    cluster.drop_database("rights").await.unwrap();
}

#[tokio::test]
async fn a_finished_test_leaves_no_database() {
    let stack = TestStack::shared().await.unwrap();
    let project = stack.project().await.unwrap();
    let name = project.database.clone();
    let mut connection =
        PgConnection::connect(&stack.cluster().url("supabase_admin", "postgres")).await.unwrap();
    let mut exists = async || -> bool {
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    assert!(exists().await);
    drop(project);
    let deadline = Instant::now() + Duration::from_secs(10);
    while exists().await {
        assert!(Instant::now() < deadline, "the database is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn names_that_could_be_sql_are_refused() {
    let cluster = TestStack::shared().await.unwrap().cluster();
    for name in ["", "Upper", "a b", "x\"; drop table y", &"x".repeat(64)] {
        let error = cluster.create_database(name).await.unwrap_err();
        assert!(matches!(error, StackError::DatabaseName { .. }), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_second_start_is_refused_and_a_restart_keeps_the_data() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    let error = Cluster::start(&options(&dir.0)).await.unwrap_err();
    let own = std::process::id();
    assert!(matches!(error, StackError::AlreadyRunning { pid, .. } if pid == own), "{error}");

    cluster.create_database("kept").await.unwrap();
    let mut connection = PgConnection::connect(&cluster.url("postgres", "kept")).await.unwrap();
    connection.execute("create table kept (id int); insert into kept values (7)").await.unwrap();
    let (data_dir, key) =
        (cluster.data_dir().to_path_buf(), GatewayOptions::kept(&cluster).unwrap().signing_key);
    for secret in ["password", "signing-key.pem"] {
        let mode = fs::metadata(data_dir.join(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    // The connection is still open: a stop does not wait for clients.
    cluster.stop().await.unwrap();

    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    let mut connection = PgConnection::connect(&cluster.url("postgres", "kept")).await.unwrap();
    let kept: i32 = sqlx::query_scalar("select id from kept").fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, 7);
    assert_eq!(GatewayOptions::kept(&cluster).unwrap().signing_key.kid(), key.kid());
    drop(connection);
    cluster.stop().await.unwrap();

    let fresh = StackOptions { fresh: true, ..options(&dir.0) };
    let cluster = Cluster::start(&fresh).await.unwrap();
    assert!(PgConnection::connect(&cluster.url("postgres", "kept")).await.is_err(), "fresh starts over");
    assert_ne!(GatewayOptions::kept(&cluster).unwrap().signing_key.kid(), key.kid());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn data_that_the_server_cannot_reach_lies_elsewhere_and_says_so() {
    let closed = tempfile::TempDir::new().unwrap();
    // As /root is.
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let wanted = closed.path().join("clone/.revos/postgres");
    let cluster = Cluster::start(&options(&wanted)).await.unwrap();
    let data_dir = Dir(cluster.data_dir().to_path_buf());
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        assert!(data_dir.0.starts_with("/var/tmp"), "{}", data_dir.0.display());
        assert!(cluster.notice().unwrap().contains(data_dir.0.to_str().unwrap()));
    } else {
        assert_eq!(data_dir.0, wanted);
        assert_eq!(cluster.notice(), None);
    }
    let error = Cluster::start(&options(&wanted)).await.unwrap_err();
    assert!(matches!(error, StackError::AlreadyRunning { .. }), "the same place every time: {error}");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_gateway_lives_through_a_restart_of_the_server() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    cluster.create_database("app").await.unwrap();
    let mut connection = PgConnection::connect(&cluster.url("postgres", "app")).await.unwrap();
    connection
        .execute("create table public.open (id int); grant select on public.open to anon")
        .await
        .unwrap();
    let gateway = Gateway::start(&cluster, "app", GatewayOptions::kept(&cluster).unwrap()).await.unwrap();
    let ask = async || {
        let url = format!("{}/rest/v1/open", gateway.url());
        send(client().get(url).header("apikey", gateway.publishable_key())).await
    };
    assert_eq!(ask().await.0, StatusCode::OK);
    cluster.stop_server().await.unwrap();
    let start = Instant::now();
    let (status, body) = ask().await;
    assert_eq!((status, &body["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("PGRST000")), "{body}");
    assert!(start.elapsed() < Duration::from_secs(8), "an outage is noticed soon");
    cluster.start_server().await.unwrap();
    assert_eq!(ask().await.0, StatusCode::OK);
    gateway.stop().await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn browser_tests_stop_and_start_the_database_over_http() {
    let dir = Dir::new();
    let cluster = Cluster::start(&StackOptions { durable: false, ..options(&dir.0) }).await.unwrap();
    cluster.create_database("app").await.unwrap();
    let controls = GatewayOptions { controls: true, ..GatewayOptions::kept(&cluster).unwrap() };
    let gateway = Gateway::start(&cluster, "app", controls).await.unwrap();
    let url = format!("{}/local/v1/database", gateway.url());
    let put = async |running: bool| {
        let body = json!({ "running": running });
        client().put(&url).json(&body).send().await.unwrap().json::<serde_json::Value>().await.unwrap()
    };
    let running = async || {
        client().get(&url).send().await.unwrap().json::<serde_json::Value>().await.unwrap()["running"] == true
    };
    assert!(running().await);
    assert_eq!(put(false).await["running"], false);
    assert!(!running().await);
    assert!(PgConnection::connect(&cluster.url("postgres", "app")).await.is_err());
    assert_eq!(put(true).await["running"], true);
    assert!(running().await);
    assert!(PgConnection::connect(&cluster.url("postgres", "app")).await.is_ok(), "the data stayed");
    gateway.stop().await;
    cluster.stop().await.unwrap();
    assert!(!dir.0.exists(), "the data went with the server in the end");
    let cluster = Cluster::start(&StackOptions { durable: false, ..options(&dir.0) }).await.unwrap();
    cluster.stop_server().await.unwrap();
    cluster.stop().await.unwrap();
    assert!(!dir.0.exists(), "even when the server was not there to take it along");
}

#[tokio::test]
async fn a_kept_gateway_comes_back_under_its_address() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    cluster.create_database("app").await.unwrap();
    let start =
        async || Gateway::start(&cluster, "app", GatewayOptions::kept(&cluster).unwrap()).await.unwrap();
    let first = start().await;
    let (url, key) = (first.url(), first.publishable_key().to_owned());
    let beside = start().await;
    assert_ne!(beside.url(), url, "a taken port is no obstacle");
    let second = beside.url();
    first.stop().await;
    beside.stop().await;
    let again = start().await;
    assert_eq!(again.url(), second, "the port of the last start");
    assert_eq!(again.publishable_key(), key);
    let port = second.rsplit_once(':').unwrap().1.parse().unwrap();
    let wanted = GatewayOptions { port, ..GatewayOptions::kept(&cluster).unwrap() };
    let error = Gateway::start(&cluster, "app", wanted).await.unwrap_err();
    assert!(matches!(error, StackError::PortTaken { port: named } if named == port), "{error}");
    again.stop().await;
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn other_versions_and_taken_ports_are_clear_errors() {
    let dir = Dir::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Cluster::start(&StackOptions { port, ..options(&dir.0) }).await.unwrap_err();
    assert!(matches!(error, StackError::PortTaken { port: named } if named == port), "{error}");
    fs::write(dir.0.join("data/PG_VERSION"), "9\n").unwrap();
    let error = Cluster::start(&options(&dir.0)).await.unwrap_err();
    assert!(matches!(&error, StackError::OtherVersion { found, .. } if found == "9"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_the_end_of_its_log() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    cluster.stop().await.unwrap();
    let settings = dir.0.join("data/postgresql.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\nno_such_setting = on\n")).unwrap();
    let error = Cluster::start(&options(&dir.0)).await.unwrap_err();
    assert!(
        matches!(&error, StackError::StartFailed { tail, .. } if tail.contains("no_such_setting")),
        "{error}"
    );
}

#[tokio::test]
async fn a_stale_pid_file_is_no_obstacle() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    cluster.stop().await.unwrap();
    // The number belongs to a living server by now, but of other data.
    let other = TestStack::shared().await.unwrap().cluster().server_pid().unwrap();
    let stale = format!("{other}\n{}\n0\n5432\n\n127.0.0.1\n\nready\n", dir.0.display());
    fs::write(dir.0.join("data/postmaster.pid"), stale).unwrap();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    assert!(PgConnection::connect(&cluster.url("supabase_admin", "postgres")).await.is_ok());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn the_death_of_the_server_is_reported() {
    let dir = Dir::new();
    let cluster = Cluster::start(&options(&dir.0)).await.unwrap();
    let pid = cluster.server_pid().unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(100), cluster.failed()).await;
    assert!(quiet.is_err(), "nothing to report yet");
    signal(pid, "KILL");
    let error = tokio::time::timeout(Duration::from_secs(10), cluster.failed()).await.unwrap();
    assert!(matches!(error, StackError::ServerEnded { .. }), "{error}");
    // What the dead server left does not pass for a new one that is ready.
    cluster.start_server().await.unwrap();
    PgConnection::connect(&cluster.url("supabase_admin", "postgres")).await.unwrap();
    cluster.stop_server().await.unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(500), cluster.failed()).await;
    assert!(quiet.is_err(), "an ordered stop is no failure");
}

/// What the next two behaviours kill: a process with a cluster in the directory that it is told.
#[tokio::test]
#[ignore = "started by other tests of this file"]
async fn owner_to_be_killed() {
    let dir = PathBuf::from(std::env::var_os("REVOS_TEST_CLUSTER").unwrap());
    let durable = std::env::var_os("REVOS_TEST_DURABLE").is_some();
    let cluster = Cluster::start(&StackOptions { durable, ..options(&dir) }).await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nserver {}", cluster.server_pid().unwrap()).unwrap();
    out.flush().unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap().success());
}

/// Kills the owner of a cluster without warning; returns the checkpointer of its server and all
/// processes that it had started. The checkpointer of a durable server is frozen at that moment, and
/// no server ends in order without it.
fn kill_owner(dir: &Path, durable: bool) -> (u32, Vec<u32>) {
    let mut owner = Command::new(std::env::current_exe().unwrap());
    owner.args(["cluster::owner_to_be_killed", "--exact", "--ignored", "--nocapture"]);
    owner.env("REVOS_TEST_CLUSTER", dir).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    if durable {
        owner.env("REVOS_TEST_DURABLE", "1");
    }
    let mut owner = owner.spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let server = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("server ")?.parse::<u32>().ok())
        .expect("the owner says which server it started");
    let started = descendants(owner.id());
    assert!(started.contains(&server), "{server} is one of {started:?}");
    assert!(started.len() > 3, "the shell, the server and its helpers: {started:?}");
    let named = |pid: &&u32| {
        fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|name| name.contains("checkpointer"))
    };
    let checkpointer = *started.iter().find(named).expect("a server has a checkpointer");
    if durable {
        signal(checkpointer, "STOP");
    }
    owner.kill().unwrap();
    owner.wait().unwrap();
    (checkpointer, started)
}

/// Every process below one, from /proc.
fn descendants(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let after_name = stat.rsplit_once(')').unwrap().1;
        parents.push((pid, after_name.split_whitespace().nth(1).unwrap().parse::<u32>().unwrap()));
    }
    let mut found = vec![root];
    let mut next = 0;
    while next < found.len() {
        let above = found[next];
        found.extend(parents.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

fn wait_for_end(processes: &[u32]) {
    let deadline = Instant::now() + Duration::from_secs(30);
    for pid in processes {
        while Path::new(&format!("/proc/{pid}")).exists() {
            let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // In a container without an init nobody collects the dead.
            if state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')) {
                break;
            }
            assert!(Instant::now() < deadline, "{pid} outlived its owner: {state}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_killed_test_process_leaves_no_process_and_no_file() {
    let dir = Dir::new();
    wait_for_end(&kill_owner(&dir.0, false).1);
    assert!(!dir.0.exists(), "the data went with the server");
}

#[test]
fn a_killed_owner_leaves_no_process_and_data_that_starts_again() {
    let dir = Dir::new();
    let (frozen, started) = kill_owner(&dir.0, true);
    // The old server takes its time; a new one must not touch the data before.
    let thawed = Arc::new(AtomicBool::new(false));
    let thaw = Arc::clone(&thawed);
    let slowly = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(600));
        thaw.store(true, Ordering::SeqCst);
        signal(frozen, "CONT");
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cluster = runtime.block_on(Cluster::start(&options(&dir.0))).unwrap();
    assert!(thawed.load(Ordering::SeqCst), "started beside the old server");
    slowly.join().unwrap();
    wait_for_end(&started);
    runtime.block_on(cluster.stop()).unwrap();
}
