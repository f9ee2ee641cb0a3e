//! What stands inside the dialogs of the clients list? Travels when one of them is opened: those that only arrange
//! the list in one part, those that change something in another.

mod add;
mod bulk;
mod export;
mod filter;

use super::tool::{Tool, Workbench};
use crate::shell::part::part;
use crate::shell::saved_views::view_form;
use crate::shell::shown_columns::column_form;
use crate::shell::style::adopt;
use leptos::prelude::*;
use revos_shared::kernel::workspace::ViewWorkspace;

part!(
    clients_tools,
    pub(super) fn list_tool(tool: Tool, bench: Workbench) {
        adopt(include_str!("tools.css"));
        match tool {
            Tool::Columns => {
                let address = bench.address;
                let set = Callback::new(move |columns| address.choose(|state| state.columns = columns));
                column_form(address.columns(), set, bench.toolbox.closing())
            }
            Tool::Export => export::export_form(bench),
            _ => filter::filter_form(bench),
        }
    }
);

part!(
    clients_tools,
    pub(super) fn change_tool(tool: Tool, bench: Workbench) {
        adopt(include_str!("../../shell/list_forms.css"));
        adopt(include_str!("tools.css"));
        match tool {
            Tool::Views => view_form(ViewWorkspace::Clients, bench.toolbox.closing()),
            Tool::Add => add::add_form(bench),
            _ => bulk::form(tool, bench),
        }
    }
);
