//! What did the migrations build, in words that a reviewer can compare?

use crate::StackError;
use crate::database::{close, connect};

/// One line per item, in an order that does not depend on the machine.
const DESCRIBE: &str = include_str!("../sql/describe.sql");

/// Tables with their columns, checks, keys, indexes, policies, rights and triggers, views and
/// functions: everything that the migrations made, a line each, read from the catalogue.
///
/// # Errors
/// When the database cannot be asked.
pub async fn describe(url: &str) -> Result<String, StackError> {
    let mut connection = connect(url, "describe the database").await?;
    let lines: Vec<String> = sqlx::query_scalar(DESCRIBE)
        .fetch_all(&mut connection)
        .await
        .map_err(|source| StackError::database("describe the database", source))?;
    close(connection).await;
    Ok(lines.join("\n") + "\n")
}
