//! What stands around every page? Navigation, the person, the page's head.

use super::address::Address;
use super::keyboard::{Keyboard, Overlay};
use super::overlays::{self, Inside};
use super::part::show_part;
use super::session::Session;
use super::telemetry;
use super::theme::{keep, kept};
use leptos::prelude::*;
use revos_shared::session::Capability;
use revos_ui::{
    Dialog, ElementRef, EmptyState, Freshness, FreshnessMark, Icon, IconButton, IconName, Menu, MenuOpens,
    Signal, SkipLink, Var, effect, live,
};
use std::cell::Cell;
use web_sys::HtmlElement;

const NAV_KEY: &str = "revos:nav";

/// One page of the navigation.
pub(super) struct Place {
    pub path: &'static str,
    pub label: &'static str,
    pub icon: IconName,
    /// What leads there, pressed one after the other.
    pub keys: &'static [&'static str],
    /// The right it takes to see it; none for all staff.
    pub right: Option<&'static str>,
}

impl Place {
    /// Does this person see it?
    pub(super) fn is_for(&self, session: Session) -> bool {
        self.right.is_none_or(|right| session.member().is_some_and(|member| member.can(right)))
    }
}

/// The pages that exist.
pub(super) const PLACES: &[Place] = &[
    Place { path: "/", label: "Overview", icon: IconName::Overview, keys: &["g", "o"], right: None },
    Place { path: "/clients", label: "Clients", icon: IconName::Clients, keys: &["g", "c"], right: None },
    Place { path: "/pipeline", label: "Pipeline", icon: IconName::Pipeline, keys: &["g", "p"], right: None },
    Place {
        path: "/finance",
        label: "Finance",
        icon: IconName::Finance,
        keys: &["g", "f"],
        right: Some(Capability::FINANCE_READ),
    },
    Place {
        path: "/agents/playbooks",
        label: "Playbooks",
        icon: IconName::Play,
        keys: &["g", "a"],
        right: Some(Capability::AUTOMATIONS_RUN),
    },
];
/// The only page of a customer.
const CUSTOMER_PLACES: &[Place] =
    &[Place { path: "/account", label: "Account", icon: IconName::Person, keys: &[], right: None }];

/// The frame around the pages of a signed-in person.
#[component]
pub(crate) fn Frame(session: Session, address: Address, children: Children) -> impl IntoView {
    let keyboard = Keyboard::start(address);
    provide_context(keyboard);
    let narrow = Var::new(kept(NAV_KEY).as_deref() == Some("narrow"));
    let show = move |inside| show_part("This", move || Box::pin(overlays::show(inside, session, keyboard)));
    let toggle = move |()| {
        narrow.update(|narrow| *narrow = !*narrow);
        keep(NAV_KEY, narrow.get_untracked().then_some("narrow"));
    };
    if let Some(member) = session.member() {
        provide_context(session.queries(&member));
    }
    telemetry::speak_for(session);
    overlays::fetch_ahead(session, keyboard);
    view! {
        <div class="frame" data-nav=live(move || narrow.get().then_some("narrow"))>
            <SkipLink to="content" />
            <header class="frame-nav">
                <div class="nav-brand">
                    <span class="nav-mark" aria-hidden="true"></span>
                    <span class="nav-word">"RevOS"</span>
                    <IconButton
                        label=Signal::derive(move || {
                            if narrow.get() { "Expand navigation" } else { "Collapse navigation" }.to_owned()
                        })
                        icon=Signal::stored(IconName::Sidebar)
                        expanded=Signal::derive(move || !narrow.get())
                        on_press=toggle
                    />
                </div>
                <Places session address />
                <Foot session inside=move || show(Inside::AccountMenu) />
            </header>
            <main class="frame-main" id="content" tabindex="-1">
                {children()}
            </main>
            <Dialog
                title_id="overlay-title"
                title=Signal::derive(move || {
                    match keyboard.overlay.get() {
                        Overlay::Palette => "Command palette",
                        Overlay::Shortcuts => "Keyboard shortcuts",
                    }.to_owned()
                })
                open=keyboard.open
            >
                {show(Inside::Overlay)}
            </Dialog>
        </div>
    }
    .into_any()
}

#[component]
fn Places(session: Session, address: Address) -> impl IntoView {
    let customer = session.member().is_some_and(|member| !member.person.persona.is_staff());
    let places = if customer { CUSTOMER_PLACES } else { PLACES };
    view! {
        <nav class="nav-places" aria-label="Main">
            <ul>
                {places
                    .iter()
                    .filter(|place| place.is_for(session))
                    .map(|place| {
                        let here = address.is_at(place.path);
                        view! {
                            <li>
                                <a href=place.path aria-current=live(move || here.get().then_some("page")) title=place.label>
                                    <Icon name=place.icon />
                                    <span class="nav-label">{place.label}</span>
                                </a>
                            </li>
                        }.into_any()
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
    .into_any()
}

#[component]
fn Foot(session: Session, #[prop(into)] inside: ViewFn) -> impl IntoView {
    let name = session.of_member(|member| member.person.name.clone());
    let initials = session.of_member(|member| initials(&member.person.name));
    let organization = session.of_member(|member| member.organization.name.clone());
    view! {
        <div class="nav-foot">
            <Menu
                label=Signal::derive(move || format!("{}, {}: account menu", name.get(), organization.get()))
                class="nav-person"
                opens=MenuOpens::Up
                face=move || {
                    view! {
                        <span class="nav-initials" aria-hidden="true">{live(move || initials.get())}</span>
                        <span class="nav-who">
                            <span class="cut nav-organization">{live(move || organization.get())}</span>
                            <span class="cut quiet">{live(move || name.get())}</span>
                        </span>
                    }.into_any()
                }
            >
                {inside.run()}
            </Menu>
        </div>
    }
    .into_any()
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    words.next().into_iter().chain(words.next_back()).collect::<String>().to_uppercase()
}

thread_local! {
    /// The first page keeps the browser's focus; later ones take it to their heading.
    static NAVIGATED: Cell<bool> = const { Cell::new(false) };
}

/// From now on a new page takes the focus.
pub(crate) fn has_navigated() {
    NAVIGATED.set(true);
}

/// Says in the browser's tab what is shown.
pub(crate) fn set_title(title: &str, session: Session) {
    let organization = session.member().map(|member| member.organization.name.clone());
    document().set_title(&match organization {
        Some(organization) => format!("{title} · {organization} · RevOS"),
        None => format!("{title} · RevOS"),
    });
}

/// The head of a page: its title, how fresh it is, what can be done.
#[component]
pub(crate) fn PageHead(
    /// The page's name.
    title: &'static str,
    /// How fresh its rows are, and what its action does.
    #[prop(optional)]
    mark: Option<(Signal<Freshness>, Callback<()>)>,
    /// Asks for its rows again, by button and by key.
    #[prop(optional)]
    refresh: Option<Callback<()>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let keyboard = expect_context::<Keyboard>();
    if let Some(refresh) = refresh {
        keyboard.refresh_with(refresh);
    }
    effect(move || set_title(title, session));
    telemetry::track_client_event("page_view");
    let heading = ElementRef::<HtmlElement>::new();
    effect(move || {
        if let Some(heading) = heading.get()
            && NAVIGATED.replace(true)
        {
            let _ = heading.focus();
        }
    });
    view! {
        <header class="page-head">
            <h1 tabindex="-1" node_ref=heading>
                {title}
            </h1>
            {mark.map(|(value, on_action)| view! { <FreshnessMark value on_action announce=true /> }.into_any())}
            <div class="page-tools">
                <IconButton
                    label="Search"
                    icon=Signal::stored(IconName::Search)
                    on_press=move |()| keyboard.show(Overlay::Palette)
                />
                {refresh.map(|refresh| {
                    let icon = Signal::stored(IconName::Refresh);
                    view! { <IconButton label="Refresh" icon on_press=refresh /> }.into_any()
                })}
            </div>
        </header>
    }
    .into_any()
}

/// There is no such page.
#[component]
pub(crate) fn NotFoundPage(address: Address) -> impl IntoView {
    view! {
        <PageHead title="Page not found" />
        <div class="page">
            <EmptyState
                title="There is no page at this address"
                page=true
                text=Signal::derive(move || {
                    format!(
                        "Nothing is kept at {}. The address may be mistyped, or the page was moved.",
                        address.path(),
                    )
                })
            />
            <p class="page-links">
                <a href="/clients">"Go to Clients"</a>
            </p>
        </div>
    }
    .into_any()
}
