//! What does the Playbooks page show? The playbooks by name, and one of them beside its list with its runs.

use super::desk::{Desk, Form};
use super::{forms, record, words};
use crate::shell::address::Address;
use crate::shell::frame::PageHead;
use crate::shell::lists::{mark, table};
use crate::shell::no_rows::{demo_page, denied_page};
use crate::shell::part::part;
use crate::shell::query::{Standby, Standing};
use crate::shell::record::{notice_of, opens_beside};
use crate::shell::router::UrlValue;
use crate::shell::session::Session;
use crate::shell::style::adopt;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::automations::Playbook;
use revos_shared::automations::endpoints::RunsQuery;
use revos_shared::kernel::ids::AutomationRunId;
use revos_shared::session::Capability;
use revos_ui::{Button, ButtonKind, EmptyState, Segment, Segments, Signal, SkeletonLines, effect, live, on};

/// Where the page is.
pub(super) const PATH: &str = "/agents/playbooks";
const STATUSES: [(&str, &str); 5] = [
    ("all", "All"),
    ("active", "Active"),
    ("draft", "Drafts"),
    ("paused", "Paused"),
    ("archived", "Archived"),
];

part!(
    automations,
    pub(crate) fn playbooks_page() {
        adopt(include_str!("../shell/record.css"));
        adopt(include_str!("automations.css"));
        let session = expect_context::<Session>();
        // Whoever may read the pipeline is staff, and staff reads playbooks.
        let may_read = session.member().is_some_and(|member| member.can(Capability::PIPELINE_READ));
        match session.api().filter(|_| may_read) {
            Some(api) => playbooks(Desk::new(api, session)),
            None if may_read => demo_page("Playbooks", "The demo has no playbooks"),
            None => denied_page(
                "Playbooks",
                "Playbooks are for staff",
                "Your account may not read playbooks. An Admin of the organization can change that.",
            ),
        }
    }
);

fn playbooks(desk: Desk) -> AnyView {
    let refresh = Callback::new(move |()| {
        desk.list.refresh();
        desk.refresh();
    });
    let standing = Standing::of(desk.list.view, refresh, None);
    let value = UrlValue::new("status", "all");
    let status = value.one_labelled(&STATUSES);
    let segments = STATUSES.map(|(value, label)| Segment { value, label, name: label }).to_vec();
    follow_run(desk);
    view! {
        <PageHead title="Playbooks" mark=(standing.freshness, standing.on_action) refresh />
        <div class="page playbooks" on:click=on(opens_beside("/agents/playbooks/"))>
            <p class="hidden-visually" role="status">{live(move || desk.said.get())}</p>
            {notice_of(desk.notice)}
            <div class="playbooks-tools">
                <Segments label="Which playbooks" segments chosen=status on_choose=move |word| value.set(word) />
                {desk.may_manage.then(|| {
                    view! {
                        <Button
                            label="Add playbook"
                            kind=ButtonKind::Primary
                            on_press=move |()| desk.form.set(Some(Form::Add))
                        />
                    }
                    .into_any()
                })}
            </div>
            <Standby
                standing
                what="the playbooks of your organization"
                skeleton=|| view! { <SkeletonLines count=4 class="skeleton-rows" /> }.into_any()
            >
                {move || live(move || listed(desk, status.get())).into_any()}
            </Standby>
        </div>
        {record::panel(desk)}
        {forms::dialog(desk)}
    }
    .into_any()
}

fn listed(desk: Desk, status: &str) -> Option<AnyView> {
    let all = desk.list.value.get()?;
    let rows: Vec<Playbook> =
        all.iter().filter(|row| status == "all" || row.status.as_str() == status).cloned().collect();
    if rows.is_empty() {
        let (title, text) = if all.is_empty() {
            (
                "No playbook yet",
                "A playbook does its steps by itself, for each win or when a person starts it.",
            )
        } else {
            ("No playbook like this", "There are others. Choose All to see them.")
        };
        return Some(view! { <EmptyState title text page=true /> }.into_any());
    }
    let total = desk.list.view.with(|view| view.data.as_ref().map_or(0, |extent| extent.total));
    let cut = (total > all.len() as u64).then(|| {
        view! { <p class="quiet">{format!("The first {} of {total} playbooks.", all.len())}</p> }.into_any()
    });
    let heads = [
        ("Playbook", false),
        ("Starts when", false),
        ("Status", false),
        ("Steps", true),
        ("Last run", false),
    ];
    let lines = table("Playbooks", &heads, rows, |row| {
        let last = match row.last_run {
            Some(run) => {
                view! { {mark(terms::run(run.status))} " " <span class="quiet">{desk.moment(run.created_at)}</span> }
                    .into_any()
            }
            None => view! { <span class="quiet">"Never"</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">
                    <a id=format!("playbook-{}", row.id) class="link" href=format!("{PATH}/{}", row.id)>{row.name}</a>
                </th>
                <td>{words::trigger(row.trigger_event).1}</td>
                <td>{mark(words::status(row.status))}</td>
                <td class="number">{row.steps.len().to_string()}</td>
                <td>{last}</td>
            </tr>
        }
        .into_any()
    });
    Some(view! { {lines} {cut} }.into_any())
}

/// A link that names a run and no playbook, as a won opportunity has it, leads to the run's playbook.
fn follow_run(desk: Desk) {
    let address: Address = expect_context();
    let wanted = Signal::memo(move || {
        let run = address.parameter("run")?;
        (address.path() == PATH).then(|| run.parse().ok())
    });
    let answer = Signal::memo(move || {
        let run_id = wanted.get()??;
        Some(Followed { run_id, runs: desk.runs(RunsQuery { run_id: Some(run_id), ..RunsQuery::default() }) })
    });
    effect(move || match (wanted.get(), answer.get()) {
        // An address that names no run names nothing.
        (Some(None), _) => address.change_parameters(&[("run", None)]),
        (Some(Some(run_id)), Some(followed)) if followed.run_id == run_id => {
            let Some(runs) = followed.runs.value.get() else { return };
            match runs.first() {
                Some(run) => address.replace(&format!("{PATH}/{}?run={run_id}", run.playbook_id)),
                None => {
                    desk.say("There is no such run, or you have no right to see it.", true);
                    address.change_parameters(&[("run", None)]);
                }
            }
        }
        _ => {}
    });
}

/// The run that is looked for.
#[derive(Clone, Copy)]
struct Followed {
    run_id: AutomationRunId,
    runs: crate::shell::answer::Answer<Vec<revos_shared::automations::AutomationRun>>,
}

impl PartialEq for Followed {
    fn eq(&self, other: &Self) -> bool {
        self.run_id == other.run_id
    }
}
