//! What do the migrations build? Written beside them, so that a change of the schema is read as a difference.

use local_stack::{TestStack, describe};
use std::path::Path;

/// Where the description lies.
const FILE: &str = "migrations/schema.txt";

/// Applies the migrations to an empty database and writes what is there.
///
/// # Errors
/// A sentence, when a migration fails or the file cannot be written.
pub(crate) fn write() -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let text = runtime.block_on(async {
        let stack = TestStack::start(Path::new("migrations")).await?;
        describe(&stack.cluster().url("supabase_admin", TestStack::TEMPLATE)).await
    });
    let text = text.map_err(|error| error.to_string())?;
    std::fs::write(FILE, &text).map_err(|error| format!("{FILE} cannot be written: {error}"))?;
    Ok(format!("schema: {} lines in {FILE}", text.lines().count()))
}
