//! How does something under a client go away? After one question that names it and says what follows.

use super::super::desk::{Desk, Removal, Sending};
use super::super::lines::{Apply, Line, SetLine, Settled, gone_from, sync, take};
use crate::shell::Refused;
use crate::shell::address::Address;
use crate::shell::api::Order;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::Endpoint;
use revos_shared::clients::changes::SetChange;
use revos_shared::clients::endpoints::{
    ClientRemoval, ContactRemoval, DeleteClient, DeleteContact, DeleteDeliverable, DeliverableRemoval,
};
use revos_shared::clients::{ClientRecord, Contact, DataSource, Deliverable, KanbanCard, Question};
use revos_shared::kernel::bulk::Versioned;
use revos_ui::{Button, ButtonKind, ErrorSummary, Var};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// What is asked, and what a yes does.
struct Asking {
    title: String,
    consequence: String,
    apply: Option<Apply>,
    sending: Remove,
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
        Removal::Contact(id) => {
            let known = record.contacts.iter().find(|contact| contact.id == id)?;
            let what = format!("{} is no longer a contact of {}.", known.name, record.client.name);
            let which =
                move |row: &Contact| ContactRemoval { client_id, contact_id: id, version: row.version };
            let name = |row: &Contact| row.name.clone();
            row::<Contact, DeleteContact>(desk, record, id.0.as_u128(), name, &what, which)
        }
        Removal::Deliverable(id) => {
            let which = move |row: &Deliverable| DeliverableRemoval {
                client_id,
                deliverable_id: id,
                version: row.version,
            };
            let what = "The client no longer sees it. What the link leads to stays where it is.";
            let name = |row: &Deliverable| row.title.clone();
            row::<Deliverable, DeleteDeliverable>(desk, record, id.0.as_u128(), name, what, which)
        }
        Removal::Question(id) => {
            let name = |row: &Question| row.question.clone();
            row_of_set(desk, record, (id, id.0.as_u128()), name, "Its answer goes with it.")
        }
        Removal::Source(id) => {
            let name = |row: &DataSource| row.name.clone();
            row_of_set(
                desk,
                record,
                (id, id.0.as_u128()),
                name,
                "It no longer counts towards data readiness.",
            )
        }
        Removal::Card(id) => {
            let name = |row: &KanbanCard| row.title.clone();
            row_of_set(desk, record, (id, id.0.as_u128()), name, "The card leaves the board.")
        }
    }
}

/// A row with a removal of its own.
fn row<T: Line, E: Endpoint>(
    desk: Desk,
    record: &ClientRecord,
    id: u128,
    name: fn(&T) -> String,
    consequence: &str,
    which: impl FnOnce(&T) -> E::Query,
) -> Option<Asking>
where
    E::Query: Send + Sync + 'static,
{
    line(record, id, name, consequence, |line| {
        let which = which(line);
        Arc::new(move || desk.order(Order::removal::<E>(&which), move |_| Ok(gone_from::<T>(id))))
    })
}

/// A row that leaves the set it is saved with.
fn row_of_set<T: SetLine>(
    desk: Desk,
    record: &ClientRecord,
    (id, key): (T::Id, u128),
    name: fn(&T) -> String,
    consequence: &str,
) -> Option<Asking> {
    line(record, key, name, consequence, |line| {
        let version = line.identity().1;
        Arc::new(move || {
            let deleted = vec![Versioned { id, version }];
            sync::<T>(desk, SetChange { items: Vec::new(), deleted }, Some(key))
        })
    })
}

/// Sends the removal.
type Remove = Arc<dyn Fn() -> Sending + Send + Sync>;

fn line<T: Line>(
    record: &ClientRecord,
    id: u128,
    name: fn(&T) -> String,
    consequence: &str,
    sending: impl FnOnce(&T) -> Remove,
) -> Option<Asking> {
    let line = T::lines(record).iter().find(|line| line.identity().0 == id)?;
    Some(Asking {
        title: format!("Remove “{}”?", name(line)),
        consequence: consequence.to_owned(),
        apply: Some(take::<T>(id)),
        sending: sending(line),
    })
}

/// Nothing is left to paint.
fn nothing_more() -> (Apply, Settled) {
    (Arc::new(|_| {}), Arc::new(|_| true))
}
