//! What may the bearer of an access token see, change and end?

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Json};
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::AuthState;
use super::failure::{AuthFailure, AuthReply};
use super::store::{self, Scope, User};
use super::token::read;
use crate::hash_password;

/// Characters of a password, as a hosted project's default.
const SHORTEST_PASSWORD: usize = 6;
const LONGEST_PASSWORD: usize = 72;

/// `GET /user`.
pub(super) async fn user(State(auth): State<Arc<AuthState>>, headers: HeaderMap) -> AuthReply {
    let bearer = auth.bearer(&headers).await?;
    if bearer.audience != "authenticated" {
        return Err(AuthFailure::bad_request(
            "validation_failed",
            "Token audience doesn't match request audience",
        ));
    }
    Ok(Json(bearer.user.body).into_response())
}

/// `POST /logout?scope=…`.
pub(super) async fn logout(State(auth): State<Arc<AuthState>>, request: Request) -> AuthReply {
    let bearer = auth.bearer(request.headers()).await?;
    let asked = request.uri().query().into_iter().flat_map(|query| query.split('&'));
    let asked = asked.filter_map(|pair| pair.strip_prefix("scope=")).next();
    let scope = match asked {
        None | Some("" | "global") => Scope::Global,
        Some("local") => Scope::Local,
        Some("others") => Scope::Others,
        Some(other) => {
            let message = format!("Unsupported logout scope {other:?}");
            return Err(AuthFailure::bad_request("validation_failed", message));
        }
    };
    store::close_sessions(&auth.pool, bearer.user.id, bearer.session, scope)
        .await
        .map_err(|error| AuthFailure::unexpected(&error, "Error logging out user"))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    password: Option<SecretString>,
    #[serde(default)]
    data: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    app_metadata: Option<Value>,
}

/// `PUT /user`: password and user metadata. Address and phone cannot change here, since nothing
/// could send the confirmation.
pub(super) async fn change_user(State(auth): State<Arc<AuthState>>, request: Request) -> AuthReply {
    let (parts, body) = request.into_parts();
    let bearer = auth.bearer(&parts.headers).await?;
    let change: Change = read(body).await?;
    let current = |name: &str| bearer.user.body[name].as_str().unwrap_or_default().to_owned();
    for (name, wanted) in [("email", &change.email), ("phone", &change.phone)] {
        if wanted.as_ref().is_some_and(|wanted| !wanted.is_empty() && *wanted != current(name)) {
            let message = format!("The local stack cannot change the {name}");
            return Err(AuthFailure::unprocessable("validation_failed", message));
        }
    }
    if change.app_metadata.is_some() {
        return Err(AuthFailure::forbidden("not_admin", "Updating app_metadata requires admin privileges"));
    }
    let hash = match &change.password {
        Some(password) => Some(auth.new_hash(&bearer.user, password).await?),
        None => None,
    };
    let data = change.data.map(Value::Object);
    let body = store::change_user(&auth.pool, bearer.user.id, hash.as_deref(), data.as_ref()).await?;
    if hash.is_some() {
        // A new password ends every other session.
        let scope = if bearer.session.is_some() { Scope::Others } else { Scope::Global };
        store::close_sessions(&auth.pool, bearer.user.id, bearer.session, scope).await?;
    }
    Ok(Json(body).into_response())
}

/// Who sent the request, by a token that this project signed and whose session still exists.
struct Bearer {
    user: User,
    session: Option<Uuid>,
    audience: String,
}

impl AuthState {
    async fn bearer(&self, headers: &HeaderMap) -> Result<Bearer, AuthFailure> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
            .map(|(_, token)| token.trim())
            .ok_or_else(|| {
                AuthFailure::new(
                    StatusCode::UNAUTHORIZED,
                    "no_authorization",
                    "This endpoint requires a valid Bearer token",
                )
            })?;
        let bad = |message: String| AuthFailure::forbidden("bad_jwt", message);
        let claims = self
            .keys
            .verify(token)
            .map_err(|reason| bad(format!("invalid JWT: unable to parse or verify signature, {reason}")))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("sub").is_empty() {
            return Err(bad("invalid claim: missing sub claim".to_owned()));
        }
        let id = text("sub")
            .parse::<Uuid>()
            .map_err(|_| AuthFailure::bad_request("bad_jwt", "invalid claim: sub claim must be a UUID"))?;
        let user = store::user_by_id(&self.pool, id).await?.ok_or_else(|| {
            AuthFailure::forbidden("user_not_found", "User from sub claim in JWT does not exist")
        })?;
        let session = match text("session_id") {
            none if none.is_empty() => None,
            given => {
                let session = given
                    .parse::<Uuid>()
                    .map_err(|_| bad("invalid claim: session_id claim must be a UUID".to_owned()))?;
                if !store::session_exists(&self.pool, session, id).await? {
                    return Err(AuthFailure::forbidden(
                        "session_not_found",
                        "Session from session_id claim in JWT does not exist",
                    ));
                }
                Some(session)
            }
        };
        if user.banned {
            return Err(AuthFailure::forbidden("user_banned", "User is banned"));
        }
        Ok(Bearer { user, session, audience: text("aud") })
    }

    /// The hash of a new password that is good enough and not the old one.
    async fn new_hash(&self, user: &User, password: &SecretString) -> Result<String, AuthFailure> {
        let length = password.expose_secret().len();
        if length > LONGEST_PASSWORD {
            let message = format!("Password cannot be longer than {LONGEST_PASSWORD} characters");
            return Err(AuthFailure::bad_request("validation_failed", message));
        }
        if length < SHORTEST_PASSWORD {
            let message = format!("Password should be at least {SHORTEST_PASSWORD} characters.");
            return Err(AuthFailure::weak_password(message, "length"));
        }
        if self.verify(password.clone(), user.password_hash.clone()).await {
            return Err(AuthFailure::unprocessable(
                "same_password",
                "New password should be different from the old password.",
            ));
        }
        hash_password(password)
            .await
            .map_err(|error| AuthFailure::unexpected(&error, "Error during password storage"))
    }
}
