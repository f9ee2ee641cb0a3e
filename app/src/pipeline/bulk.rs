//! What can be changed about many opportunities at once?

use super::desk::{Desk, Form};
use super::words;
use crate::shell::bulk::{Bulk, NewValue, bulk_form};
use crate::shell::selection::Selection;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::kernel::instants::parse_day;
use revos_shared::kernel::patch::Patch;
use revos_shared::pipeline::changes::{BulkOpportunities, BulkOpportunityFields};
use revos_shared::pipeline::endpoints::UpdateOpportunities;
use revos_shared::pipeline::{LostReason, OpportunityRow, Stage};
use revos_ui::{SelectField, SelectOption, Signal, Var, live};

/// The input of the reason.
const REASON: &str = "bulk-reason";

/// The new value for the chosen opportunities.
pub(super) fn form(
    desk: Desk,
    selection: Selection<OpportunityRow>,
    form: Form,
    heading: Var<String>,
    close: Callback<()>,
) -> AnyView {
    let title = match form {
        Form::BulkStage => "Change stage",
        Form::BulkOwner => "Change owner",
        _ => "Change close date",
    };
    heading.set(title.to_owned());
    let (value, reason) = (NewValue::new(), Var::new(String::new()));
    let kind = form.clone();
    bulk_form::<OpportunityRow, UpdateOpportunities>(Bulk {
        api: desk.api,
        selection,
        rows: desk.painted.with_untracked(|painted| painted.rows.clone()),
        version: |row| row.version,
        one: "opportunity",
        fields: &[("lost_reason", REASON)],
        value,
        input: Box::new(move || match form {
            Form::BulkStage => stage(value, reason),
            Form::BulkOwner => value.owner(),
            _ => value.day("New close date"),
        }),
        change: Box::new(move |items| {
            let none = BulkOpportunityFields::default();
            let changes = match kind {
                Form::BulkStage => match value.read(|stage| stage.parse().ok()) {
                    Some(Patch::Set(stage)) => {
                        let lost_reason =
                            reason.get_untracked().parse().ok().filter(|_| stage == Stage::ClosedLost);
                        Ok(BulkOpportunityFields { stage: Some(stage), lost_reason, ..none })
                    }
                    _ => Err("Choose a stage."),
                },
                Form::BulkOwner => value
                    .read(|id| id.parse().ok())
                    .map(|owner_id| BulkOpportunityFields { owner_id, ..none })
                    .ok_or("Choose who leads the sales."),
                _ => value
                    .read(parse_day)
                    .map(|expected_close_date| BulkOpportunityFields { expected_close_date, ..none })
                    .ok_or("Enter a day such as 2026-05-20."),
            };
            changes.map(|changes| BulkOpportunities { items, changes })
        }),
        refresh: Callback::new(move |()| desk.refresh()),
        close,
    })
}

/// A stage; for lost ones, why they were lost.
fn stage(value: NewValue, reason: Var<String>) -> AnyView {
    let stages = Stage::ALL.iter().map(|stage| (stage.as_str(), words::stage(*stage)));
    let reasons = [SelectOption::new("", "Choose a reason")].into_iter().chain(
        LostReason::ALL.iter().map(|reason| SelectOption::new(reason.as_str(), terms::lost_reason(*reason))),
    );
    let options = Signal::stored(reasons.collect::<Vec<_>>());
    view! {
        {value.choice("New stage", "Choose a stage", None, stages)}
        {live(move || {
            (value.typed() == Stage::ClosedLost.as_str()).then(|| {
                view! {
                    <SelectField
                        id=REASON
                        label="Why were they lost?"
                        options
                        value=reason
                        problems=value.problems
                    />
                }
                .into_any()
            })
        })}
    }
    .into_any()
}
