//! Which proofs of the access rules are there, and how does one run inside somebody's transaction?

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sqlx::PgConnection;

use crate::StackError;
use crate::database::run;

/// The first statement of a proof, which must keep nothing.
const OPENS: &str = "\nbegin;\n";
/// The last one.
const CLOSES: &str = "\nrollback;";

/// What all proofs have in common. It has no transaction of its own, so it is no proof.
const KIT: &str = "kit.sql";

/// SQL that raises on the first violation of the access rules.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The file's name without its ending.
    pub name: String,
    /// What it tries. The file's own transaction is taken off.
    pub body: String,
    /// What all of them have in common; runs before it.
    pub kit: Arc<str>,
}

impl Proof {
    /// The proofs in a folder, by name. Files without a transaction of their own are not proofs.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read.
    pub fn read_all(dir: &Path) -> Result<Vec<Self>, StackError> {
        let unreadable = |source| StackError::file("read the proofs in", dir, source);
        let read =
            |path: &Path| fs::read_to_string(path).map_err(|source| StackError::file("read", path, source));
        let kit: Arc<str> = read(&dir.join(KIT))?.into();
        let mut proofs = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".sql") else { continue };
            let body = body(&read(&path)?);
            proofs.extend(body.map(|body| Self { name: name.to_owned(), body, kit: Arc::clone(&kit) }));
        }
        proofs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(proofs)
    }

    /// Runs it in the caller's transaction, which must be rolled back afterwards.
    ///
    /// # Errors
    /// The first violation.
    pub async fn run(&self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        run(transaction, &*self.kit).await?;
        run(transaction, self.body.as_str()).await
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
