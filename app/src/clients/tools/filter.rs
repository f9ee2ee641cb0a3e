//! Which clients shall the list show? Boxes to tick, each at work at once.

use super::super::list::ListAddress;
use super::super::tool::Workbench;
use super::super::toolbar::{or_none, owner_name};
use super::super::words;
use crate::shell::terms;
use leptos::prelude::*;
use revos_shared::clients::{ClientBand, ClientStatus, ClientsQuery, Phase, Segment};
use revos_shared::kernel::chosen::OrNone;
use revos_shared::kernel::owner::OwnerChoice;
use revos_ui::{Button, ButtonKind, CheckBox, Signal};

/// The filters of the list.
pub(super) fn filter_form(bench: Workbench) -> AnyView {
    let address = bench.address;
    let rows = bench.list.rows;
    let mut owners: Vec<OwnerChoice> = vec![OwnerChoice::Me, OwnerChoice::Unassigned];
    let mut people: Vec<_> = rows.with_untracked(|rows| {
        rows.iter().filter_map(|row| Some((row.owner_name.clone()?, row.owner_id?))).collect()
    });
    people.sort();
    people.dedup();
    owners.extend(people.into_iter().map(|(_, id)| OwnerChoice::Person(id)));
    let named = move |owner: OwnerChoice| rows.with_untracked(|rows| capital(&owner_name(owner, rows)));
    let group = Group { address };
    view! {
        <div class="filter-groups">
            {group.of(
                "Status",
                ClientStatus::ALL.iter().map(|status| (*status, words::status(*status).0.to_owned())),
                |query, status| query.status.has(status),
                |query, status| query.status = query.status.toggled(status),
            )}
            {group.of(
                "Owner",
                owners.into_iter().map(|owner| (owner, named(owner))),
                |query, owner| query.owner.has(owner),
                |query, owner| query.owner = query.owner.toggled(owner),
            )}
            {group.of(
                "Phase",
                with_none(Phase::ALL, |phase| phase.as_str()),
                |query, phase| query.phase.has(phase),
                |query, phase| query.phase = query.phase.toggled(phase),
            )}
            {group.of(
                "Segment",
                with_none(Segment::ALL, terms::segment),
                |query, segment| query.segment.has(segment),
                |query, segment| query.segment = query.segment.toggled(segment),
            )}
            {group.of(
                "Health and churn risk",
                ClientBand::ALL.iter().map(|band| (*band, words::band_choice(*band).to_owned())),
                |query, band| query.band.has(band),
                |query, band| query.band = query.band.toggled(band),
            )}
        </div>
        <div class="dialog-foot">
            <Button label="Clear filters" on_press=move |()| address.clear() />
            <Button label="Show clients" kind=ButtonKind::Primary on_press=move |()| bench.toolbox.close() />
        </div>
    }
    .into_any()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn with_none<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<(OrNone<T>, String)> {
    let values = all.iter().map(|value| OrNone(Some(*value))).chain([OrNone(None)]);
    values.map(|value| (value, capital(or_none(value, &word)))).collect()
}

/// Boxes to tick, at work at once.
#[derive(Clone, Copy)]
struct Group {
    address: ListAddress,
}

impl Group {
    fn of<T: Copy + Send + Sync + 'static>(
        self,
        legend: &'static str,
        all: impl IntoIterator<Item = (T, String)>,
        has: fn(&ClientsQuery, T) -> bool,
        toggle: fn(&mut ClientsQuery, T),
    ) -> AnyView {
        let address = self.address;
        let boxes = all
            .into_iter()
            .map(|(value, label)| {
                let checked = Signal::derive(move || address.state.with(|state| has(&state.query, value)));
                let on_toggle = move |()| address.choose(|state| toggle(&mut state.query, value));
                view! { <CheckBox label checked on_toggle /> }.into_any()
            })
            .collect_view();
        view! {
            <fieldset class="choice-group">
                <legend>{legend}</legend>
                {boxes}
            </fieldset>
        }
        .into_any()
    }
}
