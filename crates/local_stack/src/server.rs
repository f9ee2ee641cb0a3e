//! How does the server of a cluster start, pause and end?

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::StackError;
use crate::account::RunAs;
use crate::home::Home;
use crate::keeper::{Keeper, stay_marker};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const PORT_ATTEMPTS: usize = 5;

/// Settings of every server: reachable by password on the loopback address only.
const SETTINGS: [&str; 9] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    "log_line_prefix=%m [%p] %q%u@%d ",
];

/// Settings of a server whose data may be lost.
const QUICK_SETTINGS: [&str; 8] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=2GB",
    "checkpoint_timeout=1h",
    "autovacuum=off",
];

/// The server of one cluster, running or paused.
#[derive(Debug)]
pub(crate) struct Server {
    home: Home,
    run_as: RunAs,
    postgres: PathBuf,
    port: AtomicU16,
    durable: bool,
    keeper: Mutex<Option<Keeper>>,
    /// One start, pause or stop at a time.
    changing: tokio::sync::Mutex<()>,
}

impl Server {
    pub(crate) fn new(home: Home, run_as: RunAs, postgres: PathBuf, durable: bool) -> Self {
        Self {
            home,
            run_as,
            postgres,
            port: AtomicU16::new(0),
            durable,
            keeper: Mutex::new(None),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.load(Ordering::Relaxed)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.slot().as_ref().is_some_and(|keeper| !keeper.has_ended())
    }

    /// Starts on this port, or on a free one for 0: another process may take the one that was
    /// found, then another one is tried.
    pub(crate) async fn start_on(&self, wanted: u16) -> Result<(), StackError> {
        let mut attempt = 1;
        loop {
            self.port.store(if wanted == 0 { free_port()? } else { wanted }, Ordering::Relaxed);
            match self.start().await {
                Err(StackError::PortTaken { .. }) if wanted == 0 && attempt < PORT_ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    /// Starts on the port of the last time; fine when it runs already.
    pub(crate) async fn start(&self) -> Result<(), StackError> {
        let _one_at_a_time = self.changing.lock().await;
        if self.is_running() {
            return Ok(());
        }
        let port = self.port();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
            return Err(StackError::PortTaken { port });
        }
        let marker = stay_marker(self.home.dir());
        if let Err(source) = fs::remove_file(&marker)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(StackError::file("remove", marker, source));
        }
        // One that died without a word leaves a pid file that says "ready".
        self.home.wait_for_orphan().await?;
        let log = self.home.new_log()?;
        let remove = !self.durable;
        let keeper = Keeper::start(self.run_as, self.home.dir(), &self.command(port), &log, remove)
            .map_err(|source| StackError::file("start", &self.postgres, source))?;
        let ended = keeper.ended();
        *self.slot() = Some(keeper);
        let deadline = Instant::now() + START_LIMIT;
        while !self.home.server_ready() {
            let told = || (self.home.log(), self.home.log_tail());
            if ended.borrow().is_some() {
                let (log, tail) = told();
                if tail.contains("could not bind") || tail.contains("Address already in use") {
                    return Err(StackError::PortTaken { port });
                }
                return Err(StackError::StartFailed { log, tail });
            }
            if Instant::now() >= deadline {
                let (log, tail) = told();
                return Err(StackError::StartTimeout { seconds: START_LIMIT.as_secs(), log, tail });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Stops, so that it can start again: the data stays in any case.
    pub(crate) async fn pause(&self) -> Result<(), StackError> {
        let _one_at_a_time = self.changing.lock().await;
        if !self.durable && self.is_running() {
            let marker = stay_marker(self.home.dir());
            fs::write(&marker, "").map_err(|source| StackError::file("write", marker, source))?;
        }
        self.end("INT").await
    }

    /// Stops for good. Data that is not meant to last goes with the server.
    pub(crate) async fn stop(&self) -> Result<(), StackError> {
        let _one_at_a_time = self.changing.lock().await;
        if !self.durable && !self.is_running() {
            // Paused before: nobody else is there to remove it.
            let dir = self.home.dir();
            return match fs::remove_dir_all(dir) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(StackError::file("remove", dir, error))
                }
                _ => Ok(()),
            };
        }
        self.end(if self.durable { "INT" } else { "QUIT" }).await
    }

    async fn end(&self, signal: &str) -> Result<(), StackError> {
        let Some(mut keeper) = self.slot().take() else { return Ok(()) };
        if keeper.signal(signal).is_ok() && keeper.ends_within(STOP_LIMIT).await {
            return Ok(());
        }
        // PostgreSQL recovers from this one at the next start.
        if keeper.signal("QUIT").is_ok() && keeper.ends_within(Duration::from_secs(6)).await
            || keeper.has_ended()
        {
            return Ok(());
        }
        Err(StackError::StopTimeout { seconds: STOP_LIMIT.as_secs(), log: self.home.log() })
    }

    /// Waits for an end that nobody asked for.
    pub(crate) async fn failed(&self) -> StackError {
        loop {
            let ended = self.slot().as_ref().map(Keeper::ended);
            let Some(mut ended) = ended else {
                // Paused: look again after a while.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            };
            if ended.wait_for(Option::is_some).await.is_err() {
                return std::future::pending().await;
            }
            // Whoever stops the server takes its keeper first.
            if self.slot().as_ref().is_some_and(Keeper::has_ended) {
                return StackError::ServerEnded { log: self.home.log(), tail: self.home.log_tail() };
            }
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Keeper>> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, port: u16) -> Vec<String> {
        let data = self.home.data();
        let mut command = vec![
            self.postgres.to_string_lossy().into_owned(),
            "-D".into(),
            data.to_string_lossy().into_owned(),
        ];
        let quick = if self.durable { &[][..] } else { &QUICK_SETTINGS[..] };
        for setting in SETTINGS.iter().chain(quick) {
            command.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        command.extend(["-c".to_owned(), format!("port={port}")]);
        command
    }
}

fn free_port() -> Result<u16, StackError> {
    let find =
        || -> io::Result<u16> { Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port()) };
    find().map_err(|source| StackError::file("find a free port on", "127.0.0.1", source))
}
