//! Which migrations does a database still need, and how are they applied?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sqlx::{Connection as _, PgConnection, Row as _};

use crate::StackError;
use crate::database::{close, connect, run};
use crate::error::line_of;

/// Two migrators of one database wait for each other on this advisory lock.
const LOCK: i64 = 0x5265_764f_5353_514c;

/// The table that the Supabase CLI keeps. Made only where neither it nor `supabase.sql` did.
const RECORD: &str = "
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (
        version text not null primary key,
        statements text[],
        name text
    );";

/// One migration file.
#[derive(Debug)]
struct Migration {
    version: String,
    name: String,
    file: String,
    text: String,
}

/// Applies the files of `dir` that the database does not have yet, in the order of their names,
/// each in its own transaction as role `postgres`, and records them as the Supabase CLI does.
/// Returns the names of the files applied now; none is fine.
///
/// # Errors
/// When a file fails (it names the file and line; that file leaves no trace, those before it stay),
/// was edited after it was applied, is missing, or sorts before an applied one.
pub async fn migrate(url: &str, dir: &Path) -> Result<Vec<String>, StackError> {
    let files = read(dir)?;
    let mut connection = connect(url, "connect to the database to migrate").await?;
    let applied = apply(&mut connection, dir, &files).await;
    close(connection).await;
    applied
}

/// The names of the files that [`migrate`] would apply now.
///
/// # Errors
/// As [`migrate`], before it applies anything.
pub async fn pending(url: &str, dir: &Path) -> Result<Vec<String>, StackError> {
    let files = read(dir)?;
    let mut connection = connect(url, "connect to the database to migrate").await?;
    let missing = missing(&mut connection, dir, &files).await;
    close(connection).await;
    Ok(missing?.into_iter().map(|migration| migration.file.clone()).collect())
}

async fn apply(
    connection: &mut PgConnection,
    dir: &Path,
    files: &BTreeMap<String, Migration>,
) -> Result<Vec<String>, StackError> {
    let failed = |source| StackError::database("read which migrations the database has", source);
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut *connection).await.map_err(failed)?;
    run(connection, RECORD).await.map_err(failed)?;
    let mut applied = Vec::new();
    for migration in missing(connection, dir, files).await? {
        apply_one(connection, migration).await?;
        applied.push(migration.file.clone());
    }
    if !applied.is_empty() {
        // Running REST services then read the schema anew.
        run(connection, "notify pgrst, 'reload schema'").await.map_err(failed)?;
    }
    Ok(applied)
}

/// Compares the files with what the database has recorded.
async fn missing<'a>(
    connection: &mut PgConnection,
    dir: &Path,
    files: &'a BTreeMap<String, Migration>,
) -> Result<Vec<&'a Migration>, StackError> {
    let failed = |source| StackError::database("read which migrations the database has", source);
    let recorded = recorded(connection).await.map_err(failed)?;
    let newest = recorded.keys().next_back().cloned();
    for (version, (name, text)) in &recorded {
        let Some(file) = files.get(version) else {
            return Err(StackError::MigrationUnknown {
                version: version.clone(),
                name: name.clone(),
                dir: dir.into(),
            });
        };
        // Recorded without its statements (a project's own baseline): nothing to compare.
        if text.as_ref().is_some_and(|text| gist(text) != gist(&file.text)) {
            return Err(StackError::MigrationEdited { file: file.file.clone() });
        }
    }
    let missing = files.iter().filter(|(version, _)| !recorded.contains_key(*version));
    missing
        .map(|(version, migration)| match newest.as_ref().filter(|newest| version < *newest) {
            Some(newest) => {
                Err(StackError::MigrationLate { file: migration.file.clone(), applied: newest.clone() })
            }
            None => Ok(migration),
        })
        .collect()
}

async fn apply_one(connection: &mut PgConnection, migration: &Migration) -> Result<(), StackError> {
    let failed = |source: sqlx::Error| StackError::MigrationFailed {
        file: migration.file.clone(),
        line: line_of(&migration.text, &source),
        source,
    };
    let mut transaction = connection.begin().await.map_err(failed)?;
    run(&mut transaction, "set local role postgres").await.map_err(failed)?;
    run(&mut transaction, migration.text.clone()).await.map_err(failed)?;
    sqlx::query(
        "insert into supabase_migrations.schema_migrations (version, statements, name) \
         values ($1, array[$2], $3)",
    )
    .bind(&migration.version)
    .bind(&migration.text)
    .bind(&migration.name)
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// Version → name and statements, as recorded in the database.
async fn recorded(
    connection: &mut PgConnection,
) -> Result<BTreeMap<String, (Option<String>, Option<String>)>, sqlx::Error> {
    let known: bool =
        sqlx::query_scalar("select to_regclass('supabase_migrations.schema_migrations') is not null")
            .fetch_one(&mut *connection)
            .await?;
    if !known {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(
        "select version, name, array_to_string(statements, ';') as text \
         from supabase_migrations.schema_migrations",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("version")?, (row.try_get("name")?, row.try_get("text")?))))
        .collect()
}

/// A text without what the Supabase CLI changes when it records a file: it cuts it at semicolons
/// and trims the pieces.
fn gist(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ';').collect()
}

/// The migration files of a directory by version.
fn read(dir: &Path) -> Result<BTreeMap<String, Migration>, StackError> {
    let unreadable = |source| StackError::file("read the migrations in", dir, source);
    let mut files: BTreeMap<String, Migration> = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(stem) = file.strip_suffix(".sql") else { continue };
        let (version, name) = match stem.split_once('_') {
            Some((version, name)) if version.len() == 14 && version.bytes().all(|b| b.is_ascii_digit()) => {
                (version.to_owned(), name.to_owned())
            }
            _ => return Err(StackError::MigrationName { file: path }),
        };
        let text = fs::read_to_string(&path).map_err(|source| StackError::file("read", &path, source))?;
        let migration = Migration { version: version.clone(), name, file, text };
        if let Some(other) = files.insert(version, migration) {
            return Err(StackError::MigrationTwice { file: path, other: other.file });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_cut_at_semicolons_is_the_same_text() {
        assert_eq!(gist("select 1;\n\nselect 2;\n"), gist("select 1;select 2"));
        assert_ne!(gist("select 1;"), gist("select 10;"));
    }
}
