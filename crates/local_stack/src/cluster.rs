//! How does one private PostgreSQL server come up, serve and go away?

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::StackError;
use crate::account::RunAs;
use crate::binaries::Binaries;
use crate::home::Home;
use crate::keeper::Keeper;

/// The superuser, named as on a hosted project.
pub(crate) const SUPERUSER: &str = "supabase_admin";

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const PORT_ATTEMPTS: usize = 5;

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
#[derive(Debug)]
pub struct Cluster {
    home: Home,
    run_as: RunAs,
    binaries: Binaries,
    port: u16,
    password: String,
    durable: bool,
    notice: Option<String>,
    pub(crate) migrations_dir: PathBuf,
    /// Databases are made one after the other: they share the cluster's roles.
    pub(crate) making: tokio::sync::Mutex<()>,
    server: Mutex<Option<Keeper>>,
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
        let home = Home::lock(dir, run_as)?;
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
        let mut cluster = Self {
            home,
            run_as,
            binaries,
            port: options.port,
            password,
            durable: options.durable,
            notice,
            migrations_dir: options.migrations_dir.clone(),
            making: tokio::sync::Mutex::new(()),
            server: Mutex::new(None),
        };
        cluster.start_on_port(options.port).await?;
        Ok(cluster)
    }

    /// With port 0, another process may take the free port that was found: then another one is tried.
    async fn start_on_port(&mut self, wanted: u16) -> Result<(), StackError> {
        for attempt in 1.. {
            self.port = if wanted == 0 { free_port()? } else { wanted };
            match self.start_server().await {
                Err(StackError::PortTaken { .. }) if wanted == 0 && attempt < PORT_ATTEMPTS => {}
                other => return other,
            }
        }
        Ok(())
    }

    /// Starts the server again after [`Cluster::stop_server`], on the same port.
    ///
    /// # Errors
    /// When the port was taken meanwhile or the server does not come up.
    pub async fn start_server(&self) -> Result<(), StackError> {
        if self.slot().as_ref().is_some_and(|keeper| !keeper.has_ended()) {
            return Ok(());
        }
        if TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            return Err(StackError::PortTaken { port: self.port });
        }
        let log = self.home.new_log()?;
        let remove = (!self.durable).then(|| self.home.dir());
        let keeper = Keeper::start(self.run_as, self.home.dir(), &self.server_command(), &log, remove)
            .map_err(|source| StackError::file("start", &self.binaries.postgres, source))?;
        let ended = keeper.ended();
        *self.slot() = Some(keeper);
        let deadline = Instant::now() + START_LIMIT;
        while !self.home.server_ready() {
            if ended.borrow().is_some() {
                let tail = self.home.log_tail();
                if tail.contains("could not bind") || tail.contains("Address already in use") {
                    return Err(StackError::PortTaken { port: self.port });
                }
                return Err(StackError::StartFailed { log: self.home.log(), tail });
            }
            if Instant::now() >= deadline {
                let seconds = START_LIMIT.as_secs();
                return Err(StackError::StartTimeout {
                    seconds,
                    log: self.home.log(),
                    tail: self.home.log_tail(),
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Stops the server and keeps everything else, so that it can be started again under a running
    /// gateway. Open connections are cut. With `durable` off the data goes with the server.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub async fn stop_server(&self) -> Result<(), StackError> {
        let Some(mut keeper) = self.slot().take() else { return Ok(()) };
        let signal = if self.durable { "INT" } else { "QUIT" };
        let asked = keeper.signal(signal);
        if asked.is_ok() && keeper.ends_within(STOP_LIMIT).await {
            return Ok(());
        }
        // PostgreSQL recovers from this one at the next start.
        let asked = keeper.signal("QUIT");
        if asked.is_ok() && keeper.ends_within(Duration::from_secs(6)).await || keeper.has_ended() {
            return Ok(());
        }
        let seconds = STOP_LIMIT.as_secs();
        Err(StackError::StopTimeout { seconds, log: self.home.log() })
    }

    /// Stops the server and gives the data directory free.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub async fn stop(self) -> Result<(), StackError> {
        self.stop_server().await
    }

    /// Waits until the server ends without having been asked to, and says why. Never answers when
    /// it was stopped in order.
    pub async fn failed(&self) -> StackError {
        let ended = self.slot().as_ref().map(Keeper::ended);
        if let Some(mut ended) = ended
            && ended.wait_for(Option::is_some).await.is_ok()
            && self.slot().is_some()
        {
            return StackError::ServerEnded { log: self.home.log(), tail: self.home.log_tail() };
        }
        std::future::pending().await
    }

    /// The connection string of a role on a database.
    pub fn url(&self, role: &str, database: &str) -> String {
        let Self { password, port, .. } = self;
        format!("postgres://{role}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process number, while it runs.
    pub fn server_pid(&self) -> Option<u32> {
        self.home.server_pid()
    }

    /// Where the data really lies; see [`Cluster::notice`].
    pub fn data_dir(&self) -> &Path {
        self.home.dir()
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

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Keeper>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server_command(&self) -> Vec<String> {
        let mut settings = vec![
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "unix_socket_directories=".to_owned(),
            "max_connections=200".to_owned(),
            "shared_buffers=64MB".to_owned(),
            "jit=off".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "lc_messages=C".to_owned(),
            "log_line_prefix=%m [%p] %q%u@%d ".to_owned(),
        ];
        if !self.durable {
            let quick = [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "wal_level=minimal",
                "max_wal_senders=0",
                "max_wal_size=2GB",
                "checkpoint_timeout=1h",
                "autovacuum=off",
            ];
            settings.extend(quick.map(str::to_owned));
        }
        let mut command = vec![
            self.binaries.postgres.to_string_lossy().into_owned(),
            "-D".to_owned(),
            self.home.data().to_string_lossy().into_owned(),
        ];
        for setting in settings {
            command.extend(["-c".to_owned(), setting]);
        }
        command
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

fn free_port() -> Result<u16, StackError> {
    let find =
        || -> io::Result<u16> { Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port()) };
    find().map_err(|source| StackError::file("find a free port on", "127.0.0.1", source))
}
