//! How is one thing changed about many opportunities, and how did it go for each?

use super::desk::{Desk, Form};
use super::words;
use crate::shell::colleagues::colleague_options;
use crate::shell::form::field_problems;
use crate::shell::format;
use crate::shell::selection::Selection;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::kernel::bulk::{BulkOutcome, Versioned};
use revos_shared::kernel::check::Check as _;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::parse_day;
use revos_shared::kernel::patch::Patch;
use revos_shared::pipeline::changes::{BulkOpportunities, BulkOpportunityFields, OpportunityResult};
use revos_shared::pipeline::endpoints::UpdateOpportunities;
use revos_shared::pipeline::{LostReason, OpportunityRow, Stage};
use revos_ui::{
    Button, ButtonKind, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var, live,
};
use wasm_bindgen_futures::spawn_local;

const FIELDS: [(&str, &str); 5] = [
    ("stage", "bulk-value"),
    ("owner_id", "bulk-value"),
    ("expected_close_date", "bulk-value"),
    ("items", "bulk-value"),
    ("lost_reason", "bulk-reason"),
];

/// The new value for the chosen opportunities; afterwards, how it went for each.
pub(super) fn form(
    desk: Desk,
    selection: Selection<OpportunityRow>,
    form: &Form,
    heading: Var<String>,
    close: Callback<()>,
) -> AnyView {
    let (title_text, label) = match form {
        Form::BulkStage => ("Change stage", "New stage"),
        Form::BulkOwner => ("Change owner", "New owner"),
        _ => ("Change close date", "New close date"),
    };
    heading.set(title_text.to_owned());
    let ids = selection.ids();
    // The rows as they are on screen now: their versions are what the person has seen.
    let chosen: Vec<OpportunityRow> = desk.painted.with_untracked(|painted| {
        painted
            .rows
            .iter()
            .filter(|row| ids.contains(&row.id))
            .map(|row| OpportunityRow::clone(row))
            .collect()
    });
    let count = chosen.len() as u64;
    let chosen = StoredValue::new(chosen);
    let (value, reason) = (Var::new(String::new()), Var::new(String::new()));
    let problems = Var::new(Vec::<Problem>::new());
    let title = Var::new(None::<String>);
    let busy = Var::new(false);
    let results = Var::new(None::<Vec<OpportunityResult>>);
    let kind = form.clone();
    let fields = move || -> Option<BulkOpportunityFields> {
        let text = value.get_untracked().trim().to_owned();
        let none = BulkOpportunityFields::default();
        Some(match kind {
            Form::BulkStage => BulkOpportunityFields {
                stage: Some(text.parse().ok()?),
                lost_reason: reason
                    .get_untracked()
                    .parse()
                    .ok()
                    .filter(|_| text == Stage::ClosedLost.as_str()),
                ..none
            },
            Form::BulkOwner if text.is_empty() => BulkOpportunityFields { owner_id: Patch::Clear, ..none },
            Form::BulkOwner => BulkOpportunityFields { owner_id: Patch::Set(text.parse().ok()?), ..none },
            _ if text.is_empty() => BulkOpportunityFields { expected_close_date: Patch::Clear, ..none },
            _ => BulkOpportunityFields { expected_close_date: Patch::Set(parse_day(&text)?), ..none },
        })
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(changes) = fields() else {
            problems.set(vec![Problem { field: "bulk-value", text: "Choose a value.".to_owned() }]);
            return title.set(Some("Nothing was changed".to_owned()));
        };
        let items = chosen.with_value(|rows| {
            rows.iter().map(|row| Versioned { id: row.id, version: row.version }).collect()
        });
        let change = BulkOpportunities { items, changes };
        if let Err(found) = change.check() {
            problems.set(field_problems(&found, &FIELDS));
            return title.set(Some("Nothing was changed".to_owned()));
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = desk.api.change::<UpdateOpportunities>(&NoQuery {}, &change).await;
            busy.set(false);
            match outcome {
                Ok(found) => {
                    // Those that can be tried again stay chosen.
                    let open = |result: &&OpportunityResult| result.outcome == BulkOutcome::StaleVersion;
                    selection.set(found.iter().filter(open).map(|result| result.id).collect());
                    results.set(Some(found));
                    desk.refresh();
                }
                Err(refused) => {
                    problems.set(field_problems(&refused.problems(), &FIELDS));
                    title.set(Some(refused.sentence()));
                }
            }
        });
    };
    let input = match form {
        Form::BulkStage => {
            let options = [SelectOption::new("", "Choose a stage")].into_iter().chain(
                Stage::ALL.iter().map(|stage| SelectOption::new(stage.as_str(), words::stage(*stage))),
            );
            let reasons = [SelectOption::new("", "Choose a reason")].into_iter().chain(
                LostReason::ALL
                    .iter()
                    .map(|reason| SelectOption::new(reason.as_str(), terms::lost_reason(*reason))),
            );
            let reasons = Signal::stored(reasons.collect::<Vec<_>>());
            view! {
                <SelectField id="bulk-value" label options=Signal::stored(options.collect::<Vec<_>>()) value problems />
                {live(move || {
                    (value.get() == Stage::ClosedLost.as_str()).then(|| {
                        view! {
                            <SelectField
                                id="bulk-reason"
                                label="Why were they lost?"
                                options=reasons
                                value=reason
                                problems
                            />
                        }
                        .into_any()
                    })
                })}
            }
            .into_any()
        }
        Form::BulkOwner => {
            let options = colleague_options();
            view! { <SelectField id="bulk-value" label options value problems /> }.into_any()
        }
        _ => view! {
            <TextField
                id="bulk-value"
                label
                kind="date"
                hint="Left empty, they are undated from now on."
                value
                problems
            />
        }
        .into_any(),
    };
    let input = StoredValue::new_local(Some(input));
    let save = StoredValue::new_local(save);
    view! {
        {live(move || match results.get() {
            Some(results) => told(&results, chosen, close),
            None => view! {
                <form class="form" novalidate on:submit=move |event| save.with_value(|save| save(event))>
                    <ErrorSummary title problems />
                    <p>{format!("For {}.", format::plural(count, "opportunity", "opportunities"))}</p>
                    {input.try_update_value(Option::take).flatten()}
                    <div class="dialog-foot">
                        <Button label="Cancel" on_press=close />
                        <Button label="Change" kind=ButtonKind::Primary submit=true busy />
                    </div>
                </form>
            }
            .into_any(),
        })}
    }
    .into_any()
}

/// How it went for each.
fn told(
    results: &[OpportunityResult],
    chosen: StoredValue<Vec<OpportunityRow>>,
    close: Callback<()>,
) -> AnyView {
    let count =
        |outcome: BulkOutcome| results.iter().filter(|result| result.outcome == outcome).count() as u64;
    let left = results
        .iter()
        .filter_map(|result| {
            let why = match result.outcome {
                BulkOutcome::Changed | BulkOutcome::Unchanged => return None,
                BulkOutcome::StaleVersion => "somebody else changed it in the meantime; it is still chosen",
                BulkOutcome::Forbidden => "you have no right to change it so",
                BulkOutcome::NotFound => "no longer there",
                BulkOutcome::ReferenceMissing => "the new owner is no longer there",
            };
            let name = chosen.with_value(|rows| {
                rows.iter().find(|row| row.id == result.id).map(|row| row.name.clone()).unwrap_or_default()
            });
            Some(view! { <li>{format!("{name}: {why}")}</li> }.into_any())
        })
        .collect_view();
    let changed = count(BulkOutcome::Changed);
    let unchanged = count(BulkOutcome::Unchanged);
    let already =
        if unchanged > 0 { format!(" {} already were so.", format::count(unchanged)) } else { String::new() };
    view! {
        <p role="status">
            {format!("{} changed.{already}", format::plural(changed, "opportunity was", "opportunities were"))}
        </p>
        <ul>{left}</ul>
        <div class="dialog-foot">
            <Button label="Done" kind=ButtonKind::Primary on_press=close />
        </div>
    }
    .into_any()
}
