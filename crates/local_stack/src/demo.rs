//! How does the demo data get into a database?

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, SaltString};
use jiff::civil::Date;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::Connection as _;
use url::Url;

use crate::StackError;
use crate::cluster::SUPERUSER;
use crate::database::{close, connect, run};
use crate::error::line_of;

/// Name and text of each demo file, in the order in which they are run.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/demo_files.rs"));

/// Generated rows to measure with.
const SCALE: &str = include_str!("../sql/scale.sql");

/// Loads the demo data in one transaction as role `postgres`. All demo accounts get `password`.
/// `demo_day` is the organization's "today" that the rows are laid around; `None` takes the
/// database's own day.
///
/// # Errors
/// Without a password, on a database that is not on this machine
/// (see [`load_demo_into_hosted`]), or when a file fails; then nothing is kept.
pub async fn load_demo(url: &str, password: &SecretString, demo_day: Option<Date>) -> Result<(), StackError> {
    refuse_hosted(url)?;
    load_demo_into_hosted(url, password, demo_day).await
}

/// Is there no organization yet, so that loading the demo data overwrites nobody's work?
///
/// # Errors
/// When the database cannot be asked.
pub async fn is_empty(url: &str) -> Result<bool, StackError> {
    let mut connection = connect(url, "look whether the database holds data").await?;
    let empty = sqlx::query_scalar("select not exists (select from public.organizations)")
        .fetch_one(&mut connection)
        .await
        .map_err(|source| StackError::database("look whether the database holds data", source))?;
    close(connection).await;
    Ok(empty)
}

/// As [`load_demo`], for somebody who said explicitly that a hosted project is meant.
///
/// # Errors
/// As [`load_demo`], wherever the database is.
pub async fn load_demo_into_hosted(
    url: &str,
    password: &SecretString,
    demo_day: Option<Date>,
) -> Result<(), StackError> {
    let day = demo_day.map(|day| day.to_string()).unwrap_or_default();
    load(url, password, "postgres", ("revos.demo_day", &day), FILES).await
}

/// Loads `clients` generated clients with everything below them, 500 to an organization, to measure with. As the
/// superuser, whose triggers may rest meanwhile, so a hosted project cannot be meant.
///
/// # Errors
/// As [`load_demo`].
pub async fn load_scale(url: &str, password: &SecretString, clients: u32) -> Result<(), StackError> {
    refuse_hosted(url)?;
    load(url, password, SUPERUSER, ("revos.scale_clients", &clients.to_string()), &[("scale.sql", SCALE)])
        .await
}

async fn load(
    url: &str,
    password: &SecretString,
    role: &str,
    (setting, value): (&str, &str),
    files: &[(&str, &str)],
) -> Result<(), StackError> {
    if password.expose_secret().trim().is_empty() {
        return Err(StackError::DemoPasswordMissing);
    }
    let hash = hash_password(password).await?;
    let mut connection = connect(url, "connect to the database for the data").await?;
    let failed = |source| StackError::database("load the data", source);
    let mut transaction = connection.begin().await.map_err(failed)?;
    run(&mut transaction, format!("set local role {role}")).await.map_err(failed)?;
    sqlx::query("select set_config($1, $2, true), set_config('revos.demo_password_hash', $3, true)")
        .bind(setting)
        .bind(value)
        .bind(hash)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    for (file, text) in files {
        run(&mut transaction, *text).await.map_err(|source| StackError::DemoFailed {
            file: (*file).to_owned(),
            line: line_of(text, &source),
            source,
        })?;
    }
    transaction.commit().await.map_err(failed)?;
    close(connection).await;
    Ok(())
}

fn refuse_hosted(url: &str) -> Result<(), StackError> {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    if ["127.0.0.1", "localhost", "[::1]"].contains(&host.as_str()) {
        Ok(())
    } else {
        Err(StackError::DemoHosted { host })
    }
}

/// The argon2id hash of a password, as `auth.users.encrypted_password` keeps it (PHC string).
///
/// # Errors
/// When the hash function refuses its input.
pub async fn hash_password(password: &SecretString) -> Result<String, StackError> {
    let password = password.clone();
    let hash = move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes(), &salt)
            .map(|hash| hash.to_string())
    };
    tokio::task::spawn_blocking(hash)
        .await
        .map_err(|error| StackError::Hash { reason: error.to_string() })?
        .map_err(|error| StackError::Hash { reason: error.to_string() })
}
