//! How is a database served as Supabase serves it under /rest/v1?

use std::convert::Infallible;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Json};
use http::{Request, Response, StatusCode, Uri, header};
use postrust_core::{AppConfig, SchemaCache};
use postrust_server::{AppState, handle_request};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::task::JoinHandle;

use crate::StackError;
use crate::cluster::Cluster;
use crate::issuing::Keys;

/// Supabase cuts every list here.
const MAX_ROWS: i64 = 1_000;
/// How long to wait for a connection before the answer is an error.
const POOL_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest error body that is looked into, in bytes.
const ERROR_LIMIT: usize = 256 * 1024;

/// The REST service over one database.
pub(crate) struct Rest {
    state: Arc<AppState>,
    reloader: Option<JoinHandle<()>>,
}

/// How one project's REST differs from another's.
pub(crate) struct RestSettings {
    pub(crate) connections: u32,
    pub(crate) follow_schema: bool,
    /// What REST knows of the tables; read from the database when not given.
    pub(crate) schema: Option<SchemaCache>,
}

impl Rest {
    pub(crate) async fn start(
        cluster: &Cluster,
        database: &str,
        keys: &Keys,
        settings: RestSettings,
    ) -> Result<Self, StackError> {
        let url = cluster.url("authenticator", database);
        let pool = pool(&url, settings.connections)?;
        let schema = match settings.schema {
            Some(schema) => schema,
            None => read_schema(&pool, database).await?,
        };
        let mut config = AppConfig::default();
        config.db_schemas = schemas();
        config.db_extra_search_path = extra_search_path();
        config.db_anon_role = Some("anon".to_owned());
        config.db_max_rows = Some(MAX_ROWS);
        config.jwt_secret = Some(keys.all().to_string());
        config.compat_mode = true;
        // Without postrust's own builder: it reads the schema anew for each clone (one query per
        // table), serves more than PostgREST does, and its schema reloader cannot be stopped.
        let state = AppState::new(pool, schema, config)
            .map_err(|error| StackError::Rest { database: database.to_owned(), reason: error.to_string() })?;
        let state = Arc::new(state);
        let reloader = settings.follow_schema.then(|| tokio::spawn(follow_schema(url, Arc::clone(&state))));
        Ok(Self { state, reloader })
    }

    /// Reads the schema of the database anew.
    pub(crate) async fn reload(&self) -> Result<(), String> {
        self.state.reload_schema().await.map_err(|error| error.to_string())
    }

    /// Answers a request whose path begins with `/rest/v1`.
    pub(crate) async fn answer(&self, mut request: Request<Body>) -> Response<Body> {
        let signed_in = request.headers().contains_key(header::AUTHORIZATION);
        let path_and_query = request.uri().path_and_query().map_or("/", |all| all.as_str());
        let rest = path_and_query.strip_prefix("/rest/v1").unwrap_or(path_and_query);
        let slash = if rest.starts_with('/') { "" } else { "/" };
        match format!("{slash}{rest}").parse::<Uri>() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => tracing::debug!(%error, "a path that cannot be shortened"),
        }
        let response = handle_request(State(Arc::clone(&self.state)), request).await;
        match response.status() {
            StatusCode::UNAUTHORIZED if signed_in => as_postgrest(response).await,
            StatusCode::INTERNAL_SERVER_ERROR => as_postgrest(response).await,
            _ => response,
        }
    }

    /// Closes the connections.
    pub(crate) async fn stop(&self) {
        if let Some(reloader) = &self.reloader {
            reloader.abort();
        }
        self.state.pool.close().await;
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        if let Some(reloader) = &self.reloader {
            reloader.abort();
        }
    }
}

/// What REST knows of a database's tables and functions. Clones of the database share it.
pub(crate) async fn schema_of(cluster: &Cluster, database: &str) -> Result<SchemaCache, StackError> {
    let pool = pool(&cluster.url("authenticator", database), 1)?;
    let schema = read_schema(&pool, database).await;
    pool.close().await;
    schema
}

async fn read_schema(pool: &PgPool, database: &str) -> Result<SchemaCache, StackError> {
    SchemaCache::load_with_search_path(pool, &schemas(), &extra_search_path())
        .await
        .map_err(|error| StackError::Rest { database: database.to_owned(), reason: error.to_string() })
}

fn pool(url: &str, connections: u32) -> Result<PgPool, StackError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|source| StackError::database("connect REST to its database", source))?;
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(POOL_TIMEOUT)
        .connect_lazy_with(options.application_name("rest")))
}

fn schemas() -> Vec<String> {
    vec!["public".to_owned()]
}

fn extra_search_path() -> Vec<String> {
    vec!["public".to_owned(), "extensions".to_owned()]
}

/// Two answers in PostgREST's words. When the database refuses somebody who is signed in, PostgREST
/// answers 403 (postrust: 401); when there is no database, 503 with a code of its own (postrust: 500).
async fn as_postgrest(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, ERROR_LIMIT).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let error = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    match (text("code"), text("message")) {
        ("42501", _) => {
            parts.status = StatusCode::FORBIDDEN;
            parts.headers.remove(header::WWW_AUTHENTICATE);
            Response::from_parts(parts, Body::from(bytes))
        }
        ("PGRST500", "Service temporarily unavailable") => {
            let body = json!({
                "code": "PGRST000",
                "details": null,
                "hint": null,
                "message": "Database connection error. Retrying the connection.",
            });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
        _ => Response::from_parts(parts, Body::from(bytes)),
    }
}

/// Reloads the schema when the database says `notify pgrst`, as PostgREST does. Its one connection
/// is its own; it comes back by itself after the server was away.
async fn follow_schema(url: String, state: Arc<AppState>) {
    const RETRY: Duration = Duration::from_secs(2);
    loop {
        let listen = async {
            let mut listener = PgListener::connect(&url).await?;
            listener.listen("pgrst").await?;
            // What changed while nobody listened.
            let mut first = true;
            loop {
                if !std::mem::take(&mut first) {
                    listener.recv().await?;
                }
                if let Err(error) = state.reload_schema().await {
                    tracing::warn!(%error, "REST keeps the schema it has");
                }
            }
        };
        let Err::<Infallible, sqlx::Error>(error) = listen.await;
        tracing::debug!(%error, "not following schema changes for a moment");
        tokio::time::sleep(RETRY).await;
    }
}
