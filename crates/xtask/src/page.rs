//! How large is the page? Packs its files and holds a first visit to its budget.

use crate::parts::PART_PREFIX;
use brotli::enc::BrotliEncoderParams;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Bytes a first visit may load, compressed with brotli: script, module, styles.
const FIRST_VISIT_BYTES: u64 = 250 * 1024;
/// Bytes a part that travels later may have, compressed likewise.
const PART_BYTES: u64 = 48 * 1024;
/// The strongest setting of brotli; the page is packed once and sent many times.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW: i32 = 24;
/// Code changes its kind often: with blocks this small, 2 to the 16th bytes, a module is a hundredth smaller.
const BROTLI_BLOCK: i32 = 16;

/// Puts the style sheets of `index.html` together into one, in its order: later ones override earlier ones.
/// Written apart they are pleasant to edit; together they compress a quarter better.
///
/// # Errors
/// A sentence naming the file.
pub(crate) fn join_styles(page: &Path) -> Result<String, String> {
    let index_path = page.join("index.html");
    let index =
        fs::read_to_string(&index_path).map_err(|error| format!("{}: {error}", index_path.display()))?;
    let is_style = |line: &&str| line.trim_start().starts_with("<link rel=\"stylesheet\"");
    let mut joined = String::new();
    let mut count = 0;
    for line in index.lines().filter(is_style) {
        let name = line
            .split_once("href=\"/")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(name, _)| name)
            .ok_or_else(|| format!("{}: a style sheet without an address: {line}", index_path.display()))?;
        let path = page.join(name);
        joined += &fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        joined.push('\n');
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        count += 1;
    }
    if count == 0 {
        return Err(format!("{}: names no style sheet", index_path.display()));
    }
    let mut hasher = DefaultHasher::new();
    joined.hash(&mut hasher);
    // The name changes with the content, because browsers keep the file for good.
    let name = format!("page-{:016x}.css", hasher.finish());
    let link = format!("    <link rel=\"stylesheet\" href=\"/{name}\"/>");
    let mut put = false;
    let mut lines = Vec::new();
    for line in index.lines() {
        if !is_style(&line) {
            lines.push(line);
        } else if !put {
            lines.push(&link);
            put = true;
        }
    }
    let write = |path: &Path, text: &str| {
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    write(&page.join(&name), &joined)?;
    write(&index_path, &(lines.join("\n") + "\n"))?;
    Ok(format!("joined {count} style sheets"))
}

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

/// Holds a first visit and every later part to their budgets, and names what is loaded.
///
/// # Errors
/// A sentence with the bytes.
pub(crate) fn check_budget(page: &Path) -> Result<String, String> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    let (mut total, mut largest) = (0, 0);
    for path in
        plain_files(page)?.iter().filter(|path| path.extension().is_some_and(|ending| ending != "html"))
    {
        let packed = PathBuf::from(format!("{}.br", path.display()));
        let bytes = fs::metadata(&packed)
            .map_err(|_| format!("{}: is not packed; run ./revos build", path.display()))?
            .len();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let line = format!("  {bytes:>8} bytes  {name}");
        if name.starts_with(PART_PREFIX) {
            largest = largest.max(bytes);
            later.push(line);
        } else {
            total += bytes;
            first.push(line);
        }
    }
    if first.is_empty() {
        return Err(format!("{}: the page is not built; run ./revos build", page.display()));
    }
    let report = format!(
        "first visit: {total} bytes, brotli (budget {FIRST_VISIT_BYTES})\n{}\n\
         later parts: at most {largest} bytes each (budget {PART_BYTES})\n{}",
        first.join("\n"),
        later.join("\n")
    );
    let kept = total <= FIRST_VISIT_BYTES && largest <= PART_BYTES;
    if kept { Ok(report) } else { Err(format!("over budget: {report}")) }
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
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        lgblock: BROTLI_BLOCK,
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &params)?;
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
    fn style_sheets_become_one_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path();
        assert!(join_styles(page).is_err(), "nothing is built");
        let link = |name: &str| format!("    <link rel=\"stylesheet\" href=\"/{name}\"/>\n");
        let index = format!("<head>\n{}{}</head>\n", link("z-1.css"), link("a-2.css"));
        fs::write(page.join("index.html"), index).unwrap();
        fs::write(page.join("z-1.css"), "p{color:red}").unwrap();
        assert!(join_styles(page).is_err(), "one is missing");
        fs::write(page.join("z-1.css"), "p{color:red}").unwrap();
        fs::write(page.join("a-2.css"), "p{color:blue}").unwrap();
        join_styles(page).unwrap();
        let styles: Vec<_> = plain_files(page)
            .unwrap()
            .into_iter()
            .filter(|path| path.extension() == Some("css".as_ref()))
            .collect();
        assert_eq!(styles.len(), 1, "{styles:?}");
        assert_eq!(fs::read_to_string(&styles[0]).unwrap(), "p{color:red}\np{color:blue}\n");
        let name = styles[0].file_name().unwrap().to_string_lossy();
        assert_eq!(
            fs::read_to_string(page.join("index.html")).unwrap(),
            format!("<head>\n{}</head>\n", link(&name))
        );
    }

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
        fs::write(folder.join("app.js.br"), "x").unwrap();
        fs::write(folder.join("part-1.wasm"), "x").unwrap();
        fs::write(folder.join("part-1.wasm.br"), vec![0; 47 * 1024]).unwrap();
        assert!(check_budget(&folder).is_ok());
        fs::write(folder.join("part-1.wasm.br"), vec![0; 49 * 1024]).unwrap();
        assert!(check_budget(&folder).is_err(), "a part is too large");
        fs::remove_dir_all(&folder).unwrap();
    }
}
