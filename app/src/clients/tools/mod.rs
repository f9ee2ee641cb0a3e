//! What stands inside the dialogs of the clients list? Travels when one of them is opened: those that only arrange
//! the list in one part, those that change something in another.

mod add;
mod bulk;
mod columns;
mod export;
mod filter;
mod views;

use super::tool::{Tool, Workbench};
use crate::shell::part::part;
use crate::shell::style::adopt;
use live_query::Failure;
use revos_ui::Var;
use std::future::Future;
use wasm_bindgen_futures::spawn_local;

part!(
    clients_tools,
    pub(super) fn list_tool(tool: Tool, bench: Workbench) {
        adopt(include_str!("tools.css"));
        match tool {
            Tool::Columns => columns::column_form(bench),
            Tool::Export => export::export_form(bench),
            _ => filter::filter_form(bench),
        }
    }
);

part!(
    clients_tools,
    pub(super) fn change_tool(tool: Tool, bench: Workbench) {
        adopt(include_str!("tools.css"));
        match tool {
            Tool::Views => views::view_form(bench),
            Tool::Add => add::add_form(bench),
            _ => bulk::bulk_form(tool, bench),
        }
    }
);

/// Something asked for once, for a dialog.
#[derive(Clone)]
enum Asked<T> {
    Waiting,
    There(T),
    Failed,
}

/// Asks, and keeps what comes.
fn ask<T: Clone + Send + Sync + 'static>(
    answer: impl Future<Output = Result<T, Failure>> + 'static,
) -> Var<Asked<T>> {
    let asked = Var::new(Asked::Waiting);
    spawn_local(async move {
        asked.set(match answer.await {
            Ok(there) => Asked::There(there),
            Err(_) => Asked::Failed,
        });
    });
    asked
}
