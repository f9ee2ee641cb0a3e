//! What do handlers share? The project's services, caches, limits, and the page.

use super::conditional::Reads;
use super::config::{COALESCE_TIME, Config, RECOGNITION_TIME};
use super::cookies::CookieNames;
use super::failure::Failure;
use super::flight::{Flights, Memory, once};
use super::rate::Rates;
use super::signed_in::{Membership, Refreshed};
use revos_shared::ErrorCode;
use revos_shared::session::endpoints::DemoAccount;
use std::sync::Arc;
use std::time::{Duration, Instant};
use supabase::{Auth, Rest, Transport, Verifier, VerifierSettings};
use uuid::Uuid;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// What [`AppState`] holds.
pub struct Inner {
    /// The settings.
    pub config: Config,
    /// The project's services; none in demo mode.
    pub upstream: Option<Upstream>,
    /// Counters of what each caller may still ask.
    pub rates: Rates,
    /// What the cookies are called here.
    pub cookies: CookieNames,
    /// The demo accounts of the local stack.
    pub demo_accounts: Vec<DemoAccount>,
}

/// The project's services, and what is remembered of their answers.
pub struct Upstream {
    /// Rows.
    pub rest: Rest,
    /// Sessions.
    pub auth: Auth,
    /// Tokens.
    pub verifier: Verifier,
    /// Who each person is.
    pub members: Shared<MemberKey, Arc<Membership>>,
    /// Who each person last was, for the time when nobody can be asked.
    pub recognised: moka::future::Cache<MemberKey, Arc<Membership>>,
    /// Fresh tokens by the hash of the refresh token they were exchanged for.
    pub refreshed: Shared<[u8; 32], Refreshed>,
    /// Answers that identical reads share.
    pub reads: Reads,
}

/// A membership is remembered per person, session and chosen organization.
pub type MemberKey = (Uuid, Option<Uuid>, Option<Uuid>);

/// How long both cookies of an exchanged refresh token are handed to requests that still bring the old one.
const REFRESHED_TIME: Duration = Duration::from_secs(30);
/// Whoever has waited this long for somebody else's work does not begin it anew.
const JOIN_TIME: Duration = Duration::from_secs(6);
/// Entries each cache may hold.
const CACHED: u64 = 10_000;

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The outgoing client cannot be made.
    #[error("the outgoing HTTP client cannot be made: {0}")]
    Transport(String),
    /// The project's address or key cannot be used.
    #[error(transparent)]
    Project(#[from] supabase::ProjectError),
}

impl AppState {
    /// What handlers share, for these settings.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(config: Config, demo_accounts: Vec<DemoAccount>) -> Result<Self, StartError> {
        let upstream = match (&config.project, &config.keys) {
            (Some(project), Some(keys)) => {
                let transport = Transport::new(config.upstream)
                    .map_err(|error| StartError::Transport(error.to_string()))?;
                let auth = transport.guarded(config.circuit);
                let settings = VerifierSettings {
                    keys: keys.clone(),
                    issuer: project.issuer(),
                    audience: "authenticated".to_owned(),
                };
                Some(Upstream {
                    rest: Rest::new(project, transport.guarded(config.circuit)),
                    auth: Auth::new(project, auth.clone())?,
                    verifier: Verifier::new(settings, auth),
                    members: Shared::new(config.membership),
                    recognised: cache(RECOGNITION_TIME),
                    refreshed: Shared::new(REFRESHED_TIME),
                    reads: Reads::new(COALESCE_TIME),
                })
            }
            _ => None,
        };
        let rates = Rates::new(&config);
        let cookies = CookieNames::new(config.secure);
        Ok(Self(Arc::new(Inner { config, upstream, rates, cookies, demo_accounts })))
    }

    /// The project's services.
    ///
    /// # Errors
    /// `not_connected` in demo mode.
    pub fn upstream(&self) -> Result<&Upstream, Failure> {
        self.upstream.as_ref().ok_or_else(|| Failure::new(ErrorCode::NotConnected))
    }
}

/// What is done once for all who want it at the same time, and remembered.
#[derive(Clone)]
pub struct Shared<K, V> {
    known: moka::future::Cache<K, V>,
    under_way: Arc<Flights<K, Result<V, Failure>>>,
}

impl<K, V> Shared<K, V>
where
    K: std::hash::Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Remembers for this long.
    #[must_use]
    pub fn new(time: Duration) -> Self {
        Self { known: cache(time), under_way: Arc::default() }
    }

    /// Does `work` once for all who ask for `key` at the same time, and remembers what it brought.
    ///
    /// Whoever begins may have less patience than those who join; they do not inherit its timeout and begin anew.
    ///
    /// # Errors
    /// Whatever `work` fails with; failures are not remembered.
    pub async fn once(&self, key: K, work: impl Future<Output = Result<V, Failure>>) -> Result<V, Failure> {
        let joined = Instant::now();
        let again =
            |failure: &Failure| failure.code == ErrorCode::UpstreamTimeout && joined.elapsed() < JOIN_TIME;
        once(&self.under_way, self, key, again, work).await
    }
}

impl<K, V> Memory<K, V> for Shared<K, V>
where
    K: std::hash::Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    async fn get(&self, key: &K) -> Option<V> {
        self.known.get(key).await
    }

    async fn insert(&self, key: K, value: V) {
        self.known.insert(key, value).await;
    }
}

impl<K, V> std::ops::Deref for Shared<K, V> {
    type Target = moka::future::Cache<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.known
    }
}

fn cache<K, V>(time: Duration) -> moka::future::Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    moka::future::Cache::builder().max_capacity(CACHED).time_to_live(time).build()
}
