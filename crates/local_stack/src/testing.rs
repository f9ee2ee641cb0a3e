//! How does each test get a project of its own, on a server that all tests of the process share?

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use jiff::civil::{Date, date};
use postrust_core::SchemaCache;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::cluster::SUPERUSER;
use crate::rest::schema_of;
use crate::{Cluster, Gateway, GatewayOptions, SigningKey, StackError, StackOptions, load_demo};

/// One cluster per test process, with a migrated template that holds the demo data. The server and
/// its data go away when the process ends, whatever way.
pub struct TestStack {
    cluster: Arc<Cluster>,
    key: SigningKey,
    schema: SchemaCache,
    next: AtomicU64,
    reaper: Sender<String>,
}

impl std::fmt::Debug for TestStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestStack").field("cluster", &self.cluster).finish_non_exhaustive()
    }
}

impl TestStack {
    /// The password of every demo account in tests.
    pub const PASSWORD: &str = "correct horse battery staple";

    /// The day that the demo data is laid around in tests.
    pub const DEMO_DAY: Date = date(2026, 5, 20);

    /// The database with the migrations and the demo data, to be cloned. Nobody connects to it.
    pub const TEMPLATE: &str = "template_demo";

    /// The stack of this test process, started by whoever asks first.
    ///
    /// # Errors
    /// When it does not start; the next caller tries again.
    pub async fn shared() -> Result<&'static Self, StackError> {
        static SHARED: OnceCell<TestStack> = OnceCell::const_new();
        SHARED.get_or_try_init(|| async { Self::start(&workspace_migrations()).await }).await
    }

    /// A stack of its own, with other migrations than the workspace's.
    ///
    /// # Errors
    /// When the server, a migration or the demo data fails.
    pub async fn start(migrations_dir: &Path) -> Result<Self, StackError> {
        let data_dir = std::env::temp_dir().join(format!(
            "revos-test-{}-{:08x}",
            std::process::id(),
            rand::random::<u32>()
        ));
        let options = StackOptions { durable: false, ..StackOptions::new(data_dir, migrations_dir) };
        let cluster = Cluster::start(&options).await?;
        cluster.prepare_database(Self::TEMPLATE).await?;
        let password = SecretString::from(Self::PASSWORD);
        load_demo(&cluster.url(SUPERUSER, Self::TEMPLATE), &password, Some(Self::DEMO_DAY)).await?;
        let schema = schema_of(&cluster, Self::TEMPLATE).await?;
        let cluster = Arc::new(cluster);
        let reaper = reaper(Arc::clone(&cluster))?;
        Ok(Self { cluster, key: SigningKey::generate()?, schema, next: AtomicU64::new(1), reaper })
    }

    /// A fresh copy of the template with a gateway in front, as in a new Supabase project that has
    /// the demo data.
    ///
    /// # Errors
    /// When the copy or the gateway fails.
    pub async fn project(&self) -> Result<Project, StackError> {
        self.project_with(|options| options).await
    }

    /// As [`TestStack::project`], with changed settings of the gateway.
    ///
    /// # Errors
    /// As [`TestStack::project`].
    pub async fn project_with(
        &self,
        change: impl FnOnce(GatewayOptions) -> GatewayOptions,
    ) -> Result<Project, StackError> {
        let database = format!("project_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.cluster.clone_database(Self::TEMPLATE, &database).await?;
        let guard = DropGuard { database: database.clone(), reaper: self.reaper.clone() };
        let options = GatewayOptions {
            token_requests_per_minute: 60_000,
            controls: true,
            ..GatewayOptions::new(self.key.clone())
        };
        let schema = Some(self.schema.clone());
        let gateway = Gateway::start_knowing(&self.cluster, &database, change(options), schema).await?;
        Ok(Project { gateway, database, cluster: Arc::clone(&self.cluster), _guard: guard })
    }

    /// The shared server.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

/// One test's project. Its database is dropped when it is.
#[derive(Debug)]
pub struct Project {
    /// REST and Auth over the database.
    pub gateway: Gateway,
    /// The database's name.
    pub database: String,
    cluster: Arc<Cluster>,
    _guard: DropGuard,
}

impl Project {
    /// The connection string of a role on this project's database, `supabase_admin` for the
    /// superuser.
    pub fn database_url(&self, role: &str) -> String {
        self.cluster.url(role, &self.database)
    }
}

/// Hands the database to the thread that drops databases: a test's own runtime may be gone by then.
#[derive(Debug)]
struct DropGuard {
    database: String,
    reaper: Sender<String>,
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        // Without the thread the database stays until the server goes, which is soon.
        let _ = self.reaper.send(std::mem::take(&mut self.database));
    }
}

fn reaper(cluster: Arc<Cluster>) -> Result<Sender<String>, StackError> {
    let failed = |source| StackError::file("start a thread for", "dropped test databases", source);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (send, receive) = channel::<String>();
    let work = move || {
        for database in receive {
            if let Err(error) = runtime.block_on(cluster.drop_database(&database)) {
                tracing::debug!(%error, "a test's database stays until the server goes");
            }
        }
    };
    thread::Builder::new().name("database-reaper".into()).spawn(work).map_err(failed)?;
    Ok(send)
}

/// The workspace's own migrations: tests run from its sources.
fn workspace_migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}
