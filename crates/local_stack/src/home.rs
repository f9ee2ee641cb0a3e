//! What lies in the data directory, and who may use it right now?

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::Rng as _;
use rand::distr::Alphanumeric;

use crate::StackError;
use crate::account::RunAs;

/// How long a server whose owner died may take to end before a start gives up.
const ORPHAN_WAIT: Duration = Duration::from_secs(20);
/// How long a lock may stay taken before it counts as somebody's. A program that this process is just starting has
/// the lock too, until it runs: between its fork and its exec.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// The files of one stack: PostgreSQL's own directory `data`, and ours beside it.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    run_as: RunAs,
    // Held as long as the stack exists; the system releases it however the process ends.
    _lock: File,
}

impl Home {
    /// Takes the directory for this process, or says which process has it.
    pub(crate) async fn lock(dir: PathBuf, run_as: RunAs) -> Result<Self, StackError> {
        let path = dir.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| StackError::file("open", &path, source))?;
        let deadline = Instant::now() + LOCK_WAIT;
        let mut taken = lock.try_lock();
        while matches!(taken, Err(TryLockError::WouldBlock)) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
            taken = lock.try_lock();
        }
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                lock.read_to_string(&mut pid).map_err(|source| StackError::file("read", &path, source))?;
                return Err(StackError::AlreadyRunning { dir, pid: pid.trim().parse().unwrap_or(0) });
            }
            Err(TryLockError::Error(source)) => return Err(StackError::file("lock", path, source)),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| write!(lock, "{}", std::process::id()))
            .map_err(|source| StackError::file("write", path, source))?;
        Ok(Self { dir, run_as, _lock: lock })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// PostgreSQL's own directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The last lines of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// A new log file; the one before it is kept until the next start.
    pub(crate) fn new_log(&self) -> Result<File, StackError> {
        let log = self.log();
        match fs::rename(&log, self.dir.join("server.log.previous")) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StackError::file("rename", log, error)),
        }
        File::create(&log).map_err(|source| StackError::file("create", log, source))
    }

    /// Deletes everything the stack keeps, and nothing else that may lie here.
    pub(crate) fn wipe(&self) -> Result<(), StackError> {
        for name in ["data", "data.new"] {
            remove(&self.dir.join(name), |path| fs::remove_dir_all(path))?;
        }
        for name in ["password", "signing-key.pem", "port", "server.log", "server.log.previous"] {
            remove(&self.dir.join(name), |path| fs::remove_file(path))?;
        }
        Ok(())
    }

    /// The password of every login role, made at the first start.
    pub(crate) fn password(&self) -> Result<String, StackError> {
        let path = self.password_file();
        match fs::read_to_string(&path) {
            Ok(kept) if !kept.trim().is_empty() => return Ok(kept.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StackError::file("read", path, error)),
        }
        let password: String = rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect();
        write_private(&path, &password)?;
        self.run_as.own(&path)?;
        Ok(password)
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.dir.join("password")
    }

    /// Makes sure that no server of an earlier run still uses the data. One that lost its owner is
    /// on its way out; a pid file left by a crash is removed, even when its number is in use again.
    pub(crate) async fn wait_for_orphan(&self) -> Result<(), StackError> {
        let pid_file = self.data().join("postmaster.pid");
        let deadline = Instant::now() + ORPHAN_WAIT;
        loop {
            let Some(pid) = postmaster_pid(&pid_file) else { return Ok(()) };
            if !Path::new("/proc/self").exists() {
                return Ok(()); // PostgreSQL's own check has to do.
            }
            // A postmaster's working directory is its data directory.
            let ours = fs::read_link(format!("/proc/{pid}/cwd"))
                .is_ok_and(|cwd| fs::canonicalize(self.data()).is_ok_and(|data| cwd == data));
            if !ours {
                tracing::info!(pid, "removing the pid file of a PostgreSQL that is gone");
                return remove(&pid_file, |path| fs::remove_file(path));
            }
            if Instant::now() >= deadline {
                return Err(StackError::AlreadyRunning { dir: self.dir.clone(), pid });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the running server says in its pid file that it takes connections.
    pub(crate) fn server_ready(&self) -> bool {
        fs::read_to_string(self.data().join("postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"))
    }

    /// The process number of the running server.
    pub(crate) fn server_pid(&self) -> Option<u32> {
        postmaster_pid(&self.data().join("postmaster.pid"))
    }
}

fn postmaster_pid(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

fn remove(path: &Path, how: impl Fn(&Path) -> io::Result<()>) -> Result<(), StackError> {
    match how(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StackError::file("remove", path, error)),
        _ => Ok(()),
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), StackError> {
    let new = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|source| StackError::file("write", path, source))
}
