//! Who asks too often? Counters per e-mail address, network address and person.

use super::config::Config;
use super::failure::Failure;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use revos_shared::ErrorCode;
use sha2::{Digest as _, Sha256};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use uuid::Uuid;

/// Telemetry batches a minute for one person.
const TELEMETRY_PER_MINUTE: u32 = 60;
/// Sign-ins a minute for one network address, as a multiple of those for one e-mail address: offices share one.
const SIGN_INS_PER_NETWORK: u32 = 6;
/// Keys kept before idle ones are forgotten.
const KEYS_KEPT: usize = 50_000;

/// The counters.
pub struct Rates {
    sign_in_account: DefaultKeyedRateLimiter<[u8; 32]>,
    sign_in_network: DefaultKeyedRateLimiter<IpAddr>,
    requests: DefaultKeyedRateLimiter<Uuid>,
    telemetry: DefaultKeyedRateLimiter<Uuid>,
}

impl Rates {
    /// Counters with the limits of these settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            sign_in_account: per_minute(config.sign_ins_per_minute),
            sign_in_network: per_minute(config.sign_ins_per_minute.saturating_mul(SIGN_INS_PER_NETWORK)),
            requests: per_minute(config.requests_per_minute),
            telemetry: per_minute(TELEMETRY_PER_MINUTE),
        }
    }

    /// Counts a sign-in attempt. The e-mail address is kept as a hash only.
    ///
    /// # Errors
    /// `rate_limited` with the time of the next try.
    pub fn sign_in(&self, email: &str, network: Option<IpAddr>) -> Result<(), Failure> {
        if let Some(network) = network {
            count(&self.sign_in_network, &network)?;
        }
        count(&self.sign_in_account, &Sha256::digest(email.to_lowercase()).into())
    }

    /// Counts a request of a signed-in person.
    ///
    /// # Errors
    /// `rate_limited` with the time of the next try.
    pub fn request(&self, user: Uuid) -> Result<(), Failure> {
        count(&self.requests, &user)
    }

    /// Counts a telemetry batch of a signed-in person.
    ///
    /// # Errors
    /// `rate_limited` with the time of the next try.
    pub fn telemetry(&self, user: Uuid) -> Result<(), Failure> {
        count(&self.telemetry, &user)
    }
}

fn per_minute<K: Hash + Eq + Clone>(times: u32) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN)))
}

fn count<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Failure> {
    if limiter.len() > KEYS_KEPT {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|not_until| {
        Failure::new(ErrorCode::RateLimited)
            .retry_after(not_until.wait_time_from(DefaultClock::default().now()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_attempt_has_to_wait() {
        let rates = Rates::new(&Config::read(|_| None).unwrap());
        for _ in 0..10 {
            assert!(rates.sign_in("a@example.com", None).is_ok());
        }
        assert_eq!(rates.sign_in("A@example.com", None).unwrap_err().code, ErrorCode::RateLimited);
        assert!(rates.sign_in("b@example.com", None).is_ok(), "another address is not affected");
    }
}
