//! What stands in the account menu? The person, the theme, the shortcuts and the way out.

use super::super::keyboard::{Keyboard, Overlay};
use super::super::session::{Session, SessionState};
use super::super::theme::{Theme, ThemeChoice};
use leptos::prelude::*;
use revos_shared::session::Persona;
use revos_ui::{ElementRef, MenuChoice, MenuItem, Signal, effect, live};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};

/// The inside of the menu.
pub(super) fn account_menu(session: Session, keyboard: Keyboard) -> AnyView {
    let theme = expect_context::<Theme>();
    let name = session.of_member(|member| member.person.name.clone());
    let email = session.of_member(|member| member.person.email.clone());
    let place = session.of_member(|member| {
        let persona = match member.person.persona {
            Persona::SuperAdmin => "Super admin",
            persona => persona.as_str(),
        };
        format!("{persona} at {}", member.organization.name)
    });
    let demo = Signal::memo(move || session.state.with(|state| matches!(state, SessionState::Demo(_))));
    let first = ElementRef::<Element>::new();
    // The menu gave the focus to its first item, if it was there by then.
    effect(move || {
        let Some(list) = first.get().and_then(|first| first.parent_element()) else { return };
        request_animation_frame(move || {
            let inside = document().active_element().is_some_and(|active| list.contains(Some(&active)));
            let item = list.query_selector("[role^=menuitem]").ok().flatten();
            if let Some(item) = item.filter(|_| !inside).and_then(|item| item.dyn_into::<HtmlElement>().ok())
            {
                let _ = item.focus();
            }
        });
    });
    view! {
        <div class="menu-who" node_ref=first>
            <strong>{live(move || name.get())}</strong>
            <span class="quiet">{live(move || email.get())}</span>
            <span class="quiet">{live(move || place.get())}</span>
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
        <MenuItem label="Keyboard shortcuts" keys="?" on_press=move |()| keyboard.show(Overlay::Shortcuts) />
        {live(move || {
            (!demo.get())
                .then(|| view! { <MenuItem label="Sign out" on_press=move |()| sign_out(session) /> }.into_any())
        })}
    }
    .into_any()
}

/// Signs out.
pub(super) fn sign_out(session: Session) {
    spawn_local(session.sign_out());
}
