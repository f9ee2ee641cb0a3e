//! What does everybody who works on the pipeline work with? The opportunities as they are shown, and the one way to
//! change them.
//!
//! A change is painted at once, on top of what the server said last, and sent as one request. A refusal takes it
//! away again and says why; a confirmed one stays on top until the server's list holds it.

use super::address::{PipelineAddress, State};
use super::columns::ShownColumn;
use super::data::use_opportunities;
use crate::shell::Refused;
use crate::shell::answer::Latest;
use crate::shell::api::{Api, Given, Order, SignedIn};
use crate::shell::format;
use crate::shell::grid::GridRows;
use crate::shell::record::{Notice, asks_before_leaving};
use crate::shell::session::Session;
use crate::shell::shown_columns::ShownColumns;
use gloo_timers::future::TimeoutFuture;
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::View;
use live_query::browser::Extent;
use revos_shared::kernel::ids::{ActivityId, NoteId, OpportunityId};
use revos_shared::pipeline::{
    Conversion, OpportunityDetail, OpportunityList, OpportunityRow, Stage, StageTotal, Total, WinRates,
};
use revos_shared::session::Capability;
use revos_shared::{ErrorCode, Money, UserId};
use revos_ui::{Signal, Var, effect};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// What a change does to an opportunity on screen.
pub(super) type Paint = Arc<dyn Fn(&mut OpportunityRow) + Send + Sync>;
/// Reads what the server gave back: the opportunity as it is now, and what winning it made.
pub(super) type Confirm = fn(&Given) -> Result<(OpportunityDetail, Option<Conversion>), Refused>;
/// Hears how a change went.
pub(super) type Then = Box<dyn FnOnce(Result<Option<Conversion>, Refused>)>;

/// A change that is painted on top of the server's list.
#[derive(Clone)]
struct Edit {
    number: u32,
    id: OpportunityId,
    paint: Paint,
    /// The version the server made; none while the change is on its way.
    confirmed: Option<u32>,
    /// Answers of the server since then.
    answers: u8,
}

impl PartialEq for Edit {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.confirmed) == (other.number, other.confirmed)
    }
}

/// Opportunities as they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Painted {
    /// In the order asked for. Rows that did not change are the same ones as before.
    pub rows: Vec<Arc<OpportunityRow>>,
    /// Sums by stage of all that match.
    pub stages: Vec<StageTotal>,
    /// Sums of all open ones that match.
    pub open: Total,
    /// What scores are computed with.
    pub rates: WinRates,
    /// How many match.
    pub total: u64,
    /// Are there more than `rows` holds?
    pub truncated: bool,
}

/// What can be filled in or has to be confirmed.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Prospect,
    Filter,
    Edit(OpportunityId),
    Lost(OpportunityId),
    Won(OpportunityId),
    Reopen(OpportunityId, Stage),
    /// What winning made.
    Made(String, Conversion),
    Note(OpportunityId, Option<NoteId>),
    Activity(OpportunityId, Option<ActivityId>),
    /// Starts a run of a playbook for it.
    Run(OpportunityId),
    RemoveOpportunity(OpportunityId),
    RemoveNote(OpportunityId, NoteId),
    RemoveActivity(OpportunityId, ActivityId),
    Target,
    Columns,
    Views,
    BulkStage,
    BulkOwner,
    BulkClose,
}

/// What the person may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    /// Change every opportunity.
    pub all: bool,
    /// Change the own ones, and add some.
    pub own: bool,
    /// Take one back from "won".
    pub reopen: bool,
    /// Set the target.
    pub target: bool,
    /// Add those of a file.
    pub import: bool,
    /// Start a playbook.
    pub run: bool,
}

/// The desk a person works at.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The server.
    pub api: Api<SignedIn>,
    /// Where filters, order and view are kept.
    pub address: PipelineAddress,
    /// Who works here.
    pub me: UserId,
    /// What the person may do.
    pub rights: Rights,
    /// The currency of the amounts.
    pub currency: Signal<String>,
    /// The zone of the times.
    pub time_zone: Signal<String>,
    /// The day of the rows.
    pub today: Signal<Date>,
    /// How the list stands.
    pub view: Signal<View<Extent>>,
    /// The opportunities as they are shown.
    pub painted: Signal<Arc<Painted>>,
    /// What is open on top.
    pub form: Var<Option<Form>>,
    /// What was said last.
    pub notice: Var<Option<Notice>>,
    /// What was done last, read aloud.
    pub said: Var<String>,
    /// Counts what was changed, for whoever shows more than the list.
    pub changes: Var<u32>,
    answer: Latest<OpportunityList>,
    edits: Var<Vec<Edit>>,
    waiting: StoredValue<Rc<RefCell<Waiting>>, LocalStorage>,
}

/// Changes that are to be sent, one after the other.
#[derive(Default)]
struct Waiting {
    changes: VecDeque<Change>,
    busy: bool,
    numbers: u32,
    /// The version that an own change left.
    versions: BTreeMap<u128, u32>,
}

struct Change {
    number: u32,
    id: OpportunityId,
    seen: u32,
    order: Box<dyn FnOnce(u32) -> Result<Order, Refused>>,
    confirm: Confirm,
    then: Then,
}

impl Desk {
    /// The desk of the signed-in person.
    pub(super) fn new(api: Api<SignedIn>, session: Session) -> Self {
        let address = PipelineAddress::new();
        let asked = Signal::memo(move || address.state.with(State::asked));
        let answer = Latest::of(asked, move |query| use_opportunities(api, query));
        let (view, rows) = (answer.view, answer.rows(|list| &list.rows));
        let total = Signal::memo(move || view.with(|view| view.data.as_ref().map(|extent| extent.total)));
        let edits = Var::new(Vec::<Edit>::new());
        let painted = Signal::memo(move || {
            let painted = answer.value.with(|list| {
                let total = total.get();
                list.as_deref()
                    .map(|list| rows.with(|rows| edits.with(|edits| paint(list, rows, total, edits))))
            });
            Arc::new(painted.unwrap_or_default())
        });
        settle(edits, view, rows);
        let (member, zone) = (session.member(), crate::shell::query::time_zone());
        let can = |right| member.as_ref().is_some_and(|member| member.can(right));
        Self {
            api,
            address,
            me: api.read_for().user_id,
            rights: Rights {
                all: can(Capability::PIPELINE_WRITE_ALL),
                own: can(Capability::PIPELINE_WRITE_OWN),
                reopen: can(Capability::PIPELINE_REOPEN_WON),
                target: can(Capability::ORGANIZATION_MANAGE),
                import: can(Capability::PIPELINE_IMPORT),
                run: can(Capability::AUTOMATIONS_RUN),
            },
            currency: session.of_member(|member| member.organization.currency.clone()),
            time_zone: zone,
            today: Signal::memo(move || {
                let as_of = view.with(|view| view.as_of.map(|as_of| as_of.server.as_unix_millis()));
                as_of.and_then(|as_of| format::calendar_day(as_of, &zone.get())).unwrap_or_default()
            }),
            view,
            painted,
            form: Var::new(None),
            notice: Var::new(None),
            said: Var::new(String::new()),
            changes: Var::new(0),
            answer,
            edits,
            waiting: StoredValue::new_local(Rc::default()),
        }
    }

    /// May the person change this one?
    pub(super) fn may_write(self, row: &OpportunityRow) -> bool {
        self.rights.all || (self.rights.own && row.owner_id == Some(self.me))
    }

    /// May the person take it where it is not open, or back from there?
    pub(super) fn may_leave(self, row: &OpportunityRow) -> bool {
        self.may_write(row) && (row.stage != Stage::ClosedWon || self.rights.reopen)
    }

    /// The columns of the table.
    pub(super) fn columns(self) -> Signal<ShownColumns<ShownColumn>> {
        Signal::memo(move || self.address.state.with(|state| state.columns.clone()))
    }

    /// The opportunity as it is on screen; none when the list does not show it.
    pub(super) fn row(self, id: OpportunityId) -> Option<Arc<OpportunityRow>> {
        self.painted.with_untracked(|painted| painted.rows.iter().find(|row| row.id == id).cloned())
    }

    /// A row that is not of the list, with own changes on top.
    pub(super) fn painted_row(self, mut row: OpportunityRow) -> OpportunityRow {
        self.edits
            .with(|edits| {
                let own = edits.iter().filter(|edit| edit.id == row.id);
                // What the server told later than the change is newer than it.
                let newer = own.filter(|edit| edit.confirmed.is_none_or(|version| version > row.version));
                newer.map(|edit| Arc::clone(&edit.paint)).collect::<Vec<_>>()
            })
            .into_iter()
            .for_each(|paint| paint(&mut row));
        row
    }

    /// Asks for everything again.
    pub(super) fn refresh(self) {
        self.answer.refresh();
        self.changes.update(|changes| *changes += 1);
    }

    /// Opens something on top.
    pub(super) fn open(self, form: Form) {
        self.form.set(Some(form));
    }

    /// Says something.
    pub(super) fn say(self, text: impl Into<String>, bad: bool) {
        self.notice.set(Some(Notice { text: text.into(), bad }));
    }

    /// An amount as people read it.
    pub(super) fn money(self, amount: Money) -> String {
        self.currency.with(|currency| format::money(amount, currency))
    }

    /// A day as people read it.
    pub(super) fn day(self, day: Option<Date>) -> String {
        day.map_or_else(|| format::NONE.to_owned(), |day| format::day(day, self.today.get()))
    }

    /// Paints a change and sends it when its turn comes, with the version that the person saw or that an own change
    /// has left since.
    pub(super) fn write(
        self,
        row: (OpportunityId, u32),
        paint: Paint,
        order: impl FnOnce(u32) -> Result<Order, Refused> + 'static,
        confirm: Confirm,
        then: Then,
    ) {
        let (id, seen) = row;
        let waiting = self.waiting.get_value();
        let (number, is_first) = {
            let mut waiting = waiting.borrow_mut();
            waiting.numbers += 1;
            let number = waiting.numbers;
            waiting.changes.push_back(Change { number, id, seen, order: Box::new(order), confirm, then });
            (number, !std::mem::replace(&mut waiting.busy, true))
        };
        self.edits.update(|edits| edits.push(Edit { number, id, paint, confirmed: None, answers: 0 }));
        if is_first {
            spawn_local(self.send_all(waiting));
        }
    }

    /// Goes on when the page was left: what a person did is sent, though nobody is there to be told.
    async fn send_all(self, waiting: Rc<RefCell<Waiting>>) {
        let leaving = asks_before_leaving();
        // The browser paints first: to begin a request takes it as long as to move a card.
        TimeoutFuture::new(0).await;
        loop {
            let next = waiting.borrow_mut().changes.pop_front();
            let Some(Change { number, id, seen, order, confirm, then }) = next else { break };
            let key = id.0.as_u128();
            let version = waiting.borrow().versions.get(&key).copied().unwrap_or_default().max(seen);
            let outcome = send(self.api, order(version), confirm).await;
            if let Ok((detail, _)) = &outcome {
                waiting.borrow_mut().versions.insert(key, detail.version);
            }
            // The page may be gone.
            if self.waiting.try_get_value().is_none() {
                continue;
            }
            let mut edits = self.edits.get_untracked();
            edits.retain(|edit| edit.number != number);
            let told = outcome.map(|(detail, conversion)| {
                let confirmed = Some(detail.version);
                edits.push(Edit { number, id, paint: as_told(detail), confirmed, answers: 0 });
                // Below what was done since, which was done on top of it.
                edits.sort_by_key(|edit| edit.number);
                conversion
            });
            self.edits.set(edits);
            // Also after a refusal: somebody else may have been there.
            self.refresh();
            then(told);
        }
        waiting.borrow_mut().busy = false;
        leaving.remove();
    }
}

async fn send(
    api: Api<SignedIn>,
    order: Result<Order, Refused>,
    confirm: Confirm,
) -> Result<(OpportunityDetail, Option<Conversion>), Refused> {
    let sending: Pin<Box<dyn Future<Output = Result<Given, Refused>>>> = Box::pin(api.send(order?));
    confirm(&sending.await?)
}

/// The opportunity as the server told it. The names of people and clients are not in it.
fn as_told(detail: OpportunityDetail) -> Paint {
    Arc::new(move |row| {
        if row.owner_id != detail.owner_id {
            row.owner_name = None;
        }
        if row.stage != detail.stage {
            row.days_in_stage = 0;
        }
        row.name.clone_from(&detail.name);
        row.amount = detail.amount;
        row.stage = detail.stage;
        row.probability = detail.probability;
        row.probability_override = detail.probability_override;
        row.owner_id = detail.owner_id;
        row.expected_close_date = detail.expected_close_date;
        row.next_step.clone_from(&detail.next_step);
        row.next_step_date = detail.next_step_date;
        row.lost_reason = detail.lost_reason;
        row.updated_at = detail.updated_at;
        row.version = detail.version;
    })
}

/// Where a refusal says that it stands now: somebody else was faster.
pub(super) fn stands_at(refused: &Refused) -> Option<OpportunityDetail> {
    (refused.code() == Some(ErrorCode::StaleVersion)).then_some(())?;
    lean_json::from_str(refused.details.as_ref()?.get()).ok()
}

/// What is shown of a list of which so many match, with changes on top.
fn paint(
    list: &OpportunityList,
    rows: &[Arc<OpportunityRow>],
    total: Option<u64>,
    edits: &[Edit],
) -> Painted {
    let total = total.unwrap_or(rows.len() as u64);
    let truncated = (rows.len() as u64) < total;
    let mut painted = Painted {
        rows: rows.to_vec(),
        stages: list.stages.clone(),
        open: list.open,
        rates: list.rates.clone(),
        total,
        truncated,
    };
    let mut touched = false;
    for row in &mut painted.rows {
        let mut own = edits
            .iter()
            .filter(|edit| edit.id == row.id && edit.confirmed.is_none_or(|version| version > row.version));
        if let Some(first) = own.next() {
            let mut changed = OpportunityRow::clone(row);
            (first.paint)(&mut changed);
            own.for_each(|edit| (edit.paint)(&mut changed));
            add(&mut painted.stages, row, -1);
            add(&mut painted.stages, &changed, 1);
            *row = Arc::new(changed);
            touched = true;
        }
    }
    if touched && !truncated {
        // All rows are here: sums are computed as the database computes them.
        painted.stages = StageTotal::of(&painted.rows);
        painted.open = Total::of(painted.rows.iter().map(|row| &**row).filter(|row| row.stage.is_open()));
    }
    painted
}

/// Puts a row into the sums of its stage, or takes it out. For lists that are cut: the cent that rounding may be off
/// is gone with the next answer.
fn add(stages: &mut [StageTotal], row: &OpportunityRow, sign: i64) {
    let own = Total::of([row]);
    if let Some(stage) = stages.iter_mut().find(|stage| stage.stage == row.stage) {
        stage.count = stage.count.saturating_add_signed(if sign < 0 { -1 } else { 1 });
        stage.amount = stage.amount + Money::from_minor(sign * own.amount.minor());
        stage.weighted = stage.weighted + Money::from_minor(sign * own.weighted.minor());
    }
}

/// Lets go of changes that the server's list holds. Whoever is told twice without a row of theirs has been overtaken.
fn settle(edits: Var<Vec<Edit>>, view: Signal<View<Extent>>, rows: GridRows<OpportunityRow>) {
    let answered = Signal::memo(move || view.with(|view| view.as_of.map(|as_of| as_of.received)));
    effect(move || {
        let _ = answered.get();
        let rows = rows.get_untracked();
        let mut left = edits.get_untracked();
        if left.is_empty() {
            return;
        }
        left.retain(|edit| {
            let Some(version) = edit.confirmed else { return true };
            let held = rows.iter().find(|row| row.id == edit.id).is_some_and(|row| row.version >= version);
            !held && edit.answers < 2
        });
        left.iter_mut().filter(|edit| edit.confirmed.is_some()).for_each(|edit| edit.answers += 1);
        edits.set(left);
    });
}
