//! How does a person sign in, stay signed in and sign out?

use crate::http::config::SIGN_OUT_TIME;
use crate::http::cookies::NewCookies;
use crate::http::extract::{JsonBody, Params, RequestId, deadline, network_address};
use crate::http::failure::Failure;
use crate::http::signed_in::{SignedIn, exchange, forget, genuine, membership};
use crate::http::state::{AppState, Upstream};
use axum::extract::{FromRequestParts, State};
use axum::{Extension, Json};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use revos_shared::ErrorCode;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::session::endpoints::{Credentials, ServerInfo, ServerMode, SignOutQuery};
use revos_shared::session::{DEMO_PASSWORD, Member};
use std::net::IpAddr;
use supabase::SignOutScope;

/// The build of server and page, for telemetry and snapshots.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// The caller's network address, if it is known.
pub struct Network(Option<IpAddr>);

impl FromRequestParts<AppState> for Network {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(network_address(parts, state.config.client_address_header.as_ref())))
    }
}

/// What the page must know before anybody has signed in.
pub async fn read_server_info(
    State(state): State<AppState>,
    Params(NoQuery {}): Params<NoQuery>,
) -> Json<ServerInfo> {
    let mode = if state.upstream.is_some() { ServerMode::Live } else { ServerMode::Demo };
    Json(ServerInfo {
        mode,
        release: RELEASE.to_owned(),
        snapshot_hours: state.config.snapshot_hours,
        demo_accounts: state.demo_accounts.clone(),
    })
}

/// Signs in. A person without a membership is signed out again at once.
///
/// # Errors
/// `validation_failed`, `rate_limited`, `invalid_credentials`, `email_not_confirmed`, `no_membership`,
/// upstream codes.
pub async fn sign_in(
    State(state): State<AppState>,
    Network(network): Network,
    Extension(cookies): Extension<NewCookies>,
    RequestId(request_id): RequestId,
    headers: HeaderMap,
    Params(NoQuery {}): Params<NoQuery>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<Member>, Failure> {
    let upstream = state.upstream()?;
    credentials.check().map_err(|field| Failure::field(field, "invalid"))?;
    state.rates.sign_in(&credentials.email, network)?;
    if credentials.password == DEMO_PASSWORD && state.demo_accounts.is_empty() {
        return Err(
            Failure::new(ErrorCode::InvalidCredentials).because("the demo password, outside the local stack")
        );
    }
    let deadline = deadline(&headers);
    let grant = upstream.auth.sign_in(&credentials.email, &credentials.password, deadline).await?;
    let verified = genuine(upstream, &grant).await?;
    match membership(upstream, &verified, None, deadline, &request_id).await {
        Ok(membership) => {
            state.cookies.keep(&grant, &cookies);
            Ok(Json(membership.member.clone()))
        }
        Err(failure) => {
            if let Err(error) = upstream.auth.sign_out(&grant.access, SignOutScope::Local).await {
                tracing::warn!(%error, "a session without a membership could not be ended");
            }
            Err(failure)
        }
    }
}

/// Who am I, in which organization, with which rights?
///
/// # Errors
/// As [`SignedIn`].
pub async fn read_session(
    signed_in: SignedIn,
    Params(NoQuery {}): Params<NoQuery>,
) -> Result<Json<Member>, Failure> {
    Ok(Json(signed_in.member().clone()))
}

/// Exchanges the refresh cookie for fresh tokens.
///
/// # Errors
/// `unauthenticated` when there is none or the session has ended; upstream codes.
pub async fn refresh_session(
    State(state): State<AppState>,
    Extension(cookies): Extension<NewCookies>,
    RequestId(request_id): RequestId,
    headers: HeaderMap,
    Params(NoQuery {}): Params<NoQuery>,
) -> Result<Json<Member>, Failure> {
    let upstream = state.upstream()?;
    let refresh = state.cookies.refresh(&headers).ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
    let deadline = deadline(&headers);
    let (grant, verified) = match exchange(upstream, &refresh, deadline).await {
        Ok(refreshed) => refreshed.into_parts(),
        Err(failure) => {
            if failure.code == ErrorCode::Unauthenticated {
                state.cookies.remove(&cookies);
            }
            return Err(failure);
        }
    };
    state.cookies.keep(&grant, &cookies);
    let membership = membership(upstream, &verified, None, deadline, &request_id).await?;
    Ok(Json(membership.member.clone()))
}

/// Ends the session. The cookies go in any case; a session that cannot be ended now ends by its age.
///
/// # Errors
/// None that a person could do anything about.
pub async fn sign_out(
    State(state): State<AppState>,
    Extension(cookies): Extension<NewCookies>,
    headers: HeaderMap,
    Params(query): Params<SignOutQuery>,
) -> Result<StatusCode, Failure> {
    let scope = if query.everywhere { SignOutScope::Global } else { SignOutScope::Local };
    if let Some(upstream) = &state.upstream
        && tokio::time::timeout(SIGN_OUT_TIME, end(&state, upstream, &headers, scope)).await.is_err()
    {
        tracing::warn!("a session could not be ended at the sign-in service in time");
    }
    state.cookies.remove(&cookies);
    Ok(StatusCode::NO_CONTENT)
}

async fn end(state: &AppState, upstream: &Upstream, headers: &HeaderMap, scope: SignOutScope) {
    let verified = match state.cookies.access(headers) {
        Some(token) => upstream.verifier.verify(&token).await.ok(),
        None => None,
    };
    // An ended access token cannot end a session; its refresh token can get one that does.
    let verified = match (verified, state.cookies.refresh(headers)) {
        (Some(verified), _) => Some(verified),
        (None, Some(refresh)) => {
            exchange(upstream, &refresh, None).await.ok().map(|refreshed| refreshed.into_parts().1)
        }
        (None, None) => None,
    };
    if let Some(verified) = verified {
        if let Err(error) = upstream.auth.sign_out(&verified.token, scope).await {
            tracing::warn!(%error, "a session could not be ended at the sign-in service");
        }
        forget(upstream, &verified, scope).await;
    }
}
