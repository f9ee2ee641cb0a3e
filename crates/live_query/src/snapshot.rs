//! May a snapshot from the browser's storage still be shown, and which ones must go?

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::ServerTime;

/// How much is kept in the browser's storage, and how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Older snapshots are removed and never shown. Default 24 h: yesterday's list helps in an
    /// outage, last week's misleads. Zero keeps nothing; at most [`Retention::LONGEST`].
    pub max_age: Duration,
    /// Bytes of one snapshot. Default 512 KiB: larger lists are not worth the time to encrypt.
    pub each: usize,
    /// Bytes of all snapshots together. Default 4 MiB: never the reason for a full storage.
    pub together: usize,
}

impl Retention {
    /// The longest age that is honoured: 7 days.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

    /// The defaults with another age limit.
    #[must_use]
    pub fn for_age(max_age: Duration) -> Self {
        Self { max_age: max_age.min(Self::LONGEST), ..Self::default() }
    }

    /// Whether anything is kept at all.
    #[must_use]
    pub const fn keeps_anything(&self) -> bool {
        !self.max_age.is_zero()
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { max_age: Duration::from_secs(24 * 3_600), each: 512 * 1024, together: 4 * 1024 * 1024 }
    }
}

/// Whose snapshot it is and which program wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The version of the row types.
    pub schema_version: u32,
    /// Who may see it.
    pub scope: String,
    /// Which query, with its parameters.
    pub query: String,
    /// The build of the program.
    pub build: String,
}

impl Label {
    /// In place of a build: a person's own text, which any build reads and nothing pushes out.
    pub const OWN: &'static str = "own";

    /// Is it a person's own text, and not what a query was answered?
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.build == Self::OWN
    }

    /// The key it is stored under: `<schema version>:<scope>:<query>`.
    #[must_use]
    pub fn storage_key(&self) -> String {
        format!("{}:{}:{}", self.schema_version, self.scope, self.query)
    }

    /// The part of the storage key that everything of this scope and schema version shares.
    #[must_use]
    pub fn key_prefix(schema_version: u32, scope: &str) -> String {
        format!("{schema_version}:{scope}:")
    }

    /// What encryption binds the content to: with another scope, schema version, build or query the
    /// snapshot does not decrypt. Lengths are written so that no two labels give the same bytes.
    #[must_use]
    pub fn additional_data(&self) -> Vec<u8> {
        let version = self.schema_version.to_string();
        let parts = [version.as_str(), &self.scope, &self.query, &self.build];
        parts.iter().flat_map(|part| format!("{}:{part};", part.len()).into_bytes()).collect()
    }
}

/// What is encrypted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// Server time of the answer.
    pub as_of: ServerTime,
    /// This machine's wall clock when the answer came: with it a wrong clock does no harm.
    pub received: ServerTime,
    /// The ETag of the answer.
    pub etag: Option<String>,
    /// The rows, in the form the row type chose.
    pub data: String,
}

/// Why a snapshot is not used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Invalid {
    /// It is older than allowed.
    TooOld,
    /// It claims to come from the future: the clock was set back, and its age is anybody's guess.
    FromTheFuture,
}

/// Clocks of the same minute may disagree by this much without a verdict.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

impl Snapshot {
    /// The age of this snapshot, or why it must not be shown.
    ///
    /// Its age is the time this machine's wall clock has moved since the answer came; when the
    /// server's clock is known (from the failed answer), the larger of both counts.
    ///
    /// # Errors
    /// [`Invalid`] says why.
    pub fn age(
        &self,
        wall_now: ServerTime,
        server_now: Option<ServerTime>,
        retention: &Retention,
    ) -> Result<Duration, Invalid> {
        let ages = [Some((self.received, wall_now)), server_now.map(|now| (self.as_of, now))];
        let mut oldest = Duration::ZERO;
        for (then, now) in ages.into_iter().flatten() {
            match now.since(then) {
                Some(age) => oldest = oldest.max(age),
                None if then.since(now).is_some_and(|ahead| ahead > CLOCK_TOLERANCE) => {
                    return Err(Invalid::FromTheFuture);
                }
                None => {}
            }
        }
        if oldest < retention.max_age { Ok(oldest) } else { Err(Invalid::TooOld) }
    }
}

/// What the storage tells about an entry without decrypting it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its storage key.
    pub key: String,
    /// The build that wrote it.
    pub build: String,
    /// Bytes of its content.
    pub bytes: usize,
    /// The wall clock when it was written.
    pub written: ServerTime,
}

impl Entry {
    fn is_own(&self) -> bool {
        self.build == Label::OWN
    }
}

/// The entries that must go when the program starts: another scope's, another schema version's,
/// another build's, and those that are too old. `prefix` comes from [`Label::key_prefix`]. A person's
/// own texts ([`Label::OWN`]) stay whatever the build and their age.
#[must_use]
pub fn stale(
    entries: &[Entry],
    prefix: &str,
    build: &str,
    wall_now: ServerTime,
    retention: &Retention,
) -> Vec<String> {
    let too_old = |entry: &Entry| match wall_now.since(entry.written) {
        Some(age) => age >= retention.max_age,
        None => entry.written.since(wall_now).is_some_and(|ahead| ahead > CLOCK_TOLERANCE),
    };
    let stays = |entry: &Entry| {
        entry.key.starts_with(prefix) && (entry.is_own() || entry.build == build && !too_old(entry))
    };
    let gone = entries.iter().filter(|entry| !stays(entry));
    gone.map(|entry| entry.key.clone()).collect()
}

/// The entries that must go before `bytes` are written under `key`, oldest first; `None` when the
/// new one is too large to be kept at all. Snapshots can be asked for again; a person's own texts
/// cannot, and never go.
#[must_use]
pub fn evict(entries: &[Entry], key: &str, bytes: usize, retention: &Retention) -> Option<Vec<String>> {
    if bytes > retention.each || bytes > retention.together {
        return None;
    }
    let mut others: Vec<&Entry> = entries.iter().filter(|entry| entry.key != key).collect();
    let mut total = others.iter().map(|entry| entry.bytes).sum::<usize>() + bytes;
    let mut gone = Vec::new();
    // The oldest one after the other: a sort is a hundred times the code, for a handful of entries.
    while total > retention.together {
        let oldest = others
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_own())
            .min_by_key(|(_, entry)| entry.written)
            .map(|(at, _)| at)?;
        let entry = others.remove(oldest);
        total -= entry.bytes;
        gone.push(entry.key.clone());
    }
    Some(gone)
}
