//! What is known about one opportunity, and what can be done about it? Beside the board, and under its own address.

use super::data::{Answer, use_record};
use super::desk::{Desk, Form};
use super::forms::{now, put_activity};
use super::head::head;
use super::steps::card_id;
use super::{runs, words};
use crate::shell::format;
use crate::shell::lists::{mark, text_or_none};
use crate::shell::part::{part, show_part};
use crate::shell::record::{
    Beside, RecordStanding, Words, notice_of, record_frame, record_place, record_tabs,
};
use crate::shell::router::UrlValue;
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::kernel::ids::{ActivityId, NoteId, OpportunityId};
use revos_shared::pipeline::changes::ActivityFields;
use revos_shared::pipeline::{Activity, ActivityStatus, Forecast, Note, OpportunityRecord, OpportunityRow};
use revos_ui::{Button, IconButton, IconName, Menu, MenuItem, Segment, Segments, Signal, Tone, Var, live};
use std::sync::Arc;

const LIST: &str = "/pipeline";
const TABS: [(&str, &str); 3] = [("activities", "Activities"), ("notes", "Notes"), ("history", "History")];
const SHOWN: [(&str, &str); 3] = [("all", "All"), ("pending", "Pending"), ("completed", "Completed")];

/// What records of opportunities are called.
const WORDS: Words = Words {
    name: "Opportunity",
    noun: "opportunity",
    one: "an opportunity",
    this: "this opportunity",
    parts: "Parts of the opportunity",
};

/// The panel of the opportunity in the address, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    /// Where it stands beside the list.
    pub beside: Beside<OpportunityId>,
    /// The record with own changes on top, while one is open.
    opened: Var<Option<Shown>>,
    /// The forecast, once it was shown: it bears the target.
    pub forecast: Var<Option<Arc<Forecast>>>,
}

/// A record as it is shown; none until it is here.
type Shown = Signal<Option<Arc<OpportunityRecord>>>;

impl Panel {
    /// Follows the address.
    pub(super) fn new() -> Self {
        let beside = Beside::new("/pipeline/", LIST, &["tab", "show"], |id: OpportunityId| {
            [card_id(id), format!("opportunity-{id}")]
        });
        Self { beside, opened: Var::new(None), forecast: Var::new(None) }
    }

    fn record(self) -> Option<Arc<OpportunityRecord>> {
        self.opened.get_untracked()?.get_untracked()
    }

    /// The opportunity, if it is the one that is open.
    pub(super) fn row(self, id: OpportunityId) -> Option<OpportunityRow> {
        self.record().map(|record| record.row.clone()).filter(|row| row.id == id)
    }

    /// One of its notes.
    pub(super) fn note(self, id: NoteId) -> Option<Note> {
        self.record()?.notes.iter().find(|note| note.id == id).cloned()
    }

    /// One of its activities.
    pub(super) fn activity(self, id: ActivityId) -> Option<Activity> {
        self.record()?.activities.iter().find(|activity| activity.id == id).cloned()
    }

    /// The target and the version of the organization that bears it.
    pub(super) fn target(self) -> Option<(Option<Money>, u32)> {
        self.forecast.get_untracked().map(|forecast| (forecast.target, forecast.version))
    }

    /// Shows it.
    pub(super) fn view(self, desk: Desk) -> AnyView {
        record_place(WORDS, self.beside, Signal::stored(false), move |id| {
            show_part("This opportunity", move || Box::pin(opportunity_record(self, desk, id)))
        })
    }
}

part!(
    pipeline_views,
    fn opportunity_record(panel: Panel, desk: Desk, id: OpportunityId) {
        Record::ask(panel, desk, id).view(panel.beside.close)
    }
);

/// The opportunity that is open.
#[derive(Clone, Copy)]
struct Record {
    desk: Desk,
    id: OpportunityId,
    answer: Answer<OpportunityRecord>,
    shown: Shown,
}

impl Record {
    /// Asks for it. The panel knows it as long as it is open.
    fn ask(panel: Panel, desk: Desk, id: OpportunityId) -> Self {
        let answer = use_record(desk.api, id).following(desk.changes);
        let shown = Signal::shared(move || {
            let record = answer.value.get()?;
            let row = desk.painted_row(record.row.clone());
            if row == record.row {
                return Some(record);
            }
            Some(Arc::new(OpportunityRecord { row, ..OpportunityRecord::clone(&record) }))
        });
        panel.opened.set(Some(shown));
        on_cleanup(move || panel.opened.set(None));
        Self { desk, id, answer, shown }
    }

    /// A part of the record, told on only when it is another one.
    fn part<T>(self, read: impl Fn(&OpportunityRecord) -> T + Send + Sync + 'static) -> Signal<T>
    where
        T: Clone + Default + PartialEq + Send + Sync + 'static,
    {
        Signal::memo(move || self.shown.with(|record| record.as_deref().map(&read).unwrap_or_default()))
    }

    fn view(self, close: Callback<()>) -> AnyView {
        let Self { desk, id, answer, .. } = self;
        let refresh = Callback::new(move |()| answer.refresh());
        let standing = RecordStanding::of(answer.view, move || answer.value.with(Option::is_none), refresh);
        let name = self.part(|record| record.row.name.clone());
        let write = self.part(|record| record.rights.write);
        let tools = live(move || {
            write.get().then(|| {
                view! {
                    <IconButton
                        label="Edit opportunity"
                        icon=Signal::stored(IconName::Edit)
                        on_press=move |()| desk.open(Form::Edit(id))
                    />
                }
                .into_any()
            })
        });
        record_frame(WORDS, name, standing, tools.into_any(), close, move || self.body())
    }

    fn body(self) -> AnyView {
        view! {
            {notice_of(self.desk.notice)}
            {live(move || self.shown.get().map(|record| head(self.desk, &record)))}
            {record_tabs(WORDS, &TABS, move |tab| match tab {
                "notes" => self.notes(),
                "history" => self.history(),
                _ => self.activities(),
            })}
        }
        .into_any()
    }

    fn activities(self) -> AnyView {
        let Self { desk, id, .. } = self;
        let shown_value = UrlValue::new("show", "all");
        let shown = shown_value.one_labelled(&SHOWN);
        let segments = SHOWN.map(|(value, label)| Segment { value, label, name: label }).to_vec();
        let activities = self.part(|record| record.activities.clone());
        view! {
            <div class="record-part-head">
                <Segments label="Which activities" segments chosen=shown on_choose=move |value| shown_value.set(value) />
                <Button label="Add activity" on_press=move |()| desk.open(Form::Activity(id, None)) />
            </div>
            {live(move || {
                let wanted = match shown.get() {
                    "pending" => Some(ActivityStatus::Pending),
                    "completed" => Some(ActivityStatus::Completed),
                    _ => None,
                };
                let rows = activities.with(|all| {
                    let some = all.iter().filter(|one| wanted.is_none_or(|status| one.status == status));
                    some.map(|one| self.activity_line(one)).collect::<Vec<_>>()
                });
                if rows.is_empty() {
                    view! { <p class="quiet">"No activities here."</p> }.into_any()
                } else {
                    view! { <ul class="deal-list">{rows}</ul> }.into_any()
                }
            })}
        }
        .into_any()
    }

    fn activity_line(self, activity: &Activity) -> AnyView {
        let Self { desk, id, .. } = self;
        let may =
            self.shown.with_untracked(|record| record.as_ref().is_some_and(|record| record.rights.write))
                || activity.created_by == desk.me
                || activity.assigned_to == Some(desk.me);
        let state = match activity.status {
            ActivityStatus::Completed => Some(("Completed", Tone::Good)),
            ActivityStatus::Cancelled => Some(("Cancelled", Tone::Neutral)),
            ActivityStatus::Pending if activity.is_overdue(now()) => Some(("Overdue", Tone::Bad)),
            ActivityStatus::Pending => None,
        };
        let zone = desk.time_zone.get();
        let due = activity.due_at.and_then(|due| format::calendar_day(due.as_millisecond(), &zone));
        let line = [
            Some(words::activity(activity.kind).to_owned()),
            due.map(|day| format!("due {}", desk.day(Some(day)))),
            activity.assignee_name.clone(),
        ];
        let line = format::joined(&line);
        let (activity_id, title) = (activity.id, activity.title.clone());
        let put = {
            let activity = activity.clone();
            Callback::new(move |status: ActivityStatus| {
                let fields = ActivityFields {
                    version: Some(activity.version),
                    kind: activity.kind,
                    title: activity.title.clone(),
                    description: activity.description.clone(),
                    status,
                    due_at: activity.due_at,
                    assigned_to: activity.assigned_to,
                };
                let what = activity.title.clone();
                let then = move |refused: Option<crate::shell::Refused>| match refused {
                    Some(refused) => desk.say(format!("“{what}”: {}", refused.sentence()), true),
                    None => desk.notice.set(None),
                };
                put_activity(desk, id, Some(activity_id), fields, Box::new(then));
            })
        };
        let pending = activity.status == ActivityStatus::Pending;
        view! {
            <li>
                <div class="deal-list-text">
                    <p><strong>{title.clone()}</strong> " " {state.map(mark)}</p>
                    <p class="quiet">{line}</p>
                    {activity.description.clone().map(|text| view! { <p class="deal-note">{text}</p> }.into_any())}
                </div>
                {may.then(|| {
                    let name = title.clone();
                    view! {
                        {pending.then(|| {
                            view! {
                                <button
                                    class="button"
                                    type="button"
                                    aria-label=format!("Complete {name}")
                                    on:click=move |_| put.run(ActivityStatus::Completed)
                                >
                                    <span>"Complete"</span>
                                </button>
                            }
                            .into_any()
                        })}
                        <Menu
                            label=format!("Actions for {title}")
                            class="card-menu"
                            face=move || view! { <revos_ui::Icon name=IconName::More /> }.into_any()
                        >
                            <MenuItem label="Edit" on_press=move |()| desk.open(Form::Activity(id, Some(activity_id))) />
                            {if pending {
                                view! { <MenuItem label="Cancel it" on_press=move |()| put.run(ActivityStatus::Cancelled) /> }
                                    .into_any()
                            } else {
                                view! { <MenuItem label="Take up again" on_press=move |()| put.run(ActivityStatus::Pending) /> }
                                    .into_any()
                            }}
                            <MenuItem label="Remove" on_press=move |()| desk.open(Form::RemoveActivity(id, activity_id)) />
                        </Menu>
                    }
                    .into_any()
                })}
            </li>
        }
        .into_any()
    }

    fn notes(self) -> AnyView {
        let Self { desk, id, .. } = self;
        let notes = self.part(|record| record.notes.clone());
        let moderate = self.part(|record| record.rights.moderate);
        view! {
            <div class="record-part-head">
                <Button label="Add note" on_press=move |()| desk.open(Form::Note(id, None)) />
            </div>
            {live(move || {
                let zone = desk.time_zone.get();
                let rows = notes.with(|notes| {
                    notes
                        .iter()
                        .map(|note| {
                            let (note_id, own) = (note.id, note.author_id == desk.me);
                            let who = note.author_name.clone().unwrap_or_else(|| "A former colleague".to_owned());
                            let when = format::moment(note.created_at.as_millisecond(), &zone);
                            view! {
                                <li>
                                    <div class="deal-list-text">
                                        <p class="quiet">{format!("{who} · {when}")}</p>
                                        <p class="deal-note">{note.body.clone()}</p>
                                    </div>
                                    {own.then(|| {
                                        view! {
                                            <Button
                                                label="Edit"
                                                on_press=move |()| desk.open(Form::Note(id, Some(note_id)))
                                            />
                                        }
                                        .into_any()
                                    })}
                                    {(own || moderate.get()).then(|| {
                                        view! {
                                            <Button
                                                label="Remove"
                                                on_press=move |()| desk.open(Form::RemoveNote(id, note_id))
                                            />
                                        }
                                        .into_any()
                                    })}
                                </li>
                            }
                            .into_any()
                        })
                        .collect::<Vec<_>>()
                });
                if rows.is_empty() {
                    view! { <p class="quiet">"Nobody wrote anything down yet."</p> }.into_any()
                } else {
                    view! { <ul class="deal-list">{rows}</ul> }.into_any()
                }
            })}
        }
        .into_any()
    }

    fn history(self) -> AnyView {
        let Self { desk, id, .. } = self;
        let history = self.part(|record| record.history.clone());
        let changes = self.part(|record| record.changes.clone());
        let when = move |at: jiff::Timestamp| format::moment(at.as_millisecond(), &desk.time_zone.get());
        view! {
            <section class="record-part" aria-labelledby="stage-history">
                <h3 id="stage-history">"Stages"</h3>
                <ol class="deal-list">
                    {live(move || {
                        history.with(|history| {
                            history
                                .iter()
                                .map(|change| {
                                    let who = text_or_none(change.changed_by_name.clone());
                                    let what = match change.from_stage {
                                        Some(from) => {
                                            format!("{} → {}", words::stage(from), words::stage(change.to_stage))
                                        }
                                        None => format!("Added at {}", words::stage(change.to_stage)),
                                    };
                                    let worth = format!("{} at {} %", desk.money(change.amount), change.probability);
                                    view! {
                                        <li>
                                            <div class="deal-list-text">
                                                <p><strong>{what}</strong></p>
                                                <p class="quiet">{format!("{} · {who} · {worth}", when(change.changed_at))}</p>
                                            </div>
                                        </li>
                                    }
                                    .into_any()
                                })
                                .collect_view()
                        })
                    })}
                </ol>
            </section>
            {runs::history(desk, id)}
            {live(move || {
                changes.with(|changes| (!changes.is_empty()).then(|| {
                    let rows = changes
                        .iter()
                        .map(|change| {
                            let what = match change.action.as_str() {
                                "insert" => "Added".to_owned(),
                                _ => format!("Changed {}", change.columns.join(", ").replace('_', " ")),
                            };
                            let who = text_or_none(change.actor_name.clone());
                            view! {
                                <li>
                                    <div class="deal-list-text">
                                        <p>{what}</p>
                                        <p class="quiet">{format!("{} · {who}", when(change.occurred_at))}</p>
                                    </div>
                                </li>
                            }
                            .into_any()
                        })
                        .collect_view();
                    view! {
                        <section class="record-part" aria-labelledby="audit">
                            <h3 id="audit">"Changes"</h3>
                            <ol class="deal-list">{rows}</ol>
                        </section>
                    }
                    .into_any()
                }))
            })}
        }
        .into_any()
    }
}
