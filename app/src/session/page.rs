//! Who are you? Address and password, or one of the demo accounts.

use super::answers;
use crate::shell::frame::has_navigated;
use crate::shell::part::part;
use crate::shell::session::Session;
use leptos::prelude::*;
use revos_shared::session::Persona;
use revos_shared::session::endpoints::{Credentials, DemoAccount};
use revos_ui::{
    Button, ButtonKind, ElementRef, ErrorSummary, PasswordField, Problem, Signal, TextField, Var, effect,
    live,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

part!(
    sign_in,
    pub(crate) fn sign_in(session: Session) {
        view! { <SignInPage session /> }.into_any()
    }
);

#[component]
fn SignInPage(session: Session) -> impl IntoView {
    effect(|| document().set_title("Sign in · RevOS"));
    let accounts = Signal::memo(move || {
        session
            .server
            .with(|server| server.as_ref().map(|server| server.demo_accounts.clone()).unwrap_or_default())
    });
    let busy = Var::new(false);
    let trouble = Var::new(None::<String>);
    let problems = Var::new(Vec::<Problem>::new());
    let sign_in = Callback::new(move |credentials: Credentials| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        trouble.set(None);
        problems.set(Vec::new());
        spawn_local(async move {
            let result = session.sign_in(credentials).await;
            busy.set(false);
            match result {
                Ok(()) => has_navigated(),
                Err(failure) => {
                    let answer = answers::answer(&failure);
                    let field = answer.field.map(|(field, text)| Problem { field, text: text.to_owned() });
                    problems.set(field.into_iter().collect());
                    trouble.set(Some(answer.text));
                }
            }
        });
    });
    view! {
        <main class="sign-in">
            <div class="sign-in-card">
                <div class="nav-brand">
                    <span class="nav-mark" aria-hidden="true"></span>
                    <span class="nav-word">"RevOS"</span>
                </div>
                <h1>"Sign in"</h1>
                {live(move || {
                    session
                        .ended
                        .get()
                        .then(|| {
                            view! {
                                <p class="sign-in-note" role="status">
                                    "Your session has ended. Sign in again to go on where you were."
                                </p>
                            }.into_any()
                        })
                })}
                <ErrorSummary title=trouble problems />
                <SignInForm busy trouble problems sign_in />
            </div>
            {live(move || {
                let accounts = accounts.get();
                (!accounts.is_empty()).then(|| view! { <DemoAccounts accounts sign_in /> }.into_any())
            })}
        </main>
    }
    .into_any()
}

/// The form; it checks what can be checked before anything is asked.
#[component]
fn SignInForm(
    busy: Var<bool>,
    trouble: Var<Option<String>>,
    problems: Var<Vec<Problem>>,
    sign_in: Callback<Credentials>,
) -> impl IntoView {
    let (email, password) = (Var::new(String::new()), Var::new(String::new()));
    let (email_node, password_node) =
        (ElementRef::<HtmlInputElement>::new(), ElementRef::<HtmlInputElement>::new());
    let done = StoredValue::new(false);
    effect(move || {
        if let (Some(email), Some(password)) = (email_node.get(), password_node.get())
            && !done.get_value()
        {
            done.set_value(true);
            let first_empty = if email.value().is_empty() { email } else { password };
            let _ = first_empty.focus();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // Password managers fill the inputs without telling, so the inputs are asked.
        let typed = |node: ElementRef<HtmlInputElement>| {
            node.get_untracked().map(|input| input.value()).unwrap_or_default()
        };
        let credentials =
            Credentials { email: typed(email_node).trim().to_owned(), password: typed(password_node) };
        let wrong = check(&credentials);
        if wrong.is_empty() {
            sign_in.run(credentials);
        } else {
            problems.set(wrong);
            trouble.set(Some("Sign-in needs an address and a password.".to_owned()));
        }
    };
    view! {
        <form class="sign-in-form" on:submit=submit novalidate aria-label="Sign in">
            <TextField
                id="email"
                label="E-mail address"
                kind="email"
                autocomplete="username"
                value=email
                problems
                node=email_node
            />
            <PasswordField
                id="password"
                label="Password"
                autocomplete="current-password"
                value=password
                problems
                node=password_node
            />
            <Button label="Sign in" kind=ButtonKind::Primary large=true submit=true busy />
        </form>
    }
    .into_any()
}

/// What is wrong with the fields, in their order.
fn check(credentials: &Credentials) -> Vec<Problem> {
    let mut problems = Vec::new();
    if credentials.email.is_empty() {
        problems.push(Problem { field: "email", text: "Enter your e-mail address".to_owned() });
    } else if credentials.check() == Err("email") {
        let text = "Enter a full e-mail address, such as name@example.com".to_owned();
        problems.push(Problem { field: "email", text });
    }
    if credentials.password.is_empty() {
        problems.push(Problem { field: "password", text: "Enter your password".to_owned() });
    } else if problems.is_empty() && credentials.check() == Err("password") {
        problems.push(Problem { field: "password", text: "This password is too long".to_owned() });
    }
    problems
}

/// The accounts of the local stack's demo data, one click each.
#[component]
fn DemoAccounts(accounts: Vec<DemoAccount>, sign_in: Callback<Credentials>) -> impl IntoView {
    let mut organizations: Vec<String> =
        accounts.iter().map(|account| account.organization.clone()).collect();
    organizations.dedup();
    let groups = organizations
        .into_iter()
        .map(|organization| {
            let rows = accounts
                .iter()
                .filter(|account| account.organization == organization)
                .map(|account| demo_account(account, sign_in))
                .collect_view();
            view! {
                <h3>{organization.clone()}</h3>
                <ul>{rows}</ul>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="sign-in-demo" aria-labelledby="demo-title">
            <h2 id="demo-title">"Demo accounts"</h2>
            <p class="quiet">"This server runs on invented data. Choose whose eyes to look through."</p>
            {groups}
        </section>
    }
    .into_any()
}

fn demo_account(account: &DemoAccount, sign_in: Callback<Credentials>) -> AnyView {
    let persona = match account.persona {
        Persona::SuperAdmin => "Super admin",
        persona => persona.as_str(),
    };
    let (email, password) = (account.email.clone(), account.password.clone());
    let press = move |_| sign_in.run(Credentials { email: email.clone(), password: password.clone() });
    view! {
        <li>
            <button
                class="demo-account"
                type="button"
                aria-label=format!("Sign in as {}, {persona}, {}", account.name, account.organization)
                on:click=press
            >
                <span class="demo-persona">{persona}</span>
                <span class="cut">{account.name.clone()}</span>
                <span class="cut quiet">{account.email.clone()}</span>
            </button>
        </li>
    }
    .into_any()
}
