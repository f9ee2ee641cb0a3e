//! Which subscription and which project of the client does an invoice ask for? Perhaps none.

use super::data::{Named, Things, things_of};
use super::desk::Desk;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::finance::InvoiceRecord;
use revos_ui::{Problem, SelectField, SelectOption, Signal, Var, effect, live};
use std::fmt::Display;
use std::sync::Arc;

/// What was chosen, as it stands in the form.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    /// The id of a subscription, or nothing.
    pub subscription: Var<String>,
    /// The id of a project, or nothing.
    pub project: Var<String>,
    /// What the client has.
    things: Var<Things>,
}

impl Purpose {
    /// As the draft says that is known.
    pub(super) fn of(known: Option<&InvoiceRecord>) -> Self {
        Self {
            subscription: Var::new(text_of(known.and_then(|record| record.row.subscription_id))),
            project: Var::new(text_of(known.and_then(|record| record.project_id))),
            things: Var::new(Things::default()),
        }
    }

    /// The fields, once it is known whose invoice it is.
    pub(super) fn fields(
        self,
        desk: Desk,
        client: Var<Option<Named>>,
        known: Option<Arc<InvoiceRecord>>,
        problems: Var<Vec<Problem>>,
    ) -> AnyView {
        let here = StoredValue::new(());
        let chosen = Signal::memo(move || client.with(|client| client.as_ref().map(|client| client.id)));
        effect(move || {
            let client = chosen.get();
            self.things.set(Things::default());
            // What belongs to one client belongs to no other.
            let same = known.as_deref().filter(|record| Some(record.row.client_id) == client);
            self.subscription.set(text_of(same.and_then(|record| record.row.subscription_id)));
            self.project.set(text_of(same.and_then(|record| record.project_id)));
            let Some(client) = client else { return };
            leptos::task::spawn_local(async move {
                let things = things_of(desk.api, client).await;
                if here.try_get_value().is_some() && chosen.get_untracked() == Some(client) {
                    self.things.set(things);
                }
            });
        });
        let subscriptions = self.offered("No subscription", self.subscription, desk, |desk, things| {
            let each = things.subscriptions.iter().map(|one| {
                let (amount, often) = (desk.money(one.amount), terms::frequency(one.billing_frequency));
                SelectOption::new(one.id.to_string(), format!("{}, {amount} {often}", one.product_name))
            });
            each.collect()
        });
        let projects = self.offered("No project", self.project, desk, |_, things| {
            let each = things.projects.iter();
            each.map(|one| SelectOption::new(one.id.to_string(), one.name.clone())).collect()
        });
        view! {
            <div class="form-row" hidden=live(move || chosen.get().is_none())>
                <SelectField id="draft-subscription" label="Subscription" options=subscriptions value=self.subscription problems />
                <SelectField id="draft-project" label="Project" options=projects value=self.project problems />
            </div>
        }
        .into_any()
    }

    fn offered(
        self,
        none: &'static str,
        chosen: Var<String>,
        desk: Desk,
        of: fn(Desk, &Things) -> Vec<SelectOption>,
    ) -> Signal<Vec<SelectOption>> {
        Signal::memo(move || {
            let mut all = vec![SelectOption::new("", none)];
            all.extend(self.things.with(|things| of(desk, things)));
            let value = chosen.get();
            // Kept with the draft, and no longer to be chosen anew.
            if all.iter().all(|option| option.value != value) {
                all.push(SelectOption::new(value, "As it was"));
            }
            all
        })
    }
}

fn text_of(id: Option<impl Display>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
