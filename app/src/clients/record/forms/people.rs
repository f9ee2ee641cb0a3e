//! How are the people at a client filled in?

use super::super::desk::Desk;
use super::super::lines::{holds, put};
use super::{said, send, shown};
use crate::clients::words;
use crate::shell::form::new_id;
use crate::shell::sheet::{Definition, Kind, Submission, choices_or, field};
use revos_shared::clients::changes::ContactFields;
use revos_shared::clients::endpoints::{ClientQuery, ContactQuery, CreateContact, UpdateContact};
use revos_shared::clients::{Contact, ContactPower};
use revos_shared::kernel::ids::ContactId;
use std::sync::Arc;

fn values(contact: &Contact) -> Vec<String> {
    vec![
        contact.name.clone(),
        contact.role.clone(),
        said(contact.email.as_ref()),
        said(contact.phone.as_ref()),
        shown(contact.power),
        said(contact.notes.as_ref()),
    ]
}

pub(super) fn contact(desk: Desk, known: Option<Contact>) -> Definition {
    let id = known.as_ref().map(|contact| contact.id);
    Definition {
        title: known
            .as_ref()
            .map_or_else(|| "Add contact".to_owned(), |contact| format!("Edit {}", contact.name)),
        save: if id.is_some() { "Save" } else { "Add contact" },
        save_also: None,
        draft: format!("draft:{}:contact:{}", desk.id, shown(id)),
        fields: vec![
            field!("name", "Name", Kind::Line("text")),
            field!("role", "Job title", Kind::Line("text")),
            field!("email", "E-mail", Kind::Line("email")),
            field!("phone", "Phone", Kind::Line("tel")),
            field!(
                "power",
                "Say in a purchase",
                choices_or("Not known", ContactPower::ALL, |power| (power.as_str(), words::power(power)))
            ),
            field!("notes", "Notes", Kind::Area),
        ],
        begun: known.as_ref().map(values).unwrap_or_else(|| vec![String::new(); 6]),
        version: known.map(|contact| contact.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let fields = ContactFields {
                version,
                name: entries.text("name"),
                role: entries.text("role"),
                email: entries.given("email"),
                phone: entries.given("phone"),
                notes: entries.given("notes"),
                power: entries.word("power"),
            };
            entries.checked(&fields)?;
            let painted = put(Contact {
                id: id.unwrap_or_else(|| ContactId(new_id())),
                name: fields.name.clone(),
                role: fields.role.clone(),
                email: fields.email.clone(),
                phone: fields.phone.clone(),
                notes: fields.notes.clone(),
                power: fields.power,
                version: version.unwrap_or_default(),
            });
            let confirm = |contact: Contact| (put(contact.clone()), holds(&[contact]));
            let client_id = desk.id;
            let sending = match id {
                Some(contact_id) => {
                    send::<UpdateContact>(desk, &ContactQuery { client_id, contact_id }, &fields, confirm)
                }
                None => send::<CreateContact>(desk, &ClientQuery { client_id }, &fields, confirm),
            };
            desk.write(Some(painted), sending, then);
            Ok(())
        }),
        current: |text| {
            let contact = lean_json::from_str::<Contact>(text).ok()?;
            Some((values(&contact), contact.version))
        },
    }
}
