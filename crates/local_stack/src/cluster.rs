//! What is one private PostgreSQL cluster, and how does it come up and go away?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Weak};

use crate::StackError;
use crate::account::RunAs;
use crate::binaries::Binaries;
use crate::home::Home;
use crate::server::Server;

/// The superuser, named as on a hosted project.
pub(crate) const SUPERUSER: &str = "supabase_admin";

/// How a cluster is started.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Where the data lies, `.revos/postgres` for `up`. Kept between runs.
    pub data_dir: PathBuf,
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Delete what earlier runs kept.
    pub fresh: bool,
    /// Survive a power cut (fsync on). Off for tests: the whole data directory is then removed
    /// when the server ends.
    pub durable: bool,
    /// Migrations that [`Cluster::prepare_database`] applies.
    pub migrations_dir: PathBuf,
}

impl StackOptions {
    /// Data that is kept, a free port.
    pub fn new(data_dir: impl Into<PathBuf>, migrations_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            port: 0,
            fresh: false,
            durable: true,
            migrations_dir: migrations_dir.into(),
        }
    }
}

/// One private PostgreSQL cluster of this process. Dropping it, or the end of the process whatever
/// way, stops the server; [`Cluster::stop`] also waits for it.
pub struct Cluster {
    server: Arc<Server>,
    password: String,
    durable: bool,
    notice: Option<String>,
    pub(crate) migrations_dir: PathBuf,
    /// Databases are made one after the other: they share the cluster's roles.
    pub(crate) making: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Cluster");
        shown.field("data_dir", &self.data_dir()).field("port", &self.port()).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Creates the data directory when there is none, and starts the server on it.
    ///
    /// # Errors
    /// When PostgreSQL is missing, the directory is in use or from another version, or the server
    /// does not come up; each error says what to do.
    pub async fn start(options: &StackOptions) -> Result<Self, StackError> {
        let binaries = Binaries::find()?;
        let run_as = RunAs::decide()?;
        let (dir, notice) = run_as.home(&options.data_dir)?;
        if let Some(notice) = &notice {
            tracing::warn!("{notice}");
        }
        let home = Home::lock(dir, run_as).await?;
        home.wait_for_orphan().await?;
        if options.fresh {
            home.wipe()?;
        }
        let password = home.password()?;
        let data = home.data();
        if data.exists() {
            check_version(&data, &binaries)?;
        } else {
            // The loopback password of a test cluster is worth less than the 4,096 hash rounds that
            // an unoptimised client pays for each connection with scram.
            let method = if options.durable { "scram-sha-256" } else { "password" };
            init(&home, run_as, &binaries, method).await?;
        }
        let server = Server::new(home, run_as, binaries.postgres, options.durable);
        server.start_on(options.port).await?;
        Ok(Self {
            server: Arc::new(server),
            password,
            durable: options.durable,
            notice,
            migrations_dir: options.migrations_dir.clone(),
            making: tokio::sync::Mutex::new(()),
        })
    }

    /// Starts the server again after [`Cluster::stop_server`], on the same port.
    ///
    /// # Errors
    /// When the port was taken meanwhile or the server does not come up.
    pub async fn start_server(&self) -> Result<(), StackError> {
        self.server.start().await
    }

    /// Stops the server and keeps everything else, so that it can be started again under a running
    /// gateway. Open connections are cut.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub async fn stop_server(&self) -> Result<(), StackError> {
        self.server.pause().await
    }

    /// Stops the server and gives the data directory free; with `durable` off, removes it.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub async fn stop(self) -> Result<(), StackError> {
        self.server.stop().await
    }

    /// Waits until the server ends without having been asked to, and says why. Never answers when
    /// it was stopped in order.
    pub async fn failed(&self) -> StackError {
        self.server.failed().await
    }

    /// The connection string of a role on a database.
    pub fn url(&self, role: &str, database: &str) -> String {
        let (password, port) = (&self.password, self.port());
        format!("postgres://{role}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The server's process number, while it runs.
    pub fn server_pid(&self) -> Option<u32> {
        self.server.home().server_pid()
    }

    /// Where the data really lies; see [`Cluster::notice`].
    pub fn data_dir(&self) -> &Path {
        self.server.home().dir()
    }

    /// Something the person at the terminal should know, such as data that lies elsewhere.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    pub(crate) fn is_durable(&self) -> bool {
        self.durable
    }

    /// For somebody who may stop and start the server, but must not keep it alive.
    pub(crate) fn handle(&self) -> Weak<Server> {
        Arc::downgrade(&self.server)
    }
}

/// Makes the data directory beside its final place, so that a start cut short leaves none.
async fn init(home: &Home, run_as: RunAs, binaries: &Binaries, method: &str) -> Result<(), StackError> {
    let new = home.dir().join("data.new");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(|source| StackError::file("remove", &new, source))?;
    }
    let mut command = Command::new(&binaries.initdb);
    run_as.prepare(&mut command, home.dir());
    command.arg("-D").arg(&new).arg("--pwfile").arg(home.password_file());
    command.args(["-U", SUPERUSER, "--auth", method, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    command.stdin(Stdio::null());
    let failed = |output: String| StackError::InitFailed { dir: home.dir().into(), output };
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .map_err(|error| failed(error.to_string()))?
        .map_err(|source| StackError::file("run", &binaries.initdb, source))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        return Err(failed(String::from_utf8_lossy(&text).trim().to_owned()));
    }
    fs::rename(&new, home.data()).map_err(|source| StackError::file("rename", new, source))
}

fn check_version(data: &Path, binaries: &Binaries) -> Result<(), StackError> {
    let file = data.join("PG_VERSION");
    let found = fs::read_to_string(&file).map_err(|source| StackError::file("read", file, source))?;
    let found = found.trim();
    if found != binaries.major.to_string() {
        return Err(StackError::OtherVersion {
            dir: data.to_path_buf(),
            found: found.to_owned(),
            installed: binaries.major,
        });
    }
    Ok(())
}
