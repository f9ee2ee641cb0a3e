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
use crate::shell::query::{Standby, Standing};
use crate::shell::router::UrlValue;
use crate::shell::session::Session;
use crate::shell::style::adopt;
pub(super) use desk::Desk;
use desk::Form;
use leptos::{html, prelude::*};
use live_query::Source;
use revos_shared::ClientId;
use revos_ui::{
    Dialog, EmptyState, FreshnessMark, IconButton, IconName, Segment, Segments, Signal, SkeletonLines, Var,
    effect, live,
};

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
const TAB_WORDS: &[&str] =
    &["overview", "discovery", "data", "kanban", "deliverables", "finance", "activity", "onboarding"];

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
    let standing = Standing::of(desk.store.view, refresh, None);
    let missing = Signal::memo(move || {
        desk.store.view.with(|view| view.data.is_some()) && desk.store.text.with(Option::is_none)
    });
    let old = Signal::memo(move || desk.store.view.with(|view| matches!(view.source, Source::LastGood(_))));
    let name = desk.part(|record| record.client.name.clone());
    // Without the client's name: browsers keep titles in their history, which a sign-out does not empty.
    effect(move || set_title("Client", session));
    on_cleanup(move || set_title("Clients", session));
    // The name is read aloud once it is known, and Tab goes on from there.
    let heading = NodeRef::<html::H2>::new();
    let focused = StoredValue::new(false);
    effect(move || {
        if let Some(heading) = heading.get()
            && !focused.get_value()
        {
            focused.set_value(true);
            let _ = heading.focus();
        }
    });
    view! {
        <header class="record-bar">
            <h2 id="record-title" tabindex="-1" node_ref=heading>
                {live(move || {
                    let name = name.get();
                    if name.is_empty() { "Client".to_owned() } else { name }
                })}
            </h2>
            <FreshnessMark value=standing.freshness on_action=standing.on_action />
            <div class="record-tools">
                {live(move || {
                    desk.rights
                        .get()
                        .write
                        .then(|| {
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
                <IconButton
                    label="Close the client"
                    icon=Signal::stored(IconName::Close)
                    on_press=around.close
                />
            </div>
        </header>
        <div class="record-body" data-old=live(move || old.get().then_some(""))>
            {live(move || {
                if missing.get() {
                    view! {
                        <EmptyState
                            title="No such client"
                            text="It was removed, or you have no right to see it."
                        />
                    }
                    .into_any()
                } else {
                    view! {
                        <Standby
                            standing
                            what="this client"
                            skeleton=|| view! { <SkeletonLines count=8 class="skeleton-rows" /> }.into_any()
                        >
                            {move || view! { <Inside desk /> }.into_any()}
                        </Standby>
                    }
                    .into_any()
                }
            })}
        </div>
        <FormDialog desk />
    }
    .into_any()
}

#[component]
fn Inside(desk: Desk) -> impl IntoView {
    let tab_value = UrlValue::new("tab", "overview");
    let tab = tab_value.one_of(TAB_WORDS);
    let segments = TABS.map(|(value, label)| Segment { value, label, name: label }).to_vec();
    view! {
        {head::head(desk)}
        {notice(desk)}
        <div class="record-tabs">
            <Segments
                label="Parts of the client"
                segments
                chosen=tab
                on_choose=move |value| tab_value.set(value)
                tabs=true
            />
        </div>
        {live(move || {
            let tab = tab.get();
            let label = TABS.into_iter().find(|(word, _)| *word == tab).map_or("", |(_, label)| label);
            view! {
                <section class="record-tab" role="tabpanel" aria-label=label>
                    {inside(desk, tab)}
                </section>
            }
            .into_any()
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

/// What was said last about a change; it stays until it is read.
fn notice(desk: Desk) -> AnyView {
    view! {
        <div role="status">
            {live(move || {
                desk.notice
                    .get()
                    .map(|notice| {
                        view! {
                            <p class="record-notice" data-bad=notice.bad.then_some("")>
                                <span>{notice.text}</span>
                                <IconButton
                                    label="Dismiss"
                                    icon=Signal::stored(IconName::Close)
                                    on_press=move |()| desk.notice.set(None)
                                />
                            </p>
                        }
                        .into_any()
                    })
            })}
        </div>
    }
    .into_any()
}

/// The dialog around whatever is being filled in.
#[component]
fn FormDialog(desk: Desk) -> impl IntoView {
    let open = Var::new(false);
    let dirty = Var::new(false);
    let title = Var::new(String::new());
    effect(move || {
        let wanted = desk.form.with(Option::is_some);
        if wanted != open.get_untracked() {
            dirty.set(false);
            open.set(wanted);
        }
    });
    effect(move || {
        if !open.get() && desk.form.with_untracked(Option::is_some) {
            desk.form.set(None);
        }
    });
    view! {
        <Dialog title_id="record-form-title" title open unsaved=dirty>
            {desk
                .form
                .get_untracked()
                .map(|form| {
                    show_part("This form", move || -> Arrival { Box::pin(forms::client_form(desk, form, dirty, title)) })
                })}
        </Dialog>
    }
    .into_any()
}
