//! With which key does Auth sign tokens now, what does it publish, and what time does the project think it is?

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{SigningKey, StackError};

/// Which key signs from now on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// The one of the start.
    #[default]
    Usual,
    /// Another one; both are published.
    Rotated,
    /// Another one that is not published.
    Unpublished,
}

/// How tokens are issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Issuing {
    /// Which key signs.
    pub signing: Signing,
    /// Seconds by which the project's clock is ahead of this machine's; negative when it is behind.
    pub clock_ahead: i64,
}

/// The keys of a project. REST takes tokens of both, whatever is published.
#[derive(Debug)]
pub(crate) struct Keys {
    usual: SigningKey,
    other: SigningKey,
    now: RwLock<Issuing>,
}

impl Keys {
    pub(crate) fn new(usual: SigningKey) -> Result<Self, StackError> {
        Ok(Self { usual, other: SigningKey::generate()?, now: RwLock::default() })
    }

    pub(crate) fn usual(&self) -> &SigningKey {
        &self.usual
    }

    pub(crate) fn issuing(&self) -> Issuing {
        *self.now.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn issue(&self, now: Issuing) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, StackError> {
        match self.issuing().signing {
            Signing::Usual => self.usual.sign(claims),
            Signing::Rotated | Signing::Unpublished => self.other.sign(claims),
        }
    }

    /// The key set as it is published.
    pub(crate) fn published(&self) -> Value {
        match self.issuing().signing {
            Signing::Rotated => self.all(),
            Signing::Usual | Signing::Unpublished => self.usual.jwks(),
        }
    }

    /// Both keys.
    pub(crate) fn all(&self) -> Value {
        let keys = [&self.other, &self.usual].map(SigningKey::jwks);
        json!({ "keys": keys.map(|mut set| set["keys"][0].take()) })
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Value, String> {
        self.usual.verify(token).or_else(|reason| self.other.verify(token).map_err(|_| reason))
    }

    /// The project's time.
    pub(crate) fn clock(&self) -> SystemTime {
        let ahead = self.issuing().clock_ahead;
        let by = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        if ahead < 0 { now - by } else { now + by }
    }

    /// Whether the project takes a token as ended, which this machine's clock may not.
    pub(crate) fn takes_as_ended(&self, token: &str) -> bool {
        let ends = jsonwebtoken::dangerous::insecure_decode::<Value>(token)
            .ok()
            .and_then(|data| data.claims.get("exp").and_then(Value::as_u64));
        let now = self.clock().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.issuing().clock_ahead > 0 && ends.is_some_and(|ends| ends < now)
    }
}
