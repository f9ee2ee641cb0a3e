//! Who is asking? The verified token, the person behind it, and the organization shown.

use super::config::REFRESH_BEFORE;
use super::cookies::NewCookies;
use super::extract::{RequestId, deadline};
use super::failure::Failure;
use super::state::{AppState, Upstream};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use revos_shared::kernel::endpoint::ORGANIZATION_HEADER;
use revos_shared::session::{Capability, Member, Organization, Person, Persona};
use revos_shared::{ErrorCode, OrganizationId, ReadFor, UserId};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use supabase::{AccessToken, Caller, Deadline, Grant, RefreshToken, SignOutScope, TokenError, Verified};
use uuid::Uuid;

/// A member of an organization with a valid token: the first argument of every handler that reads rows.
#[derive(Clone)]
pub struct SignedIn {
    state: AppState,
    verified: Verified,
    membership: Arc<Membership>,
    deadline: Option<Deadline>,
    request_id: String,
}

/// What is known of a person in an organization.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Person, organization and rights.
    pub member: Member,
    /// Decides what day it is.
    time_zone: TimeZone,
    /// The person's own organization, whichever is shown.
    home: OrganizationId,
}

/// The outcome of an exchange, shared by all requests that brought the same refresh token.
#[derive(Clone, Debug)]
pub struct Refreshed {
    grant: Grant,
    verified: Verified,
}

impl SignedIn {
    /// The REST service as this person.
    ///
    /// # Errors
    /// `not_connected` in demo mode.
    pub fn caller(&self) -> Result<Caller<'_>, Failure> {
        let rest = &self.state.upstream()?.rest;
        Ok(rest.as_caller(&self.verified.token).until(self.deadline).request_id(&self.request_id))
    }

    /// Asks the database anew whether the person is still a member of the organization shown.
    ///
    /// # Errors
    /// `no_membership`, `forbidden`, upstream codes.
    pub async fn prove_membership(&self) -> Result<(), Failure> {
        let upstream = self.state.upstream()?;
        let chosen = self.other_organization().map(|id| id.0);
        upstream.members.invalidate(&(self.verified.user_id, self.verified.session_id, chosen)).await;
        let now = membership(upstream, &self.verified, chosen, self.deadline, &self.request_id).await?;
        if now.member.organization.id == self.organization() {
            Ok(())
        } else {
            Err(Failure::new(ErrorCode::NoMembership).because("moved to another organization"))
        }
    }

    /// The outcome of a question to the database. Somebody who turns out to be no member any more is forgotten
    /// here as well, and hears it in the words of the sign-in.
    ///
    /// # Errors
    /// That of the outcome; `no_membership` with why.
    pub async fn heard<T, E: Into<Failure>>(&self, outcome: Result<T, E>) -> Result<T, Failure> {
        let failure = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error.into(),
        };
        if failure.code == ErrorCode::NoMembership {
            self.prove_membership().await?;
        }
        Err(failure)
    }

    /// What handlers share.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Person, organization and rights.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.membership.member
    }

    /// The organization whose rows are read.
    #[must_use]
    pub fn organization(&self) -> OrganizationId {
        self.membership.member.organization.id
    }

    /// The person's own organization, to which what is about the person belongs.
    #[must_use]
    pub fn home(&self) -> OrganizationId {
        self.membership.home
    }

    /// The organization, when it must be named because it is not the person's own.
    #[must_use]
    pub fn other_organization(&self) -> Option<OrganizationId> {
        Some(self.organization()).filter(|shown| *shown != self.home())
    }

    /// For whom answers are read.
    #[must_use]
    pub fn read_for(&self) -> ReadFor {
        ReadFor { user_id: self.membership.member.person.id, organization_id: self.organization() }
    }

    /// The organization's calendar day at this moment.
    #[must_use]
    pub fn day_of(&self, moment: Timestamp) -> Date {
        moment.to_zoned(self.membership.time_zone.clone()).date()
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let upstream = state.upstream()?;
        let cookies = parts.extensions.get::<NewCookies>().cloned().unwrap_or_default();
        let deadline = deadline(&parts.headers);
        let RequestId(request_id) =
            parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
        let verified = verify(state, upstream, &parts.headers, &cookies, deadline).await?;
        state.rates.request(verified.user_id)?;
        let chosen = chosen_organization(&parts.headers)?;
        let membership = match membership(upstream, &verified, chosen, deadline, &request_id).await {
            Err(failure) if failure.code.is_outage() => {
                recognise(upstream, &verified, chosen).await.ok_or(failure)?
            }
            outcome => outcome?,
        };
        let span = tracing::Span::current();
        span.record("user_id", tracing::field::display(verified.user_id));
        span.record("organization_id", tracing::field::display(membership.member.organization.id));
        Ok(Self { state: state.clone(), verified, membership, deadline, request_id })
    }
}

/// The caller's valid token: a bearer token, or the cookies, refreshed when about to end.
async fn verify(
    state: &AppState,
    upstream: &Upstream,
    headers: &HeaderMap,
    cookies: &NewCookies,
    deadline: Option<Deadline>,
) -> Result<Verified, Failure> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| AccessToken::new(text.strip_prefix("Bearer ")?));
        let token = token.ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
        return Ok(upstream.verifier.verify(&token).await?);
    }
    let known = match state.cookies.access(headers) {
        Some(token) => match upstream.verifier.verify(&token).await {
            Ok(verified) => Some(verified),
            Err(TokenError::KeysUnreachable) => return Err(TokenError::KeysUnreachable.into()),
            // An ended or unreadable token may still have a good refresh token beside it.
            Err(TokenError::Expired | TokenError::Invalid) => None,
        },
        None => None,
    };
    let remaining = |verified: &Verified| upstream.verifier.remaining(verified);
    if let Some(verified) = known.as_ref().filter(|verified| remaining(verified) > REFRESH_BEFORE) {
        return Ok(verified.clone());
    }
    let Some(refresh) = state.cookies.refresh(headers) else {
        return known.ok_or_else(|| Failure::new(ErrorCode::Unauthenticated));
    };
    match exchange(upstream, &refresh, deadline).await {
        Ok(Refreshed { grant, verified }) => {
            state.cookies.keep(&grant, cookies);
            Ok(verified)
        }
        Err(failure) if failure.code == ErrorCode::Unauthenticated => {
            state.cookies.remove(cookies);
            Err(failure)
        }
        // Auth is out of reach: a token that still holds is good enough.
        Err(failure) => known.filter(|verified| !remaining(verified).is_zero()).ok_or(failure),
    }
}

/// Exchanges a refresh token, once for all requests that bring it at the same time.
///
/// # Errors
/// `unauthenticated` when the session has ended; upstream codes when Auth is out of reach.
pub async fn exchange(
    upstream: &Upstream,
    refresh: &RefreshToken,
    deadline: Option<Deadline>,
) -> Result<Refreshed, Failure> {
    let key: [u8; 32] = Sha256::digest(refresh.expose()).into();
    let exchanging = async {
        let grant = upstream.auth.refresh(refresh, deadline).await?;
        let verified = genuine(upstream, &grant).await?;
        Ok::<_, Failure>(Refreshed { grant, verified })
    };
    upstream.refreshed.once(key, Box::pin(exchanging)).await
}

/// Whose the tokens are that Auth has just given.
///
/// # Errors
/// `upstream_unreadable` when they cannot be checked with the project's keys: they ended nobody's session.
pub async fn genuine(upstream: &Upstream, grant: &Grant) -> Result<Verified, Failure> {
    upstream.verifier.verify_granted(&grant.access).await.map_err(|error| match error {
        TokenError::KeysUnreachable => error.into(),
        // Auth has just signed it, so this is a wrong setting or a key that is not published yet, not a wrong person.
        TokenError::Expired | TokenError::Invalid => {
            Failure::new(ErrorCode::UpstreamUnreadable).because(format!(
                "the project's fresh token is refused ({error}): check SUPABASE_URL and SUPABASE_JWT_SECRET"
            ))
        }
    })
}

impl Refreshed {
    /// The fresh tokens.
    #[must_use]
    pub fn into_parts(self) -> (Grant, Verified) {
        (self.grant, self.verified)
    }
}

/// Forgets what the refresh tokens of a session that has ended were exchanged for.
pub async fn forget(upstream: &Upstream, ended: &Verified, scope: SignOutScope) {
    let belongs = |refreshed: &Refreshed| match scope {
        SignOutScope::Local => refreshed.verified.session_id == ended.session_id,
        SignOutScope::Global => refreshed.verified.user_id == ended.user_id,
    };
    for (key, _) in upstream.refreshed.iter().filter(|(_, refreshed)| belongs(refreshed)) {
        upstream.refreshed.invalidate(&*key).await;
    }
}

fn chosen_organization(headers: &HeaderMap) -> Result<Option<Uuid>, Failure> {
    let Some(value) = headers.get(ORGANIZATION_HEADER) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| Uuid::parse_str(text).ok());
    id.map(Some).ok_or_else(|| Failure::parameter(ORGANIZATION_HEADER, "the id of an organization"))
}

/// Who the person last was. Remembered anew, so that not every request of an outage waits for it.
async fn recognise(
    upstream: &Upstream,
    verified: &Verified,
    chosen: Option<Uuid>,
) -> Option<Arc<Membership>> {
    let key = (verified.user_id, verified.session_id, chosen);
    let membership = upstream.recognised.get(&key).await?;
    upstream.members.insert(key, Arc::clone(&membership)).await;
    Some(membership)
}

/// Who the person is. Remembered for a short while; what they may see is decided anew by each read.
///
/// # Errors
/// `no_membership`, `forbidden` for an organization that is not theirs, upstream codes.
pub async fn membership(
    upstream: &Upstream,
    verified: &Verified,
    chosen: Option<Uuid>,
    deadline: Option<Deadline>,
    request_id: &str,
) -> Result<Arc<Membership>, Failure> {
    let key = (verified.user_id, verified.session_id, chosen);
    let reading = async {
        let caller = upstream.rest.as_caller(&verified.token).until(deadline).request_id(request_id);
        let row: MemberRow = caller.read("current_member", json!({})).await?;
        let mut member = row.into_member();
        let home = member.organization.id;
        if let Some(id) = chosen.filter(|id| *id != home.0) {
            if member.person.persona != Persona::SuperAdmin {
                return Err(
                    Failure::new(ErrorCode::Forbidden).because("organization header names a foreign one")
                );
            }
            let columns = "id,name,slug,currency,time_zone,fiscal_year_start_month,quarterly_target";
            let query = caller.from("organizations").select(columns).eq("id", id.to_string());
            member.organization = caller.one::<Organization>(query).await?;
        }
        let zone = &member.organization.time_zone;
        let time_zone = TimeZone::get(zone).map_err(|error| {
            Failure::new(ErrorCode::Internal).because(format!("time zone {zone}: {error}"))
        })?;
        Ok(Arc::new(Membership { member, time_zone, home }))
    };
    let outcome = upstream.members.once(key, Box::pin(reading)).await;
    match &outcome {
        Ok(membership) => upstream.recognised.insert(key, Arc::clone(membership)).await,
        Err(failure) if failure.code.is_outage() => {}
        Err(_) => upstream.recognised.invalidate(&key).await,
    }
    outcome
}

/// `current_member()` as the database writes it.
#[derive(Deserialize)]
struct MemberRow {
    user: UserRow,
    organization: Organization,
    persona: Persona,
    capabilities: Vec<Capability>,
}

#[derive(Deserialize)]
struct UserRow {
    id: UserId,
    name: String,
    email: String,
    client_id: Option<revos_shared::ClientId>,
    avatar_url: Option<String>,
    time_zone: Option<String>,
}

impl MemberRow {
    fn into_member(self) -> Member {
        let UserRow { id, name, email, client_id, avatar_url, time_zone } = self.user;
        let person = Person { id, name, email, persona: self.persona, client_id, avatar_url, time_zone };
        Member { person, organization: self.organization, capabilities: self.capabilities }
    }
}
