//! How does an import go on? The file is walked twice: once to look at every row, once to make them, batch by batch.

use super::super::desk::Desk;
use super::file::{File, Form, Lines, Unreadable, fingerprint, form_of, separator_in};
use super::memory;
use super::tally::{Refusals, Tally};
use super::words;
use crate::shell::Refused;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use live_query::RetryAfter;
use live_query::browser::LiveQueries;
use revos_shared::Endpoint;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::separated::{Encoding, Separator};
use revos_shared::pipeline::endpoints::{CheckProspects, ImportProspects, UndoImport};
use revos_shared::pipeline::import::{
    Batch, Batches, Doubles, FILE_MAX_ROWS, Fingerprint, ImportUndo, LineProblem, ProspectBatch, Reading,
    UndoneImport, mapping,
};
use revos_ui::Var;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Rows of the file that are shown before anything is done.
const PREVIEW_ROWS: usize = 5;
/// How often a batch is sent that got no answer.
const TRIES: u32 = 4;
/// How long is waited after the first of them.
const WAIT_MS: u32 = 250;
/// How often a batch is sent to a server that is busy: 100,000 rows are as many requests as a person has in a minute.
const BUSY_TRIES: u32 = 60;
/// How long is waited for a busy server that does not say how long.
const BUSY_WAIT_MS: u32 = 5_000;
/// The longest wait that a server may ask for.
const WAIT_MAX_MS: u32 = 60_000;
/// Rows after which the progress is told.
const TOLD_ROWS: usize = 250;

/// What is on screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Step {
    /// A file is to be chosen.
    #[default]
    Choose,
    /// How it is read can be changed.
    Map,
    /// Every row is being looked at.
    Checking,
    /// What an import would do.
    Checked,
    /// Rows are being made.
    Making,
    /// What was made is being removed again.
    Undoing,
    /// It ended before its end, for this reason.
    Halted(String),
    /// What was made.
    Made,
    /// What was removed again, and why, when nobody asked for it.
    Undone(UndoneImport, Option<String>),
}

/// What is known of the chosen file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub name: String,
    pub form: Form,
    pub header: Vec<String>,
    pub preview: Vec<Vec<String>>,
    pub reading: Reading,
    /// Made all together or not at all?
    pub all: bool,
    /// Rows that are there already are left out?
    pub skip: bool,
}

/// Why a walk ended early.
enum Halt {
    /// The person wanted it, or left the page.
    Wanted,
    /// Something is in the way, as a sentence; the same again may go on from there.
    Cut(String),
    /// The server refuses rows, as a sentence.
    Refused(String),
}

impl From<Unreadable> for Halt {
    fn from(_: Unreadable) -> Self {
        Self::Cut(
            "The file cannot be read any more. It may have been moved or changed; choose it again."
                .to_owned(),
        )
    }
}

/// The import of the page.
#[derive(Clone, Copy)]
pub(super) struct Work {
    pub desk: Desk,
    pub step: Var<Step>,
    pub plan: Var<Plan>,
    pub tally: Var<Tally>,
    pub percent: Var<u8>,
    pub problem: Var<Option<String>>,
    file: StoredValue<Option<File>, LocalStorage>,
    /// Of the file, once it was read from end to end.
    print: StoredValue<Option<Fingerprint>>,
    halted: StoredValue<Rc<Cell<bool>>, LocalStorage>,
    refusals: StoredValue<Rc<Refusals>, LocalStorage>,
    queries: StoredValue<LiveQueries>,
}

impl Work {
    pub(super) fn new(desk: Desk) -> Self {
        let work = Self {
            desk,
            step: Var::new(Step::Choose),
            plan: Var::new(Plan::default()),
            tally: Var::new(Tally::default()),
            percent: Var::new(0),
            problem: Var::new(None),
            file: StoredValue::new_local(None),
            print: StoredValue::new(None),
            halted: StoredValue::new_local(Rc::default()),
            refusals: StoredValue::new_local(Rc::default()),
            queries: StoredValue::new(expect_context()),
        };
        // Whoever leaves the page stops the import; the same file takes it up again.
        on_cleanup(move || {
            work.halted.try_with_value(|halted| halted.set(true));
        });
        work
    }

    /// Takes a file.
    pub(super) fn choose(self, file: File) {
        self.begin();
        self.plan.set(Plan { name: file.name(), all: true, skip: true, ..Plan::default() });
        self.file.set_value(Some(file.clone()));
        self.print.set_value(None);
        self.spawn(async move |halted| {
            let form = form_of(&file).await?;
            self.look(&file, form, &halted).await
        });
    }

    /// Reads the file another way.
    pub(super) fn reread(self, encoding: Option<Encoding>, separator: Option<Separator>) {
        let Some(file) = self.file.get_value() else { return };
        let before = self.plan.with_untracked(|plan| plan.form);
        self.spawn(async move |halted| {
            let form = match (encoding, separator) {
                (Some(encoding), _) => Form { encoding, separator: separator_in(&file, encoding).await? },
                (None, separator) => Form { separator: separator.unwrap_or_default(), ..before },
            };
            self.look(&file, form, &halted).await
        });
    }

    /// Forgets the file.
    pub(super) fn restart(self) {
        self.begin();
        self.file.set_value(None);
        self.step.set(Step::Choose);
    }

    /// Looks at every row.
    pub(super) fn check(self) {
        self.begin();
        self.plan.with_untracked(|plan| {
            self.queries.with_value(|queries| memory::keep(queries, &plan.header, &plan.reading));
        });
        self.step.set(Step::Checking);
        self.spawn(async move |halted| {
            self.walk(false, &halted).await?;
            self.step.set(Step::Checked);
            Ok(())
        });
    }

    /// Makes the rows. What was made before is not made again.
    pub(super) fn make(self) {
        self.begin();
        self.step.set(Step::Making);
        let all = self.plan.with_untracked(|plan| plan.all);
        self.spawn(async move |halted| {
            let outcome = self.walk(true, &halted).await;
            if self.is_gone() {
                return Ok(());
            }
            self.desk.refresh();
            match outcome {
                Ok(()) => self.step.set(Step::Made),
                // All or none: what was made so far goes again.
                Err(Halt::Wanted) if all => return self.take_back(None).await,
                Err(Halt::Refused(why)) if all => return self.take_back(Some(why)).await,
                Err(halt) => return Err(halt),
            }
            Ok(())
        });
    }

    /// Back to how the file is read.
    pub(super) fn back(self) {
        self.step.set(Step::Map);
    }

    /// Removes again what was made.
    pub(super) fn undo(self) {
        self.halted.set_value(Rc::default());
        self.spawn(async move |_| self.take_back(None).await);
    }

    /// Stops.
    pub(super) fn cancel(self) {
        self.halted.with_value(|halted| halted.set(true));
    }

    /// The refused rows as a file.
    pub(super) fn refused_file(self) -> Option<web_sys::Blob> {
        self.refusals.with_value(|refusals| refusals.file())
    }

    /// Was the page left?
    fn is_gone(self) -> bool {
        self.file.try_with_value(|_| ()).is_none()
    }

    fn begin(self) {
        self.cancel();
        self.halted.set_value(Rc::default());
        self.refusals.set_value(Rc::default());
        self.tally.set(Tally::default());
        self.percent.set(0);
        self.problem.set(None);
    }

    fn spawn(self, walk: impl AsyncFnOnce(Rc<Cell<bool>>) -> Result<(), Halt> + 'static) {
        let halted = self.halted.get_value();
        spawn_local(async move {
            let outcome = walk(Rc::clone(&halted)).await;
            if self.is_gone() {
                return;
            }
            match outcome {
                Ok(()) => {}
                Err(Halt::Cut(why) | Halt::Refused(why)) => self.stop(why),
                Err(Halt::Wanted) => match self.step.get_untracked() {
                    Step::Checking => self.step.set(Step::Map),
                    Step::Making => self.stop("The import was stopped.".to_owned()),
                    _ => {}
                },
            }
        });
    }

    fn stop(self, why: String) {
        match self.step.get_untracked() {
            Step::Making | Step::Undoing => self.step.set(Step::Halted(why)),
            Step::Checking => {
                self.problem.set(Some(why));
                self.step.set(Step::Map);
            }
            _ => self.problem.set(Some(why)),
        }
    }

    async fn look(self, file: &File, form: Form, halted: &Cell<bool>) -> Result<(), Halt> {
        let mut lines = Lines::of(file, form)?;
        let header = lines.next().await?.unwrap_or_default();
        let mut preview = Vec::new();
        while preview.len() < PREVIEW_ROWS
            && let Some(line) = lines.next().await?
        {
            preview.push(line.cells);
        }
        go_on(halted)?;
        if header.cells.is_empty() || header.fault.is_some() {
            return Err(Halt::Cut(
                "The file has no first line with the names of its columns that can be read. Choose a CSV file, or another encoding."
                    .to_owned(),
            ));
        }
        let currency = self.desk.currency.get_untracked();
        let mut reading = Reading { mapping: mapping(&header.cells), currency, ..Reading::default() };
        memory::recall(&self.queries.get_value(), &header.cells, &mut reading).await;
        go_on(halted)?;
        self.problem.set(None);
        self.plan.update(|plan| {
            plan.form = form;
            plan.reading = reading;
            plan.header = header.cells;
            plan.preview = preview;
        });
        self.step.set(Step::Map);
        Ok(())
    }

    /// Goes through the file. With `make` the rows are made, else only looked at.
    async fn walk(self, make: bool, halted: &Cell<bool>) -> Result<(), Halt> {
        let Some(file) = self.file.get_value() else { return Err(Unreadable.into()) };
        let plan = self.plan.get_untracked();
        let refusals = self.refusals.get_value();
        let print = match self.print.get_value() {
            Some(print) => print,
            None => fingerprint(&file).await?,
        };
        go_on(halted)?;
        self.print.set_value(Some(print));
        let mut lines = Lines::of(&file, plan.form)?;
        let header = lines.next().await?.unwrap_or_default();
        go_on(halted)?;
        refusals.head(&header.cells);
        let mut tally = Tally::default();
        let (mut doubles, mut batches, mut number) = (Doubles::default(), Batches::default(), 0);
        while let Some(line) = lines.next().await? {
            go_on(halted)?;
            match plan.reading.prospect(&line) {
                Ok(None) => {}
                Ok(Some(prospect)) => {
                    tally.rows += 1;
                    if doubles.is_double(&prospect) {
                        tally.note(&line, words::DOUBLE.to_owned(), false);
                        tally.doubles += 1;
                        if plan.skip {
                            continue;
                        }
                    }
                    if let Some(batch) = batches.add(line, prospect) {
                        self.batch(batch, (make, &plan, print, number), &mut tally, &refusals, halted)
                            .await?;
                        number += 1;
                    }
                }
                Err(problems) => {
                    tally.rows += 1;
                    tally.refuse(&refusals, &line, &problems);
                }
            }
            if tally.rows > FILE_MAX_ROWS {
                return Err(Halt::Refused(words::too_many_rows()));
            }
            if tally.rows % TOLD_ROWS == 0 {
                self.tell(&tally, lines.percent());
            }
        }
        if let Some(batch) = batches.end() {
            self.batch(batch, (make, &plan, print, number), &mut tally, &refusals, halted).await?;
        }
        go_on(halted)?;
        self.tell(&tally, 100);
        Ok(())
    }

    fn tell(self, tally: &Tally, percent: u8) {
        self.percent.set(percent);
        self.tally.set(tally.clone());
    }

    async fn batch(
        self,
        batch: Batch,
        (make, plan, print, number): (bool, &Plan, Fingerprint, usize),
        tally: &mut Tally,
        refusals: &Refusals,
        halted: &Cell<bool>,
    ) -> Result<(), Halt> {
        let key = print.key(number, &batch);
        let Batch { rows, lines, .. } = batch;
        let mut body = ProspectBatch { key, rows };
        let found = self.ask::<CheckProspects>(&body, halted).await?;
        if let Some(made) = found.imported {
            tally.made(body.key, &body.rows, made);
            self.tally.set(tally.clone());
            return Ok(());
        }
        let mut left_out = vec![false; body.rows.len()];
        for problem in &found.problems {
            let place = problem.row as usize;
            let Some(line) = lines.get(place) else { continue };
            let column = problem.field.as_deref().and_then(|field| field.parse().ok());
            let problem = LineProblem { column, key: problem.key.clone() };
            if std::mem::replace(&mut left_out[place], true) {
                tally.note(line, words::problem(&problem), true);
            } else {
                tally.refuse(refusals, line, &[problem]);
            }
        }
        for known in &found.known {
            let place = known.row as usize;
            let Some(line) = lines.get(place) else { continue };
            tally.known_clients += 1;
            if known.opportunity_id.is_some() && !left_out[place] {
                tally.note(line, words::KNOWN.to_owned(), false);
                tally.known += 1;
                if plan.skip {
                    left_out[place] = true;
                }
            }
        }
        if !make {
            self.tally.set(tally.clone());
            return Ok(());
        }
        if plan.all && tally.refused > 0 {
            self.tally.set(tally.clone());
            return Err(Halt::Refused(words::CHANGED_SINCE.to_owned()));
        }
        let mut places = left_out.iter();
        body.rows.retain(|_| !places.next().copied().unwrap_or(false));
        if body.rows.is_empty() {
            return Ok(());
        }
        // Known before it is sent: a batch whose answer is lost may have been made.
        tally.keys.push(body.key.clone());
        self.tally.set(tally.clone());
        let made = self.ask::<ImportProspects>(&body, halted).await?;
        tally.keys.pop();
        tally.made(body.key, &body.rows, made);
        self.tally.set(tally.clone());
        Ok(())
    }

    /// Removes what was made, the last batch first: later ones may add to clients of earlier ones.
    async fn take_back(self, why: Option<String>) -> Result<(), Halt> {
        self.step.set(Step::Undoing);
        let never = Cell::new(false);
        let mut undone = UndoneImport::default();
        while let Some(key) = self.tally.with_untracked(|tally| tally.keys.last().cloned()) {
            let gone = self.ask::<UndoImport>(&ImportUndo { key }, &never).await?;
            undone.opportunities += gone.opportunities;
            undone.clients += gone.clients;
            undone.contacts += gone.contacts;
            undone.kept.extend(gone.kept);
            self.tally.update(|tally| {
                tally.keys.pop();
            });
        }
        self.desk.refresh();
        self.step.set(Step::Undone(undone, why));
        Ok(())
    }

    /// Sends, and sends again what got no answer; the same key makes nothing twice.
    async fn ask<E: Endpoint<Query = NoQuery>>(
        self,
        body: &E::Body,
        halted: &Cell<bool>,
    ) -> Result<E::Reply, Halt> {
        let (mut tries, mut busy_tries) = (0, 0);
        loop {
            let outcome = self.desk.api.change::<E>(&NoQuery {}, body).await;
            if self.is_gone() {
                return Err(Halt::Wanted);
            }
            let refused = match outcome {
                Ok(reply) => return Ok(reply),
                Err(refused) => refused,
            };
            go_on(halted)?;
            // A busy server has answered, and says when it will do it.
            let busy = refused.failure.status == Some(429);
            if busy {
                busy_tries += 1
            } else {
                tries += 1
            }
            let lasting = !busy && refused.failure.status.is_some_and(|status| (400..500).contains(&status));
            if lasting || tries >= TRIES || busy_tries >= BUSY_TRIES {
                let why = words::refusal(&refused);
                return Err(if lasting { Halt::Refused(why) } else { Halt::Cut(why) });
            }
            TimeoutFuture::new(wait(&refused, if busy { BUSY_WAIT_MS } else { WAIT_MS << tries })).await;
            go_on(halted)?;
        }
    }
}

/// As long as the server asks for, else so long.
fn wait(refused: &Refused, usual: u32) -> u32 {
    let asked = match refused.failure.retry_after {
        Some(RetryAfter::Wait(time)) => u32::try_from(time.as_millis()).unwrap_or(WAIT_MAX_MS),
        _ => usual,
    };
    asked.min(WAIT_MAX_MS)
}

fn go_on(halted: &Cell<bool>) -> Result<(), Halt> {
    if halted.get() { Err(Halt::Wanted) } else { Ok(()) }
}
