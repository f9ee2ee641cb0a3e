//! Where are PostgreSQL's programs on this machine, and which version are they?

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::StackError;

/// The oldest major version whose SQL the migrations use (security-invoker views).
const OLDEST: u32 = 15;

/// The server programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    pub(crate) initdb: PathBuf,
    pub(crate) postgres: PathBuf,
    pub(crate) major: u32,
}

/// Names the folder with `initdb` and `postgres` of another version than the installed one, to try the migrations on.
const OTHER: &str = "REVOS_POSTGRES";

impl Binaries {
    /// Those of the folder `REVOS_POSTGRES`, else the newest installation in Debian's place, else the one on `PATH`.
    pub(crate) fn find() -> Result<Self, StackError> {
        let found = match env::var_os(OTHER) {
            Some(dir) => Self::of(Path::new(&dir).join("initdb"), Path::new(&dir).join("postgres"))?,
            None => Self::installed()?,
        };
        if found.major < OLDEST {
            return Err(StackError::PostgresTooOld { found: found.major });
        }
        Ok(found)
    }

    fn of(initdb: PathBuf, postgres: PathBuf) -> Result<Self, StackError> {
        let major = version(&postgres)?;
        Ok(Self { initdb, postgres, major })
    }

    fn installed() -> Result<Self, StackError> {
        let mut newest: Option<(u32, PathBuf)> = None;
        for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
            let Some(major) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let bin = entry.path().join("bin");
            let whole = bin.join("initdb").is_file() && bin.join("postgres").is_file();
            if whole && newest.as_ref().is_none_or(|(other, _)| major > *other) {
                newest = Some((major, bin));
            }
        }
        match newest {
            Some((major, bin)) => {
                Ok(Self { initdb: bin.join("initdb"), postgres: bin.join("postgres"), major })
            }
            None => Self::of(on_path("initdb")?, on_path("postgres")?),
        }
    }
}

fn on_path(program: &'static str) -> Result<PathBuf, StackError> {
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
        .ok_or(StackError::PostgresMissing { program })
}

/// The major version that `postgres --version` prints, as in "postgres (PostgreSQL) 15.18".
fn version(postgres: &Path) -> Result<u32, StackError> {
    let output = Command::new(postgres)
        .arg("--version")
        .output()
        .map_err(|source| StackError::file("run", postgres, source))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
        .ok_or(StackError::PostgresMissing { program: "postgres" })
}
