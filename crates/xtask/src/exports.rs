//! What does the page's module offer that nobody asks for? The exports of classes that only server functions would use.

use std::fs;
use std::path::Path;

/// Exports that belong to streams as bodies of requests, which RevOS never sends: the framework brings them along.
const UNUSED: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

/// The graph of a module's exports for `wasm-metadce`: all are roots but for the unused ones.
///
/// # Errors
/// A sentence when the file is no module.
pub(crate) fn graph(module: &Path) -> Result<String, String> {
    let bytes = fs::read(module).map_err(|error| format!("{}: {error}", module.display()))?;
    let names = exports(&bytes).ok_or_else(|| format!("{}: not a WebAssembly module", module.display()))?;
    let nodes = names
        .iter()
        .filter(|name| !UNUSED.iter().any(|unused| name.starts_with(unused)))
        .map(|name| format!("{{\"name\":\"{name}\",\"root\":true,\"export\":\"{name}\"}}"));
    Ok(format!("[{}]", nodes.collect::<Vec<_>>().join(",")))
}

/// The names in the section of exports.
fn exports(module: &[u8]) -> Option<Vec<String>> {
    const EXPORTS: u8 = 7;
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    while let Some((kind, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (section, after) = after.split_at_checked(length)?;
        if *kind == EXPORTS {
            let (count, mut section) = number(section)?;
            let mut names = Vec::new();
            for _ in 0..count {
                let (length, after) = number(section)?;
                let (name, after) = after.split_at_checked(length)?;
                names.push(String::from_utf8(name.to_vec()).ok()?);
                let (_, after) = number(after.get(1..)?)?;
                section = after;
            }
            return Some(names);
        }
        rest = after;
    }
    Some(Vec::new())
}

/// A number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_found_and_anything_else_is_refused() {
        let module = b"\0asm\x01\0\0\0\x01\x02\0\0\x07\x0c\x02\x03one\0\0\x02to\x02\x01";
        assert_eq!(exports(module).unwrap(), ["one", "to"]);
        assert_eq!(exports(b"\0asm\x01\0\0\0").unwrap(), Vec::<String>::new());
        assert!(exports(b"text").is_none());
        assert!(exports(&module[..module.len() - 3]).is_none(), "cut short");
    }
}
