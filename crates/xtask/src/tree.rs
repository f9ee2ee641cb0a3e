//! Which files belong to the project? Those that git knows, or would.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the project and its text; binary files have none.
pub(crate) struct File {
    /// Its path from the top, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// All text files that are tracked or not ignored.
///
/// # Errors
/// A sentence, when git cannot be asked.
pub(crate) fn files() -> Result<Vec<File>, String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .output()
        .map_err(|error| format!("git cannot be asked for the project's files: {error}"))?;
    if !output.status.success() {
        return Err("git cannot be asked for the project's files: run this from a checkout".to_owned());
    }
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(names
        .split('\0')
        .filter(|name| !name.is_empty())
        .filter_map(|name| Some(File { path: name.to_owned(), text: std::fs::read_to_string(name).ok()? }))
        .collect())
}

/// The top of the checkout: where `Cargo.lock` is.
pub(crate) fn exists(path: &str) -> bool {
    let path: PathBuf = Path::new(".").join(path.trim_end_matches('/'));
    path.exists()
}
