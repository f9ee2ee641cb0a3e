//! How is a draft written? With lines whose totals are computed while one types, by the rule of the server.

use super::data::{Named, find_clients};
use super::desk::{Desk, Form};
use super::purpose::Purpose;
use super::words;
use crate::shell::Refused;
use crate::shell::form::{field_problems, new_id};
use crate::shell::format;
use crate::shell::lines::lines;
use crate::shell::sheet::options;
use crate::shell::typed::plain_amount;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use revos_shared::finance::changes::{InvoiceFields, LineFields};
use revos_shared::finance::endpoints::{CreateInvoice, InvoiceQuery, UpdateInvoice};
use revos_shared::finance::{InvoiceRecord, InvoiceState, InvoiceTotals, PaymentTerm, Quantity, line_total};
use revos_shared::kernel::check::{Check as _, Problem as Wrong};
use revos_shared::kernel::endpoint::NoQuery;
use revos_shared::kernel::instants::{parse_day, write_day};
use revos_shared::{ErrorCode, Money};
use revos_ui::{
    AreaField, Button, ButtonKind, ErrorSummary, IconButton, IconName, Problem, SelectField, Signal,
    TextField, Var, effect, live, on,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Names are looked for when nothing was typed for this long.
const WAIT_MS: u32 = 300;

const FIELDS: [(&str, &str); 10] = [
    ("client_id", "draft-client"),
    ("invoice_number", "draft-number"),
    ("issue_date", "draft-issued"),
    ("payment_term", "draft-term"),
    ("due_date", "draft-due"),
    ("tax", "draft-tax"),
    ("notes", "draft-notes"),
    ("lines", "draft-lines"),
    ("subscription_id", "draft-subscription"),
    ("project_id", "draft-project"),
];

/// What the form begins with.
#[derive(Clone)]
pub(super) enum Begun {
    /// Nothing, but perhaps a client.
    New(Option<Named>),
    /// A draft.
    Known(Arc<InvoiceRecord>),
}

/// A line as it is typed.
#[derive(Clone, Copy)]
struct Line {
    key: u128,
    description: Var<String>,
    quantity: Var<String>,
    price: Var<String>,
}

impl Line {
    fn new(key: u128, description: String, quantity: String, price: String) -> Self {
        Self { key, description: Var::new(description), quantity: Var::new(quantity), price: Var::new(price) }
    }

    /// Quantity and price, if both can be read. Listens.
    fn read(self) -> Option<(Quantity, Money)> {
        let quantity = Quantity::parse(&plain_amount(self.quantity.get().trim())).ok()?;
        let price = Money::parse(&plain_amount(self.price.get().trim())).ok()?;
        Some((quantity, price))
    }

    fn total(self) -> Option<Money> {
        self.read().and_then(|(quantity, price)| line_total(quantity, price))
    }

    /// Was nothing typed into it?
    fn is_blank(self) -> bool {
        self.description.with(|text| text.trim().is_empty()) && self.price.with(|text| text.trim().is_empty())
    }
}

/// A draft as it is typed.
#[derive(Clone, Copy)]
struct Draft {
    desk: Desk,
    known: StoredValue<Option<Arc<InvoiceRecord>>>,
    version: Var<Option<u32>>,
    client: Var<Option<Named>>,
    typed: Var<String>,
    purpose: Purpose,
    number: Var<String>,
    issued: Var<String>,
    term: Var<String>,
    due: Var<String>,
    tax: Var<String>,
    notes: Var<String>,
    lines: Var<Vec<Line>>,
    problems: Var<Vec<Problem>>,
    title: Var<Option<String>>,
    busy: Var<bool>,
    /// The version that somebody else left meanwhile.
    conflict: Var<Option<u32>>,
    request_id: StoredValue<uuid::Uuid>,
    close: Callback<()>,
}

/// The form.
pub(super) fn form(desk: Desk, begun: Begun, dirty: Var<bool>, close: Callback<()>) -> AnyView {
    let draft = Draft::new(desk, begun, close);
    let first = untrack(|| draft.written());
    effect(move || dirty.set(draft.written() != first));
    draft.view()
}

impl Draft {
    fn new(desk: Desk, begun: Begun, close: Callback<()>) -> Self {
        let (client, known) = match begun {
            Begun::New(client) => (client, None),
            Begun::Known(record) => {
                let row = &record.row;
                (Some(Named { id: row.client_id, name: row.client_name.clone() }), Some(record))
            }
        };
        let of =
            |read: fn(&InvoiceRecord) -> String| Var::new(known.as_deref().map(read).unwrap_or_default());
        let begun_lines = known.as_deref().map(|record| {
            let line = |(key, line): (u128, &revos_shared::finance::InvoiceLine)| {
                let (quantity, price) = (line.quantity.to_string(), line.unit_price.to_string());
                Line::new(key, line.description.clone(), quantity, price)
            };
            (0..).zip(&record.lines).map(line).collect::<Vec<_>>()
        });
        let blank = || vec![Line::new(0, String::new(), "1".to_owned(), String::new())];
        let begun_lines = begun_lines.filter(|lines| !lines.is_empty()).unwrap_or_else(blank);
        let term = known.as_deref().map_or(PaymentTerm::Net30, |record| record.row.payment_term);
        Self {
            desk,
            version: Var::new(known.as_deref().map(|record| record.row.version)),
            typed: Var::new(client.as_ref().map(|client| client.name.clone()).unwrap_or_default()),
            client: Var::new(client),
            purpose: Purpose::of(known.as_deref()),
            number: of(|record| record.row.invoice_number.clone()),
            issued: of(|record| write_day(record.row.issue_date)),
            term: Var::new(term.to_string()),
            due: of(|record| write_day(record.row.due_date)),
            tax: of(
                |record| {
                    if record.row.tax == Money::ZERO { String::new() } else { record.row.tax.to_string() }
                },
            ),
            notes: of(|record| record.notes.clone().unwrap_or_default()),
            lines: Var::new(begun_lines),
            problems: Var::new(Vec::new()),
            title: Var::new(None),
            busy: Var::new(false),
            conflict: Var::new(None),
            known: StoredValue::new(known),
            // One for the form: pressed twice, or sent again after a cut, it makes one draft.
            request_id: StoredValue::new(new_id()),
            close,
        }
    }

    /// Everything that was typed. Listens.
    fn written(self) -> Vec<String> {
        let head = [
            self.typed,
            self.purpose.subscription,
            self.purpose.project,
            self.number,
            self.issued,
            self.term,
            self.due,
            self.tax,
            self.notes,
        ];
        let lines = self.lines.get();
        let lines = lines.iter().flat_map(|line| [line.description, line.quantity, line.price]);
        head.into_iter().chain(lines).map(Var::get).collect()
    }

    /// What all lines add up to, when every one can be read. Listens.
    fn totals(self) -> Option<InvoiceTotals> {
        let tax = self.tax.get();
        let tax = match tax.trim() {
            "" => Money::ZERO,
            tax => Money::parse(&plain_amount(tax)).ok()?,
        };
        let lines = self.lines.get();
        let read: Option<Vec<_>> =
            lines.iter().filter(|line| !line.is_blank()).map(|line| line.read()).collect();
        InvoiceTotals::of(read?, tax)
    }

    fn submit(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.problems.set(Vec::new());
        self.title.set(None);
        let (fields, mut wrong) = untrack(|| self.read());
        if let Err(found) = fields.as_ref().map_or(Ok(()), |fields| fields.check()) {
            let told: Vec<_> = wrong.iter().map(|problem| problem.field.clone()).collect();
            wrong.extend(found.into_iter().filter(|problem| !told.contains(&problem.field)));
        }
        match fields {
            Some(fields) if wrong.is_empty() => self.send(fields),
            _ => self.tell(&wrong, "Some fields need another look".to_owned()),
        }
    }

    /// The draft, and what cannot be read of it.
    fn read(self) -> (Option<InvoiceFields>, Vec<Wrong>) {
        let mut wrong = Vec::new();
        let mut refuse = |row: usize, field: &str, key: &str| {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            wrong.push(Wrong { row, field: Some(field.to_owned()), key: key.to_owned() });
        };
        let given = |value: Var<String>| Some(value.get().trim().to_owned()).filter(|text| !text.is_empty());
        let mut day = |value, field: &str| {
            let text = given(value)?;
            let day = parse_day(&text);
            if day.is_none() {
                refuse(0, field, "not_a_date");
            }
            day
        };
        let (issue_date, due_date) = (day(self.issued, "issue_date"), day(self.due, "due_date"));
        let tax = given(self.tax).and_then(|text| {
            let tax = Money::parse(&plain_amount(&text)).ok();
            if tax.is_none() {
                refuse(0, "tax", "not_a_number");
            }
            tax
        });
        let mut read = Vec::new();
        for (row, line) in self.lines.get().into_iter().filter(|line| !line.is_blank()).enumerate() {
            match line.read() {
                Some((quantity, unit_price)) => {
                    let description = line.description.get().trim().to_owned();
                    read.push(LineFields { description, quantity, unit_price });
                }
                None => refuse(row, "lines.unit_price", "not_a_number"),
            }
        }
        let Some(client) = self.client.get() else {
            refuse(0, "client_id", "required");
            return (None, wrong);
        };
        let known = self.known.get_value();
        let fields = InvoiceFields {
            request_id: known.is_none().then(|| self.request_id.get_value()),
            version: self.version.get(),
            client_id: client.id,
            invoice_number: given(self.number),
            issue_date,
            due_date,
            payment_term: self.term.get().parse().ok(),
            tax,
            subscription_id: self.purpose.subscription.get().parse().ok(),
            project_id: self.purpose.project.get().parse().ok(),
            notes: given(self.notes),
            lines: read,
        };
        (Some(fields), wrong)
    }

    fn send(self, fields: InvoiceFields) {
        self.busy.set(true);
        let done = move |outcome: Result<InvoiceState, Refused>| {
            self.busy.set(false);
            match outcome {
                Ok(made) => {
                    let amount = self.desk.money(made.total);
                    self.desk.say(format!("{} is kept as a draft of {amount}.", made.invoice_number), false);
                    self.close.run(());
                }
                Err(refused) => self.refused(&refused),
            }
        };
        match self.known.with_value(|known| known.as_deref().map(|record| record.row.id)) {
            Some(invoice_id) => self.desk.write::<UpdateInvoice>(InvoiceQuery { invoice_id }, fields, done),
            None => self.desk.write::<CreateInvoice>(NoQuery {}, fields, done),
        }
    }

    fn refused(self, refused: &Refused) {
        let details = || lean_json::from_str::<InvoiceState>(refused.details.as_ref()?.get()).ok();
        match refused.code() {
            Some(ErrorCode::StaleVersion) => match details() {
                Some(now) => self.conflict.set(Some(now.version)),
                None => self.tell(&[], refused.sentence()),
            },
            Some(ErrorCode::Duplicate) => {
                let taken =
                    Wrong { row: 0, field: Some("invoice_number".to_owned()), key: "duplicate".to_owned() };
                self.tell(&[taken], "Not saved: the number is taken.".to_owned());
            }
            _ => self.tell(&refused.problems(), refused.sentence()),
        }
    }

    fn tell(self, wrong: &[Wrong], title: String) {
        let mut found = field_problems(wrong, &FIELDS);
        let of_line =
            |problem: &&Wrong| problem.field.as_deref().is_some_and(|field| field.starts_with("lines."));
        found.extend(wrong.iter().filter(of_line).map(|problem| {
            let text = match problem.field.as_deref() {
                Some("lines.description") => "say what it is for",
                Some("lines.quantity") => "enter a quantity of more than 0",
                _ => "enter a quantity and a price with at most two decimal places, within what is possible",
            };
            Problem { field: "draft-lines", text: format!("Line {}: {text}.", problem.row + 1) }
        }));
        self.problems.set(found);
        self.title.set(Some(title));
    }

    fn view(self) -> AnyView {
        let submit = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            self.submit();
        };
        let terms = Signal::stored(options(PaymentTerm::ALL, |term| (term.as_str(), words::term(term))));
        let problems = self.problems;
        view! {
            <form class="form invoice-form" novalidate on:submit=submit>
                <ErrorSummary title=self.title problems />
                {client_field(self.desk, self.client, self.typed, problems)}
                {self.purpose.fields(self.desk, self.client, self.known.get_value(), problems)}
                <div class="form-row">
                    <TextField id="draft-issued" label="Issued" kind="date" hint="Today, when left empty." value=self.issued problems />
                    <SelectField id="draft-term" label="Payment term" options=terms value=self.term problems />
                    <TextField id="draft-due" label="Due" kind="date" hint="By the term, when left empty." value=self.due problems />
                    <TextField id="draft-number" label="Number" hint="The next one, when left empty." value=self.number problems />
                </div>
                {self.line_table()}
                <div class="form-row">
                    <TextField id="draft-tax" label="Tax" hint="An amount." value=self.tax problems />
                    {self.sums()}
                </div>
                <AreaField id="draft-notes" label="Notes" hint=None value=self.notes problems />
                {live(move || self.conflict.get().map(|version| self.conflict_note(version)))}
                <div class="dialog-foot" hidden=live(move || self.conflict.with(Option::is_some))>
                    <Button label="Cancel" on_press=self.close />
                    <Button label="Save draft" kind=ButtonKind::Primary submit=true busy=Signal::from(self.busy) />
                </div>
            </form>
        }
        .into_any()
    }

    fn line_table(self) -> AnyView {
        let add = move |()| {
            self.lines.update(|lines| {
                let key = lines.iter().map(|line| line.key).max().map_or(0, |key| key + 1);
                lines.push(Line::new(key, String::new(), "1".to_owned(), String::new()));
            });
        };
        let problem = Signal::memo(move || {
            self.problems
                .with(|problems| problems.iter().find(|problem| problem.field == "draft-lines").cloned())
        });
        view! {
            <fieldset class="invoice-lines" id="draft-lines" tabindex="-1">
                <legend>"Lines"</legend>
                <div class="invoice-line invoice-line-head" aria-hidden="true">
                    <span>"Description"</span>
                    <span class="number">"Quantity"</span>
                    <span class="number">"Price"</span>
                    <span class="number">"Amount"</span>
                    <span></span>
                </div>
                {lines(
                    move || self.lines.with(|lines| lines.iter().map(|line| line.key).collect()),
                    move |key| self.line(key),
                )}
                {live(move || problem.get().map(|problem| view! { <p class="field-problem">{problem.text}</p> }.into_any()))}
                <p><Button label="Add line" on_press=add /></p>
            </fieldset>
        }
        .into_any()
    }

    fn line(self, key: u128) -> AnyView {
        let found = self.lines.with_untracked(|lines| lines.iter().find(|line| line.key == key).copied());
        let Some(line) = found else { return ().into_any() };
        let place = Signal::memo(move || {
            self.lines.with(|lines| lines.iter().position(|line| line.key == key).map_or(1, |at| at + 1))
        });
        let input = move |what: &'static str, value: Var<String>, mode: &'static str, class: &'static str| {
            view! {
                <input
                    class=class
                    aria-label=live(move || format!("{what}, line {}", place.get()))
                    inputmode=mode
                    autocomplete="off"
                    prop:value=live(move || value.get())
                    on:input=on(move |event| value.set(event_target_value(&event)))
                />
            }
            .into_any()
        };
        let total = live(move || {
            line.total().map_or_else(|| format::NONE.to_owned(), |total| self.desk.money(total))
        });
        let remove = move |()| {
            self.lines.update(|lines| lines.retain(|line| line.key != key));
        };
        view! {
            <div class="invoice-line" role="group" aria-label=live(move || format!("Line {}", place.get()))>
                {input("Description", line.description, "text", "")}
                {input("Quantity", line.quantity, "decimal", "number")}
                {input("Price", line.price, "decimal", "number")}
                <output class="number">{total}</output>
                <IconButton
                    label=Signal::derive(move || format!("Remove line {}", place.get()))
                    icon=Signal::stored(IconName::Close)
                    on_press=remove
                />
            </div>
        }
        .into_any()
    }

    fn sums(self) -> AnyView {
        let totals = Signal::memo(move || self.totals().map(|totals| (totals.net, totals.total)));
        let amount = move |pick: fn((Money, Money)) -> Money| {
            totals.get().map_or_else(|| format::NONE.to_owned(), |sums| self.desk.money(pick(sums)))
        };
        view! {
            <dl class="invoice-totals" aria-label="What the lines add up to">
                <div>
                    <dt>"Net"</dt>
                    <dd>{live(move || amount(|(net, _)| net))}</dd>
                </div>
                <div>
                    <dt>"Total"</dt>
                    <dd>{live(move || amount(|(_, total)| total))}</dd>
                </div>
            </dl>
        }
        .into_any()
    }

    /// Somebody else was faster. Nothing typed is lost: the person chooses.
    fn conflict_note(self, version: u32) -> AnyView {
        let keep_mine = move |()| {
            self.version.set(Some(version));
            self.conflict.set(None);
            self.submit();
        };
        view! {
            <div role="alert" class="form-conflict">
                <p>
                    <strong>"Somebody else changed this draft in the meantime."</strong>
                    " Keep mine replaces it with what stands here. Take theirs closes this form and shows the draft as it is now."
                </p>
            </div>
            <div class="dialog-foot">
                <Button label="Go on writing" on_press=move |()| self.conflict.set(None) />
                <Button label="Take theirs" on_press=self.close />
                <Button label="Keep mine" kind=ButtonKind::Primary on_press=keep_mine />
            </div>
        }
        .into_any()
    }
}

/// Whose is it? Clients are found by name, and chosen.
fn client_field(
    desk: Desk,
    client: Var<Option<Named>>,
    typed: Var<String>,
    problems: Var<Vec<Problem>>,
) -> AnyView {
    let offers = Var::new(Vec::<Named>::new());
    let here = StoredValue::new(());
    let waiting: Rc<RefCell<Option<Timeout>>> = Rc::default();
    effect(move || {
        let text = typed.get();
        match client.get_untracked() {
            Some(known) if known.name == text => return offers.set(Vec::new()),
            Some(_) => client.set(None),
            None => {}
        }
        let look = move || {
            leptos::task::spawn_local(async move {
                let found = find_clients(desk.api, text.trim()).await;
                // The newest name counts, whichever answer comes last; and the form may be gone.
                if here.try_get_value().is_some() && typed.get_untracked() == text {
                    offers.set(found);
                }
            });
        };
        *waiting.borrow_mut() = Some(Timeout::new(WAIT_MS, look));
    });
    let offer = move |found: Named| {
        let name = found.name.clone();
        let take = move |_: leptos::ev::MouseEvent| {
            client.set(Some(found.clone()));
            typed.set(found.name.clone());
            offers.set(Vec::new());
        };
        view! {
            <li>
                <button type="button" class="link" on:click=on(take)>{format!("Choose {name}")}</button>
            </li>
        }
        .into_any()
    };
    view! {
        <TextField id="draft-client" label="Client" hint="Type a name, then choose." value=typed problems />
        <div aria-live="polite">
            {live(move || {
                let found = offers.get();
                (!found.is_empty() && client.with(Option::is_none))
                    .then(|| view! { <ul class="form-note">{found.into_iter().map(offer).collect_view()}</ul> }.into_any())
            })}
        </div>
    }
    .into_any()
}

/// Asks whose it is, before the rest is asked.
pub(super) fn choose_client(desk: Desk, close: Callback<()>, next: fn(Named) -> Form) -> AnyView {
    let (client, typed, problems) = (Var::new(None::<Named>), Var::new(String::new()), Var::new(Vec::new()));
    effect(move || {
        if let Some(client) = client.get() {
            desk.open(next(client));
        }
    });
    view! {
        <div class="form">
            {client_field(desk, client, typed, problems)}
            <div class="dialog-foot">
                <Button label="Cancel" on_press=close />
            </div>
        </div>
    }
    .into_any()
}
