//! How is one thing changed about many rows, and how did it go for each?

use super::api::{Api, SignedIn};
use super::colleagues::colleague_options;
use super::form::field_problems;
use super::format;
use super::selection::{Choosable, Selection};
use super::style::adopt;
use leptos::prelude::*;
use revos_shared::Endpoint;
use revos_shared::kernel::bulk::{BulkOutcome, BulkResult, Versioned};
use revos_shared::kernel::check::Check;
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::limits::BULK_MAX;
use revos_shared::kernel::patch::Patch;
use revos_ui::{
    Button, ButtonKind, CheckBox, ErrorSummary, Problem, SelectField, SelectOption, Signal, TextField, Var,
    live,
};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The input of the new value.
const VALUE: &str = "bulk-value";
/// The choice of no value.
const NOTHING: &str = "none";

/// The new value, as it is filled in. Taking a value away is a choice of its own: a field that was passed over must not
/// empty a hundred rows.
#[derive(Clone, Copy)]
pub(crate) struct NewValue {
    /// What is wrong with it.
    pub problems: Var<Vec<Problem>>,
    typed: Var<String>,
    clear: Var<bool>,
}

impl NewValue {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { problems: Var::new(Vec::new()), typed: Var::new(String::new()), clear: Var::new(false) }
    }

    /// What was typed or chosen; listens.
    pub(crate) fn typed(self) -> String {
        self.typed.get()
    }

    /// What it means: a value, no value from now on, or none when it means nothing.
    pub(crate) fn read<T>(self, read: impl FnOnce(&str) -> Option<T>) -> Option<Patch<T>> {
        let text = self.typed.get_untracked();
        match text.trim() {
            _ if self.clear.get_untracked() => Some(Patch::Clear),
            NOTHING => Some(Patch::Clear),
            text => read(text).map(Patch::Set),
        }
    }

    /// A person of the organization, or nobody.
    pub(crate) fn owner(self) -> AnyView {
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
        self.select("New owner", options)
    }

    /// One of these words; `nothing` is the choice of none, where there is one.
    pub(crate) fn choice(
        self,
        label: &'static str,
        ask: &'static str,
        nothing: Option<&'static str>,
        words: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> AnyView {
        let first = [Some(("", ask)), nothing.map(|label| (NOTHING, label))].into_iter().flatten();
        let options = first.chain(words).map(|(value, label)| SelectOption::new(value, label));
        self.select(label, Signal::stored(options.collect()))
    }

    /// A day, or none.
    pub(crate) fn day(self, label: &'static str) -> AnyView {
        let clear = self.clear;
        view! {
            <TextField id=VALUE label kind="date" value=self.typed problems=self.problems />
            <CheckBox
                label="Take the date away instead"
                checked=clear
                on_toggle=move |()| clear.update(|clear| *clear = !*clear)
            />
        }
        .into_any()
    }

    fn select(self, label: &'static str, options: Signal<Vec<SelectOption>>) -> AnyView {
        view! { <SelectField id=VALUE label options value=self.typed problems=self.problems /> }.into_any()
    }
}

/// Makes the change of some rows, or says what is wrong with the new value.
type Change<R, Body> =
    Box<dyn Fn(Vec<Versioned<<R as Choosable>::Id>>) -> Result<Body, &'static str> + Send + Sync>;

/// A change of the chosen rows.
pub(crate) struct Bulk<R: Choosable, Body> {
    /// Who sends it.
    pub api: Api<SignedIn>,
    /// Which rows are chosen.
    pub selection: Selection<R>,
    /// The rows on screen now: their versions are what the person has seen.
    pub rows: Vec<Arc<R>>,
    /// The version of a row.
    pub version: fn(&R) -> u32,
    /// What one of them is called.
    pub one: &'static str,
    /// The fields that only some changes have, and their inputs.
    pub fields: &'static [(&'static str, &'static str)],
    /// The new value.
    pub value: NewValue,
    /// Draws its input.
    pub input: Box<dyn Fn() -> AnyView + Send + Sync>,
    /// The change of these rows; else what to say of a value that means nothing.
    pub change: Change<R, Body>,
    /// Asks for the list again.
    pub refresh: Callback<()>,
    /// Closes the dialog.
    pub close: Callback<()>,
}

/// The new value for the chosen rows; afterwards, how it went for each.
pub(crate) fn bulk_form<R, E>(bulk: Bulk<R, E::Body>) -> AnyView
where
    R: Choosable,
    E: Endpoint<Query = NoQuery, Reply = Vec<BulkResult<R::Id>>> + 'static,
    E::Body: Check + 'static,
{
    adopt(include_str!("list_forms.css"));
    let Bulk { api, selection, rows, version, one, fields, value, input, change, refresh, close } = bulk;
    let ids = selection.ids();
    let chosen: Vec<Arc<R>> = rows.into_iter().filter(|row| ids.contains(&row.id())).collect();
    let count = chosen.len() as u64;
    let away = ids.len() - chosen.len();
    let problems = value.problems;
    let title = Var::new(None::<String>);
    let busy = Var::new(false);
    let results = Var::new(None::<Vec<BulkResult<R::Id>>>);
    let chosen = StoredValue::new(chosen);
    let change = StoredValue::new(change);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let refuse = move |wrong: Vec<Problem>| {
            problems.set(wrong);
            title.set(Some("Nothing was changed".to_owned()));
        };
        let items = chosen.with_value(|rows| {
            rows.iter().map(|row| Versioned { id: row.id(), version: version(row) }).collect()
        });
        let body = match change.with_value(|change| change(items)) {
            Ok(body) => body,
            Err(text) => return refuse(vec![Problem { field: VALUE, text: text.to_owned() }]),
        };
        if let Err(found) = body.check() {
            return refuse(placed(&found, fields));
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = api.change::<E>(&NoQuery {}, &body).await;
            busy.set(false);
            match outcome {
                Ok(found) => {
                    // Those that can be tried again stay chosen.
                    let open = |result: &&BulkResult<R::Id>| {
                        matches!(result.outcome, BulkOutcome::StaleVersion | BulkOutcome::ReferenceMissing)
                    };
                    selection.set(found.iter().filter(open).map(|result| result.id).collect());
                    results.set(Some(found));
                    refresh.run(());
                }
                Err(refused) => {
                    problems.set(placed(&refused.problems(), fields));
                    title.set(Some(refused.sentence()));
                }
            }
        });
    };
    let form = move || {
        view! {
            <form class="form" novalidate on:submit=save>
                <ErrorSummary title problems />
                <p>
                    {format!("Changes {}, each for itself.", format::plural(count, one, R::MANY))}
                    {(away > 0).then(|| format!(" {away} more are chosen but not in this list; they stay as they are."))}
                    {(count > BULK_MAX as u64).then(|| format!(" At most {BULK_MAX} can be changed at once."))}
                </p>
                {input()}
                <div class="dialog-foot">
                    <Button label="Cancel" on_press=close />
                    <Button label=format!("Change {}", R::MANY) kind=ButtonKind::Primary submit=true busy />
                </div>
            </form>
        }
        .into_any()
    };
    live(move || match results.get() {
        None => form(),
        Some(results) => chosen.with_value(|rows| told(&results, rows, one, close)),
    })
    .into_any()
}

/// Problems at their inputs: those of the change's own fields, all others at the new value.
fn placed(
    found: &[revos_shared::kernel::check::Problem],
    fields: &[(&'static str, &'static str)],
) -> Vec<Problem> {
    let all: Vec<(&str, &'static str)> = found
        .iter()
        .filter_map(|problem| problem.field.as_deref())
        .map(|name| (name, fields.iter().find(|(known, _)| *known == name).map_or(VALUE, |(_, input)| input)))
        .collect();
    field_problems(found, &all)
}

/// How it went, the ones that were not changed by name.
fn told<R: Choosable>(
    results: &[BulkResult<R::Id>],
    rows: &[Arc<R>],
    one: &'static str,
    close: Callback<()>,
) -> AnyView {
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
            let name = rows.iter().find(|row| row.id() == result.id).map(|row| row.name().to_owned())?;
            Some(view! { <li><strong>{name}</strong>" – "{why}</li> }.into_any())
        })
        .collect();
    let not = refused.len() as u64;
    view! {
        <div role="status">
            <p>
                {format!("{} changed.", format::plural(changed, one, R::MANY))}
                {(unchanged > 0).then(|| format!(" {unchanged} already had that value."))}
                {(not > 0).then(|| format!(" {not} not changed:"))}
            </p>
            <ul class="plain-list told">{refused}</ul>
        </div>
        <div class="dialog-foot">
            <Button label="Close" kind=ButtonKind::Primary on_press=close />
        </div>
    }
    .into_any()
}
