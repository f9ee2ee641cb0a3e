//! Which settings are there? One registry; `.env.sample` is generated from it.

use secrecy::{ExposeSecret, SecretString};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use supabase::{Circuit, KeySource, Limits, Project};
use url::Url;

/// A setting, read from the environment.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name of the environment variable.
    pub name: &'static str,
    /// Used when it is not set; none when there is no sensible one.
    pub default: Option<&'static str>,
    /// What it does, its unit and its range.
    pub help: &'static str,
}

/// The Supabase project's address.
pub const SUPABASE_URL: Setting = Setting {
    name: "SUPABASE_URL",
    default: None,
    help: "Address of the Supabase project, for example https://abcd.supabase.co. Without it and its key the \
           server runs in demo mode: labelled sample rows, no requests.",
};
/// The Supabase project's publishable key.
pub const SUPABASE_PUBLISHABLE_KEY: Setting = Setting {
    name: "SUPABASE_PUBLISHABLE_KEY",
    default: None,
    help: "The project's publishable (formerly anon) key. Never a secret or service-role key: those are refused.",
};
/// The key of `revos worker`.
pub const SERVICE_KEY: Setting = Setting {
    name: "SUPABASE_SERVICE_KEY",
    default: None,
    help: "Only for `revos worker`: the project's secret (or legacy service-role) key, which bypasses all \
           permissions. `revos serve` refuses to start with it. Secret.",
};
/// The legacy signing secret.
pub const SUPABASE_JWT_SECRET: Setting = Setting {
    name: "SUPABASE_JWT_SECRET",
    default: None,
    help: "Only for projects that still sign with the legacy shared secret (HS256). Leave empty for signing \
           keys (ES256, RS256), which are read from the project's key set. Secret.",
};
/// Where to listen.
pub const LISTEN: Setting =
    Setting { name: "REVOS_LISTEN", default: Some("127.0.0.1:8080"), help: "Address and port to listen on." };
/// The origin people use.
pub const PUBLIC_ORIGIN: Setting = Setting {
    name: "REVOS_PUBLIC_ORIGIN",
    default: None,
    help: "The origin in people's address bar, for example https://revos.example.com. Writes from elsewhere are \
           refused. Must be https unless it is this machine. Default: http:// and the listening address.",
};
/// Sign-in attempts per account.
pub const SIGN_INS_PER_MINUTE: Setting = Setting {
    name: "REVOS_SIGN_INS_PER_MINUTE",
    default: Some("10"),
    help: "Sign-in attempts a minute for one e-mail address (1-1000); six times as many for one network address.",
};
/// Requests per person.
pub const REQUESTS_PER_MINUTE: Setting = Setting {
    name: "REVOS_REQUESTS_PER_MINUTE",
    default: Some("600"),
    help: "API requests a minute for one person (10-100000).",
};
/// The header with the client's address.
pub const CLIENT_ADDRESS_HEADER: Setting = Setting {
    name: "REVOS_CLIENT_ADDRESS_HEADER",
    default: None,
    help: "Header in which a trusted proxy names the client's network address, for example x-real-ip. \
           Empty: the address of the connection.",
};
/// Time for running requests at shutdown.
pub const SHUTDOWN_SECONDS: Setting = Setting {
    name: "REVOS_SHUTDOWN_SECONDS",
    default: Some("10"),
    help: "Seconds that running requests get to finish after SIGTERM (0-300).",
};
/// How soon an upstream that fails is tried again.
pub const PROBE_SECONDS: Setting = Setting {
    name: "REVOS_PROBE_SECONDS",
    default: Some("5"),
    help: "While the project's REST or Auth service fails, one request in so many seconds, more or less a fifth, \
           tries whether it is back (1-60). All others are answered at once, with the time of the next try.",
};
/// How long rows are kept in browsers.
pub const SNAPSHOT_HOURS: Setting = Setting {
    name: "REVOS_SNAPSHOT_HOURS",
    default: Some("24"),
    help: "Hours for which browsers keep the last good rows, encrypted, to show them in an outage (0-168). \
           0 keeps nothing, drafts included.",
};
/// What is logged.
pub const LOG: Setting = Setting {
    name: "REVOS_LOG",
    default: Some("info"),
    help: "What is logged, as a tracing filter, for example info,revos_api=debug.",
};
/// How it is logged.
pub const LOG_FORMAT: Setting =
    Setting { name: "REVOS_LOG_FORMAT", default: Some("text"), help: "text for people, json for machines." };

/// Every setting, in the order of `.env.sample`.
pub const SETTINGS: &[Setting] = &[
    SUPABASE_URL,
    SUPABASE_PUBLISHABLE_KEY,
    SERVICE_KEY,
    SUPABASE_JWT_SECRET,
    LISTEN,
    PUBLIC_ORIGIN,
    SIGN_INS_PER_MINUTE,
    REQUESTS_PER_MINUTE,
    CLIENT_ADDRESS_HEADER,
    SHUTDOWN_SECONDS,
    PROBE_SECONDS,
    SNAPSHOT_HOURS,
    LOG,
    LOG_FORMAT,
];

/// The longest request body of any route but those below and telemetry, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// The longest request body with several long texts or with many rows, in bytes.
pub const TEXTS_BODY_BYTES: usize = 1024 * 1024;
/// The longest path and query, in bytes.
pub const URI_BYTES: usize = 4 * 1024;
/// All request headers together, in bytes.
pub const HEADER_BYTES: usize = 24 * 1024;
/// The number of request headers.
pub const HEADER_COUNT: usize = 64;
/// The time a request may take here, upstream included.
pub const REQUEST_TIME: Duration = Duration::from_secs(15);
/// The time a client may take to send its headers.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long a person's membership is remembered. The database decides each read anew all the same.
pub const MEMBERSHIP_TIME: Duration = Duration::from_secs(5 * 60);
/// How long a person whose membership was read is recognised while the database is out of reach, so that the page
/// can tell whose snapshot it may show. It gives no right to a row: only the database does.
pub const RECOGNITION_TIME: Duration = Duration::from_secs(24 * 3600);
/// Identical reads of one person within this time share one upstream read.
pub const COALESCE_TIME: Duration = Duration::from_secs(1);
/// An access token that ends within this time is exchanged first.
pub const REFRESH_BEFORE: Duration = Duration::from_secs(60);
/// How long a sign-out waits for the sign-in service; the cookies go in any case.
pub const SIGN_OUT_TIME: Duration = Duration::from_secs(5);
/// How long the browser keeps the refresh token.
pub const REFRESH_COOKIE_TIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Supabase project; none in demo mode.
    pub project: Option<Project>,
    /// Where the keys that sign its tokens come from.
    pub keys: Option<KeySource>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The origin people use, without a trailing slash.
    pub public_origin: String,
    /// Is that origin https, so that cookies are `Secure` and have the `__Host-` prefix?
    pub secure: bool,
    /// Attempts a minute for one e-mail address.
    pub sign_ins_per_minute: u32,
    /// Requests a minute for one person.
    pub requests_per_minute: u32,
    /// The trusted proxy's header with the client's address.
    pub client_address_header: Option<http::HeaderName>,
    /// Time for running requests at shutdown.
    pub shutdown: Duration,
    /// Limits of upstream requests.
    pub upstream: Limits,
    /// When a failing upstream is left alone, and how it is tried again.
    pub circuit: Circuit,
    /// Hours for which browsers keep rows.
    pub snapshot_hours: u32,
    /// How long a membership is remembered; [`MEMBERSHIP_TIME`] outside tests.
    pub membership: Duration,
}

/// A setting that cannot be used: which, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    /// The setting's name.
    pub name: &'static str,
    /// What is wrong and what to do.
    pub problem: String,
}

impl Config {
    /// Reads the settings; `lookup` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`ConfigError`] for the first setting that is wrong or missing.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |setting: &Setting| {
            lookup(setting.name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .or_else(|| setting.default.map(str::to_owned))
        };
        let wrong = |setting: &Setting, problem: String| ConfigError { name: setting.name, problem };
        let number = |setting: &Setting, range: std::ops::RangeInclusive<u32>| {
            let text = get(setting).unwrap_or_default();
            text.parse::<u32>().ok().filter(|value| range.contains(value)).ok_or_else(|| {
                wrong(
                    setting,
                    format!("{text:?} is not a whole number from {} to {}", range.start(), range.end()),
                )
            })
        };

        if get(&SERVICE_KEY).is_some() {
            let problem =
                "is for `revos worker` only: what people ask for must never bypass their permissions";
            return Err(wrong(&SERVICE_KEY, problem.to_owned()));
        }
        let project = match (get(&SUPABASE_URL), get(&SUPABASE_PUBLISHABLE_KEY)) {
            (None, None) => None,
            (Some(_), None) => {
                return Err(wrong(
                    &SUPABASE_PUBLISHABLE_KEY,
                    "is missing while SUPABASE_URL is set: copy it from the project's API settings"
                        .to_owned(),
                ));
            }
            (None, Some(_)) => {
                return Err(wrong(
                    &SUPABASE_URL,
                    "is missing while SUPABASE_PUBLISHABLE_KEY is set: copy it from the project's API settings"
                        .to_owned(),
                ));
            }
            (Some(url), Some(key)) => Some(read_project(&url, &key)?),
        };
        let keys = match (&project, get(&SUPABASE_JWT_SECRET)) {
            (None, _) => None,
            (Some(_), Some(secret)) if secret.len() >= 32 => {
                Some(KeySource::SharedSecret(SecretString::from(secret)))
            }
            (Some(_), Some(_)) => {
                return Err(wrong(
                    &SUPABASE_JWT_SECRET,
                    "is shorter than the 32 characters HS256 needs".to_owned(),
                ));
            }
            (Some(project), None) => Some(KeySource::KeySet(
                Url::parse(&project.key_set_address())
                    .map_err(|_| wrong(&SUPABASE_URL, "is not an absolute http(s) address".to_owned()))?,
            )),
        };
        let listen_text = get(&LISTEN).unwrap_or_default();
        let listen: SocketAddr = listen_text.parse().map_err(|_| {
            wrong(&LISTEN, format!("{listen_text:?} is not an address and a port, such as 127.0.0.1:8080"))
        })?;
        let origin = get(&PUBLIC_ORIGIN).unwrap_or_else(|| format!("http://{listen}"));
        let (public_origin, secure) = read_origin(&origin)?;
        let client_address_header = get(&CLIENT_ADDRESS_HEADER)
            .map(|name| {
                name.parse()
                    .map_err(|_| wrong(&CLIENT_ADDRESS_HEADER, format!("{name:?} is not a header name")))
            })
            .transpose()?;
        Ok(Self {
            project,
            keys,
            listen,
            public_origin,
            secure,
            sign_ins_per_minute: number(&SIGN_INS_PER_MINUTE, 1..=1_000)?,
            requests_per_minute: number(&REQUESTS_PER_MINUTE, 10..=100_000)?,
            client_address_header,
            shutdown: Duration::from_secs(number(&SHUTDOWN_SECONDS, 0..=300)?.into()),
            upstream: Limits::default(),
            circuit: Circuit {
                probe_every: Duration::from_secs(number(&PROBE_SECONDS, 1..=60)?.into()),
                ..Circuit::default()
            },
            snapshot_hours: number(&SNAPSHOT_HOURS, 0..=168)?,
            membership: MEMBERSHIP_TIME,
        })
    }

    /// Is the page only reachable from this machine?
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_origin(&self.public_origin)
    }
}

/// Is this the origin of a page on this machine?
#[must_use]
pub fn is_loopback_origin(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    })
}

fn read_project(url: &str, key: &str) -> Result<Project, ConfigError> {
    if is_privileged(key) {
        return Err(ConfigError {
            name: SUPABASE_PUBLISHABLE_KEY.name,
            problem:
                "is a secret or service-role key, which bypasses all permissions: use the publishable key"
                    .to_owned(),
        });
    }
    Project::new(url, key).map_err(|error| match error {
        supabase::ProjectError::Address => {
            ConfigError { name: SUPABASE_URL.name, problem: error.to_string() }
        }
        supabase::ProjectError::Key => {
            ConfigError { name: SUPABASE_PUBLISHABLE_KEY.name, problem: error.to_string() }
        }
    })
}

/// Would this key bypass row-level security?
pub(crate) fn is_privileged(key: &str) -> bool {
    use base64::Engine as _;
    let role_in_token = || {
        let payload = key.split('.').nth(1)?;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        Some(claims.get("role")?.as_str()? == "service_role")
    };
    key.starts_with("sb_secret_") || role_in_token().unwrap_or(false)
}

fn read_origin(text: &str) -> Result<(String, bool), ConfigError> {
    let wrong = |problem: String| ConfigError { name: PUBLIC_ORIGIN.name, problem };
    let url = Url::parse(text)
        .map_err(|_| wrong(format!("{text:?} is not an origin, such as https://revos.example.com")))?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err(wrong(format!("{text:?} is not an origin: scheme, host and port only")));
    }
    let origin = url.origin().ascii_serialization();
    match url.scheme() {
        "https" => Ok((origin, true)),
        _ if is_loopback_origin(&origin) => Ok((origin, false)),
        _ => {
            Err(wrong(format!("{text:?} must be https: sessions over plain http could be stolen on the way")))
        }
    }
}

/// The text of `.env.sample`.
#[must_use]
pub fn env_sample() -> String {
    let mut text =
        String::from("# Settings of RevOS. Generated by `revos settings`; values shown are the defaults.\n");
    for setting in SETTINGS {
        text.push('\n');
        let mut line = String::from("#");
        for word in setting.help.split_whitespace() {
            if line.len() + word.len() > 100 {
                let _ = writeln!(text, "{line}");
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        let _ = writeln!(text, "{line}");
        let _ = writeln!(text, "# {}={}", setting.name, setting.default.unwrap_or_default());
    }
    text
}

/// Shows that a secret is there, and nothing of it.
#[must_use]
pub fn is_set(secret: &SecretString) -> &'static str {
    if secret.expose_secret().is_empty() { "not set" } else { "set" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let map: HashMap<String, String> =
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::read(|name| map.get(name).cloned())
    }

    #[test]
    fn without_settings_it_is_demo_mode_on_this_machine() {
        let config = read(&[]).unwrap();
        assert!(config.project.is_none() && !config.secure && config.is_loopback());
        assert_eq!(config.public_origin, "http://127.0.0.1:8080");
    }

    #[test]
    fn names_the_setting_that_is_wrong() {
        let url = ("SUPABASE_URL", "https://a.supabase.co");
        let key = ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x");
        let service = format!("e30.{}.x", "eyJyb2xlIjoic2VydmljZV9yb2xlIn0");
        for (pairs, name) in [
            (vec![url], "SUPABASE_PUBLISHABLE_KEY"),
            (vec![key], "SUPABASE_URL"),
            (vec![("SUPABASE_URL", "a.supabase.co"), key], "SUPABASE_URL"),
            (vec![url, ("SUPABASE_PUBLISHABLE_KEY", "sb_secret_x")], "SUPABASE_PUBLISHABLE_KEY"),
            (vec![url, ("SUPABASE_PUBLISHABLE_KEY", &service)], "SUPABASE_PUBLISHABLE_KEY"),
            (vec![url, key, ("SUPABASE_JWT_SECRET", "short")], "SUPABASE_JWT_SECRET"),
            (vec![url, key, ("SUPABASE_SERVICE_KEY", "sb_secret_x")], "SUPABASE_SERVICE_KEY"),
            (vec![("REVOS_LISTEN", "8080")], "REVOS_LISTEN"),
            (vec![("REVOS_PUBLIC_ORIGIN", "http://revos.example.com")], "REVOS_PUBLIC_ORIGIN"),
            (vec![("REVOS_PUBLIC_ORIGIN", "https://revos.example.com/app")], "REVOS_PUBLIC_ORIGIN"),
            (vec![("REVOS_SIGN_INS_PER_MINUTE", "0")], "REVOS_SIGN_INS_PER_MINUTE"),
            (vec![("REVOS_SNAPSHOT_HOURS", "169")], "REVOS_SNAPSHOT_HOURS"),
            (vec![("REVOS_CLIENT_ADDRESS_HEADER", "x y")], "REVOS_CLIENT_ADDRESS_HEADER"),
        ] {
            assert_eq!(read(&pairs).unwrap_err().name, name, "{pairs:?}");
        }
        assert!(read(&[url, key]).unwrap().project.is_some());
        assert_eq!(read(&[("REVOS_SNAPSHOT_HOURS", "0")]).unwrap().snapshot_hours, 0);
        assert!(read(&[("REVOS_PUBLIC_ORIGIN", "https://revos.example.com")]).unwrap().secure);
    }

    #[test]
    fn the_sample_file_is_up_to_date() {
        let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.sample")).unwrap();
        assert_eq!(kept, env_sample(), "write it anew: cargo run -p revos_api -- settings > .env.sample");
    }

    #[test]
    fn secrets_print_as_stars() {
        let secret = "a-very-secret-signing-secret-0123456789";
        let config = read(&[
            ("SUPABASE_URL", "https://a.supabase.co"),
            ("SUPABASE_PUBLISHABLE_KEY", "k"),
            ("SUPABASE_JWT_SECRET", secret),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains(secret));
    }
}
