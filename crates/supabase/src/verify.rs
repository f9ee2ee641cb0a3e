//! Is a token genuine, and whose is it? Checked here, before anything is asked of the database.

use crate::AccessToken;
use crate::transport::{Outgoing, Transport};
use bytes::Bytes;
use http::{HeaderMap, Method};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

/// Clocks may differ by this much, in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// An unknown key id makes us read the key set again, at most this often.
const REFETCH_EVERY: Duration = Duration::from_secs(60);
/// A key set that nobody asked to be refreshed is read again after this time, to notice withdrawn keys.
const KEY_SET_AGE: Duration = Duration::from_secs(600);
/// Tokens whose check is remembered until they expire.
const REMEMBERED_TOKENS: u64 = 10_000;

/// Where the key that signs tokens comes from. Never both for one project.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The project's published key set: ES256 and RS256 only.
    KeySet(url::Url),
    /// The project's legacy shared secret: HS256 only.
    SharedSecret(SecretString),
}

/// What a token must say to be accepted.
#[derive(Clone, Debug)]
pub struct VerifierSettings {
    /// Where the key comes from; decides the allowed algorithms.
    pub keys: KeySource,
    /// The `iss` of the project.
    pub issuer: String,
    /// The `aud` of signed-in persons.
    pub audience: String,
}

/// A genuine token of a signed-in person.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The person.
    pub user_id: Uuid,
    /// The session the token belongs to, if it says so.
    pub session_id: Option<Uuid>,
    /// Seconds since 1970 at which it ends.
    pub expires_at: u64,
    /// The token, to be forwarded unchanged.
    pub token: AccessToken,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It has ended; a refresh may help.
    #[error("the token has expired")]
    Expired,
    /// It is not a token of a signed-in person of this project.
    #[error("the token is not valid")]
    Invalid,
    /// Nobody could be asked for the key.
    #[error("the key set is unreachable")]
    KeysUnreachable,
}

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
    exp: u64,
    #[serde(default)]
    nbf: Option<u64>,
    role: String,
    #[serde(default)]
    session_id: Option<Uuid>,
}

struct KeySet {
    keys: Vec<(Jwk, Algorithm, DecodingKey)>,
    read_at: Instant,
}

/// Checks tokens. Cheap to share.
pub struct Verifier {
    settings: VerifierSettings,
    transport: Transport,
    key_set: RwLock<Option<Arc<KeySet>>>,
    fetching: Mutex<Option<Instant>>,
    remembered: moka::sync::Cache<String, Verified>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A checker with these settings.
    #[must_use]
    pub fn new(settings: VerifierSettings, transport: Transport) -> Self {
        let remembered = moka::sync::Cache::builder()
            .max_capacity(REMEMBERED_TOKENS)
            // A key that is withdrawn must stop working without a restart.
            .time_to_live(KEY_SET_AGE)
            .build();
        Self { settings, transport, key_set: RwLock::new(None), fetching: Mutex::new(None), remembered }
    }

    /// Whose token is it? The answer for a token is remembered while the token is valid.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn verify(&self, token: &AccessToken) -> Result<Verified, TokenError> {
        if let Some(known) = self.remembered.get(token.expose()) {
            return if self.has_ended(known.expires_at) { Err(TokenError::Expired) } else { Ok(known) };
        }
        self.check(token, REFETCH_EVERY).await
    }

    /// As [`Verifier::verify`], for a token that Auth has just given: a key that was put into use a moment ago is
    /// looked for at once. Nobody can make us ask so but Auth.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::Invalid`] speaks of the project then, not of the person.
    pub async fn verify_granted(&self, token: &AccessToken) -> Result<Verified, TokenError> {
        self.check(token, Duration::ZERO).await
    }

    /// How long a token is still valid, by the project's clock.
    #[must_use]
    pub fn remaining(&self, verified: &Verified) -> Duration {
        Duration::from_secs(verified.expires_at.saturating_sub(self.transport.project_now()))
    }

    fn has_ended(&self, expires_at: u64) -> bool {
        expires_at.saturating_add(LEEWAY_SECONDS) <= self.transport.project_now()
    }

    /// Looks at the token anew; an unknown key makes it read the key set once in `every`.
    async fn check(&self, token: &AccessToken, every: Duration) -> Result<Verified, TokenError> {
        let verified = self.checked(token, every).await?;
        self.remembered.insert(token.expose().to_owned(), verified.clone());
        Ok(verified)
    }

    async fn checked(&self, token: &AccessToken, every: Duration) -> Result<Verified, TokenError> {
        let header = decode_header(token.expose()).map_err(|_| TokenError::Invalid)?;
        match &self.settings.keys {
            KeySource::SharedSecret(secret) => {
                let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
                self.decode(token, &key, Algorithm::HS256)
            }
            KeySource::KeySet(address) => {
                let kid = header.kid.ok_or(TokenError::Invalid)?;
                let set = self.key_set_with(address, &kid, every).await?;
                let (_, algorithm, key) = find(&set, &kid).ok_or(TokenError::Invalid)?;
                self.decode(token, key, *algorithm)
            }
        }
    }

    /// The algorithm comes from the key, never from the token.
    fn decode(
        &self,
        token: &AccessToken,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<Verified, TokenError> {
        let mut rules = Validation::new(algorithm);
        // Times are compared below, by the project's clock.
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_issuer(&[&self.settings.issuer]);
        rules.set_audience(&[&self.settings.audience]);
        let claims = decode::<Claims>(token.expose(), key, &rules).map_err(|_| TokenError::Invalid)?.claims;
        let begins = claims.nbf.unwrap_or_default();
        if claims.role != "authenticated" || begins > self.transport.project_now() + LEEWAY_SECONDS {
            return Err(TokenError::Invalid);
        }
        if self.has_ended(claims.exp) {
            return Err(TokenError::Expired);
        }
        Ok(Verified {
            user_id: claims.sub,
            session_id: claims.session_id,
            expires_at: claims.exp,
            token: token.clone(),
        })
    }

    /// The key set, read again when it is old or does not know the key id.
    async fn key_set_with(
        &self,
        address: &url::Url,
        kid: &str,
        every: Duration,
    ) -> Result<Arc<KeySet>, TokenError> {
        let usable = |set: &Arc<KeySet>| find(set, kid).is_some() && set.read_at.elapsed() < KEY_SET_AGE;
        if let Some(set) = self.current().filter(usable) {
            return Ok(set);
        }
        // One reader at a time; those who waited look again first.
        let asked = Instant::now();
        let mut last_try = self.fetching.lock().await;
        let current = self.current();
        if let Some(set) = current.clone().filter(usable) {
            return Ok(set);
        }
        if last_try.is_some_and(|at| at >= asked || at.elapsed() < every) {
            return current.ok_or(TokenError::KeysUnreachable);
        }
        match self.read_key_set(address).await {
            Some(set) => {
                *last_try = Some(Instant::now());
                let set = Arc::new(set);
                if let Ok(mut slot) = self.key_set.write() {
                    *slot = Some(Arc::clone(&set));
                }
                Ok(set)
            }
            // Known keys stay good through an outage of the key set. Without any, the next request may try again.
            None => {
                if current.is_some() {
                    *last_try = Some(Instant::now());
                }
                current.ok_or(TokenError::KeysUnreachable)
            }
        }
    }

    fn current(&self) -> Option<Arc<KeySet>> {
        self.key_set.read().ok()?.clone()
    }

    async fn read_key_set(&self, address: &url::Url) -> Option<KeySet> {
        let request = Outgoing {
            method: Method::GET,
            url: address.clone(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            safe: true,
        };
        let answer =
            self.transport.send(&request, None).await.ok().filter(|answer| answer.status.is_success())?;
        let set: JwkSet = serde_json::from_slice(&answer.body).ok()?;
        let keys = set
            .keys
            .into_iter()
            .filter_map(|jwk| {
                let algorithm = match jwk.common.key_algorithm?.to_string().as_str() {
                    "ES256" => Algorithm::ES256,
                    "RS256" => Algorithm::RS256,
                    _ => return None,
                };
                let key = DecodingKey::from_jwk(&jwk).ok()?;
                Some((jwk, algorithm, key))
            })
            .collect();
        Some(KeySet { keys, read_at: Instant::now() })
    }
}

fn find<'a>(set: &'a KeySet, kid: &str) -> Option<&'a (Jwk, Algorithm, DecodingKey)> {
    set.keys.iter().find(|(jwk, _, _)| jwk.common.key_id.as_deref() == Some(kid))
}
