//! How are the fields of an opportunity changed?

use super::desk::{Desk, Paint};
use super::forms::{said, shown};
use crate::shell::Refused;
use crate::shell::api::Order;
use crate::shell::colleagues::colleague_options;
use crate::shell::sheet::{Definition, Entries, Kind, Submission, field};
use revos_shared::Money;
use revos_shared::kernel::patch::Patch;
use revos_shared::pipeline::changes::OpportunityChange;
use revos_shared::pipeline::endpoints::{OpportunityQuery, UpdateOpportunity};
use revos_shared::pipeline::{OpportunityDetail, OpportunityRow};
use std::sync::Arc;

/// What the form of an opportunity says of it.
fn values(
    name: &str,
    amount: Money,
    percent: Option<u8>,
    close: Option<jiff::civil::Date>,
    next: (Option<&String>, Option<jiff::civil::Date>),
    owner: Option<revos_shared::UserId>,
) -> Vec<String> {
    vec![
        name.to_owned(),
        amount.to_string(),
        shown(percent),
        shown(close),
        said(next.0),
        shown(next.1),
        shown(owner),
    ]
}

/// The fields of an opportunity, in the order of [`values`].
const FIELDS: [&str; 7] = [
    "name",
    "amount",
    "probability_override",
    "expected_close_date",
    "next_step",
    "next_step_date",
    "owner_id",
];

/// What the form would say of the row in a refusal, without the fields that it does not have.
fn current(text: &str, without: &[&str]) -> Option<(Vec<String>, u32)> {
    let now = lean_json::from_str::<OpportunityDetail>(text).ok()?;
    let next = (now.next_step.as_ref(), now.next_step_date);
    let all =
        values(&now.name, now.amount, now.probability_override, now.expected_close_date, next, now.owner_id);
    let shown = FIELDS.iter().zip(all).filter(|(name, _)| !without.contains(*name));
    Some((shown.map(|(_, value)| value).collect(), now.version))
}

/// The form of an opportunity.
pub(super) fn edit(desk: Desk, row: &OpportunityRow) -> Definition {
    let id = row.id;
    let begun = values(
        &row.name,
        row.amount,
        row.probability_override,
        row.expected_close_date,
        (row.next_step.as_ref(), row.next_step_date),
        row.owner_id,
    );
    let mut fields = vec![
        field!("name", "Name", Kind::Line("text")),
        field!("amount", "Amount", Kind::Line("text"), "One-time or annual value."),
        field!(
            "probability_override",
            "Probability, %",
            Kind::Line("text"),
            "Left empty, the stage decides."
        ),
        field!("expected_close_date", "Expected close", Kind::Line("date")),
        field!("next_step", "Next step", Kind::Line("text")),
        field!("next_step_date", "Next step until", Kind::Line("date")),
    ];
    // Giving one to somebody else is for those who may change all of them.
    if desk.rights.all {
        fields.push(field!("owner_id", "Owner", Kind::Choice(colleague_options())));
    }
    if !row.stage.is_open() {
        // What is won or lost has the probability of its stage.
        fields.retain(|field| field.name != "probability_override");
    }
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let begun =
        FIELDS.iter().zip(begun).filter(|(name, _)| names.contains(*name)).map(|(_, value)| value).collect();
    let before = row.clone();
    Definition {
        title: format!("Edit {}", row.name),
        save: "Save",
        save_also: None,
        draft: format!("draft:{id}:opportunity"),
        fields,
        begun,
        version: Some(row.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let change = changed(entries, &before, version.unwrap_or(before.version), &names);
            entries.checked(&change)?;
            let painted = change.clone();
            let paint: Paint = Arc::new(move |row| apply(row, &painted));
            let order = move |version| {
                let change = OpportunityChange { version, ..change };
                Order::of::<UpdateOpportunity>(&OpportunityQuery { opportunity_id: id }, &change)
            };
            let heard = move |outcome: Result<_, Refused>| then(outcome.err());
            desk.write(
                (id, version.unwrap_or(before.version)),
                paint,
                order,
                |given| given.read::<OpportunityDetail>().map(|detail| (detail, None)),
                Box::new(heard),
            );
            Ok(())
        }),
        current: match (row.stage.is_open(), desk.rights.all) {
            (true, true) => |text| current(text, &[]),
            (true, false) => |text| current(text, &["owner_id"]),
            (false, true) => |text| current(text, &["probability_override"]),
            (false, false) => |text| current(text, &["probability_override", "owner_id"]),
        },
    }
}

/// What the fields say that the row did not.
fn changed(
    entries: &Entries<'_>,
    before: &OpportunityRow,
    version: u32,
    names: &[&str],
) -> OpportunityChange {
    let has = |name: &str| names.contains(&name);
    let keep = |name: &str| !has(name);
    let name = entries.text("name");
    let amount = entries.money("amount");
    OpportunityChange {
        version,
        name: if name == before.name { Patch::Keep } else { Patch::Set(name).or_clear() },
        amount: Patch::between(&Some(before.amount), amount),
        probability_override: if keep("probability_override") {
            Patch::Keep
        } else {
            Patch::between(&before.probability_override, entries.whole("probability_override"))
        },
        owner_id: if keep("owner_id") {
            Patch::Keep
        } else {
            Patch::between(&before.owner_id, entries.word("owner_id"))
        },
        expected_close_date: Patch::between(&before.expected_close_date, entries.day("expected_close_date")),
        next_step: Patch::between(&before.next_step, entries.given("next_step")),
        next_step_date: Patch::between(&before.next_step_date, entries.day("next_step_date")),
    }
}

/// A name without letters is no name.
trait OrClear {
    fn or_clear(self) -> Self;
}

impl OrClear for Patch<String> {
    fn or_clear(self) -> Self {
        match self {
            Self::Set(text) if text.is_empty() => Self::Clear,
            other => other,
        }
    }
}

fn apply(row: &mut OpportunityRow, change: &OpportunityChange) {
    if let Patch::Set(name) = &change.name {
        row.name.clone_from(name);
    }
    if let Patch::Set(amount) = change.amount {
        row.amount = amount;
    }
    row.probability_override = change.probability_override.applied(row.probability_override);
    row.probability = row.probability_override.unwrap_or_else(|| row.stage.probability());
    if !change.owner_id.is_kept() {
        row.owner_id = change.owner_id.applied(row.owner_id);
        row.owner_name = None;
    }
    row.expected_close_date = change.expected_close_date.applied(row.expected_close_date);
    row.next_step = change.next_step.clone().applied(row.next_step.take());
    row.next_step_date = change.next_step_date.applied(row.next_step_date);
}
