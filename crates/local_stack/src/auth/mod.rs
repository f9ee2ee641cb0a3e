//! How does Auth answer under /auth/v1, as Supabase Auth (GoTrue) does?

mod failure;
mod session;
mod store;
mod token;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::middleware;
use axum::response::{IntoResponse as _, Json};
use axum::routing::{get, post};
use http::{Request, Response, StatusCode, header};
use secrecy::SecretString;
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::{OnceCell, Semaphore};
use tower::ServiceExt as _;

use crate::issuing::Keys;
use crate::{StackError, hash_password};
use failure::AuthFailure;

/// How long to wait for a connection before the answer is an error.
const POOL_TIMEOUT: Duration = Duration::from_secs(3);
/// Passwords checked at the same time: each takes 19 MB and one core.
const HASHES_AT_ONCE: usize = 4;

/// What sets one project's Auth apart from another's.
pub(crate) struct AuthSettings {
    pub(crate) issuer: String,
    pub(crate) access_token_ttl: Duration,
    pub(crate) reuse_interval: Duration,
    pub(crate) requests_per_minute: u32,
    pub(crate) connections: u32,
}

/// The Auth service over one database.
pub(crate) struct Auth {
    router: Router,
    state: Arc<AuthState>,
}

struct AuthState {
    pool: PgPool,
    keys: Arc<Keys>,
    settings: AuthSettings,
    hashing: Semaphore,
    /// A hash that no password is checked against in earnest: an unknown address takes as long.
    nobody: String,
    limits: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Auth {
    pub(crate) async fn start(
        url: &str,
        keys: Arc<Keys>,
        settings: AuthSettings,
    ) -> Result<Self, StackError> {
        static NOBODY: OnceCell<String> = OnceCell::const_new();
        let nobody = NOBODY
            .get_or_try_init(|| async { hash_password(&SecretString::from("nobody has it")).await })
            .await?
            .clone();
        let options = PgConnectOptions::from_str(url)
            .map_err(|source| StackError::database("connect Auth to its database", source))?;
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(POOL_TIMEOUT)
            .connect_lazy_with(options.application_name("auth"));
        let state = Arc::new(AuthState {
            pool,
            keys,
            settings,
            hashing: Semaphore::new(HASHES_AT_ONCE),
            nobody,
            limits: Mutex::default(),
        });
        let router = Router::new()
            .route("/auth/v1/token", post(token::token))
            .route("/auth/v1/logout", post(session::logout))
            .route("/auth/v1/user", get(session::user).put(session::change_user))
            .route("/auth/v1/settings", get(settings_reply))
            .route("/auth/v1/health", get(health))
            .route("/auth/v1/.well-known/jwks.json", get(jwks))
            .fallback(|| async { (StatusCode::NOT_FOUND, "404 page not found\n") })
            .layer(middleware::from_fn(failure::render))
            .with_state(Arc::clone(&state));
        Ok(Self { router, state })
    }

    pub(crate) async fn answer(&self, peer: SocketAddr, mut request: Request<Body>) -> Response<Body> {
        request.extensions_mut().insert(peer);
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    pub(crate) async fn stop(&self) {
        self.state.pool.close().await;
    }
}

impl AuthState {
    /// Takes one request off what this address may still ask, which refills steadily.
    fn limit(&self, peer: SocketAddr) -> Result<(), AuthFailure> {
        let full = f64::from(self.settings.requests_per_minute);
        let now = Instant::now();
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = limits.entry(peer.ip()).or_insert((full, now));
        *left = (*left + now.duration_since(*since).as_secs_f64() * full / 60.0).min(full);
        *since = now;
        if *left < 1.0 {
            return Err(AuthFailure::new(
                StatusCode::TOO_MANY_REQUESTS,
                "over_request_rate_limit",
                "Request rate limit reached",
            ));
        }
        *left -= 1.0;
        Ok(())
    }
}

async fn jwks(axum::extract::State(auth): axum::extract::State<Arc<AuthState>>) -> Response<Body> {
    ([(header::CACHE_CONTROL, "public, max-age=600")], Json(auth.keys.published())).into_response()
}

async fn health() -> Response<Body> {
    Json(json!({
        "version": concat!("revos-local-stack-", env!("CARGO_PKG_VERSION")),
        "name": "GoTrue",
        "description": "GoTrue is a user registration and authentication API",
    }))
    .into_response()
}

async fn settings_reply() -> Response<Body> {
    let off = [
        "anonymous_users",
        "apple",
        "azure",
        "bitbucket",
        "discord",
        "facebook",
        "snapchat",
        "figma",
        "fly",
        "github",
        "gitlab",
        "google",
        "keycloak",
        "kakao",
        "linkedin",
        "linkedin_oidc",
        "notion",
        "spotify",
        "slack",
        "slack_oidc",
        "workos",
        "twitch",
        "twitter",
        "phone",
        "zoom",
    ];
    let mut external: HashMap<&str, bool> = off.map(|name| (name, false)).into();
    external.insert("email", true);
    Json(json!({
        "external": external,
        "disable_signup": true,
        "mailer_autoconfirm": false,
        "phone_autoconfirm": false,
        "sms_provider": "",
        "saml_enabled": false,
        "saml_private_key_next_configured": false,
        "passkeys_enabled": false,
    }))
    .into_response()
}
