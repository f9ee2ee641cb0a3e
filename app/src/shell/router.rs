//! Which page belongs to which address, and who may see it?

use super::address::Address;
use super::frame::{Frame, NotFoundPage};
use super::part::show_part;
use super::session::{Session, SessionState};
use super::starting::{StartingPage, UnreachablePage};
use super::theme::Theme;
use crate::automations::playbooks_page;
use crate::clients::{AccountPage, ClientsPage};
use crate::finance::finance_page;
use crate::overview::overview_page;
use crate::pipeline::pipeline_page;
use crate::session::sign_in;
use leptos::prelude::*;
use revos_shared::session::safe_return_path;
use revos_ui::{Signal, effect, live};

/// The address of the sign-in page.
const SIGN_IN: &str = "/sign-in";
/// The only page with rows of a server without a database.
const DEMO: &str = "/clients";
/// The one page of a customer.
const ACCOUNT: &str = "/account";

/// What may be on screen, before it is asked which page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Starting,
    Unreachable,
    SignIn,
    Inside,
}

/// A page for those who are inside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// On the way to another address.
    Passing,
    Overview,
    Clients,
    Pipeline,
    Playbooks,
    Finance,
    Account,
    NotFound,
}

impl Page {
    fn at(path: &str) -> Self {
        match path {
            "/" => Self::Overview,
            SIGN_IN => Self::Passing,
            path if path == "/clients" || path.starts_with("/clients/") => Self::Clients,
            path if path == "/pipeline" || path.starts_with("/pipeline/") => Self::Pipeline,
            path if path == "/agents/playbooks" || path.starts_with("/agents/playbooks/") => Self::Playbooks,
            path if path == "/finance" || path.starts_with("/finance/invoices/") => Self::Finance,
            ACCOUNT => Self::Account,
            _ => Self::NotFound,
        }
    }
}

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    provide_context(Theme::start());
    let address = Address::start();
    provide_context(address);
    let session = Session::start();
    provide_context(session);
    let gate = Signal::memo(move || {
        session.state.with(|state| match state {
            SessionState::Starting => Gate::Starting,
            SessionState::Unreachable(_) => Gate::Unreachable,
            SessionState::SignedOut => Gate::SignIn,
            SessionState::SignedIn(_) | SessionState::Demo(_) => Gate::Inside,
        })
    });
    // The address follows the session: out to sign-in with the way back, in to where one wanted to go.
    effect(move || {
        let path = address.path();
        match gate.get() {
            Gate::SignIn if path == "/" => address.replace(SIGN_IN),
            Gate::SignIn if path != SIGN_IN => {
                let next = String::from(js_sys::encode_uri_component(&address.here()));
                address.replace(&format!("{SIGN_IN}?next={next}"));
            }
            Gate::Inside if path == SIGN_IN => {
                let next = address.parameter("next").unwrap_or_default();
                address.replace(safe_return_path(&next));
            }
            Gate::Inside if path == "/" => {
                if let Some(home) = other_home(session) {
                    address.replace(home);
                }
            }
            _ => {}
        }
    });
    live(move || match gate.get() {
        Gate::Starting => view! { <StartingPage address /> }.into_any(),
        Gate::Unreachable => view! { <UnreachablePage session /> }.into_any(),
        Gate::SignIn => show_part("The sign-in page", move || Box::pin(sign_in(session))),
        Gate::Inside => view! {
            <Frame session address>
                <Inside session address />
            </Frame>
        }
        .into_any(),
    })
}

/// Where those land who have no overview: customers, and everybody where there is no database.
fn other_home(session: Session) -> Option<&'static str> {
    let customer = session.member().is_some_and(|member| !member.person.persona.is_staff());
    match customer {
        true => Some(ACCOUNT),
        false => session.api().is_none().then_some(DEMO),
    }
}

#[component]
fn Inside(session: Session, address: Address) -> impl IntoView {
    let page = Signal::memo(move || match Page::at(&address.path()) {
        Page::Overview if other_home(session).is_some() => Page::Passing,
        page => page,
    });
    live(move || match page.get() {
        Page::Passing => ().into_any(),
        Page::Overview => show_part("The overview", || Box::pin(overview_page())),
        Page::Clients => view! { <ClientsPage /> }.into_any(),
        Page::Pipeline => show_part("The pipeline", || Box::pin(pipeline_page())),
        Page::Playbooks => show_part("The playbooks", || Box::pin(playbooks_page())),
        Page::Finance => show_part("Finance", || Box::pin(finance_page())),
        Page::Account => view! { <AccountPage /> }.into_any(),
        Page::NotFound => view! { <NotFoundPage address /> }.into_any(),
    })
}

/// A parameter of the address as one of a closed set of values. The default is left out of the address.
#[derive(Clone, Copy)]
pub(crate) struct UrlValue {
    name: &'static str,
    default: &'static str,
    address: Address,
}

impl UrlValue {
    /// The parameter `name`.
    pub(crate) fn new(name: &'static str, default: &'static str) -> Self {
        Self { name, default, address: expect_context() }
    }

    /// Changes it.
    pub(crate) fn set(self, value: &str) {
        self.address.choose_parameter(self.name, Some(value).filter(|value| *value != self.default));
    }

    /// The one of `known` that stands in the address, else the default. A value that is not known is
    /// taken out of the address.
    pub(crate) fn one_of(self, known: &'static [&'static str]) -> Signal<&'static str> {
        self.found(move |text| known.iter().copied().find(|word| *word == text))
    }

    /// The same, of words that have labels.
    pub(crate) fn one_labelled(self, known: &'static [(&'static str, &'static str)]) -> Signal<&'static str> {
        self.found(move |text| known.iter().map(|(word, _)| *word).find(|word| *word == text))
    }

    fn found(
        self,
        known: impl Fn(&str) -> Option<&'static str> + Copy + Send + Sync + 'static,
    ) -> Signal<&'static str> {
        let Self { name, default, address } = self;
        let found = move || address.parameter(name).map(|text| known(&text));
        effect(move || {
            if found() == Some(None) {
                address.change_parameters(&[(name, None)]);
            }
        });
        Signal::memo(move || found().flatten().unwrap_or(default))
    }
}
