//! As whom does the database server run, and where may its files lie?

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::StackError;

/// The system user that PostgreSQL runs as when this process is root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

/// Who runs the server: PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RunAs {
    /// This process's own user.
    Myself,
    /// The system user `postgres`, because this process is root.
    Other(Account),
}

impl RunAs {
    /// Decides it for this process.
    pub(crate) fn decide() -> Result<Self, StackError> {
        // The owner of /proc/self is the effective user. Without /proc initdb itself refuses root.
        let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
        if !root {
            return Ok(Self::Myself);
        }
        let path = "/etc/passwd";
        let users = fs::read_to_string(path).map_err(|source| StackError::file("read", path, source))?;
        users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.first() == Some(&"postgres"))
            .and_then(|fields| {
                Some(Account { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
            })
            .map(Self::Other)
            .ok_or(StackError::NoServerAccount)
    }

    /// Makes `command` run as the server's user, with nothing of this process's environment.
    pub(crate) fn prepare(self, command: &mut Command, home: &Path) {
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TZ", "UTC").env("LC_ALL", "C");
        command.current_dir(home);
        if let Self::Other(account) = self {
            // Setting only the user also drops root's supplementary groups.
            command.gid(account.gid).uid(account.uid);
        }
    }

    /// Gives a file or directory to the server's user.
    pub(crate) fn own(self, path: &Path) -> Result<(), StackError> {
        match self {
            Self::Myself => Ok(()),
            Self::Other(account) => chown(path, Some(account.uid), Some(account.gid))
                .map_err(|source| StackError::file("change the owner of", path, source)),
        }
    }

    /// Where the files of the stack lie: in `wanted`, or under /var/tmp when the server's user
    /// cannot reach `wanted` (a clone under /root). The second value says so.
    pub(crate) fn home(self, wanted: &Path) -> Result<(PathBuf, Option<String>), StackError> {
        let wanted =
            std::path::absolute(wanted).map_err(|source| StackError::file("resolve", wanted, source))?;
        if let Some(parent) = wanted.parent() {
            fs::create_dir_all(parent).map_err(|source| StackError::file("create", parent, source))?;
        }
        let home = match self {
            Self::Other(account) if !account.reaches(&wanted) => fallback(&wanted),
            _ => wanted.clone(),
        };
        match fs::create_dir(&home) {
            Ok(()) => self.own(&home)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StackError::file("create", home, error)),
        }
        self.check_private(&home)?;
        let notice = (home != wanted).then(|| {
            format!(
                "the system user postgres cannot reach {}; the database lies in {}",
                wanted.display(),
                home.display()
            )
        });
        Ok((home, notice))
    }

    /// Refuses a directory that somebody else prepared, then closes it to others.
    fn check_private(self, home: &Path) -> Result<(), StackError> {
        let found = fs::symlink_metadata(home).map_err(|source| StackError::file("read", home, source))?;
        let expected = match self {
            Self::Myself => fs::metadata("/proc/self").map(|me| me.uid()).unwrap_or(found.uid()),
            Self::Other(account) => account.uid,
        };
        if !found.is_dir() {
            return Err(StackError::UnsafeDirectory { path: home.into() });
        }
        if found.uid() != expected {
            // Root may have made an empty directory beforehand; anything else is not ours.
            let empty = fs::read_dir(home).is_ok_and(|mut entries| entries.next().is_none());
            if !(empty && found.uid() == 0) {
                return Err(StackError::UnsafeDirectory { path: home.into() });
            }
            self.own(home)?;
        }
        fs::set_permissions(home, fs::Permissions::from_mode(0o700))
            .map_err(|source| StackError::file("close to others", home, source))
    }
}

impl Account {
    /// Whether this user may pass through every directory above `path`.
    fn reaches(self, path: &Path) -> bool {
        path.ancestors().skip(1).all(|dir| {
            fs::metadata(dir).is_ok_and(|found| {
                let mode = found.mode();
                if found.uid() == self.uid {
                    mode & 0o100 != 0
                } else if found.gid() == self.gid {
                    mode & 0o010 != 0
                } else {
                    mode & 0o001 != 0
                }
            })
        })
    }
}

/// One place under /var/tmp for each wanted place.
fn fallback(wanted: &Path) -> PathBuf {
    let digest = Sha256::digest(wanted.as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Path::new("/var/tmp").join(format!("revos-{short}"))
}
