//! What does a customer see of their own account? How it stands, what was delivered, what is owed; nothing to change.

use super::record::{Desk, account_tables};
use crate::shell::format;
use crate::shell::frame::PageHead;
use crate::shell::part::{Arrival, part, show_part};
use crate::shell::query::{Standby, Standing};
use crate::shell::session::Session;
use leptos::prelude::*;
use revos_ui::{DeniedState, Figure, Panel, Signal, SkeletonLines};

/// The page at `/account`.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    show_part("Your account", || -> Arrival { Box::pin(account()) })
}

part!(
    client_record,
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
    let name = desk.part(|record| record.client.name.clone());
    let about = desk.part(|record| {
        let client = &record.client;
        let phase = client.phase.map(|phase| format!("Phase {}", phase.as_str()));
        [
            Some(super::words::status(client.status).0.to_owned()),
            phase,
            client.industry.clone(),
            client.region.clone(),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
    });
    let score = desk.part(|record| record.client.trs_score);
    let owed = desk.part(|record| record.figures.ar_outstanding);
    let review = desk.part(|record| record.client.qbr_date);
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
                                <h3>{revos_ui::live(move || name.get())}</h3>
                                <p class="quiet">{revos_ui::live(move || about.get())}</p>
                                <dl class="record-figures">
                                    <Figure
                                        label="TRS"
                                        value=Signal::derive(move || format::score(score.get()))
                                        note="of 100"
                                    />
                                    <Figure
                                        label="Open balance"
                                        value=Signal::derive(move || desk.money(owed.get()))
                                    />
                                    <Figure
                                        label="Next review"
                                        value=Signal::derive(move || desk.day(review.get()))
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
