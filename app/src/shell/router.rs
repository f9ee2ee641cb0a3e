//! Which page belongs to which address, and who may see it?

use super::frame::{Frame, NotFoundPage};
use super::session::{Session, SessionState};
use super::starting::{StartingPage, UnreachablePage};
use super::theme::Theme;
use crate::clients::ClientsPage;
use crate::session::SignInPage;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::{NavigateOptions, StaticSegment};
use revos_shared::session::safe_return_path;

/// The address of the sign-in page.
pub(crate) const SIGN_IN: &str = "/sign-in";

/// What may be on screen, before it is asked which page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Starting,
    Unreachable,
    SignIn,
    Inside,
}

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    provide_context(Theme::start());
    let session = Session::start();
    provide_context(session);
    view! {
        <Router>
            <Inside session />
        </Router>
    }
}

#[component]
fn Inside(session: Session) -> impl IntoView {
    let navigate = use_navigate();
    let location = use_location();
    let query = use_query_map();
    let gate = Memo::new(move |_| {
        session.state.with(|state| match state {
            SessionState::Starting => Gate::Starting,
            SessionState::Unreachable(_) => Gate::Unreachable,
            SessionState::SignedOut => Gate::SignIn,
            SessionState::SignedIn(_) | SessionState::Demo(_) => Gate::Inside,
        })
    });
    // The address follows the session: out to sign-in with the way back, in to where one wanted to go.
    Effect::new(move |_| {
        let path = location.pathname.get();
        match gate.get() {
            Gate::SignIn if path != SIGN_IN => {
                let here = format!("{path}{}", search_text(&location.search.get_untracked()));
                let next = String::from(js_sys::encode_uri_component(&here));
                let to = if here == "/" { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?next={next}") };
                navigate(&to, replacing());
            }
            Gate::Inside if path == SIGN_IN => {
                let next = query.with_untracked(|query| query.get("next")).unwrap_or_default();
                navigate(safe_return_path(&next), replacing());
            }
            _ => {}
        }
    });
    move || match gate.get() {
        Gate::Starting => view! { <StartingPage /> }.into_any(),
        Gate::Unreachable => view! { <UnreachablePage session /> }.into_any(),
        Gate::SignIn => view! { <SignInPage session /> }.into_any(),
        Gate::Inside => view! {
            <Frame session>
                <FlatRoutes fallback=|| view! { <NotFoundPage /> }.into_any()>
                    <Route path=StaticSegment("") view=|| view! { <Redirect path="/clients" options=replacing() /> } />
                    <Route path=StaticSegment("sign-in") view=|| () />
                    <Route path=StaticSegment("clients") view=|| view! { <ClientsPage /> }.into_any() />
                </FlatRoutes>
            </Frame>
        }
        .into_any(),
    }
}

fn search_text(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        search => format!("?{search}"),
    }
}

fn replacing() -> NavigateOptions {
    NavigateOptions { replace: true, ..NavigateOptions::default() }
}

/// Goes to another page.
pub(crate) fn go(navigate: &impl Fn(&str, NavigateOptions), path: &str) {
    navigate(path, NavigateOptions::default());
}

/// A parameter of the address as one of a closed set of values. The default is left out of the address;
/// an unknown value is the default and is removed at the next change.
#[derive(Clone, Copy)]
pub(crate) struct UrlValue {
    name: &'static str,
    default: &'static str,
    change: Callback<Option<String>>,
    current: Memo<String>,
}

impl UrlValue {
    /// The parameter `name`; needs the router's context.
    pub(crate) fn new(name: &'static str, default: &'static str) -> Self {
        let query = use_query_map();
        let location = use_location();
        let navigate = use_navigate();
        let current =
            Memo::new(move |_| query.with(|query| query.get(name)).unwrap_or_else(|| default.to_owned()));
        let change = Callback::new(move |value: Option<String>| {
            let mut query = query.get_untracked();
            // `insert` appends, so the former value goes first.
            query.remove(name);
            if let Some(value) = value {
                query.insert(name, value);
            }
            let path = location.pathname.get_untracked();
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&format!("{path}{}", query.to_query_string()), options);
        });
        Self { name, default, change, current }
    }

    /// Changes it.
    pub(crate) fn set(self, value: &str) {
        self.change.run((value != self.default).then(|| value.to_owned()));
    }

    /// The one of `known` that stands in the address, else the default. A value that is not known is
    /// taken out of the address.
    pub(crate) fn one_of(self, known: &'static [&'static str]) -> Signal<&'static str> {
        let (default, current, change) = (self.default, self.current, self.change);
        Effect::new(move |_| {
            if current.with(|text| text != default && !known.contains(&text.as_str())) {
                change.run(None);
            }
        });
        Signal::derive(move || {
            current.with(|text| known.iter().copied().find(|word| word == text)).unwrap_or(default)
        })
    }
}

impl std::fmt::Debug for UrlValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UrlValue").field("name", &self.name).finish_non_exhaustive()
    }
}
