//! How does a person sign in, stay signed in and sign out? Supabase Auth's password and refresh grants.

use crate::Project;
use crate::error::Outage;
use crate::token::{AccessToken, RefreshToken};
use crate::transport::{Answer, Deadline, NoAnswer, Outgoing, Transport};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use std::time::Duration;

/// The project's Auth service.
#[derive(Clone, Debug)]
pub struct Auth {
    base: url::Url,
    key: HeaderValue,
    transport: Transport,
}

/// A fresh pair of tokens.
#[derive(Clone, Debug)]
pub struct Grant {
    /// To be sent with each request.
    pub access: AccessToken,
    /// To be exchanged once.
    pub refresh: RefreshToken,
    /// How long the access token is valid.
    pub expires_in: Duration,
}

/// How far a sign-out reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutScope {
    /// This session.
    Local,
    /// All sessions of the person.
    Global,
}

/// What Auth says is wrong. Words of later versions are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthCode {
    /// Address or password is wrong.
    InvalidCredentials,
    /// The address has not been confirmed.
    EmailNotConfirmed,
    /// The person is banned.
    UserBanned,
    /// The refresh token is unknown, used up or belongs to an ended session.
    SessionEnded,
    /// Too many requests.
    RateLimited,
    /// Anything else, by its word.
    Other(String),
}

/// Why an Auth request failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuthError {
    /// Nobody answered.
    #[error("the sign-in service is unreachable ({})", .0.cause.as_str())]
    Unreachable(Outage),
    /// No complete answer in time. With the time of the next try, if nobody may ask until then.
    #[error("the sign-in service did not answer in time")]
    TimedOut(Option<Duration>),
    /// It refused.
    #[error("the sign-in service refused: {code:?}")]
    Refused {
        /// Why.
        code: AuthCode,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The answer does not come from an Auth service, or is not readable.
    #[error("the answer (HTTP {0}) does not come from a Supabase Auth service")]
    NotAuth(StatusCode),
}

#[derive(Deserialize)]
struct GrantBody {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

/// Both shapes that Auth has had: `error_code` beside a numeric `code`, and `code` as the word itself.
#[derive(Deserialize)]
struct RefusalBody {
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    code: Option<serde_json::Value>,
    #[serde(default)]
    error: Option<String>,
}

impl Auth {
    /// The Auth service of `project`, reached through `transport`.
    ///
    /// # Errors
    /// [`crate::ProjectError`] when address or key cannot be used.
    pub fn new(project: &Project, transport: Transport) -> Result<Self, crate::ProjectError> {
        let base =
            url::Url::parse(&format!("{}/", project.issuer())).map_err(|_| crate::ProjectError::Address)?;
        let key = HeaderValue::from_str(&project.publishable_key).map_err(|_| crate::ProjectError::Key)?;
        Ok(Self { base, key, transport })
    }

    /// Signs in with address and password.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        deadline: Option<Deadline>,
    ) -> Result<Grant, AuthError> {
        let body = serde_json::json!({ "email": email, "password": password });
        self.grant("token?grant_type=password", &body, deadline).await
    }

    /// Exchanges a refresh token for fresh tokens. The old one must not be used again.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn refresh(
        &self,
        token: &RefreshToken,
        deadline: Option<Deadline>,
    ) -> Result<Grant, AuthError> {
        let body = serde_json::json!({ "refresh_token": token.expose() });
        self.grant("token?grant_type=refresh_token", &body, deadline).await.map_err(|error| match error {
            // What does not even look like a refresh token belongs to no session.
            AuthError::Refused { code: AuthCode::Other(word), retry_after }
                if word == "validation_failed" =>
            {
                AuthError::Refused { code: AuthCode::SessionEnded, retry_after }
            }
            other => other,
        })
    }

    /// Ends the session of `token`, or all of its person. An already ended session is a success.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn sign_out(&self, token: &AccessToken, scope: SignOutScope) -> Result<(), AuthError> {
        let path = match scope {
            SignOutScope::Local => "logout?scope=local",
            SignOutScope::Global => "logout?scope=global",
        };
        let mut request = self.request(Method::POST, path, Bytes::new())?;
        request.header("authorization", &format!("Bearer {}", token.expose()));
        let answer = self.transport.send(&request, None).await.map_err(no_answer)?;
        match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(refusal(&answer)),
        }
    }

    /// Does an Auth service answer?
    ///
    /// # Errors
    /// [`AuthError`] when nobody answers, or somebody else.
    pub async fn probe(&self) -> Result<(), AuthError> {
        let request = Outgoing { safe: true, ..self.request(Method::GET, "health", Bytes::new())? };
        let answer = self.transport.send(&request, None).await.map_err(no_answer)?;
        if answer.status.is_success() { Ok(()) } else { Err(refusal(&answer)) }
    }

    async fn grant(
        &self,
        path: &str,
        body: &serde_json::Value,
        deadline: Option<Deadline>,
    ) -> Result<Grant, AuthError> {
        let request = self.request(Method::POST, path, Bytes::from(body.to_string()))?;
        let answer = self.transport.send(&request, deadline).await.map_err(no_answer)?;
        if !answer.status.is_success() {
            return Err(refusal(&answer));
        }
        let not_auth = AuthError::NotAuth(answer.status);
        let Ok(body) = serde_json::from_slice::<GrantBody>(&answer.body) else { return Err(not_auth) };
        match (AccessToken::new(&body.access_token), RefreshToken::new(&body.refresh_token)) {
            (Some(access), Some(refresh)) => {
                Ok(Grant { access, refresh, expires_in: Duration::from_secs(body.expires_in) })
            }
            _ => Err(not_auth),
        }
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Outgoing, AuthError> {
        let url = self.base.join(path).map_err(|_| AuthError::NotAuth(StatusCode::NOT_FOUND))?;
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("apikey"), self.key.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // The first version whose refusals carry their word in `code`.
        headers.insert(
            HeaderName::from_static("x-supabase-api-version"),
            HeaderValue::from_static("2024-01-01"),
        );
        Ok(Outgoing { method, url, headers, body, safe: false })
    }
}

fn no_answer(reason: NoAnswer) -> AuthError {
    match reason {
        NoAnswer::Unreachable(outage) => AuthError::Unreachable(outage),
        NoAnswer::TimedOut(retry_in) => AuthError::TimedOut(retry_in),
        NoAnswer::TooLarge => AuthError::NotAuth(StatusCode::OK),
    }
}

fn refusal(answer: &Answer) -> AuthError {
    if let Some(outage) = answer.outage() {
        return AuthError::Unreachable(outage);
    }
    let retry_after = answer.retry_after();
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        return AuthError::Refused { code: AuthCode::RateLimited, retry_after };
    }
    let Ok(body) = serde_json::from_slice::<RefusalBody>(&answer.body) else {
        return AuthError::NotAuth(answer.status);
    };
    let word = body
        .error_code
        .or_else(|| body.code.and_then(|code| code.as_str().map(str::to_owned)))
        .or(body.error);
    let code = match word.as_deref() {
        Some("invalid_credentials" | "user_not_found") => AuthCode::InvalidCredentials,
        Some("email_not_confirmed") => AuthCode::EmailNotConfirmed,
        Some("user_banned") => AuthCode::UserBanned,
        Some(
            "refresh_token_not_found"
            | "refresh_token_already_used"
            | "session_not_found"
            | "session_expired"
            | "invalid_grant",
        ) => AuthCode::SessionEnded,
        Some(other) => AuthCode::Other(other.chars().take(80).collect()),
        None => return AuthError::NotAuth(answer.status),
    };
    AuthError::Refused { code, retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &'static str) -> AuthError {
        refusal(&Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            retry_in: None,
        })
    }

    #[test]
    fn understands_both_shapes_of_refusals() {
        for body in [
            r#"{"code":400,"error_code":"invalid_credentials","msg":"Invalid login credentials"}"#,
            r#"{"code":"invalid_credentials","message":"Invalid login credentials"}"#,
        ] {
            assert!(matches!(
                refused(400, body),
                AuthError::Refused { code: AuthCode::InvalidCredentials, .. }
            ));
        }
        assert!(matches!(
            refused(502, "<html>"),
            AuthError::Unreachable(Outage { cause: crate::Cause::Gateway(502), .. })
        ));
        assert!(matches!(refused(404, "<html>"), AuthError::NotAuth(_)));
        assert!(matches!(refused(429, "{}"), AuthError::Refused { code: AuthCode::RateLimited, .. }));
    }
}
