//! What can be filled in about a client? Travels when a form is first opened.

mod client;
mod money;
mod people;
mod remove;
mod work;

pub(super) use client::{painted as paint_change, update as update_client};

use super::desk::{Desk, Form, Sending};
use super::lines::{Apply, Line, Settled};
use crate::shell::api::Order;
use crate::shell::part::part;
use crate::shell::sheet::{Definition, sheet};
use leptos::prelude::*;
use revos_shared::Endpoint;
use revos_shared::clients::ClientRecord;
use revos_shared::kernel::money::Money;
use revos_ui::Var;

part!(
    client_forms,
    pub(super) fn client_form(desk: Desk, form: Form, dirty: Var<bool>, title: Var<String>) {
        let close = Callback::new(move |()| desk.form.set(None));
        let record = desk.now();
        match (form, record) {
            (Form::Remove(removal), _) => remove::ask(desk, removal, title, close),
            (form, Some(record)) => match definition(desk, &record, form) {
                Some(definition) => {
                    title.set(definition.title.clone());
                    sheet(definition, dirty, close)
                }
                // What was to be changed is gone.
                None => view! { <p>"It is no longer there. Somebody else removed it."</p> }.into_any(),
            },
            (_, None) => ().into_any(),
        }
    }
);

fn definition(desk: Desk, record: &ClientRecord, form: Form) -> Option<Definition> {
    let found = match form {
        Form::Client => client::client(desk, record),
        Form::Health => client::health(desk, record),
        Form::Contact(id) => people::contact(desk, line_of(record, id.map(|id| id.0.as_u128()))?),
        Form::Commercials => money::commercials(desk, record),
        Form::Terms => money::terms(desk, record)?,
        Form::Note => work::note(desk, record)?,
        Form::Discovery(form) => work::discovery(desk, record, form),
        Form::Question(id) => work::question(desk, record, line_of(record, id.map(|id| id.0.as_u128()))?),
        Form::Source(id) => work::source(desk, line_of(record, id.map(|id| id.0.as_u128()))?),
        Form::Card(id, column) => {
            work::card(desk, record, line_of(record, id.map(|id| id.0.as_u128()))?, column)
        }
        Form::Deliverable(id) => {
            work::deliverable(desk, record, line_of(record, id.map(|id| id.0.as_u128()))?)
        }
        Form::Remove(_) => return None,
    };
    Some(found)
}

/// The row that is to be changed; `Some(None)` for a new one, none when it is gone.
#[allow(clippy::option_option, reason = "a new row and a missing row are two things")]
fn line_of<T: Line>(record: &ClientRecord, id: Option<u128>) -> Option<Option<T>> {
    match id {
        None => Some(None),
        Some(id) => T::lines(record).iter().find(|line| line.identity().0 == id).cloned().map(Some),
    }
}

/// Sends a change; its answer tells what to paint from then on.
fn send<E: Endpoint>(
    desk: Desk,
    query: &E::Query,
    body: &E::Body,
    confirm: impl FnOnce(E::Reply) -> (Apply, Settled) + 'static,
) -> Sending {
    desk.order(Order::of::<E>(query, body), move |given| Ok(confirm(given.read::<E::Reply>()?)))
}

/// A text that may be missing, as a field shows it.
fn said(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// A value that may be missing, as a field shows it.
fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// An amount as a field shows it.
fn amount(amount: Option<Money>) -> String {
    shown(amount)
}
