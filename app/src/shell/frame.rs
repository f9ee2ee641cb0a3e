//! What stands around every page? Navigation, the person, the page's head, notices.

use super::address::Address;
use super::keyboard::{Keyboard, SHORTCUTS};
use super::session::{Session, SessionState};
use super::theme::{Theme, ThemeChoice, keep, kept};
use super::{failure, telemetry};
use leptos::{html, prelude::*};
use revos_shared::session::Persona;
use revos_ui::{
    Dialog, EmptyState, Freshness, FreshnessMark, Icon, IconButton, IconName, Menu, MenuChoice, MenuItem,
    MenuOpens, Signal, SkipLink, Var, effect, live,
};
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

const NAV_KEY: &str = "revos:nav";

/// One page of the navigation.
struct Place {
    path: &'static str,
    label: &'static str,
    icon: IconName,
}

/// The pages that exist.
const PLACES: [Place; 1] = [Place { path: "/clients", label: "Clients", icon: IconName::Clients }];

/// The frame around the pages of a signed-in person.
#[component]
pub(crate) fn Frame(session: Session, address: Address, children: Children) -> impl IntoView {
    let keyboard = Keyboard::start(address);
    provide_context(keyboard);
    let narrow = Var::new(kept(NAV_KEY).as_deref() == Some("narrow"));
    let notice = Var::new(None::<String>);
    let toggle = move |()| {
        narrow.update(|narrow| *narrow = !*narrow);
        keep(NAV_KEY, narrow.get_untracked().then_some("narrow"));
    };
    if let Some(member) = session.member() {
        provide_context(session.queries(&member));
    }
    telemetry::speak_for(session);
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
                <Places address />
                <Foot session keyboard notice />
            </header>
            <main class="frame-main" id="content" tabindex="-1">
                {children()}
            </main>
            <Notice notice />
            <ShortcutList keyboard />
        </div>
    }
    .into_any()
}

#[component]
fn Places(address: Address) -> impl IntoView {
    view! {
        <nav class="nav-places" aria-label="Main">
            <ul>
                {PLACES
                    .into_iter()
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
fn Foot(session: Session, keyboard: Keyboard, notice: Var<Option<String>>) -> impl IntoView {
    let theme = expect_context::<Theme>();
    let of_member = move |read: fn(&revos_shared::session::Member) -> String| {
        Signal::derive(move || session.member().map(|member| read(&member)).unwrap_or_default())
    };
    let name = of_member(|member| member.person.name.clone());
    let initials = of_member(|member| initials(&member.person.name));
    let email = of_member(|member| member.person.email.clone());
    let organization = of_member(|member| member.organization.name.clone());
    let persona = of_member(|member| match member.person.persona {
        Persona::SuperAdmin => "Super admin".to_owned(),
        persona => persona.as_str().to_owned(),
    });
    let demo = Signal::memo(move || session.state.with(|state| matches!(state, SessionState::Demo(_))));
    let sign_out = Callback::new(move |()| {
        spawn_local(async move {
            if let Err(why) = session.sign_out().await {
                notice.set(Some(format!("Not signed out: {}. Try again.", failure::sentence(&why))));
            }
        });
    });
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
                <div class="menu-who">
                    <strong>{live(move || name.get())}</strong>
                    <span class="quiet">{live(move || email.get())}</span>
                    <span class="quiet">{live(move || format!("{} at {}", persona.get(), organization.get()))}</span>
                </div>
                <hr />
                <div class="menu-label" id="theme-label">"Theme"</div>
                <div role="group" aria-labelledby="theme-label">
                    {ThemeChoice::ALL
                        .into_iter()
                        .map(|(choice, label)| {
                            view! {
                                <MenuChoice
                                    label
                                    chosen=Signal::derive(move || theme.choice() == choice)
                                    on_choose=move |()| theme.choose(choice)
                                />
                            }.into_any()
                        })
                        .collect_view()}
                </div>
                <hr />
                <MenuItem
                    label="Keyboard shortcuts"
                    keys="?"
                    on_press=move |()| keyboard.list_open.set(true)
                />
                {live(move || (!demo.get()).then(|| view! { <MenuItem label="Sign out" on_press=sign_out /> }.into_any()))}
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

#[component]
fn Notice(notice: Var<Option<String>>) -> impl IntoView {
    view! {
        <div class="notice-place" role="status">
            {live(move || {
                notice
                    .get()
                    .map(|text| {
                        view! {
                            <div class="notice">
                                <span>{text}</span>
                                <IconButton
                                    label="Dismiss"
                                    icon=Signal::stored(IconName::Close)
                                    on_press=move |()| notice.set(None)
                                />
                            </div>
                        }.into_any()
                    })
            })}
        </div>
    }
    .into_any()
}

#[component]
fn ShortcutList(keyboard: Keyboard) -> impl IntoView {
    view! {
        <Dialog title_id="shortcuts-title" title="Keyboard shortcuts" open=keyboard.list_open>
            <dl class="shortcuts">
                {SHORTCUTS
                    .into_iter()
                    .map(|(keys, what)| {
                        view! {
                            <div>
                                <dt>{what}</dt>
                                <dd>{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }.into_any()).collect_view()}</dd>
                            </div>
                        }.into_any()
                    })
                    .collect_view()}
            </dl>
        </Dialog>
    }
    .into_any()
}

thread_local! {
    /// The first page keeps the browser's focus; later ones take it to their heading.
    static NAVIGATED: Cell<bool> = const { Cell::new(false) };
}

/// From now on a new page takes the focus.
pub(crate) fn has_navigated() {
    NAVIGATED.set(true);
}

/// The head of a page: its title, how fresh it is, what can be done.
#[component]
pub(crate) fn PageHead(
    /// The page's name.
    title: &'static str,
    /// How fresh its rows are, and what its action does.
    #[prop(optional)]
    mark: Option<(Signal<Freshness>, Callback<()>)>,
    /// Buttons at the right.
    #[prop(optional, into)]
    tools: ViewFn,
) -> impl IntoView {
    let session = expect_context::<Session>();
    effect(move || {
        let organization = session.member().map(|member| member.organization.name.clone());
        document().set_title(&match organization {
            Some(organization) => format!("{title} · {organization} · RevOS"),
            None => format!("{title} · RevOS"),
        });
    });
    telemetry::track_client_event("page_view");
    let heading = NodeRef::<html::H1>::new();
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
            <div class="page-tools">{tools.run()}</div>
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
