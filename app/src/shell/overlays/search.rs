//! What does the database find? Asked when nothing was typed for a moment; only the newest answer counts.

use super::super::api::{Api, SignedIn};
use super::super::failure;
use super::super::session::Session;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revos_shared::kernel::limits::SEARCH_MAX_CHARS;
use revos_shared::kernel::workspace::{SearchHit, SearchQuery, SearchWorkspace};
use revos_shared::session::Capability;
use revos_ui::Var;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

/// A search begins when nothing was typed for this long.
const WAIT_MS: u32 = 200;
/// Below this the database finds nothing.
const LEAST_CHARS: usize = 2;

/// How the search stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// What was found last.
    pub hits: Vec<SearchHit>,
    /// For which text.
    pub text: String,
    /// Did the database find more than that?
    pub cut: bool,
    /// Is an answer to a newer text awaited?
    pub busy: bool,
    /// Why there is no answer.
    pub failed: Option<&'static str>,
}

/// The search of one palette.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// How it stands.
    pub standing: Var<Standing>,
    api: Option<Api<SignedIn>>,
    course: StoredValue<Rc<RefCell<Course>>, LocalStorage>,
}

/// What is under way. Dropping it ends both.
#[derive(Default)]
struct Course {
    /// Rises with each text; an answer to an older one is no answer.
    number: u32,
    wait: Option<Timeout>,
    request: Option<AbortController>,
}

impl Course {
    /// Ends what is under way, and gives what comes next its number.
    fn begin_anew(&mut self) -> u32 {
        self.number += 1;
        self.wait = None;
        if let Some(request) = self.request.take() {
            request.abort();
        }
        self.number
    }
}

impl Search {
    /// A search that lasts as long as its palette. Nothing is asked for somebody who has no page to open a hit on.
    pub(super) fn new(session: Session) -> Self {
        let may = session.member().is_some_and(|member| member.can(Capability::CLIENTS_READ));
        let course = StoredValue::new_local(Rc::<RefCell<Course>>::default());
        on_cleanup(move || {
            course.try_with_value(|course| course.borrow_mut().begin_anew());
        });
        Self { standing: Var::new(Standing::default()), api: session.api().filter(|_| may), course }
    }

    /// Is there something to ask?
    pub(super) const fn asks(self) -> bool {
        self.api.is_some()
    }

    /// Looks for another text.
    pub(super) fn look_for(self, text: &str) {
        let text: String =
            text.trim().chars().filter(|letter| *letter != '\0').take(SEARCH_MAX_CHARS).collect();
        let course = self.course.get_value();
        let number = course.borrow_mut().begin_anew();
        let Some(api) = self.api.filter(|_| text.chars().count() >= LEAST_CHARS) else {
            self.standing.set(Standing::default());
            return;
        };
        if self.standing.with_untracked(|standing| standing.text == text && standing.failed.is_none()) {
            self.standing.update(|standing| standing.busy = false);
            return;
        }
        self.standing.update(|standing| standing.busy = true);
        let asking = Rc::clone(&course);
        let wait = Timeout::new(WAIT_MS, move || self.ask(api, text, number, &asking));
        course.borrow_mut().wait = Some(wait);
    }

    fn ask(self, api: Api<SignedIn>, text: String, number: u32, course: &Rc<RefCell<Course>>) {
        let request = AbortController::new().ok();
        let signal = request.as_ref().map(AbortController::signal);
        course.borrow_mut().request = request;
        let course = Rc::clone(course);
        spawn_local(async move {
            let query = SearchQuery { q: text.clone() };
            let outcome = api.read_rows::<SearchWorkspace, _>(&query, signal).await;
            // The palette may be closed by now, or another text asked for.
            if course.borrow().number != number {
                return;
            }
            self.standing.set(match outcome {
                Ok(found) => Standing { hits: found.data, cut: found.truncated, text, ..Standing::default() },
                Err(why) => Standing { text, failed: Some(failure::sentence(&why)), ..Standing::default() },
            });
        });
    }
}
