//! How does one loopback port answer like one Supabase project?

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Json};
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use postrust_core::SchemaCache;
use serde::Serialize;
use serde_json::json;
use subtle::ConstantTimeEq as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::{Auth, AuthSettings};
use crate::cluster::Cluster;
use crate::control::{self, Controls};
use crate::faults::{Faults, Requests, Upstream, Verdict};
use crate::home::write_private;
use crate::issuing::{Issuing, Keys};
use crate::rest::{Rest, RestSettings};
use crate::server::Server;
use crate::spoiling::spoil;
use crate::{SigningKey, StackError};

/// Where the keys are published.
const KEYS: &str = "/auth/v1/.well-known/jwks.json";
/// Longest body of a request that arrives twice, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// How long open requests may take to end when the gateway stops.
const DRAIN: Duration = Duration::from_secs(2);

/// How a gateway is started.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// For port 0: a file with the port of the last time, which is taken again when it is free.
    /// Tokens name the address that issued them, so people stay signed in over a restart.
    pub port_file: Option<PathBuf>,
    /// Signs the access tokens.
    pub signing_key: SigningKey,
    /// The `apikey` that callers must send; by default one that belongs to the signing key.
    pub publishable_key: Option<String>,
    /// How long an access token is good for.
    pub access_token_ttl: Duration,
    /// How long a refresh token may be used again after it was exchanged.
    pub refresh_reuse_interval: Duration,
    /// Requests to `/auth/v1/token` per minute and address.
    pub token_requests_per_minute: u32,
    /// Serve `/local/v1/faults`, `/local/v1/issuing`, `/local/v1/database` and `/local/v1/requests`.
    pub controls: bool,
    /// Connections to the database for REST.
    pub rest_connections: u32,
    /// Connections to the database for Auth.
    pub auth_connections: u32,
    /// Read the schema anew when a migration says so. Costs one more connection.
    pub follow_schema: bool,
}

impl GatewayOptions {
    /// A free port and a project's usual settings, with this signing key.
    pub fn new(signing_key: SigningKey) -> Self {
        Self {
            port: 0,
            port_file: None,
            signing_key,
            publishable_key: None,
            access_token_ttl: Duration::from_secs(3_600),
            refresh_reuse_interval: Duration::from_secs(10),
            token_requests_per_minute: 600,
            controls: false,
            rest_connections: 4,
            auth_connections: 2,
            follow_schema: false,
        }
    }

    /// For `up`: signing key and port are kept in the cluster's data directory, so that sessions and
    /// keys survive a restart, and migrations are noticed.
    ///
    /// # Errors
    /// When the key file is unusable.
    pub fn kept(cluster: &Cluster) -> Result<Self, StackError> {
        let key = SigningKey::load_or_create(&cluster.data_dir().join("signing-key.pem"))?;
        Ok(Self {
            port_file: Some(cluster.data_dir().join("port")),
            rest_connections: 8,
            auth_connections: 4,
            follow_schema: true,
            ..Self::new(key)
        })
    }
}

/// One "Supabase project": REST and Auth over one database, on one loopback port. Dropping it stops
/// answering at once; [`Gateway::stop`] lets open requests end and closes the connections.
pub struct Gateway {
    shared: Arc<Shared>,
    address: SocketAddr,
    closing: CancellationToken,
    connections: TaskTracker,
    accepting: JoinHandle<()>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("address", &self.address).finish_non_exhaustive()
    }
}

struct Shared {
    rest: Rest,
    auth: Auth,
    faults: Faults,
    requests: Requests,
    keys: Arc<Keys>,
    publishable_key: String,
    service_key: String,
    /// What the service key stands for behind the gateway.
    service_token: HeaderValue,
    controls: bool,
    server: Weak<Server>,
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

impl Gateway {
    /// Starts to answer for a migrated database.
    ///
    /// # Errors
    /// When the port is taken or the database does not answer.
    pub async fn start(
        cluster: &Cluster,
        database: &str,
        options: GatewayOptions,
    ) -> Result<Self, StackError> {
        Self::start_knowing(cluster, database, options, None).await
    }

    /// As [`Gateway::start`], with what REST knows of the tables already at hand.
    pub(crate) async fn start_knowing(
        cluster: &Cluster,
        database: &str,
        options: GatewayOptions,
        schema: Option<SchemaCache>,
    ) -> Result<Self, StackError> {
        let (listener, address) = listen(options.port, options.port_file.as_deref()).await?;
        let keys = Arc::new(Keys::new(options.signing_key.clone())?);
        let settings = RestSettings {
            connections: options.rest_connections,
            follow_schema: options.follow_schema,
            schema,
        };
        let rest = Rest::start(cluster, database, &keys, settings).await?;
        let auth = Auth::start(
            &cluster.url("supabase_auth_admin", database),
            Arc::clone(&keys),
            AuthSettings {
                issuer: format!("http://{address}/auth/v1"),
                access_token_ttl: options.access_token_ttl,
                reuse_interval: options.refresh_reuse_interval,
                requests_per_minute: options.token_requests_per_minute,
                connections: options.auth_connections,
            },
        )
        .await?;
        let publishable_key = options.publishable_key.unwrap_or_else(|| keys.usual().publishable_key());
        let shared = Arc::new(Shared {
            rest,
            auth,
            faults: Faults::new(),
            requests: Requests::default(),
            service_key: keys.usual().service_key()?,
            service_token: service_token(&keys)?,
            keys,
            publishable_key,
            controls: options.controls,
            server: cluster.handle(),
        });
        let closing = CancellationToken::new();
        let connections = TaskTracker::new();
        let accepting =
            tokio::spawn(accept(listener, Arc::clone(&shared), closing.clone(), connections.clone()));
        Ok(Self { shared, address, closing, connections, accepting })
    }

    /// The project's address, `http://127.0.0.1:<port>`, what `SUPABASE_URL` is for a hosted one.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that callers send as `apikey`.
    pub fn publishable_key(&self) -> &str {
        &self.shared.publishable_key
    }

    /// The key of the worker: whoever sends it as `apikey` bypasses all permissions.
    pub fn service_key(&self) -> &str {
        &self.shared.service_key
    }

    /// The outages to play.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What was asked so far.
    pub fn requests(&self) -> &Requests {
        &self.shared.requests
    }

    /// The key that signs this project's tokens.
    pub fn signing_key(&self) -> &SigningKey {
        self.shared.keys.usual()
    }

    /// From now on tokens are issued so.
    pub fn issue(&self, how: Issuing) {
        self.shared.keys.issue(how);
    }

    /// The issuer of this project's tokens.
    pub fn issuer(&self) -> String {
        format!("{}/auth/v1", self.url())
    }

    /// Signs any claims with this project's key; no session stands behind such a token.
    ///
    /// # Errors
    /// When the claims are no JSON object.
    pub fn mint(&self, claims: &impl Serialize) -> Result<String, StackError> {
        self.shared.keys.usual().sign(claims)
    }

    /// Makes REST read the schema anew, after tables changed under it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reload_schema(&self) -> Result<(), StackError> {
        let failed = |reason| StackError::Rest { database: self.url(), reason };
        self.shared.rest.reload().await.map_err(failed)
    }

    /// Lets open requests end for a moment, then closes every connection.
    pub async fn stop(mut self) {
        self.closing.cancel();
        self.connections.close();
        // Requests that hang on purpose would never end.
        self.shared.faults.clear();
        if tokio::time::timeout(DRAIN, self.connections.wait()).await.is_err() {
            tracing::debug!("cutting requests that did not end in time");
        }
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        self.shared.rest.stop().await;
        self.shared.auth.stop().await;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.closing.cancel();
        self.accepting.abort();
    }
}

/// Takes the port, for 0 the one of the last time or a free one.
async fn listen(port: u16, port_file: Option<&Path>) -> Result<(TcpListener, SocketAddr), StackError> {
    let kept = port_file.filter(|_| port == 0);
    let last = kept.and_then(|file| fs::read_to_string(file).ok()?.trim().parse().ok()).unwrap_or(port);
    let bound = match TcpListener::bind((Ipv4Addr::LOCALHOST, last)).await {
        Err(_) if last != port => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await,
        other => other,
    };
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StackError::PortTaken { port },
        _ => StackError::file("listen on", "127.0.0.1", source),
    };
    let listener = bound.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    if let Some(file) = kept
        && address.port() != last
    {
        write_private(file, &address.port().to_string())?;
    }
    Ok((listener, address))
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    closing: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = closing.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(serve(stream, peer, Arc::clone(&shared), closing.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, closing: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { shared.answer(peer, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(DRAIN, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended");
    }
}

impl Shared {
    async fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> Result<Response<Body>, Refused> {
        let request = request.map(Body::new);
        let path = request.uri().path();
        if self.controls && path.starts_with("/local/v1/") {
            let Self { faults, requests, server, keys, .. } = self;
            return Ok(control::answer(Controls { faults, requests, server, keys }, peer, request).await);
        }
        let upstream = if beneath(path, "/rest/v1") {
            Upstream::Rest
        } else if path == KEYS {
            Upstream::Keys
        } else if beneath(path, "/auth/v1") {
            Upstream::Auth
        } else {
            return Ok(message(
                StatusCode::NOT_FOUND,
                &json!({ "message": "no Route matched with those values" }),
            ));
        };
        self.requests.note(upstream, request.method().as_str(), path);
        let waiting = self.requests.waiting();
        let answer = self.play(upstream, peer, request).await;
        waiting.answered();
        answer.map(|answer| self.dated(answer))
    }

    async fn play(
        &self,
        upstream: Upstream,
        peer: SocketAddr,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refused> {
        match self.faults.verdict(upstream).await {
            Verdict::Answer => Ok(self.serve(upstream, peer, request).await),
            Verdict::Spoilt(how) => Ok(spoil(self.serve(upstream, peer, request).await, how).await),
            Verdict::Twice => {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| Refused)?;
                let copy = || Request::from_parts(parts.clone(), Body::from(body.clone()));
                let first = self.serve(upstream, peer, copy()).await;
                self.serve(upstream, peer, copy()).await;
                Ok(first)
            }
            Verdict::Close => Err(Refused),
            Verdict::Instead(answer) => Ok(answer),
        }
    }

    /// An answer says what time its server thinks it is.
    fn dated(&self, mut answer: Response<Body>) -> Response<Body> {
        if let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(self.keys.clock())) {
            answer.headers_mut().insert(header::DATE, date);
        }
        answer
    }

    /// As a hosted project answers.
    async fn serve(
        &self,
        upstream: Upstream,
        peer: SocketAddr,
        mut request: Request<Body>,
    ) -> Response<Body> {
        if upstream != Upstream::Keys
            && let Some(refusal) = self.refused_for_key(&mut request)
        {
            return refusal;
        }
        if upstream == Upstream::Rest && bearer(&request).is_some_and(|token| self.keys.takes_as_ended(token))
        {
            let ended =
                json!({ "code": "PGRST303", "message": "JWT expired", "details": null, "hint": null });
            return message(StatusCode::UNAUTHORIZED, &ended);
        }
        match upstream {
            Upstream::Rest => self.rest.answer(request).await,
            Upstream::Auth | Upstream::Keys => self.auth.answer(peer, request).await,
        }
    }

    /// What a hosted project's gateway does with `apikey`. A caller who sends the key as bearer
    /// token too (as the client libraries do for somebody not signed in) is anonymous.
    fn refused_for_key(&self, request: &mut Request<Body>) -> Option<Response<Body>> {
        let in_header = request.headers().get("apikey").map(|value| value.as_bytes().to_vec());
        let in_query = || {
            let query = request.uri().query()?;
            let found = query.split('&').find_map(|pair| pair.strip_prefix("apikey="))?;
            Some(found.as_bytes().to_vec())
        };
        let Some(given) = in_header.or_else(in_query) else {
            return Some(message(
                StatusCode::UNAUTHORIZED,
                &json!({
                    "message": "No API key found in request",
                    "hint": "No `apikey` request header or url param was found.",
                }),
            ));
        };
        if bool::from(given.ct_eq(self.service_key.as_bytes())) {
            request.headers_mut().insert(header::AUTHORIZATION, self.service_token.clone());
            return None;
        }
        let expected = self.publishable_key.as_bytes();
        if !bool::from(given.ct_eq(expected)) {
            return Some(message(
                StatusCode::UNAUTHORIZED,
                &json!({
                    "message": "Invalid API key",
                    "hint": "Double check your Supabase `anon` or `service_role` API key.",
                }),
            ));
        }
        if bearer(request).map(str::as_bytes) == Some(expected) {
            request.headers_mut().remove(header::AUTHORIZATION);
        }
        None
    }
}

/// A token of the service that outlives every stack.
fn service_token(keys: &Keys) -> Result<HeaderValue, StackError> {
    let token = keys.usual().sign(&json!({ "role": "service_role", "exp": 4_000_000_000_u32 }))?;
    HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|error| StackError::SigningKey { reason: error.to_string() })
}

fn bearer(request: &Request<Body>) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn beneath(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn message(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    (status, Json(body)).into_response()
}
