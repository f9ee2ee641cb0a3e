//! What can be changed about many clients at once?

use super::super::tool::{Tool, Workbench};
use crate::shell::bulk::{Bulk, NewValue, bulk_form};
use crate::shell::session::Session;
use leptos::prelude::*;
use revos_shared::clients::changes::{BulkChange, BulkFields};
use revos_shared::clients::endpoints::UpdateClients;
use revos_shared::clients::{ClientRow, Phase};
use revos_shared::kernel::instants::parse_day;

/// The new value for the chosen clients.
pub(super) fn form(tool: Tool, bench: Workbench) -> AnyView {
    let session = expect_context::<Session>();
    let Some(api) = session.api() else { return ().into_any() };
    let value = NewValue::new();
    bulk_form::<ClientRow, UpdateClients>(Bulk {
        api,
        selection: bench.selection,
        rows: bench.list.rows.with_untracked(|rows| Vec::clone(rows)),
        version: |row| row.version,
        one: "client",
        fields: &[],
        value,
        input: Box::new(move || match tool {
            Tool::Owner => value.owner(),
            Tool::Phase => {
                let phases = Phase::ALL.iter().map(|phase| (phase.as_str(), phase.as_str()));
                value.choice("New phase", "Choose a phase", Some("No phase"), phases)
            }
            _ => value.day("Next QBR"),
        }),
        change: Box::new(move |items| {
            let none = BulkFields::default();
            let changes = match tool {
                Tool::Owner => value
                    .read(|id| id.parse().ok())
                    .map(|owner_id| BulkFields { owner_id, ..none })
                    .ok_or("Choose who is in charge."),
                Tool::Phase => value
                    .read(|phase| phase.parse().ok())
                    .map(|phase| BulkFields { phase, ..none })
                    .ok_or("Choose a phase."),
                _ => value
                    .read(parse_day)
                    .map(|qbr_date| BulkFields { qbr_date, ..none })
                    .ok_or("Enter a day such as 2026-05-20."),
            };
            changes.map(|changes| BulkChange { items, changes })
        }),
        refresh: bench.refresh,
        close: bench.toolbox.closing(),
    })
}
