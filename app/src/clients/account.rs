//! What does a customer see of their own account? How it stands, what was delivered, what is owed; nothing to change.

use super::record::{Desk, account_tables};
use crate::shell::format;
use crate::shell::frame::PageHead;
use crate::shell::part::{Arrival, part, show_part};
use crate::shell::query::{Standby, Standing};
use crate::shell::session::Session;
use leptos::prelude::*;
use revos_shared::clients::ClientRecord;
use revos_ui::{DeniedState, Figure, Panel, SkeletonLines, live};

/// The page at `/account`.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    show_part("Your account", || -> Arrival { Box::pin(account()) })
}

part!(
    account,
    fn account() {
        let session = expect_context::<Session>();
        let client = session.member().and_then(|member| member.person.client_id);
        match client.zip(session.api()) {
            Some((client, api)) => page(Desk::new(client, api, session)),
            None => view! {
                <PageHead title="Account" />
                <div class="page">
                    <DeniedState
                        title="You have no account here"
                        text="This page is for customers. Staff find every client in the list of clients."
                        page=true
                    />
                </div>
            }
            .into_any(),
        }
    }
);

fn page(desk: Desk) -> AnyView {
    let refresh = Callback::new(move |()| desk.store.refresh());
    let standing = Standing::of(desk.store.view, refresh, None);
    let name = desk.text(|record, _| record.client.name.clone());
    let about = desk.text(|record, _| about(record));
    view! {
        <PageHead
            title="Account"
            mark=(standing.freshness, standing.on_action)
            refresh
        />
        <div class="page">
            <Panel id="account" title="Overview" freshness=standing.freshness on_action=standing.on_action>
                <Standby
                    standing
                    what="your account"
                    skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
                >
                    {move || {
                        view! {
                            <div class="account">
                                <h3>{live(move || name.get())}</h3>
                                <p class="quiet">{live(move || about.get())}</p>
                                <dl class="record-figures">
                                    <Figure
                                        label="TRS"
                                        value=desk.text(|record, _| format::score(record.client.trs_score))
                                        note="of 100"
                                    />
                                    <Figure
                                        label="Open balance"
                                        value=desk.text(|record, desk| desk.money(record.figures.ar_outstanding))
                                    />
                                    <Figure
                                        label="Next review"
                                        value=desk.text(|record, desk| desk.day(record.client.qbr_date))
                                    />
                                </dl>
                                {account_tables(desk)}
                            </div>
                        }
                        .into_any()
                    }}
                </Standby>
            </Panel>
        </div>
    }
    .into_any()
}

fn about(record: &ClientRecord) -> String {
    let client = &record.client;
    let status = super::words::status(client.status).0.to_owned();
    let phase = client.phase.map(|phase| format!("Phase {}", phase.as_str()));
    format::joined(&[Some(status), phase, client.industry.clone(), client.region.clone()])
}
