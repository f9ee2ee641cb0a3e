//! Who is signed in? Asked at the start and on return, ended in all tabs at once.

use super::api::{Anybody, Api, SignedIn};
use super::telemetry;
use super::theme::{keep, kept};
use crate::clients::sample_member;
use leptos::ev::focus;
use leptos::prelude::*;
use live_query::browser::{LiveQueries, Settings};
use live_query::{Failure, Reason, Retention};
use revos_shared::session::Member;
use revos_shared::session::endpoints::{Credentials, ServerInfo, ServerMode};
use revos_ui::{Signal, Var};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

/// On return to the page the session is asked for again when it was not for this long.
const ASK_AGAIN_MS: f64 = 5.0 * 60.0 * 1_000.0;
/// While the server cannot be reached at the start, it is asked again after this.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Raised when rows kept in the browser change their form.
const SCHEMA_VERSION: u32 = 2;
/// Kept in the browser from the wish to leave until the server has heard it.
const LEAVING: &str = "revos:leaving";
const CHANNEL: &str = "revos:session";
const SIGNED_IN: &str = "signed-in";
const SIGNED_OUT: &str = "signed-out";

/// Who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// Not known yet.
    Starting,
    /// Not known, because the server did not say.
    Unreachable(Failure),
    /// Nobody.
    SignedOut,
    /// A member.
    SignedIn(Arc<Member>),
    /// The invented member of a server without a database.
    Demo(Arc<Member>),
}

/// The session of this tab.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Who is here.
    pub state: Var<SessionState>,
    /// What the server said about itself.
    pub server: Var<Option<ServerInfo>>,
    /// Did a session end without the person's wish?
    pub ended: Var<bool>,
    /// From the wish to leave until it came true or failed.
    leaving: StoredValue<bool>,
    asked_at: StoredValue<f64>,
    queries: StoredValue<Option<LiveQueries>>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Session {
    /// Asks the server, and keeps an eye on the other tabs.
    pub(crate) fn start() -> Self {
        let session = Self {
            state: Var::new(SessionState::Starting),
            server: Var::new(None),
            ended: Var::new(false),
            leaving: StoredValue::new(false),
            asked_at: StoredValue::new(now()),
            queries: StoredValue::new(None),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        };
        session.listen();
        let handle = window_event_listener(focus, move |_| session.returned());
        on_cleanup(move || handle.remove());
        session.ask();
        session
    }

    /// The person, once known.
    pub(crate) fn member(self) -> Option<Arc<Member>> {
        self.state.with(|state| match state {
            SessionState::SignedIn(member) | SessionState::Demo(member) => Some(member.clone()),
            SessionState::Starting | SessionState::Unreachable(_) | SessionState::SignedOut => None,
        })
    }

    /// Something about the member, as it is now.
    pub(crate) fn of_member<T: Default + Send + Sync + 'static>(self, read: fn(&Member) -> T) -> Signal<T> {
        Signal::derive(move || self.member().map(|member| read(&member)).unwrap_or_default())
    }

    /// The server as the signed-in person sees it; none in demo mode.
    pub(crate) fn api(self) -> Option<Api<SignedIn>> {
        self.state.with_untracked(|state| match state {
            SessionState::SignedIn(member) => Some(Api::of(member)),
            _ => None,
        })
    }

    /// The server for what can as well be told later: none while the person is signing out, because the session may
    /// end before the call arrives.
    pub(crate) fn api_for_reports(self) -> Option<Api<SignedIn>> {
        self.api().filter(|_| !self.leaving.get_value())
    }

    /// The stores of this person's rows, made when first needed.
    pub(crate) fn queries(self, member: &Member) -> LiveQueries {
        if let Some(queries) = self.queries.get_value() {
            return queries;
        }
        let queries = LiveQueries::new(Settings {
            scope: format!("{}:{}", member.organization.id, member.person.id),
            database: "revos".to_owned(),
            schema_version: SCHEMA_VERSION,
            build: self.release(),
            retention: Retention::for_age(self.snapshot_age()),
            on_session_over: Box::new(move || self.over()),
            on_wiped_elsewhere: Box::new(move || self.forget(false)),
            on_report: Box::new(telemetry::report_query),
        });
        self.queries.set_value(Some(queries.clone()));
        queries
    }

    /// The build the server and this page are of.
    pub(crate) fn release(self) -> String {
        self.server
            .with_untracked(|server| server.as_ref().map(|server| server.release.clone()))
            .unwrap_or_default()
    }

    /// How long the operator lets rows be kept in the browser.
    fn snapshot_age(self) -> Duration {
        let hours =
            self.server.with_untracked(|server| server.as_ref().map_or(0, |server| server.snapshot_hours));
        Duration::from_secs(u64::from(hours) * 3_600)
    }

    /// Signs in; the failure says why not.
    pub(crate) async fn sign_in(self, credentials: Credentials) -> Result<(), Failure> {
        Self::left().await?;
        let member = Api::<Anybody>::new().sign_in(&credentials).await?;
        self.asked_at.set_value(now());
        self.ended.set(false);
        self.state.set(SessionState::SignedIn(Arc::new(member)));
        self.tell(SIGNED_IN);
        Ok(())
    }

    /// Signs out here and in the other tabs, also while the server cannot be reached. Nothing of RevOS stays in the
    /// browser but its cookies, which no script can remove, and the wish: the server hears of it before anybody is
    /// asked for again.
    pub(crate) async fn sign_out(self) {
        self.leaving.set_value(true);
        keep(LEAVING, Some("1"));
        // What the server has not heard, `forget` finds noted.
        let _ = Self::end().await;
        self.wipe().await;
        self.forget(false);
        self.tell(SIGNED_OUT);
        self.leaving.set_value(false);
    }

    /// Is somebody signed out here of whom the server has not heard it?
    pub(crate) fn has_left() -> bool {
        kept(LEAVING).is_some()
    }

    /// Tells the server that the person has left, if it does not know.
    async fn left() -> Result<(), Failure> {
        if Self::has_left() { Self::end().await } else { Ok(()) }
    }

    async fn end() -> Result<(), Failure> {
        match Api::<Anybody>::new().sign_out().await {
            Err(failure) if failure.reason != Reason::Unauthenticated => Err(failure),
            _ => {
                keep(LEAVING, None);
                Ok(())
            }
        }
    }

    /// Asks the server what it is and who is here.
    pub(crate) fn ask(self) {
        self.asked_at.set_value(now());
        spawn_local(async move {
            match Api::<Anybody>::new().read_server_info().await {
                Ok(info) if info.mode == ServerMode::Demo => {
                    self.server.set(Some(info));
                    self.state.set(SessionState::Demo(Arc::new(sample_member())));
                }
                Ok(info) => {
                    self.server.set(Some(info));
                    self.arrived(self.who().await);
                }
                Err(failure) => self.arrived(Err(failure)),
            }
        });
    }

    fn arrived(self, answer: Result<Member, Failure>) {
        match answer {
            Ok(member) => self.confirmed(member),
            Err(failure) if failure.reason == Reason::Unauthenticated => {
                if matches!(self.state.get_untracked(), SessionState::SignedIn(_)) {
                    self.over();
                } else {
                    self.state.set(SessionState::SignedOut);
                }
            }
            // A person who is already in stays in: their rows say themselves how old they are.
            Err(failure) => {
                if matches!(self.state.get_untracked(), SessionState::Starting | SessionState::Unreachable(_))
                {
                    self.unreachable(failure);
                }
            }
        }
    }

    fn unreachable(self, failure: Failure) {
        self.state.set(SessionState::Unreachable(failure));
        set_timeout(move || self.ask_if_unreachable(), TRY_AGAIN);
    }

    async fn who(self) -> Result<Member, Failure> {
        Self::left().await?;
        Api::<Anybody>::new().read_session().await
    }

    fn ask_if_unreachable(self) {
        if matches!(self.state.get_untracked(), SessionState::Unreachable(_)) {
            self.ask();
        }
    }

    fn confirmed(self, member: Member) {
        let before = self.state.with_untracked(|state| match state {
            SessionState::SignedIn(before) => Some(before.clone()),
            _ => None,
        });
        let same_scope = before.as_ref().is_none_or(|before| {
            before.person.id == member.person.id && before.organization.id == member.organization.id
        });
        if !same_scope {
            // Somebody else, or elsewhere: nothing of before may stay on screen or in storage.
            spawn_local(async move {
                self.wipe().await;
                let _ = window().location().reload();
            });
        } else if before.as_deref() != Some(&member) {
            self.state.set(SessionState::SignedIn(Arc::new(member)));
        }
    }

    fn returned(self) {
        let known = matches!(self.state.get_untracked(), SessionState::SignedIn(_) | SessionState::SignedOut);
        if known && now() - self.asked_at.get_value() >= ASK_AGAIN_MS {
            self.ask_session();
        }
    }

    fn ask_session(self) {
        self.asked_at.set_value(now());
        spawn_local(async move { self.arrived(self.who().await) });
    }

    /// The session ended by itself.
    fn over(self) {
        spawn_local(self.wipe());
        self.forget(true);
        self.tell(SIGNED_OUT);
    }

    /// Rows are gone at once; wait for it and the browser's storage is empty too.
    fn wipe(self) -> impl Future<Output = ()> {
        let wiped = self.queries.get_value().map(|queries| queries.wipe_all());
        async move {
            if let Some(wiped) = wiped {
                let _ = JsFuture::from(wiped).await;
            }
        }
    }

    fn forget(self, ended: bool) {
        self.queries.set_value(None);
        self.ended.set(ended);
        if Self::has_left() {
            // The page to sign in may be as far away as the server.
            self.unreachable(Failure::new(Reason::UpstreamUnavailable));
        } else {
            self.state.set(SessionState::SignedOut);
        }
    }

    fn tell(self, word: &str) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _ = channel.post_message(&JsValue::from_str(word));
            }
        });
    }

    fn listen(self) {
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let signed_in = matches!(self.state.get_untracked(), SessionState::SignedIn(_));
            match event.data().as_string().as_deref() {
                Some(SIGNED_OUT) if signed_in => {
                    spawn_local(self.wipe());
                    self.forget(false);
                }
                Some(SIGNED_IN) => self.ask_session(),
                _ => {}
            }
        });
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            }
        });
        // The session lives as long as the page.
        heard.forget();
    }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
