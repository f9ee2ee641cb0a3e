//! Which operations are about the session? Sign in, refresh, sign out, who am I, and what this server is.

use super::member::{Member, Persona};
use crate::kernel::check::is_address;
use crate::kernel::endpoint::{Endpoint as _, EndpointInfo, NoQuery, endpoint};
use crate::kernel::limits::PASSWORD_MAX_CHARS;
use crate::kernel::value_set;
use serde::{Deserialize, Serialize};

value_set! {
    /// Where this server's rows come from.
    ServerMode {
        /// A database: Supabase or the local stack.
        Live = "live",
        /// No credentials are configured: the page shows labelled sample rows and asks for nothing.
        Demo = "demo",
    }
}

/// What the page must know before anybody has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// Where rows come from.
    pub mode: ServerMode,
    /// The build, for telemetry and snapshots.
    pub release: String,
    /// Hours for which the browser may keep the last good rows; 0 keeps none.
    pub snapshot_hours: u32,
    /// The demo accounts; only the local stack lists any.
    pub demo_accounts: Vec<DemoAccount>,
}

/// An account of the local stack's demo data, for one-click sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoAccount {
    /// The address to sign in with.
    pub email: String,
    /// The demo password, refused outside the local stack.
    pub password: String,
    /// The invented person.
    pub name: String,
    /// Their persona.
    pub persona: Persona,
    /// Their organization's name.
    pub organization: String,
}

/// What a person signs in with.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl Credentials {
    /// The first field that cannot be right, before anything is asked.
    ///
    /// # Errors
    /// The name of the field: `email` or `password`.
    pub fn check(&self) -> Result<(), &'static str> {
        if !is_address(&self.email) {
            return Err("email");
        }
        let length = self.password.chars().count();
        if length == 0 || length > PASSWORD_MAX_CHARS {
            return Err("password");
        }
        Ok(())
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials { .. }")
    }
}

/// How far a sign-out reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOutQuery {
    /// Also end the person's sessions on other devices.
    #[serde(default)]
    pub everywhere: bool,
}

endpoint!(
    ReadServerInfo = "read_server_info" Get "/api/server" Public,
    query: NoQuery, body: (), reply: ServerInfo,
    summary: "Tells where this server's rows come from and which build it is."
);
endpoint!(
    SignIn = "sign_in" Post "/api/session" Public,
    query: NoQuery, body: Credentials, reply: Member,
    summary: "Signs in and sets the session cookies."
);
endpoint!(
    ReadSession = "read_session" Get "/api/session" Member,
    query: NoQuery, body: (), reply: Member,
    summary: "Tells who is signed in and what they may do."
);
endpoint!(
    RefreshSession = "refresh_session" Post "/api/session/refresh" Public,
    query: NoQuery, body: (), reply: Member,
    summary: "Exchanges the refresh cookie for fresh tokens."
);
endpoint!(
    SignOut = "sign_out" Delete "/api/session" Public,
    query: SignOutQuery, body: (), reply: (),
    summary: "Revokes the session and removes its cookies."
);

/// The operations of this slice.
#[must_use]
pub fn all() -> Vec<EndpointInfo> {
    vec![ReadServerInfo::info(), SignIn::info(), ReadSession::info(), RefreshSession::info(), SignOut::info()]
}
