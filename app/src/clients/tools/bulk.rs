//! How is one thing changed about many clients, and how did it go for each?

use super::super::tool::{Tool, Workbench};
use crate::shell::colleagues::colleague_options;
use crate::shell::form::field_problems;
use crate::shell::format;
use crate::shell::session::Session;
use jiff::civil::Date;
use leptos::prelude::*;
use revos_shared::clients::changes::{BulkChange, BulkFields, BulkResult};
use revos_shared::clients::endpoints::UpdateClients;
use revos_shared::clients::{ClientRow, Phase};
use revos_shared::kernel::bulk::{BulkOutcome, Versioned};
use revos_shared::kernel::check::Check as _;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::parse_day;
use revos_shared::kernel::limits::BULK_MAX;
use revos_shared::kernel::patch::Patch;
use revos_ui::{
    Button, ButtonKind, CheckBox, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var,
    live,
};
use std::str::FromStr;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

const FIELDS: [(&str, &str); 4] = [
    ("owner_id", "bulk-value"),
    ("phase", "bulk-value"),
    ("qbr_date", "bulk-value"),
    ("items", "bulk-value"),
];

/// The choice of no value.
const NOTHING: &str = "none";

/// The new value for the chosen clients; afterwards, how it went for each.
pub(super) fn bulk_form(tool: Tool, bench: Workbench) -> AnyView {
    let session = expect_context::<Session>();
    let Some(api) = session.api() else { return ().into_any() };
    let ids = bench.selection.ids();
    // The rows as they are on screen now: their versions are what the person has seen.
    let chosen: Vec<Arc<ClientRow>> = bench
        .list
        .rows
        .with_untracked(|rows| rows.iter().filter(|row| ids.contains(&row.id)).cloned().collect());
    let away = ids.len() - chosen.len();
    let value = Var::new(String::new());
    let clear = Var::new(false);
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let busy = Var::new(false);
    let results = Var::new(None::<Vec<BulkResult>>);
    let chosen = StoredValue::new(chosen);

    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let text = value.get_untracked().trim().to_owned();
        let text = if clear.get_untracked() { NOTHING.to_owned() } else { text };
        let Some(changes) = fields(tool, &text) else {
            let text = match tool {
                Tool::Owner => "Choose who is in charge.",
                Tool::Phase => "Choose a phase.",
                _ => "Enter a day such as 2026-05-20.",
            };
            problems.set(vec![Problem { field: "bulk-value", text: text.to_owned() }]);
            title.set(Some("Nothing was changed".to_owned()));
            return;
        };
        let items = chosen.with_value(|rows| {
            rows.iter().map(|row| Versioned { id: row.id, version: row.version }).collect()
        });
        let change = BulkChange { items, changes };
        if let Err(found) = change.check() {
            problems.set(field_problems(&found, &FIELDS));
            title.set(Some("Nothing was changed".to_owned()));
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = api.change::<UpdateClients>(&NoQuery {}, &change).await;
            busy.set(false);
            match outcome {
                Ok(found) => {
                    // Those that can be tried again stay chosen.
                    let open = |result: &&BulkResult| {
                        matches!(result.outcome, BulkOutcome::StaleVersion | BulkOutcome::ReferenceMissing)
                    };
                    bench.selection.set(found.iter().filter(open).map(|result| result.id).collect());
                    results.set(Some(found));
                    bench.refresh.run(());
                }
                Err(refused) => {
                    problems.set(field_problems(&refused.problems(), &FIELDS));
                    title.set(Some(refused.sentence()));
                }
            }
        });
    };
    let form = move || {
        let field = match tool {
            Tool::Owner => {
                let colleagues = colleague_options();
                let options = Signal::derive(move || {
                    let mut options = colleagues.get();
                    for option in &mut options {
                        if option.value.is_empty() {
                            NOTHING.clone_into(&mut option.value);
                        }
                    }
                    options.insert(0, SelectOption::new("", "Choose a person"));
                    options
                });
                view! { <SelectField id="bulk-value" label="New owner" options value problems /> }.into_any()
            }
            Tool::Phase => {
                let options =
                    [SelectOption::new("", "Choose a phase"), SelectOption::new(NOTHING, "No phase")]
                        .into_iter()
                        .chain(
                            Phase::ALL.iter().map(|phase| SelectOption::new(phase.as_str(), phase.as_str())),
                        );
                let options = Signal::stored(options.collect());
                view! { <SelectField id="bulk-value" label="New phase" options value problems /> }.into_any()
            }
            _ => view! {
                <TextField
                    id="bulk-value"
                    label="Next QBR"
                    kind="date"
                    value
                    problems
                />
                <CheckBox
                    label="Take the date away instead"
                    checked=clear
                    on_toggle=move |()| clear.update(|clear| *clear = !*clear)
                />
            }
            .into_any(),
        };
        let count = chosen.with_value(|rows| rows.len() as u64);
        view! {
            <form class="form" novalidate on:submit=save>
                <ErrorSummary title problems />
                <p>
                    {format!("Changes {}, each for itself.", format::plural(count, "client", "clients"))}
                    {(away > 0).then(|| format!(" {away} more are chosen but not in this list; they stay as they are."))}
                    {(count > BULK_MAX as u64).then(|| format!(" At most {BULK_MAX} can be changed at once."))}
                </p>
                {field}
                <div class="dialog-foot">
                    <Button label="Cancel" on_press=move |()| bench.toolbox.close() />
                    <Button label="Change clients" kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        }
        .into_any()
    };
    live(move || match results.get() {
        None => form(),
        Some(results) => chosen.with_value(|rows| told(&results, rows, bench)),
    })
    .into_any()
}

/// What the value of the form means; none when it means nothing. Taking a value away is a choice of its own: a field
/// that was passed over must not empty a hundred clients.
fn fields(tool: Tool, text: &str) -> Option<BulkFields> {
    fn patch<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Patch<T>> {
        if text == NOTHING { Some(Patch::Clear) } else { read(text).map(Patch::Set) }
    }
    let none = BulkFields::default();
    Some(match tool {
        Tool::Owner => BulkFields { owner_id: patch(text, |id| id.parse().ok())?, ..none },
        Tool::Phase => BulkFields { phase: patch(text, |phase| Phase::from_str(phase).ok())?, ..none },
        _ => BulkFields { qbr_date: patch::<Date>(text, parse_day)?, ..none },
    })
}

/// How it went, the ones that were not changed by name.
fn told(results: &[BulkResult], rows: &[Arc<ClientRow>], bench: Workbench) -> AnyView {
    let count =
        |outcome: BulkOutcome| results.iter().filter(|result| result.outcome == outcome).count() as u64;
    let changed = count(BulkOutcome::Changed);
    let unchanged = count(BulkOutcome::Unchanged);
    let refused: Vec<_> = results
        .iter()
        .filter_map(|result| {
            let why = match result.outcome {
                BulkOutcome::Changed | BulkOutcome::Unchanged => return None,
                BulkOutcome::StaleVersion => {
                    "changed by somebody else in the meantime; look at it, then try again"
                }
                BulkOutcome::Forbidden => "you have no right to change it so",
                BulkOutcome::NotFound => "no longer there",
                BulkOutcome::ReferenceMissing => "the new owner is no longer there",
            };
            let name = rows.iter().find(|row| row.id == result.id).map(|row| row.name.clone())?;
            Some(view! { <li><strong>{name}</strong>" – "{why}</li> }.into_any())
        })
        .collect();
    let not = refused.len() as u64;
    view! {
        <div role="status">
            <p>
                {format!("{} changed.", format::plural(changed, "client", "clients"))}
                {(unchanged > 0).then(|| format!(" {unchanged} already had that value."))}
                {(not > 0).then(|| format!(" {not} not changed:"))}
            </p>
            <ul class="plain-list told">{refused}</ul>
        </div>
        <div class="dialog-foot">
            <Button label="Close" kind=ButtonKind::Primary on_press=move |()| bench.toolbox.close() />
        </div>
    }
    .into_any()
}
