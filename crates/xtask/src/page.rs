//! How large is the page? Packs its files and holds a first visit to its budget.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Bytes a first visit should load, compressed with brotli: script, module, styles.
const GOAL_BYTES: u64 = 250 * 1024;
/// Bytes above which the check fails. Not yet the goal: it only ever goes down, to what was reached last.
const FIRST_VISIT_BYTES: u64 = 272 * 1024;
/// The strongest setting of brotli; the page is packed once and sent many times.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 24;

/// Writes each file once more as brotli and as gzip.
///
/// # Errors
/// A sentence naming the file.
pub(crate) fn pack(page: &Path) -> Result<String, String> {
    let mut count = 0;
    for path in plain_files(page)? {
        let plain = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let write = |ending: &str, bytes: io::Result<Vec<u8>>| {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            bytes
                .and_then(|bytes| fs::write(&name, bytes))
                .map_err(|error| format!("{}: {error}", path.display()))
        };
        write(".br", brotli(&plain))?;
        write(".gz", gzip(&plain))?;
        count += 1;
    }
    Ok(format!("packed {count} files"))
}

/// Holds a first visit to its budget, and names what it loads.
///
/// # Errors
/// A sentence with the bytes.
pub(crate) fn check_budget(page: &Path) -> Result<String, String> {
    let mut lines = Vec::new();
    let mut total = 0;
    for path in
        plain_files(page)?.iter().filter(|path| path.extension().is_some_and(|ending| ending != "html"))
    {
        let packed = PathBuf::from(format!("{}.br", path.display()));
        let bytes = fs::metadata(&packed)
            .map_err(|_| format!("{}: is not packed; run ./revos build", path.display()))?
            .len();
        total += bytes;
        lines.push(format!("  {bytes:>8} bytes  {}", path.file_name().unwrap_or_default().to_string_lossy()));
    }
    if lines.is_empty() {
        return Err(format!("{}: the page is not built; run ./revos build", page.display()));
    }
    let verdict = if total <= GOAL_BYTES { "met" } else { "missed" };
    let report = format!(
        "first visit: {total} bytes, brotli (goal {GOAL_BYTES}, {verdict}; fails above {FIRST_VISIT_BYTES})\n{}",
        lines.join("\n")
    );
    if total <= FIRST_VISIT_BYTES { Ok(report) } else { Err(format!("over budget: {report}")) }
}

fn plain_files(page: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![page.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "br" && ending != "gz") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn brotli(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorReader::new(plain, 64 * 1024, BROTLI_QUALITY, BROTLI_WINDOW)
        .read_to_end(&mut packed)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_over_budget_fails() {
        let folder = std::env::temp_dir().join(format!("revos-budget-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert!(check_budget(&folder).is_err(), "nothing is built");
        fs::write(folder.join("app.js"), "x").unwrap();
        assert!(check_budget(&folder).is_err(), "nothing is packed");
        pack(&folder).unwrap();
        assert!(check_budget(&folder).is_ok());
        fs::write(folder.join("app.js.br"), vec![0; 280 * 1024]).unwrap();
        assert!(check_budget(&folder).is_err(), "too large");
        fs::remove_dir_all(&folder).unwrap();
    }
}
