//! How does something under a client go away? After one question that names it and says what follows.

use super::super::desk::{Desk, Removal, Sending};
use super::super::lines::{Apply, Line, Settled, lacks, take};
use super::send;
use crate::shell::Refused;
use crate::shell::address::Address;
use crate::shell::api::Order;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::ClientId;
use revos_shared::clients::changes::{SetChange, Versioned};
use revos_shared::clients::endpoints::{
    ClientQuery, ClientRemoval, ContactRemoval, DeleteClient, DeleteContact, DeleteDeliverable,
    DeliverableRemoval, SyncDataSources, SyncDiscoveryQuestions, SyncKanban,
};
use revos_shared::clients::{ClientRecord, Contact, DataSource, Deliverable, KanbanCard, Question};
use revos_ui::{Button, ButtonKind, ErrorSummary, Var};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// What is asked, and what a yes does.
struct Asking {
    title: String,
    consequence: String,
    apply: Option<Apply>,
    sending: Arc<dyn Fn() -> Sending + Send + Sync>,
}

/// Asks, and removes.
pub(super) fn ask(desk: Desk, removal: Removal, title: Var<String>, close: Callback<()>) -> AnyView {
    let address = expect_context::<Address>();
    let queries = StoredValue::new_local(expect_context::<LiveQueries>());
    let Some(asked) = desk.now().and_then(|record| question(desk, &record, removal)) else {
        return view! { <p>"It is no longer there."</p> }.into_any();
    };
    title.set(asked.title);
    let refusal = Var::new(None::<String>);
    let busy = Var::new(false);
    let (apply, sending) = (asked.apply, asked.sending);
    let told = move |refused: Refused| {
        busy.set(false);
        refusal.set(Some(refused.sentence().replace("Not saved", "Not removed")));
    };
    let remove = move |()| {
        busy.set(true);
        let sending = sending();
        let Some(apply) = apply.clone() else {
            // The client itself: its record is left before anybody asks for it again, and all that belongs to it goes.
            let queries = queries.get_value();
            spawn_local(async move {
                match sending.await {
                    Err(refused) => told(refused),
                    Ok(_) => {
                        close.run(());
                        address.go("/clients");
                        set_timeout(move || queries.refresh_all(), Duration::ZERO);
                    }
                }
            });
            return;
        };
        let then = move |refused: Option<Refused>| match refused {
            Some(refused) => told(refused),
            None => close.run(()),
        };
        desk.write(Some(apply), sending, Box::new(then));
    };
    view! {
        <div class="form">
            <ErrorSummary title=refusal problems=Var::new(Vec::new()) />
            <p>{asked.consequence}</p>
            <div class="dialog-foot">
                <Button label="Keep it" on_press=close />
                <Button label="Remove" kind=ButtonKind::Primary busy on_press=remove />
            </div>
        </div>
    }
    .into_any()
}

fn question(desk: Desk, record: &ClientRecord, removal: Removal) -> Option<Asking> {
    let client_id = desk.id;
    match removal {
        Removal::Client => {
            let version = record.client.version;
            Some(Asking {
                title: format!("Remove {}?", record.client.name),
                consequence: "Its contacts, discovery, data, cards and deliverables go with it. A client with \
                              opportunities, invoices or subscriptions cannot be removed; set it to churned instead."
                    .to_owned(),
                apply: None,
                sending: Arc::new(move || {
                    desk.order(Order::removal::<DeleteClient>(&ClientRemoval { client_id, version }), |_| Ok(nothing_more()))
                }),
            })
        }
        Removal::Contact(id) => line::<Contact>(record, id.0.as_u128(), |contact| {
            let which = ContactRemoval { client_id, contact_id: contact.id, version: contact.version };
            let what = format!("{} is no longer a contact of {}.", contact.name, record.client.name);
            (
                contact.name.clone(),
                what,
                Arc::new(move || {
                    desk.order(Order::removal::<DeleteContact>(&which), move |_| {
                        Ok(gone_from::<Contact>(id.0.as_u128()))
                    })
                }),
            )
        }),
        Removal::Deliverable(id) => line::<Deliverable>(record, id.0.as_u128(), |deliverable| {
            let which = DeliverableRemoval {
                client_id,
                deliverable_id: deliverable.id,
                version: deliverable.version,
            };
            let what = "The client no longer sees it. What the link leads to stays where it is.".to_owned();
            (
                deliverable.title.clone(),
                what,
                Arc::new(move || {
                    desk.order(Order::removal::<DeleteDeliverable>(&which), move |_| {
                        Ok(gone_from::<Deliverable>(id.0.as_u128()))
                    })
                }),
            )
        }),
        Removal::Question(id) => line::<Question>(record, id.0.as_u128(), |question| {
            let gone = Versioned { id, version: question.version };
            (
                question.question.clone(),
                "Its answer goes with it.".to_owned(),
                Arc::new(move || {
                    let set = SetChange { items: Vec::new(), deleted: vec![gone] };
                    let confirm = move |_| gone_from::<Question>(id.0.as_u128());
                    send::<SyncDiscoveryQuestions>(desk, &at(client_id), &set, confirm)
                }),
            )
        }),
        Removal::Source(id) => line::<DataSource>(record, id.0.as_u128(), |source| {
            let gone = Versioned { id, version: source.version };
            let what = "It no longer counts towards data readiness.".to_owned();
            (
                source.name.clone(),
                what,
                Arc::new(move || {
                    let set = SetChange { items: Vec::new(), deleted: vec![gone] };
                    let confirm = move |_| gone_from::<DataSource>(id.0.as_u128());
                    send::<SyncDataSources>(desk, &at(client_id), &set, confirm)
                }),
            )
        }),
        Removal::Card(id) => line::<KanbanCard>(record, id.0.as_u128(), |card| {
            let gone = Versioned { id, version: card.version };
            (
                card.title.clone(),
                "The card leaves the board.".to_owned(),
                Arc::new(move || {
                    let set = SetChange { items: Vec::new(), deleted: vec![gone] };
                    let confirm = move |_| gone_from::<KanbanCard>(id.0.as_u128());
                    send::<SyncKanban>(desk, &at(client_id), &set, confirm)
                }),
            )
        }),
    }
}

type Asked = (String, String, Arc<dyn Fn() -> Sending + Send + Sync>);

fn line<T: Line>(record: &ClientRecord, id: u128, ask: impl FnOnce(&T) -> Asked) -> Option<Asking> {
    let line = T::lines(record).iter().find(|line| line.identity().0 == id)?;
    let (name, consequence, sending) = ask(line);
    Some(Asking { title: format!("Remove “{name}”?"), consequence, apply: Some(take::<T>(id)), sending })
}

fn at(client_id: ClientId) -> ClientQuery {
    ClientQuery { client_id }
}

fn gone_from<T: Line>(id: u128) -> (Apply, Settled) {
    (take::<T>(id), lacks::<T>(id))
}

/// Nothing is left to paint.
fn nothing_more() -> (Apply, Settled) {
    (Arc::new(|_| {}), Arc::new(|_| true))
}
