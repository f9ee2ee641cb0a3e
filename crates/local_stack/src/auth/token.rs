//! How does somebody get an access token, by password or by refresh token?

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordVerifier as _};
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse as _, Json};
use http::{HeaderMap, StatusCode, header};
use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::AuthState;
use super::failure::{AuthFailure, AuthReply};
use super::store;

/// Longest body, in bytes.
const BODY_LIMIT: usize = 1 << 20;
/// Characters of a refresh token: 12 of these, 60 bits.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// `POST /token?grant_type=…`.
pub(super) async fn token(
    State(auth): State<Arc<AuthState>>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
) -> AuthReply {
    let (parts, body) = request.into_parts();
    let grant = parts.uri.query().into_iter().flat_map(|query| query.split('&'));
    let grant = grant.filter_map(|pair| pair.strip_prefix("grant_type=")).next();
    let caller = Caller { agent: agent(&parts.headers), address: peer.ip().to_string() };
    match grant {
        Some("password") => {
            auth.limit(peer)?;
            auth.by_password(read(body).await?, &caller).await
        }
        Some("refresh_token") => {
            auth.limit(peer)?;
            auth.by_refresh_token(read(body).await?, &caller).await
        }
        _ => Err(AuthFailure::bad_request("invalid_credentials", "unsupported_grant_type")),
    }
}

struct Caller {
    agent: Option<String>,
    address: String,
}

#[derive(Deserialize)]
struct ByPassword {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    password: Option<SecretString>,
}

#[derive(Deserialize)]
struct ByRefreshToken {
    #[serde(default)]
    refresh_token: Option<String>,
}

impl AuthState {
    async fn by_password(&self, asked: ByPassword, caller: &Caller) -> AuthReply {
        let ByPassword { email, phone, password } = asked;
        let (email, phone) = (email.unwrap_or_default(), phone.unwrap_or_default());
        match (email.is_empty(), phone.is_empty()) {
            (false, false) => {
                return Err(AuthFailure::bad_request(
                    "validation_failed",
                    "Only an email address or phone number should be provided on login.",
                ));
            }
            (true, true) => {
                return Err(AuthFailure::bad_request("validation_failed", "missing email or phone"));
            }
            (true, false) => {
                return Err(AuthFailure::unprocessable(
                    "phone_provider_disabled",
                    "Phone logins are disabled",
                ));
            }
            (false, true) => {}
        }
        let user = store::user_by_email(&self.pool, &email).await?;
        let hash = user.as_ref().map_or(&self.nobody, |user| &user.password_hash).clone();
        let right = self.verify(password.unwrap_or_default(), hash).await;
        let refused = || AuthFailure::bad_request("invalid_credentials", "Invalid login credentials");
        let user = user.ok_or_else(refused)?;
        if user.banned {
            return Err(AuthFailure::bad_request("user_banned", "User is banned"));
        }
        if !right {
            return Err(refused());
        }
        if !user.confirmed {
            return Err(AuthFailure::bad_request("email_not_confirmed", "Email not confirmed"));
        }
        let (session, refresh) = (Uuid::new_v4(), new_refresh_token());
        let (body, signed_in_at) = store::open_session(
            &self.pool,
            user.id,
            session,
            &refresh,
            caller.agent.as_deref(),
            &caller.address,
        )
        .await?;
        self.reply(&body, session, signed_in_at, &refresh)
    }

    /// Rotation as Supabase Auth does it: every exchange gives a new token and spends the old one.
    /// The one spent last gives the active one again, since its caller may never have received the
    /// answer; older ones work again within the reuse interval only. After that a spent token means
    /// theft, and the whole session ends.
    async fn by_refresh_token(&self, asked: ByRefreshToken, caller: &Caller) -> AuthReply {
        let token = asked.refresh_token.unwrap_or_default();
        if token.len() != 12 || !token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return Err(AuthFailure::bad_request("validation_failed", "Refresh token is not valid"));
        }
        let mut transaction = self.pool.begin().await?;
        let reuse = self.settings.reuse_interval.as_secs_f64();
        let found = store::lock_refresh(&mut transaction, &token, reuse).await?;
        let Some((found, session)) = found.and_then(|found| found.session.map(|id| (found, id))) else {
            return Err(AuthFailure::bad_request(
                "refresh_token_not_found",
                "Invalid Refresh Token: Refresh Token Not Found",
            ));
        };
        if found.user.banned {
            return Err(AuthFailure::bad_request("user_banned", "Invalid Refresh Token: User Banned"));
        }
        if found.session_over {
            return Err(AuthFailure::bad_request(
                "session_expired",
                "Invalid Refresh Token: Session Expired",
            ));
        }
        let mut issued = None;
        if found.revoked {
            match store::active_token(&mut transaction, session).await? {
                Some((active, parent)) if parent == token => issued = Some(active),
                _ if found.reuse_over => {
                    store::revoke_family(&mut transaction, session).await?;
                    transaction.commit().await?;
                    return Err(AuthFailure::bad_request(
                        "refresh_token_already_used",
                        "Invalid Refresh Token: Already Used",
                    ));
                }
                _ => {}
            }
        }
        let refresh = match issued {
            Some(active) => active,
            None => {
                let new = new_refresh_token();
                store::swap_token(&mut transaction, &token, &new, session).await?;
                new
            }
        };
        store::touch_session(&mut transaction, session, caller.agent.as_deref(), &caller.address).await?;
        transaction.commit().await?;
        self.reply(&found.user.body, session, found.signed_in_at, &refresh)
    }

    fn reply(&self, user: &Value, session: Uuid, signed_in_at: i64, refresh_token: &str) -> AuthReply {
        let now = seconds(self.keys.clock());
        let ttl = self.settings.access_token_ttl.as_secs();
        let claims = json!({
            "iss": self.settings.issuer,
            "sub": user["id"],
            "aud": user["aud"],
            "exp": now + ttl,
            // REST refuses what is of the future, by this machine's clock.
            "iat": now.min(seconds(SystemTime::now())),
            "email": user["email"],
            "phone": user["phone"],
            "app_metadata": user["app_metadata"],
            "user_metadata": user["user_metadata"],
            "role": user["role"],
            "aal": "aal1",
            "amr": [{ "method": "password", "timestamp": signed_in_at }],
            "session_id": session,
            "is_anonymous": user["is_anonymous"],
        });
        let access_token = self
            .keys
            .sign(&claims)
            .map_err(|error| AuthFailure::unexpected(&error, "error generating jwt token"))?;
        Ok(Json(json!({
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": ttl,
            "expires_at": now + ttl,
            "refresh_token": refresh_token,
            "user": user,
        }))
        .into_response())
    }

    /// Whether a password belongs to a hash; false as well when there is no hash to compare with.
    pub(super) async fn verify(&self, password: SecretString, hash: String) -> bool {
        let Ok(_permit) = self.hashing.acquire().await else { return false };
        let check = move || {
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
            })
        };
        tokio::task::spawn_blocking(check).await.unwrap_or(false)
    }
}

/// A JSON body; fields that are not asked for are ignored, as in Supabase Auth.
pub(super) async fn read<T: DeserializeOwned>(body: Body) -> Result<T, AuthFailure> {
    let bytes: Bytes = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| {
        AuthFailure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_entity_too_large",
            format!("Request body too large (max {BODY_LIMIT} bytes)"),
        )
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        AuthFailure::bad_request("bad_json", format!("Could not parse request body as JSON: {error}"))
    })
}

fn agent(headers: &HeaderMap) -> Option<String> {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn new_refresh_token() -> String {
    let mut random = rand::rng();
    (0..12).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}
