//! What does a button above the table open? A dialog, whose inside travels when it is first opened.

use super::list::{ClientList, ListAddress};
use super::tools::{change_tool, list_tool};
use crate::shell::part::{Arrival, show_part};
use crate::shell::selection::Selection;
use leptos::prelude::*;
use revos_shared::clients::ClientRow;
use revos_ui::{Dialog, Signal, Var, effect};

/// Things to do with the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// Choose filters.
    Filter,
    /// Choose columns and their order.
    Columns,
    /// Open, save and remove lists under a name.
    Views,
    /// Download what is shown.
    Export,
    /// Add a client.
    Add,
    /// Change the owner of the chosen clients.
    Owner,
    /// Change their phase.
    Phase,
    /// Change the date of their next review.
    Review,
}

impl Tool {
    const fn title(self) -> &'static str {
        match self {
            Self::Filter => "Filter clients",
            Self::Columns => "Columns",
            Self::Views => "Saved views",
            Self::Export => "Export CSV",
            Self::Add => "Add client",
            Self::Owner => "Change owner",
            Self::Phase => "Change phase",
            Self::Review => "Change QBR date",
        }
    }
}

/// What the palette offers of them, the first to those who may write; what works on chosen rows stays beside these.
const COMMANDS: [Tool; 5] = [Tool::Add, Tool::Filter, Tool::Columns, Tool::Views, Tool::Export];

/// What is open.
#[derive(Clone, Copy)]
pub(super) struct Toolbox {
    tool: Var<Option<Tool>>,
    open: Var<bool>,
}

impl Toolbox {
    /// Nothing open.
    pub(super) fn new() -> Self {
        Self { tool: Var::new(None), open: Var::new(false) }
    }

    /// Opens this.
    pub(super) fn open(self, tool: Tool) {
        self.tool.set(Some(tool));
        self.open.set(true);
    }

    /// Closes what is open.
    pub(super) fn close(self) {
        self.open.set(false);
    }

    /// What closes it.
    pub(super) fn closing(self) -> Callback<()> {
        Callback::new(move |()| self.close())
    }

    /// The tools of the buttons above the table, by their place; opens one when asked to.
    pub(super) fn command(self, at: usize, run: bool) -> Option<&'static str> {
        let tool = *COMMANDS.get(at)?;
        if run {
            self.open(tool);
        }
        Some(tool.title())
    }
}

/// What the tools work on.
#[derive(Clone, Copy)]
pub(super) struct Workbench {
    /// Where filters, order and columns are kept.
    pub address: ListAddress,
    /// The list.
    pub list: ClientList,
    /// The chosen rows.
    pub selection: Selection<ClientRow>,
    /// What closes the dialog.
    pub toolbox: Toolbox,
    /// Asks for the list again, after a change.
    pub refresh: Callback<()>,
}

/// The dialog of the open tool.
#[component]
pub(super) fn ToolDialog(bench: Workbench) -> impl IntoView {
    let Toolbox { tool, open } = bench.toolbox;
    effect(move || {
        if !open.get() {
            tool.set(None);
        }
    });
    let title = Signal::derive(move || tool.get().map_or("", Tool::title).to_owned());
    view! {
        <Dialog title_id="tool-title" title open>
            {tool.get_untracked().map(|tool| show_part("This dialog", move || inside(tool, bench)))}
        </Dialog>
    }
    .into_any()
}

fn inside(tool: Tool, bench: Workbench) -> Arrival {
    match tool {
        Tool::Filter | Tool::Columns | Tool::Export => Box::pin(list_tool(tool, bench)),
        Tool::Views | Tool::Add | Tool::Owner | Tool::Phase | Tool::Review => {
            Box::pin(change_tool(tool, bench))
        }
    }
}
