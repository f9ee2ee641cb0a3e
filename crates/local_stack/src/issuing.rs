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
    /// One that has not signed before; it is published beside the usual one.
    Rotated,
    /// One that has not signed before, and is not published.
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

/// Keys that wait for their turn; after the last one the first signs again.
const OTHERS: usize = 12;

/// The keys of a project. REST takes tokens of all, whatever is published.
#[derive(Debug)]
pub(crate) struct Keys {
    usual: SigningKey,
    others: Vec<SigningKey>,
    now: RwLock<(Issuing, usize)>,
}

impl Keys {
    pub(crate) fn new(usual: SigningKey) -> Result<Self, StackError> {
        let others = (0..OTHERS).map(|_| SigningKey::generate()).collect::<Result<_, _>>()?;
        Ok(Self { usual, others, now: RwLock::default() })
    }

    pub(crate) fn usual(&self) -> &SigningKey {
        &self.usual
    }

    pub(crate) fn issuing(&self) -> Issuing {
        self.now.read().unwrap_or_else(PoisonError::into_inner).0
    }

    fn other(&self) -> &SigningKey {
        let (_, turn) = *self.now.read().unwrap_or_else(PoisonError::into_inner);
        self.others.get(turn).unwrap_or(&self.usual)
    }

    pub(crate) fn issue(&self, wanted: Issuing) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if wanted.signing != Signing::Usual {
            now.1 = (now.1 + 1) % OTHERS;
        }
        now.0 = wanted;
    }

    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, StackError> {
        match self.issuing().signing {
            Signing::Usual => self.usual.sign(claims),
            Signing::Rotated | Signing::Unpublished => self.other().sign(claims),
        }
    }

    /// The key set as it is published.
    pub(crate) fn published(&self) -> Value {
        match self.issuing().signing {
            Signing::Rotated => key_set(&[self.other(), &self.usual]),
            Signing::Usual | Signing::Unpublished => self.usual.jwks(),
        }
    }

    /// Every key that may ever sign.
    pub(crate) fn all(&self) -> Value {
        key_set(&self.others.iter().chain([&self.usual]).collect::<Vec<_>>())
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Value, String> {
        let others = || self.others.iter().find_map(|key| key.verify(token).ok());
        self.usual.verify(token).or_else(|reason| others().ok_or(reason))
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

fn key_set(keys: &[&SigningKey]) -> Value {
    let keys = keys.iter().map(|key| key.jwks()["keys"][0].take());
    json!({ "keys": keys.collect::<Vec<_>>() })
}
