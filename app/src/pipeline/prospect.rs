//! How is a new opportunity added? With its client, known or new; one whose name is like the typed one is offered.

use super::desk::Desk;
use crate::shell::Refused;
use crate::shell::form::{field_problems, new_id};
use crate::shell::typed::plain_amount;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revos_shared::kernel::check::{Check as _, Problem as Wrong};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::parse_day;
use revos_shared::pipeline::SimilarClient;
use revos_shared::pipeline::changes::NewProspect;
use revos_shared::pipeline::endpoints::{CreateProspect, FindSimilarClients, SimilarQuery};
use revos_shared::{ClientId, ErrorCode, Money};
use revos_ui::{Button, ButtonKind, ErrorSummary, Problem, Signal, TextField, Var, effect, live, on};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Names are compared when nothing was typed for this long.
const WAIT_MS: u32 = 300;

const FIELDS: [(&str, &str); 9] = [
    ("company", "prospect-company"),
    ("name", "prospect-name"),
    ("amount", "prospect-amount"),
    ("expected_close_date", "prospect-close"),
    ("next_step", "prospect-next"),
    ("contact_name", "prospect-contact"),
    ("contact_email", "prospect-email"),
    ("contact_phone", "prospect-phone"),
    ("industry", "prospect-industry"),
];

pub(super) fn form(desk: Desk, dirty: Var<bool>, close: Callback<()>) -> AnyView {
    let values = FIELDS.map(|_| Var::new(String::new()));
    let [company, name, amount, expected, next, contact, email, phone, industry] = values;
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let busy = Var::new(false);
    let similar = Var::new(Vec::<SimilarClient>::new());
    let chosen = Var::new(None::<(ClientId, String)>);
    // One for the form: pressed twice, or sent again after a cut, it makes one opportunity.
    let request_id = new_id();

    let waiting: Rc<RefCell<Option<Timeout>>> = Rc::default();
    effect(move || dirty.set(values.iter().any(|value| value.with(|text| !text.is_empty()))));
    effect(move || {
        let typed = company.get();
        match chosen.get_untracked() {
            Some((_, known)) if known == typed => return,
            Some(_) => chosen.set(None),
            None => {}
        }
        let look = move || {
            spawn_local(async move {
                let query = SimilarQuery { name: typed.clone() };
                let found = desk.api.read_rows::<FindSimilarClients, _>(&query, None).await;
                // The newest name counts, whichever answer comes last.
                if company.get_untracked() == typed {
                    similar.set(found.map(|found| found.data).unwrap_or_default());
                }
            });
        };
        *waiting.borrow_mut() = Some(Timeout::new(WAIT_MS, look));
    });

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let given = |value: Var<String>| {
            Some(value.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, key: &str| {
            wrong.push(Wrong { row: 0, field: Some(field.to_owned()), key: key.to_owned() });
        };
        let typed = given(amount);
        let worth = typed.as_ref().and_then(|text| Money::parse(&plain_amount(text)).ok());
        if worth.is_none() {
            refuse("amount", if typed.is_some() { "not_a_number" } else { "required" });
        }
        let day = given(expected);
        let close_on = day.as_deref().and_then(parse_day);
        if day.is_some() && close_on.is_none() {
            refuse("expected_close_date", "not_a_date");
        }
        let known = chosen.get_untracked();
        let prospect = NewProspect {
            request_id: Some(request_id),
            client_id: known.as_ref().map(|(id, _)| *id),
            company: if known.is_some() { None } else { given(company) },
            industry: if known.is_some() { None } else { given(industry) },
            name: given(name).unwrap_or_default(),
            amount: worth.unwrap_or_default(),
            expected_close_date: close_on,
            next_step: given(next),
            contact_name: given(contact),
            contact_email: given(email),
            contact_phone: given(phone),
            ..NewProspect::default()
        };
        if let Err(found) = prospect.check() {
            let told: Vec<_> = wrong.iter().map(|problem| problem.field.clone()).collect();
            wrong.extend(found.into_iter().filter(|problem| !told.contains(&problem.field)));
        }
        if !wrong.is_empty() {
            problems.set(field_problems(&wrong, &FIELDS));
            return title.set(Some("Some fields need another look".to_owned()));
        }
        problems.set(Vec::new());
        title.set(None);
        busy.set(true);
        spawn_local(async move {
            let outcome = desk.api.change::<CreateProspect>(&NoQuery {}, &prospect).await;
            busy.set(false);
            match outcome {
                Ok(made) => {
                    dirty.set(false);
                    let client = if made.client_created { "new client" } else { "client" };
                    desk.say(
                        format!(
                            "“{}” was added for the {client} {}.",
                            made.opportunity.name, made.client.name
                        ),
                        false,
                    );
                    desk.refresh();
                    close.run(());
                }
                Err(refused) => tell(&refused, problems, title),
            }
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <ErrorSummary title problems />
            <TextField
                id="prospect-company"
                label="Company"
                hint="A client you have, or a new one."
                value=company
                problems
            />
            <div aria-live="polite">
                {live(move || chosen.get().map(|(_, name)| view! { <p class="form-note">{format!("For the client {name}.")}</p> }.into_any()))}
                {live(move || {
                    let found = similar.get();
                    (!found.is_empty() && chosen.with(Option::is_none)).then(|| {
                        let offers = found
                            .into_iter()
                            .map(|client| {
                                let (id, name) = (client.id, client.name.clone());
                                let owner = client.owner_name.map(|owner| format!(", owner {owner}")).unwrap_or_default();
                                let take = move |_: leptos::ev::MouseEvent| {
                                    chosen.set(Some((id, name.clone())));
                                    company.set(name.clone());
                                };
                                view! {
                                    <li>
                                        <button type="button" class="link" on:click=on(take)>
                                            {format!("Use {}", client.name)}
                                        </button>
                                        <span class="quiet">{owner}</span>
                                    </li>
                                }
                                .into_any()
                            })
                            .collect_view();
                        view! {
                            <div class="form-note">
                                <p>"You have clients with a name like this:"</p>
                                <ul>{offers}</ul>
                            </div>
                        }
                        .into_any()
                    })
                })}
            </div>
            <TextField id="prospect-name" label="Opportunity" value=name problems />
            <TextField id="prospect-amount" label="Amount" hint="One-time or annual value." value=amount problems />
            <TextField id="prospect-close" label="Expected close" kind="date" value=expected problems />
            <TextField id="prospect-next" label="Next step" hint="Initial outreach, when left empty." value=next problems />
            {live(move || {
                chosen.with(Option::is_none).then(|| {
                    view! { <TextField id="prospect-industry" label="Industry" value=industry problems /> }.into_any()
                })
            })}
            <TextField
                id="prospect-contact"
                label="Contact"
                hint="Kept when an e-mail or a phone number is given too."
                value=contact
                problems
            />
            <TextField id="prospect-email" label="E-mail of the contact" kind="email" value=email problems />
            <TextField id="prospect-phone" label="Phone of the contact" kind="tel" value=phone problems />
            <div class="dialog-foot">
                <Button label="Cancel" on_press=close />
                <Button label="Add prospect" kind=ButtonKind::Primary submit=true busy=Signal::from(busy) />
            </div>
        </form>
    }
    .into_any()
}

fn tell(refused: &Refused, problems: Var<Vec<Problem>>, title: Var<Option<String>>) {
    if refused.code() == Some(ErrorCode::ClientAmbiguous) {
        let text = "Several clients have this name. Choose one of them below.".to_owned();
        problems.set(vec![Problem { field: "prospect-company", text }]);
        return title.set(Some("Not added: which client is meant?".to_owned()));
    }
    problems.set(field_problems(&refused.problems(), &FIELDS));
    title.set(Some(refused.sentence().replace("Not saved", "Not added")));
}
