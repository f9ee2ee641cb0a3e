//! What is known about one client, and what can be done about it? Beside the list, and as a page of its own.

mod activity;
mod board;
mod desk;
mod discovery;
mod finance;
mod forms;
mod head;
mod lines;
mod onboarding;
mod overview;
mod sources;
mod table;

use super::words;
use crate::shell::api::Api;
use crate::shell::frame::set_title;
use crate::shell::part::{Arrival, part, show_part};
use crate::shell::record::{RecordStanding, Words, form_dialog, notice_of, record_frame, record_tabs};
use crate::shell::session::Session;
use crate::shell::style::adopt;
pub(super) use desk::Desk;
use desk::Form;
use leptos::prelude::*;
use revos_shared::ClientId;
use revos_ui::{EmptyState, IconButton, IconName, Signal, effect, live};

/// The tabs, in their order: the word in the address and the one on screen.
const TABS: [(&str, &str); 8] = [
    ("overview", "Overview"),
    ("discovery", "Discovery"),
    ("data", "Data"),
    ("kanban", "Board"),
    ("deliverables", "Deliverables"),
    ("finance", "Finance"),
    ("activity", "Activity"),
    ("onboarding", "Onboarding"),
];

/// What records of clients are called.
pub(super) const WORDS: Words = Words {
    name: "Client",
    noun: "client",
    one: "a client",
    this: "this client",
    parts: "Parts of the client",
};

/// What lies around a record: how it is left, and how wide it is shown.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// Goes back to the list.
    pub close: Callback<()>,
    /// Is it a page of its own?
    pub alone: Signal<bool>,
    /// Makes it one, or puts it back beside the list.
    pub toggle: Callback<()>,
}

part!(
    client_record,
    pub(super) fn client_record(id: ClientId, around: Around) {
        adopt(include_str!("../../shell/record.css"));
        let session = expect_context::<Session>();
        match session.api() {
            Some(api) => record(id, api, session, around),
            None => view! {
                <div class="record-body">
                    <EmptyState
                        title="Sample clients have no record"
                        text="The rows are invented, so there is nothing behind them."
                    />
                </div>
            }
            .into_any(),
        }
    }
);

/// What a customer may see of their own record.
pub(super) fn account_tables(desk: Desk) -> AnyView {
    adopt(include_str!("../../shell/record.css"));
    view! {
        {table::part(desk, "account-deliverables", "Deliverables", None, sources::delivered(desk))}
        {table::part(desk, "account-invoices", "Invoices", None, finance::invoices(desk))}
        {table::part(desk, "account-projects", "Projects", None, overview::projects(desk))}
    }
    .into_any()
}

fn record(id: ClientId, api: Api<crate::shell::api::SignedIn>, session: Session, around: Around) -> AnyView {
    let desk = Desk::new(id, api, session);
    provide_context(desk);
    let refresh = Callback::new(move |()| desk.store.refresh());
    let standing =
        RecordStanding::of(desk.store.view, move || desk.store.text.with(Option::is_none), refresh);
    let name = desk.text(|record, _| record.client.name.clone());
    // Without the client's name: browsers keep titles in their history, which a sign-out does not empty.
    effect(move || set_title("Client", session));
    on_cleanup(move || set_title("Clients", session));
    let tools = view! {
        {live(move || {
            desk.rights.get().write.then(|| {
                view! {
                    <IconButton
                        label="Edit client"
                        icon=Signal::stored(IconName::Edit)
                        on_press=move |()| desk.open(Form::Client)
                    />
                }
                .into_any()
            })
        })}
        <IconButton
            label=Signal::derive(move || {
                if around.alone.get() { "Show beside the list" } else { "Show as a page" }.to_owned()
            })
            icon=Signal::derive(move || if around.alone.get() { IconName::Collapse } else { IconName::Expand })
            on_press=around.toggle
        />
    };
    let body = move || {
        view! {
            {head::head(desk)}
            {notice_of(desk.notice)}
            {record_tabs(WORDS, &TABS, move |tab| inside(desk, tab))}
        }
        .into_any()
    };
    view! {
        {record_frame(WORDS, name, standing, tools.into_any(), around.close, body)}
        {form_dialog(desk.form, move |form, dirty, title| -> Arrival {
            Box::pin(forms::client_form(desk, form, dirty, title))
        })}
    }
    .into_any()
}

fn inside(desk: Desk, tab: &'static str) -> AnyView {
    match tab {
        "overview" => overview::overview(desk),
        "kanban" => show_part("The board", move || -> Arrival { Box::pin(board_tab(desk)) }),
        _ => show_part("This tab", move || -> Arrival { Box::pin(other_tab(desk, tab)) }),
    }
}

part!(
    client_tabs,
    fn other_tab(desk: Desk, tab: &'static str) {
        match tab {
            "discovery" => discovery::discovery(desk),
            "data" => sources::sources(desk),
            "deliverables" => sources::deliverables(desk),
            "finance" => finance::finance(desk),
            "activity" => activity::activity(desk),
            _ => onboarding::onboarding(desk),
        }
    }
);

part!(
    client_tabs,
    fn board_tab(desk: Desk) {
        board::board(desk)
    }
);
