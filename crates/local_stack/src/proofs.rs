//! Which proofs of the access rules are there, and how does one run inside somebody's transaction?

use std::fs;
use std::path::Path;

use crate::StackError;

/// The first statement of a proof, which must keep nothing.
const OPENS: &str = "\nbegin;\n";
/// The last one.
const CLOSES: &str = "\nrollback;";

/// SQL that raises on the first violation of the access rules.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The file's name without its ending.
    pub name: String,
    /// What to run in a transaction that is rolled back afterwards. The file's own is taken off.
    pub body: String,
}

impl Proof {
    /// The proofs in a folder, by name. Files without a transaction of their own are not proofs.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read.
    pub fn read_all(dir: &Path) -> Result<Vec<Self>, StackError> {
        let unreadable = |source| StackError::file("read the proofs in", dir, source);
        let mut proofs = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".sql") else { continue };
            let text = fs::read_to_string(&path).map_err(|source| StackError::file("read", &path, source))?;
            let body = body(&text);
            proofs.extend(body.map(|body| Self { name: name.to_owned(), body }));
        }
        proofs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(proofs)
    }
}

/// The text between `begin` and `rollback`; lines keep their numbers.
fn body(text: &str) -> Option<String> {
    let (head, rest) = text.split_once(OPENS)?;
    let (body, _) = rest.rsplit_once(CLOSES)?;
    Some(format!("{head}\n\n{body}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_loses_its_transaction_and_keeps_its_lines() {
        let text = "-- Proves.\n\nbegin;\n\ndo $$ begin null; end $$;\n\nrollback;\n";
        assert_eq!(body(text).as_deref(), Some("-- Proves.\n\n\n\ndo $$ begin null; end $$;\n\n"));
        assert_eq!(body("select 1;\n"), None);
    }
}
