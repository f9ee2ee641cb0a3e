//! How are databases of a cluster made, cloned and dropped?

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::StackError;
use crate::cluster::{Cluster, SUPERUSER};

/// Roles, schemas and the auth tables as on a hosted project; see its first lines.
const SUPABASE: &str = include_str!("../sql/supabase.sql");

/// The database that `initdb` makes; only used to say `create database` from.
const MAINTENANCE: &str = "postgres";

/// One connection, for work that is done once.
pub(crate) async fn connect(url: &str, action: &str) -> Result<PgConnection, StackError> {
    let failed = |source| StackError::database(action, source);
    let options = PgConnectOptions::from_str(url).map_err(failed)?;
    options.application_name("revos local_stack").connect().await.map_err(failed)
}

/// Runs statements that are none of the caller's input.
pub(crate) async fn run(connection: &mut PgConnection, sql: impl Into<String>) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.into()))).await.map(|_| ())
}

impl Cluster {
    /// Creates a database that looks like a new hosted Supabase project, without migrations.
    ///
    /// # Errors
    /// When the name is taken or unusable.
    pub async fn create_database(&self, name: &str) -> Result<(), StackError> {
        let quoted = quote(name)?;
        let _one_at_a_time = self.making.lock().await;
        self.maintain(&format!("create database {name}"), &format!("create database {quoted}")).await?;
        self.bootstrap(name).await
    }

    /// Makes sure that the database exists, with every migration of `migrations_dir` applied.
    /// Returns the names of the files applied now.
    ///
    /// # Errors
    /// As [`migrate`](crate::migrate).
    pub async fn prepare_database(&self, name: &str) -> Result<Vec<String>, StackError> {
        let url = self.url(SUPERUSER, MAINTENANCE);
        let action = format!("look for database {name}");
        let mut connection = connect(&url, &action).await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(|source| StackError::database(&action, source))?;
        close(connection).await;
        if !exists {
            self.create_database(name).await?;
        } else if !self.has_auth(name).await? {
            // An earlier run was cut short between the two steps.
            let _one_at_a_time = self.making.lock().await;
            self.bootstrap(name).await?;
        }
        crate::migrate(&self.url("postgres", name), &self.migrations_dir).await
    }

    /// Copies a database. Nobody may be connected to `template` meanwhile.
    ///
    /// # Errors
    /// When the name is taken or somebody is connected to the template.
    pub async fn clone_database(&self, template: &str, name: &str) -> Result<(), StackError> {
        let (from, to) = (quote(template)?, quote(name)?);
        // Settings and grants of a database are not part of the copy; the owner, who has every
        // right there, has to be named.
        let strategy = if self.is_durable() { "wal_log" } else { "file_copy" };
        let sql = format!("create database {to} template {from} owner postgres strategy {strategy}");
        self.maintain(&format!("clone database {template} as {name}"), &sql).await
    }

    /// Drops a database and cuts the connections to it; fine when there is none.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn drop_database(&self, name: &str) -> Result<(), StackError> {
        let quoted = quote(name)?;
        let sql = format!("drop database if exists {quoted} with (force)");
        self.maintain(&format!("drop database {name}"), &sql).await
    }

    async fn bootstrap(&self, name: &str) -> Result<(), StackError> {
        let action = format!("prepare database {name} as a Supabase project");
        let mut connection = connect(&self.url(SUPERUSER, name), &action).await?;
        let work = async {
            sqlx::query("select set_config('revos.stack_password', $1, false)")
                .bind(self.password())
                .execute(&mut connection)
                .await?;
            run(&mut connection, SUPABASE).await
        };
        work.await.map_err(|source| StackError::database(&action, source))?;
        close(connection).await;
        Ok(())
    }

    async fn has_auth(&self, name: &str) -> Result<bool, StackError> {
        let action = format!("look into database {name}");
        let mut connection = connect(&self.url(SUPERUSER, name), &action).await?;
        let found = sqlx::query_scalar("select to_regclass('auth.users') is not null")
            .fetch_one(&mut connection)
            .await
            .map_err(|source| StackError::database(&action, source))?;
        close(connection).await;
        Ok(found)
    }

    async fn maintain(&self, action: &str, sql: &str) -> Result<(), StackError> {
        let mut connection = connect(&self.url(SUPERUSER, MAINTENANCE), action).await?;
        run(&mut connection, sql).await.map_err(|source| StackError::database(action, source))?;
        close(connection).await;
        Ok(())
    }
}

/// Says good-bye, so that the server is done with the connection when this returns.
pub(crate) async fn close(connection: PgConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a connection did not close in order");
    }
}

/// The name in quotation marks; only plain names, since they end up in statements.
fn quote(name: &str) -> Result<String, StackError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(StackError::DatabaseName { name: name.to_owned() });
    }
    Ok(format!("\"{name}\""))
}
