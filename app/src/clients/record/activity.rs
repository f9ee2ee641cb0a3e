//! What happened with a client, newest first?

use super::desk::{Desk, Form};
use super::words;
use crate::shell::colleagues::colleagues;
use crate::shell::failure::advice;
use crate::shell::format;
use crate::shell::router::UrlValue;
use jiff::Timestamp;
use leptos::prelude::*;
use revos_shared::Money;
use revos_shared::clients::endpoints::ReadClientTimeline;
use revos_shared::clients::{RowChange, TimelineEntry, TimelineKind, TimelineQuery};
use revos_shared::kernel::json::Json;
use revos_shared::kernel::limits::TIMELINE_PAGE;
use revos_shared::kernel::workspace::Colleague;
use revos_ui::{Button, FailedState, SelectField, SelectOption, Signal, SkeletonLines, Var, effect, live};
use wasm_bindgen_futures::spawn_local;

/// The kinds as the address says them, with "all" first.
const KINDS: &[&str] = &[
    "",
    "event",
    "note",
    "activity",
    "stage_change",
    "invoice",
    "payment",
    "health",
    "deliverable",
    "message",
    "meeting",
];

/// Columns that change with every change, or say nothing to a person; no ids either.
const UNTOLD: [&str; 5] = ["id", "created_at", "updated_at", "version", "position"];

/// The pages that were read so far.
#[derive(Clone, Copy)]
struct Timeline {
    desk: Desk,
    entries: Var<Vec<TimelineEntry>>,
    state: Var<State>,
    /// Is there an older page?
    more: Var<bool>,
    colleagues: Var<Vec<Colleague>>,
}

#[derive(Clone, PartialEq, Eq)]
enum State {
    Reading,
    Ready,
    Failed(String),
}

pub(super) fn activity(desk: Desk) -> AnyView {
    let kind = UrlValue::new("kind", "");
    let chosen = kind.one_of(KINDS);
    let timeline = Timeline {
        desk,
        entries: Var::new(Vec::new()),
        state: Var::new(State::Reading),
        more: Var::new(false),
        colleagues: colleagues(),
    };
    // What a person has just changed here belongs to what happened.
    let changed = desk.store.text;
    effect(move || {
        let _ = (changed.with(Option::is_some), desk.done.get());
        timeline.read(None);
    });
    let value = Var::new(chosen.get_untracked().to_owned());
    effect(move || kind.set(&value.get()));
    let options = KINDS.iter().map(|kind| SelectOption::new(*kind, word(kind))).collect::<Vec<_>>();
    let shown = Signal::memo(move || {
        let kind = chosen.get();
        timeline.entries.with(|entries| {
            let fits = |entry: &&TimelineEntry| kind.is_empty() || entry.kind.as_str() == kind;
            entries.iter().filter(fits).cloned().collect::<Vec<_>>()
        })
    });
    let notable = desk.part(|record| !record.opportunities.is_empty());
    view! {
        {live(move || {
            notable.get().then(|| {
                view! {
                    <p class="record-part-head">
                        <Button label="Add note" on_press=move |()| desk.open(Form::Note) />
                    </p>
                }
                .into_any()
            })
        })}
        <SelectField
            id="activity-kind"
            label="Show"
            options=Signal::stored(options)
            value
            problems=Var::new(Vec::new())
        />
        {live(move || {
            let lines = shown.get();
            match (timeline.state.get(), lines.is_empty()) {
                (State::Reading, true) => view! { <SkeletonLines count=6 class="skeleton-rows" /> }.into_any(),
                (State::Failed(text), true) => view! {
                    <FailedState
                        title="The activity could not be read"
                        text
                        on_retry=Callback::new(move |()| timeline.read(None))
                    />
                }
                .into_any(),
                (_, true) => view! { <p class="quiet">"Nothing of this kind so far."</p> }.into_any(),
                (_, false) => view! {
                    <ol class="timeline">
                        {lines.into_iter().map(|entry| timeline.line(&entry)).collect_view()}
                    </ol>
                }
                .into_any(),
            }
        })}
        {live(move || {
            timeline.more.get().then(|| {
                view! {
                    <p class="table-more">
                        <Button
                            label="Load more"
                            busy=Signal::derive(move || timeline.state.with(|state| *state == State::Reading))
                            on_press=move |()| timeline.older()
                        />
                    </p>
                }
                .into_any()
            })
        })}
    }
    .into_any()
}

impl Timeline {
    fn older(self) {
        let last = self.entries.with_untracked(|entries| entries.last().map(|entry| entry.occurred_at));
        self.read(last);
    }

    fn read(self, before: Option<Timestamp>) {
        self.state.set(State::Reading);
        let query = TimelineQuery { client_id: self.desk.id, before, limit: None };
        spawn_local(async move {
            match self.desk.api.read_rows::<ReadClientTimeline, Vec<TimelineEntry>>(&query, None).await {
                Ok(page) => {
                    self.more.set(page.data.len() >= TIMELINE_PAGE as usize);
                    let mut entries = before.map(|_| self.entries.get_untracked()).unwrap_or_default();
                    entries.extend(page.data);
                    self.entries.set(entries);
                    self.state.set(State::Ready);
                }
                Err(failure) => self.state.set(State::Failed(advice(&failure))),
            }
        });
    }

    fn line(self, entry: &TimelineEntry) -> AnyView {
        let who = entry.actor_id.map(|id| {
            self.colleagues.with(|all| {
                let known = all.iter().find(|colleague| colleague.id == id);
                known.map_or_else(|| "Somebody".to_owned(), |colleague| colleague.name.clone())
            })
        });
        let told = told(self.desk, entry);
        view! {
            <li>
                <p>
                    <span class="timeline-kind">{word(entry.kind.as_str())}</span>
                    <span>{told}</span>
                </p>
                <p class="quiet">
                    <time>{self.desk.moment(entry.occurred_at)}</time>
                    {who.map(|who| format!(" · {who}"))}
                </p>
                {changes(entry)}
            </li>
        }
        .into_any()
    }
}

fn word(kind: &str) -> &'static str {
    match kind.parse::<TimelineKind>() {
        Ok(TimelineKind::Note) => "Note",
        Ok(TimelineKind::Activity) => "Activity",
        Ok(TimelineKind::StageChange) => "Stage",
        Ok(TimelineKind::Invoice) => "Invoice",
        Ok(TimelineKind::Payment) => "Payment",
        Ok(TimelineKind::Health) => "Health",
        Ok(TimelineKind::Deliverable) => "Deliverable",
        Ok(TimelineKind::Message) => "E-mail",
        Ok(TimelineKind::Meeting) => "Meeting",
        Ok(TimelineKind::Event) => "Change",
        Err(_) => "Everything",
    }
}

/// One entry in a sentence.
fn told(desk: Desk, entry: &TimelineEntry) -> String {
    let text = |name: &str| entry.text(name).unwrap_or_default();
    let money = |name: &str| desk.money(Money::parse(&text(name)).ok());
    let number = |name: &str| entry.text(name).unwrap_or_else(|| format::NONE.to_owned());
    let title = &entry.title;
    match entry.kind {
        TimelineKind::Note => format!("{title}: {}", text("body")),
        TimelineKind::Activity => format!("{title} ({}, {})", text("type"), text("status")),
        TimelineKind::StageChange => match text("from").as_str() {
            "" => format!("{title} entered {} with {}", text("to"), money("amount")),
            from => format!("{title} moved from {from} to {}, {}", text("to"), money("amount")),
        },
        TimelineKind::Invoice => {
            format!("{title}, {}, {} of {} open", text("status"), money("balance"), money("total"))
        }
        TimelineKind::Payment => {
            let end = if entry.says("reversed") { ", reversed" } else { "" };
            format!("{} received for {title}{end}", money("amount"))
        }
        TimelineKind::Health => {
            let notes = match text("notes").as_str() {
                "" => String::new(),
                notes => format!(": “{notes}”"),
            };
            let (health, churn, trs) = (number("health"), number("churn_risk"), number("trs_score"));
            format!("Health {health}, churn risk {churn}, TRS {trs}{notes}")
        }
        TimelineKind::Deliverable => format!("{title} was added"),
        TimelineKind::Message => {
            let title = if title.is_empty() { "(no subject)" } else { title.as_str() };
            let shared = shared(entry);
            format!("{title}, from {}{shared}", text("from"))
        }
        TimelineKind::Meeting => {
            let title = if title.is_empty() { "(no title)" } else { title.as_str() };
            let shared = shared(entry);
            format!("{title}, with {}{shared}", text("organizer"))
        }
        TimelineKind::Event => words::event(title),
    }
}

fn shared(entry: &TimelineEntry) -> &'static str {
    if entry.says("shared") { ", shared" } else { ", private" }
}

/// Before and after of what an event changed, for those who may know.
fn changes(entry: &TimelineEntry) -> Option<AnyView> {
    let lines: Vec<String> = entry.changes().iter().flat_map(change_lines).collect();
    if lines.is_empty() {
        return None;
    }
    Some(
        view! {
            <ul class="timeline-changes">
                {lines.into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect_view()}
            </ul>
        }
        .into_any(),
    )
}

fn change_lines(change: &RowChange) -> Vec<String> {
    let said = |value: &Option<Json>| {
        let text = value.as_ref().and_then(Json::text);
        text.map_or_else(|| format::NONE.to_owned(), |text| text.chars().take(120).collect())
    };
    change
        .columns
        .iter()
        .filter(|(name, _)| !UNTOLD.contains(&name.as_str()) && !name.ends_with("_id"))
        .map(|(name, both)| {
            let label = name.replace('_', " ");
            format!("{label}: {} → {}", said(&both.before), said(&both.after))
        })
        .collect()
}
