//! What does everything on the page of playbooks work with?

use crate::shell::answer::{Answer, query};
use crate::shell::api::{Api, Place, SignedIn};
use crate::shell::format;
use crate::shell::query::time_zone;
use crate::shell::record::{Notice, asks_before_leaving};
use crate::shell::session::Session;
use jiff::Timestamp;
use leptos::prelude::{GetValue as _, StoredValue};
use live_query::Timing;
use revos_shared::automations::changes::StatusChange;
use revos_shared::automations::endpoints::{
    ListAutomationRuns, ListPlaybooks, PlaybookQuery, RunsQuery, SetPlaybookStatus,
};
use revos_shared::automations::{AutomationRun, Playbook, PlaybookStatus};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::ids::PlaybookId;
use revos_shared::session::Capability;
use revos_shared::{Endpoint, ErrorCode};
use revos_ui::{Signal, Var};
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How often runs are asked for: the worker does a step in seconds.
const RUNS_EVERY: Duration = Duration::from_secs(10);

/// What is open on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A new playbook.
    Add,
    /// This one, with its steps.
    Edit(PlaybookId),
    /// Asks whether it is to be archived.
    Archive(PlaybookId),
    /// Starts a run of it.
    Run(PlaybookId),
}

/// The desk a person works at.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The server.
    pub api: Api<SignedIn>,
    /// May the person start and retry runs?
    pub may_run: bool,
    /// May the person write playbooks?
    pub may_manage: bool,
    /// The playbooks.
    pub list: Answer<Vec<Playbook>>,
    /// What is open on top.
    pub form: Var<Option<Form>>,
    /// What was said last.
    pub notice: Var<Option<Notice>>,
    /// What was done last, read aloud.
    pub said: Var<String>,
    /// Counts what was changed.
    pub changes: Var<u32>,
    /// Is a change on its way?
    pub busy: Var<bool>,
    zone: Signal<String>,
    here: StoredValue<()>,
}

impl Desk {
    /// The desk of the signed-in person.
    pub(super) fn new(api: Api<SignedIn>, session: Session) -> Self {
        let can = |right| session.member().is_some_and(|member| member.can(right));
        let changes = Var::new(0);
        let place = Place::of::<ListPlaybooks>(&NoQuery {});
        let question = query("playbooks", "automations/playbooks".to_owned()).persisted();
        Self {
            api,
            may_run: can(Capability::AUTOMATIONS_RUN),
            may_manage: can(Capability::AUTOMATIONS_MANAGE),
            list: Answer::of(api, question, place).following(changes),
            form: Var::new(None),
            notice: Var::new(None),
            said: Var::new(String::new()),
            changes,
            busy: Var::new(false),
            zone: time_zone(),
            here: StoredValue::new(()),
        }
    }

    /// Runs, newest first.
    pub(super) fn runs(self, asked: RunsQuery) -> Answer<Vec<AutomationRun>> {
        let text = serde_urlencoded::to_string(asked).unwrap_or_default();
        let timing = Timing::every(Some(RUNS_EVERY));
        let question = query("automation_runs", format!("automations/runs?{text}")).timing(timing);
        Answer::of(self.api, question, Place::of::<ListAutomationRuns>(&asked)).following(self.changes)
    }

    /// The playbook as it is on screen.
    pub(super) fn playbook(self, id: PlaybookId) -> Option<Playbook> {
        self.list.value.get_untracked()?.iter().find(|playbook| playbook.id == id).cloned()
    }

    /// A moment as people read it.
    pub(super) fn moment(self, at: Timestamp) -> String {
        format::moment(at.as_millisecond(), &self.zone.get())
    }

    /// Is the page still there? What was sent is answered, whoever waits for it.
    pub(super) fn is_open(self) -> bool {
        self.here.try_get_value().is_some()
    }

    /// Asks for everything again.
    pub(super) fn refresh(self) {
        self.changes.update(|changes| *changes += 1);
    }

    /// Says something.
    pub(super) fn say(self, text: impl Into<String>, bad: bool) {
        self.notice.set(Some(Notice { text: text.into(), bad }));
    }

    /// Sends a change, once: while one is on its way, a second press is none. `then` says what was done.
    pub(super) fn change<E: Endpoint>(
        self,
        query: E::Query,
        body: E::Body,
        then: impl FnOnce(E::Reply) -> String + 'static,
    ) where
        E::Query: 'static,
        E::Body: 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let leaving = asks_before_leaving();
            let outcome = self.api.change::<E>(&query, &body).await;
            leaving.remove();
            if !self.is_open() {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok(reply) => {
                    let done = then(reply);
                    self.notice.set(None);
                    self.said.set(done);
                }
                Err(refused) => {
                    let text = match refused.code() {
                        Some(ErrorCode::InvalidTransition) => {
                            "Not done: only an active playbook runs, and what is archived stays so."
                                .to_owned()
                        }
                        Some(ErrorCode::StaleVersion) => {
                            "Not done: somebody else changed it meanwhile. It is shown as it is now."
                                .to_owned()
                        }
                        _ => refused.sentence(),
                    };
                    self.say(text, true);
                }
            }
            // Also after a refusal: somebody else may have been there.
            self.refresh();
        });
    }

    /// Switches a playbook on or off, or archives it.
    pub(super) fn set_status(self, playbook: &Playbook, status: PlaybookStatus) {
        let (query, body) =
            (PlaybookQuery { playbook_id: playbook.id }, StatusChange { version: playbook.version, status });
        let name = playbook.name.clone();
        self.change::<SetPlaybookStatus>(query, body, move |now| {
            format!("“{name}” is {} now.", super::words::status(now.status).0.to_lowercase())
        });
    }
}
