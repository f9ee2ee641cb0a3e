//! What can go wrong with the local stack, and what should the reader do about it?

use std::io;
use std::path::PathBuf;

/// Why the local stack could not do what it was asked. Every message says what happened and what
/// to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// No PostgreSQL server binaries on this machine.
    #[error(
        "PostgreSQL's `{program}` is neither in /usr/lib/postgresql/*/bin nor on PATH; \
         install Debian's package `postgresql`: apt-get install -y postgresql"
    )]
    PostgresMissing {
        /// The program that was looked for.
        program: &'static str,
    },
    /// The PostgreSQL on this machine is older than the migrations need.
    #[error("PostgreSQL {found} is installed, RevOS needs 15 or newer; install a newer package `postgresql`")]
    PostgresTooOld {
        /// The newest major version found.
        found: u32,
    },
    /// Running as root without the system user that PostgreSQL would run as.
    #[error(
        "PostgreSQL does not run as root and the system user `postgres` does not exist; \
         install Debian's package `postgresql`, which creates it, or run as an ordinary user"
    )]
    NoServerAccount,
    /// A file or directory of the stack could not be used.
    #[error("could not {action} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A directory that the server needs belongs to somebody else.
    #[error("{} belongs to another user or is open to others; remove it and start again", path.display())]
    UnsafeDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// Another process runs a stack on the same data directory.
    #[error(
        "a local stack is already running on {} (pid {pid}); stop it, or use another data directory",
        dir.display()
    )]
    AlreadyRunning {
        /// The data directory.
        dir: PathBuf,
        /// Who holds it.
        pid: u32,
    },
    /// The data directory was written by another major version of PostgreSQL.
    #[error(
        "{} was written by PostgreSQL {found}, but PostgreSQL {installed} is installed; \
         start over with --fresh (this deletes the local data), or install PostgreSQL {found}",
        dir.display()
    )]
    OtherVersion {
        /// The data directory.
        dir: PathBuf,
        /// Major version that wrote it.
        found: String,
        /// Major version installed.
        installed: u32,
    },
    /// `initdb` failed.
    #[error("could not create the PostgreSQL data directory {}; initdb says:\n{output}", dir.display())]
    InitFailed {
        /// The data directory.
        dir: PathBuf,
        /// What `initdb` printed.
        output: String,
    },
    /// The wanted port is in use.
    #[error("port {port} on 127.0.0.1 is already in use; choose another one or stop what uses it")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The server ended while starting.
    #[error("PostgreSQL did not start; the end of {} says:\n{tail}", log.display())]
    StartFailed {
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server did not become ready in time.
    #[error("PostgreSQL was not ready within {seconds} s; the end of {} says:\n{tail}", log.display())]
    StartTimeout {
        /// How long was waited.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server did not end in time.
    #[error("PostgreSQL did not stop within {seconds} s; see {}", log.display())]
    StopTimeout {
        /// How long was waited.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
    },
    /// The server ended although nobody asked it to.
    #[error("PostgreSQL ended unexpectedly; the end of {} says:\n{tail}", log.display())]
    ServerEnded {
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// A statement of the stack itself failed.
    #[error("could not {action}: {source}")]
    Database {
        /// What was tried, as a verb phrase.
        action: String,
        /// PostgreSQL's or the connection's answer.
        #[source]
        source: sqlx::Error,
    },
    /// A database name outside `[a-z_][a-z0-9_]*`.
    #[error("`{name}` is no usable database name: lower-case letters, digits and _ only, at most 63")]
    DatabaseName {
        /// The refused name.
        name: String,
    },
    /// A migration file without a version.
    #[error("{} is not named like a Supabase migration (20261122093000_clients.sql); rename it", file.display())]
    MigrationName {
        /// The file.
        file: PathBuf,
    },
    /// Two migration files carry the same version.
    #[error("{} and {other} carry the same version; give one of them a later time", file.display())]
    MigrationTwice {
        /// One file.
        file: PathBuf,
        /// The name of the other one.
        other: String,
    },
    /// A migration failed; nothing of it was kept.
    #[error("migration {file} failed{}, nothing of it was kept: {source}", line.map(|line| format!(" at line {line}")).unwrap_or_default())]
    MigrationFailed {
        /// The file's name.
        file: String,
        /// Where in the file, when PostgreSQL says.
        line: Option<usize>,
        /// PostgreSQL's answer.
        #[source]
        source: sqlx::Error,
    },
    /// An applied migration file was changed afterwards.
    #[error(
        "migration {file} was edited after it was applied to this database; \
         restore the file and put the change into a new migration, or start over with --fresh"
    )]
    MigrationEdited {
        /// The file's name.
        file: String,
    },
    /// The database has a migration that the directory does not have.
    #[error(
        "this database has migration {version}{}, which {} does not contain; \
         switch to the version of RevOS that has it, or start over with --fresh",
        name.as_ref().map(|name| format!("_{name}")).unwrap_or_default(),
        dir.display()
    )]
    MigrationUnknown {
        /// The recorded version.
        version: String,
        /// The recorded name.
        name: Option<String>,
        /// The directory that was read.
        dir: PathBuf,
    },
    /// A new migration sorts before an applied one.
    #[error(
        "migration {file} sorts before {applied}, which is already applied; give it a later time in its name"
    )]
    MigrationLate {
        /// The new file's name.
        file: String,
        /// The newest applied version.
        applied: String,
    },
    /// The demo data was asked for without a password for its accounts.
    #[error("the demo data needs a password for its accounts; set REVOS_DEMO_PASSWORD")]
    DemoPasswordMissing,
    /// The demo data was asked for in a database that is not on this machine.
    #[error(
        "the demo data was not loaded: {host} is not this machine; say explicitly that a hosted project is meant"
    )]
    DemoHosted {
        /// The database's host.
        host: String,
    },
    /// A demo file failed; nothing of the demo data was kept.
    #[error("demo data file {file} failed{}, nothing was loaded: {source}", line.map(|line| format!(" at line {line}")).unwrap_or_default())]
    DemoFailed {
        /// The file's name.
        file: String,
        /// Where in the file, when PostgreSQL says.
        line: Option<usize>,
        /// PostgreSQL's answer.
        #[source]
        source: sqlx::Error,
    },
    /// A password could not be hashed.
    #[error("could not hash a password: {reason}")]
    Hash {
        /// The hash function's answer.
        reason: String,
    },
    /// The signing key could not be made, read or used.
    #[error("the signing key is not usable ({reason}); remove it and start again, everyone signs in anew")]
    SigningKey {
        /// What is wrong with it.
        reason: String,
    },
    /// The REST service could not start.
    #[error("REST could not start on database {database}: {reason}")]
    Rest {
        /// The database.
        database: String,
        /// The service's answer.
        reason: String,
    },
}

impl StackError {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { action, path: path.into(), source }
    }

    pub(crate) fn database(action: impl Into<String>, source: sqlx::Error) -> Self {
        Self::Database { action: action.into(), source }
    }
}

/// The line of `text` that PostgreSQL's error points at, counted from 1.
pub(crate) fn line_of(text: &str, error: &sqlx::Error) -> Option<usize> {
    use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match error.position()? {
        PgErrorPosition::Original(position) => {
            Some(1 + text.chars().take(position.saturating_sub(1)).filter(|c| *c == '\n').count())
        }
        PgErrorPosition::Internal { .. } => None,
    }
}
