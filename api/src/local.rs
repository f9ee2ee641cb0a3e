//! How does the whole of RevOS run on this machine? Database, REST, Auth, API and worker in one process.

use crate::http::config::{Config, ConfigError, SERVICE_KEY};
use crate::http::state::{AppState, StartError};
use crate::router::router;
use crate::worker::{Worker, WorkerError};
use jiff::civil::Date;
use local_stack::{Cluster, Gateway, GatewayOptions, StackError, StackOptions, is_empty, load_demo};
use revos_shared::session::endpoints::DemoAccount;
use revos_shared::session::{DEMO_PASSWORD, Persona};
use secrecy::SecretString;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The one database of the local stack.
const DATABASE: &str = "revos";

/// What the local stack is asked for.
#[derive(Clone, Debug)]
pub struct LocalOptions {
    /// Where the page is served.
    pub listen: SocketAddr,
    /// Where the database lives.
    pub data_dir: PathBuf,
    /// The migrations to apply.
    pub migrations_dir: PathBuf,
    /// Start over: throws the local data away.
    pub fresh: bool,
    /// Offer the switch that makes REST or Auth fail, for browser tests.
    pub controls: bool,
    /// The day the demo data is loaded for; none is the organization's today.
    pub demo_day: Option<Date>,
    /// Attempts and requests a minute, when tests need more than people do.
    pub limits: HashMap<String, String>,
}

/// Why the local stack cannot run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The port is taken, or the address is not ours.
    #[error("cannot listen on {address}: {source}. Choose another with --port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The stack says why.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// A setting of our own making is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The worker cannot start.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The API cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Runs until `stop` is done or a part fails. `ready` hears the addresses once people can sign in.
///
/// # Errors
/// [`LocalError`], after everything that was started has been stopped.
pub async fn run(
    options: &LocalOptions,
    ready: impl FnOnce(&Running),
    stop: impl Future<Output = ()>,
) -> Result<(), LocalError> {
    // Before anything is started, so that a taken port costs nothing.
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|source| LocalError::Listen { address: options.listen, source })?;
    let address = listener.local_addr().unwrap_or(options.listen);
    let mut stack = StackOptions::new(&options.data_dir, &options.migrations_dir);
    stack.fresh = options.fresh;
    let cluster = Cluster::start(&stack).await?;
    let outcome = serve(options, &cluster, listener, address, ready, stop).await;
    let stopped = cluster.stop().await;
    outcome?;
    stopped.map_err(LocalError::Stack)
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Running {
    /// The page.
    pub page: String,
    /// The Supabase-compatible project behind it.
    pub project: String,
    /// The key of its service, which bypasses all permissions; for tests only.
    pub service_key: String,
    /// The database behind that, as its administrator; for tests only.
    pub database: String,
    /// Something people should know about this start.
    pub notice: Option<String>,
    /// Migrations applied by this start.
    pub migrated: Vec<String>,
}

async fn serve(
    options: &LocalOptions,
    cluster: &Cluster,
    listener: TcpListener,
    address: SocketAddr,
    ready: impl FnOnce(&Running),
    stop: impl Future<Output = ()>,
) -> Result<(), LocalError> {
    let migrated = cluster.prepare_database(DATABASE).await?;
    let database = cluster.url("supabase_admin", DATABASE);
    // Only once: what people did with the demo data since is theirs.
    if is_empty(&database).await? {
        load_demo(&database, &SecretString::from(DEMO_PASSWORD), options.demo_day).await?;
    }
    let mut gateway_options = GatewayOptions::kept(cluster)?;
    gateway_options.controls = options.controls;
    let gateway = Gateway::start(cluster, DATABASE, gateway_options).await?;
    let outcome = async {
        let mut settings = options.limits.clone();
        settings.insert("SUPABASE_URL".to_owned(), gateway.url());
        settings.insert("SUPABASE_PUBLISHABLE_KEY".to_owned(), gateway.publishable_key().to_owned());
        settings.insert("REVOS_LISTEN".to_owned(), address.to_string());
        let config = Config::read(|name| settings.get(name).cloned())?;
        let patience = config.shutdown;
        let state = AppState::new(config, demo_accounts())?;
        ready(&Running {
            page: format!("http://{address}"),
            project: gateway.url(),
            service_key: gateway.service_key().to_owned(),
            database,
            notice: cluster.notice().map(str::to_owned),
            migrated,
        });
        let (ended, end) = oneshot::channel::<()>();
        let serving = async {
            crate::http::server::serve(listener, router(state), stop, patience).await;
            drop(ended);
        };
        // Tests say themselves when it works, and count what reaches the project.
        let working = async {
            if options.controls {
                return Ok(());
            }
            let settings =
                [("SUPABASE_URL", gateway.url()), (SERVICE_KEY.name, gateway.service_key().to_owned())];
            let worker = Worker::read(|name| {
                settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
            })?;
            worker
                .run(async {
                    let _ = end.await;
                })
                .await;
            Ok(())
        };
        tokio::select! {
            outcome = async { tokio::join!(serving, working).1 } => outcome,
            error = cluster.failed() => Err(LocalError::Stack(error)),
        }
    }
    .await;
    gateway.stop().await;
    outcome
}

/// The accounts of the demo data, in the order the sign-in page lists them.
#[must_use]
pub fn demo_accounts() -> Vec<DemoAccount> {
    const A: &str = "Marlowick Advisory (demo)";
    const B: &str = "Quillhaven Studio (demo)";
    [
        ("superadmin@example.com", "Ysolde Harrant", Persona::SuperAdmin, A),
        ("admin@example.com", "Corin Vashley", Persona::Admin, A),
        ("director@example.com", "Maren Tolliver", Persona::Director, A),
        ("member@example.com", "Juno Ashwick", Persona::Member, A),
        ("member2@example.com", "Piers Oakhollow", Persona::Member, A),
        ("client@example.com", "Selby Fairmoor", Persona::Client, A),
        ("admin.b@example.com", "Lysa Brandewyn", Persona::Admin, B),
        ("member.b@example.com", "Otto Wrenfield", Persona::Member, B),
        ("client.b@example.com", "Ines Calloran", Persona::Client, B),
    ]
    .map(|(email, name, persona, organization)| DemoAccount {
        email: email.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
        name: name.to_owned(),
        persona,
        organization: organization.to_owned(),
    })
    .into()
}
