//! How is a form filled in, checked, kept and sent? Forms are data: a list of fields, and what their texts mean.

use super::Refused;
use super::form::{field_problems, sentence};
use super::merge::merge;
use super::typed::plain_amount;
use jiff::civil::Date;
use leptos::prelude::*;
use live_query::browser::LiveQueries;
use revos_shared::kernel::check::{Check, Problem};
use revos_shared::kernel::instants::parse_day;
use revos_shared::kernel::percent::Percent;
use revos_shared::{ErrorCode, Money};
use revos_ui::{
    AreaField, Button, ButtonKind, CheckBox, ErrorSummary, Problem as FieldProblem, SelectField,
    SelectOption, Signal, TextField, Var, effect, live,
};
use std::cell::RefCell;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// What people type is kept after this pause.
const KEEP_AFTER: Duration = Duration::from_millis(400);

/// What a field takes.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A line; the word is HTML's `type`.
    Line(&'static str),
    /// Several lines.
    Area,
    /// One of these.
    Choice(Signal<Vec<SelectOption>>),
    /// Yes or no.
    Tick,
    /// Several inputs of a form's own, whose texts are one.
    Own(Own),
}

/// What a field of its own kind is made of.
#[derive(Clone, Copy)]
pub(crate) struct Own {
    /// Draws it.
    pub draw: fn(Var<String>, Signal<Vec<FieldProblem>>) -> AnyView,
    /// What its text says to a person.
    pub said: fn(&str) -> String,
    /// The input that a problem of a row is about, and what it is called.
    pub place: fn(&Problem) -> Option<(&'static str, String)>,
}

/// A field of a form.
#[derive(Clone)]
pub(crate) struct Field {
    /// Its name for the server.
    pub name: &'static str,
    /// The id of its input.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// How to fill it in.
    pub hint: Option<&'static str>,
}

/// `field!("email", "E-mail", Kind::Line("email"))`, and a hint.
macro_rules! field {
    ($name:literal, $label:expr, $kind:expr) => {
        $crate::shell::sheet::Field {
            name: $name,
            id: concat!("form-", $name),
            label: $label,
            kind: $kind,
            hint: None,
        }
    };
    ($name:literal, $label:expr, $kind:expr, $hint:expr) => {
        $crate::shell::sheet::Field {
            hint: Some($hint),
            ..$crate::shell::sheet::field!($name, $label, $kind)
        }
    };
}

pub(crate) use field;

/// The words of a closed set as choices.
pub(crate) fn choices<T: Copy>(values: &[T], word: fn(T) -> (&'static str, &'static str)) -> Kind {
    Kind::Choice(Signal::stored(options(values, word)))
}

/// The same, with one more choice for "nothing".
pub(crate) fn choices_or<T: Copy>(
    none: &'static str,
    values: &[T],
    word: fn(T) -> (&'static str, &'static str),
) -> Kind {
    let none = SelectOption::new("", none);
    Kind::Choice(Signal::stored([none].into_iter().chain(options(values, word)).collect()))
}

/// The words of a closed set as options.
pub(crate) fn options<T: Copy>(
    values: &[T],
    word: fn(T) -> (&'static str, &'static str),
) -> Vec<SelectOption> {
    let option = |value: &T| {
        let (value, label) = word(*value);
        SelectOption::new(value, label)
    };
    values.iter().map(option).collect()
}

/// What was typed, read field by field; what cannot be read is noted.
pub(crate) struct Entries<'a> {
    fields: &'a [Field],
    values: &'a [String],
    problems: RefCell<Vec<Problem>>,
}

impl Entries<'_> {
    /// Which field it is.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The text, without the blanks around it.
    pub(crate) fn text(&self, name: &str) -> String {
        let value = self.fields.iter().zip(self.values).find(|(field, _)| field.name == name);
        value.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }

    /// The text, if there is any.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Is it ticked?
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A word of a closed set, or an id.
    pub(crate) fn word<T: FromStr>(&self, name: &str) -> Option<T> {
        self.read(name, "unknown_value", |text| text.parse().ok())
    }

    /// A day.
    pub(crate) fn day(&self, name: &str) -> Option<Date> {
        self.read(name, "not_a_date", parse_day)
    }

    /// An amount, as people write amounts.
    pub(crate) fn money(&self, name: &str) -> Option<Money> {
        self.read(name, "not_a_number", |text| Money::parse(&plain_amount(text)).ok())
    }

    /// A percentage.
    pub(crate) fn percent(&self, name: &str) -> Option<Percent> {
        self.read(name, "out_of_range", |text| plain_amount(text.trim_end_matches('%')).parse().ok())
    }

    /// A whole number.
    pub(crate) fn whole<T: FromStr>(&self, name: &str) -> Option<T> {
        self.read(name, "out_of_range", |text| text.parse().ok())
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse(&self, name: &str, key: &str) {
        let problem = Problem { row: 0, field: Some(name.to_owned()), key: key.to_owned() };
        self.problems.borrow_mut().push(problem);
    }

    fn read<T>(&self, name: &str, key: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.given(name)?;
        let value = read(&text);
        if value.is_none() {
            self.refuse(name, key);
        }
        value
    }

    /// The same of a row within a field.
    pub(crate) fn refuse_row(&self, row: u32, name: &str, key: &str) {
        let problem = Problem { row, field: Some(name.to_owned()), key: key.to_owned() };
        self.problems.borrow_mut().push(problem);
    }

    /// What is wrong with the fields, and with what they say together.
    pub(crate) fn checked(&self, body: &impl Check) -> Result<(), Vec<Problem>> {
        let mut problems = self.problems.take();
        if let Err(found) = body.check() {
            let known: Vec<_> = problems.iter().map(|problem| (problem.row, problem.field.clone())).collect();
            problems.extend(found.into_iter().filter(|it| !known.contains(&(it.row, it.field.clone()))));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// Reads the current row of a refusal: what the fields would say, and its version.
pub(crate) type Current = fn(&str) -> Option<(Vec<String>, u32)>;

/// What a form is made of.
pub(crate) struct Definition {
    /// What it is called.
    pub title: String,
    /// What its button says.
    pub save: &'static str,
    /// A second way to save: what its button says.
    pub save_also: Option<&'static str>,
    /// Under which name unsaved input is kept; one per form and row.
    pub draft: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What stands in them at first.
    pub begun: Vec<String>,
    /// The version of the row that was read; none for a new one.
    pub version: Option<u32>,
    /// Checks what was typed and sends it.
    pub submit: Submit,
    /// What the fields would say of the row in a refusal, and its version.
    pub current: Current,
}

/// What is to be sent.
pub(crate) struct Submission {
    /// The fields.
    pub values: Vec<String>,
    /// What they were made from.
    pub begun: Vec<String>,
    /// The version to write on.
    pub version: Option<u32>,
    /// By the second button.
    pub also: bool,
    /// Hears how it went.
    pub then: Box<dyn FnOnce(Option<Refused>)>,
}

/// Sends a submission, or says at once what is wrong with it.
pub(crate) type Submit = Arc<dyn Fn(&Entries<'_>, Submission) -> Result<(), Vec<Problem>> + Send + Sync>;

/// A form on screen.
#[derive(Clone, Copy)]
struct Sheet {
    definition: StoredValue<Definition, LocalStorage>,
    values: StoredValue<Vec<Var<String>>>,
    begun: Var<Vec<String>>,
    version: Var<Option<u32>>,
    problems: Var<Vec<FieldProblem>>,
    title: Var<Option<String>>,
    busy: Var<bool>,
    /// Fields that somebody else changed too, with what they say now.
    conflict: Var<Vec<(usize, String)>>,
    /// Was unsaved input found?
    restored: Var<bool>,
    dirty: Var<bool>,
    queries: StoredValue<LiveQueries, LocalStorage>,
    close: Callback<()>,
}

/// Shows a form. `dirty` says whether there is unsaved input; `close` ends it.
pub(crate) fn sheet(definition: Definition, dirty: Var<bool>, close: Callback<()>) -> AnyView {
    let values: Vec<Var<String>> = definition.begun.iter().cloned().map(Var::new).collect();
    let sheet = Sheet {
        begun: Var::new(definition.begun.clone()),
        version: Var::new(definition.version),
        definition: StoredValue::new_local(definition),
        values: StoredValue::new(values),
        problems: Var::new(Vec::new()),
        title: Var::new(None),
        busy: Var::new(false),
        conflict: Var::new(Vec::new()),
        restored: Var::new(false),
        dirty,
        queries: StoredValue::new_local(expect_context::<LiveQueries>()),
        close,
    };
    sheet.restore();
    sheet.watch();
    sheet.view()
}

impl Sheet {
    fn entered(self) -> Vec<String> {
        self.values.with_value(|values| values.iter().map(|value| value.get_untracked()).collect())
    }

    fn enter(self, entered: &[String]) {
        self.values.with_value(|values| {
            values.iter().zip(entered).for_each(|(value, text)| value.set(text.clone()))
        });
    }

    fn draft(self) -> String {
        self.definition.with_value(|definition| definition.draft.clone())
    }

    fn keep(self, text: Option<String>) {
        let draft = self.draft();
        self.queries.with_value(|queries| queries.keep(&draft, text));
    }

    /// Brings back what was typed before the page was loaded anew.
    fn restore(self) {
        let (draft, queries) = (self.draft(), self.queries.get_value());
        leptos::task::spawn_local(async move {
            let Some(text) = queries.recall(&draft).await else { return };
            let Ok(kept) = lean_json::from_str::<Vec<String>>(&text) else { return };
            let begun = self.begun.get_untracked();
            let untouched = self.entered() == begun;
            if kept.len() == begun.len() && kept != begun && untouched {
                self.enter(&kept);
                self.restored.set(true);
            }
        });
    }

    /// Keeps what is typed.
    fn watch(self) {
        let keep = StoredValue::new(None::<TimeoutHandle>);
        effect(move || {
            let values: Vec<String> =
                self.values.with_value(|values| values.iter().map(|value| value.get()).collect());
            let dirty = self.begun.with(|begun| *begun != values);
            let was = self.dirty.get_untracked();
            if was != dirty {
                self.dirty.set(dirty);
            }
            if let Some(pending) = keep.get_value() {
                pending.clear();
            }
            if dirty || was {
                let text = dirty.then(|| serde_json::to_string(&values).ok()).flatten();
                let later = set_timeout_with_handle(move || self.keep(text.clone()), KEEP_AFTER);
                keep.set_value(later.ok());
            }
        });
        on_cleanup(move || {
            if let Some(Some(pending)) = keep.try_get_value() {
                pending.clear();
            }
        });
    }

    fn submit(self, also: bool) {
        if self.busy.get_untracked() {
            return;
        }
        self.problems.set(Vec::new());
        self.title.set(None);
        let submission = Submission {
            values: self.entered(),
            begun: self.begun.get_untracked(),
            version: self.version.get_untracked(),
            also,
            // Later, since what changes nothing is answered at once; and only as long as somebody looks.
            then: Box::new(move |refused| {
                leptos::task::spawn_local(async move {
                    if self.values.try_with_value(|_| ()).is_some() {
                        self.answered(refused, also);
                    }
                });
            }),
        };
        let values = submission.values.clone();
        let outcome = self.definition.with_value(|definition| {
            let entries =
                Entries { fields: &definition.fields, values: &values, problems: RefCell::default() };
            (definition.submit)(&entries, submission)
        });
        match outcome {
            Ok(()) => self.busy.set(true),
            Err(problems) => self.tell(&problems, "Some fields need another look".to_owned()),
        }
    }

    fn tell(self, problems: &[Problem], title: String) {
        let found = self.definition.with_value(|definition| {
            let inputs: Vec<_> = definition.fields.iter().map(|field| (field.name, field.id)).collect();
            let own = definition.fields.iter().find_map(|field| match field.kind {
                Kind::Own(own) => Some(own),
                _ => None,
            });
            let Some(own) = own else { return field_problems(problems, &inputs) };
            let (of_form, of_rows): (Vec<_>, Vec<_>) =
                problems.iter().cloned().partition(|problem| problem.row == 0);
            let placed = of_rows.iter().filter_map(|problem| {
                let (field, name) = (own.place)(problem)?;
                Some(FieldProblem { field, text: format!("{name}: {}", sentence(&problem.key)) })
            });
            field_problems(&of_form, &inputs).into_iter().chain(placed).collect()
        });
        self.problems.set(found);
        self.title.set(Some(title));
    }

    fn answered(self, refused: Option<Refused>, also: bool) {
        self.busy.set(false);
        let Some(refused) = refused else {
            self.keep(None);
            self.dirty.set(false);
            self.close.run(());
            return;
        };
        let current = self.definition.with_value(|definition| definition.current);
        let now = (refused.code() == Some(ErrorCode::StaleVersion))
            .then(|| refused.details.as_ref().and_then(|details| current(details.get())))
            .flatten();
        match now {
            Some((theirs, version)) => self.meet(theirs, version, also),
            None => self.tell(&refused.problems(), refused.sentence()),
        }
    }

    /// Somebody else was faster. What only one of both changed is taken over; for the rest the person chooses.
    fn meet(self, theirs: Vec<String>, version: u32, also: bool) {
        let merged = self.begun.with_untracked(|begun| merge(begun, &self.entered(), &theirs));
        self.enter(&merged.values);
        self.version.set(Some(version));
        let conflicts: Vec<_> =
            merged.conflicts.iter().filter_map(|at| Some((*at, theirs.get(*at)?.clone()))).collect();
        self.begun.set(theirs);
        if conflicts.is_empty() {
            self.submit(also);
        } else {
            self.conflict.set(conflicts);
        }
    }

    fn view(self) -> AnyView {
        let (save, also) = self.definition.with_value(|definition| (definition.save, definition.save_also));
        let submit = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            self.submit(false);
        };
        view! {
            <form class="form" novalidate on:submit=submit>
                <ErrorSummary title=self.title problems=self.problems />
                {live(move || self.restored.get().then(|| self.restored_note()))}
                {live(move || {
                    let conflict = self.conflict.get();
                    if conflict.is_empty() { self.fields() } else { self.comparison(conflict) }
                })}
                <div class="dialog-foot" hidden=live(move || self.conflict.with(|conflict| !conflict.is_empty()))>
                    <Button label="Cancel" on_press=self.close />
                    {also.map(|label| {
                        view! { <Button label busy=self.busy on_press=move |()| self.submit(true) /> }.into_any()
                    })}
                    <Button label=save kind=ButtonKind::Primary submit=true busy=self.busy />
                </div>
            </form>
        }
        .into_any()
    }

    fn restored_note(self) -> AnyView {
        view! {
            <p class="form-note" role="status">
                "Your unsaved input was brought back. "
                <button
                    type="button"
                    class="link"
                    on:click=move |_| {
                        self.enter(&self.begun.get_untracked());
                        self.restored.set(false);
                    }
                >
                    "Discard it"
                </button>
            </p>
        }
        .into_any()
    }

    fn fields(self) -> AnyView {
        let fields = self.definition.with_value(|definition| definition.fields.clone());
        let values = self.values.get_value();
        fields
            .into_iter()
            .zip(values)
            .map(|(Field { id, label, kind, hint, .. }, value)| {
                let problems = self.problems;
                match (kind, hint) {
                    (Kind::Line(kind), Some(hint)) => {
                        view! { <TextField id label kind hint value problems /> }.into_any()
                    }
                    (Kind::Line(kind), None) => {
                        view! { <TextField id label kind value problems /> }.into_any()
                    }
                    (Kind::Area, hint) => view! { <AreaField id label hint value problems /> }.into_any(),
                    (Kind::Choice(options), Some(hint)) => {
                        view! { <SelectField id label hint options value problems /> }.into_any()
                    }
                    (Kind::Choice(options), None) => {
                        view! { <SelectField id label options value problems /> }.into_any()
                    }
                    (Kind::Own(own), _) => (own.draw)(value, problems.into()),
                    (Kind::Tick, _) => {
                        let checked = Signal::derive(move || value.with(|value| value == "true"));
                        let toggle = move |()| value.set((!checked.get_untracked()).to_string());
                        view! { <CheckBox label checked on_toggle=toggle /> }.into_any()
                    }
                }
            })
            .collect_view()
            .into_any()
    }

    /// Both values of each field that both changed.
    fn comparison(self, conflict: Vec<(usize, String)>) -> AnyView {
        let entered = self.entered();
        let fields = self.definition.with_value(|definition| definition.fields.clone());
        let said = |field: &Field, value: &str| {
            let words = match &field.kind {
                Kind::Choice(options) => options.with_untracked(|options| {
                    options.iter().find(|option| option.value == value).map(|option| option.label.clone())
                }),
                Kind::Tick => Some(if value == "true" { "Yes" } else { "No" }.to_owned()),
                Kind::Own(own) => Some((own.said)(value)),
                Kind::Line(_) | Kind::Area => None,
            };
            words
                .or_else(|| Some(value.to_owned()).filter(|value| !value.is_empty()))
                .unwrap_or_else(|| "(empty)".to_owned())
        };
        let lines = conflict
            .iter()
            .filter_map(|(at, theirs)| {
                let (field, mine) = (fields.get(*at)?, entered.get(*at)?);
                Some(
                    view! {
                        <tr>
                            <th scope="row">{field.label}</th>
                            <td>{said(field, mine)}</td>
                            <td>{said(field, theirs)}</td>
                        </tr>
                    }
                    .into_any(),
                )
            })
            .collect_view();
        let take_theirs = move |()| {
            let mut values = self.entered();
            for (at, theirs) in &conflict {
                if let Some(value) = values.get_mut(*at) {
                    value.clone_from(theirs);
                }
            }
            self.enter(&values);
            self.conflict.set(Vec::new());
            if self.begun.with_untracked(|begun| *begun == values) {
                // Nothing of one's own is left to save.
                self.answered(None, false);
            } else {
                self.submit(false);
            }
        };
        let keep_mine = move |()| {
            self.conflict.set(Vec::new());
            self.submit(false);
        };
        view! {
            <div role="alert" class="form-conflict">
                <p>
                    <strong>"Somebody else changed this in the meantime."</strong>
                    " What only one of you changed is kept. Choose what holds for the rest."
                </p>
                <table class="data-table">
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            <th scope="col">"Yours"</th>
                            <th scope="col">"Now"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <div class="dialog-foot">
                <Button label="Cancel" on_press=move |()| self.conflict.set(Vec::new()) />
                <Button label="Take theirs" on_press=take_theirs />
                <Button label="Keep mine" kind=ButtonKind::Primary on_press=keep_mine />
            </div>
        }
        .into_any()
    }
}
