//! How are a client's own fields and its health filled in?

use super::super::desk::{Desk, Sending};
use super::super::lines::{Apply, Settled};
use super::{amount, said, send, shown};
use crate::clients::words;
use crate::shell::colleagues::colleague_options;
use crate::shell::sheet::{Definition, Entries, Field, Kind, Submission, choices, choices_or, field};
use crate::shell::terms;
use revos_shared::clients::changes::{ClientChange, HealthChange};
use revos_shared::clients::endpoints::{ClientQuery, SetClientHealth, UpdateClient};
use revos_shared::clients::{ClientDetail, ClientRecord, ClientStatus, Phase, Segment};
use revos_shared::kernel::patch::Patch;
use std::sync::Arc;

/// What the fields say of a client.
fn values(client: &ClientDetail) -> Vec<String> {
    vec![
        client.name.clone(),
        client.status.to_string(),
        shown(client.phase),
        shown(client.segment),
        said(client.industry.as_ref()),
        said(client.region.as_ref()),
        shown(client.owner_id),
        amount(client.arr),
        shown(client.qbr_date),
        shown(client.last_qbr_date),
        client.is_expansion.to_string(),
        said(client.revenue_model.as_ref()),
        said(client.primary_goal.as_ref()),
        said(client.notes.as_ref()),
    ]
}

fn fields(may_assign: bool) -> Vec<Field> {
    let mut fields = vec![
        field!("name", "Name", Kind::Line("text")),
        field!(
            "status",
            "Status",
            choices(ClientStatus::ALL, |status| (status.as_str(), words::status(status).0))
        ),
        field!("phase", "Phase", choices_or("None", Phase::ALL, |phase| (phase.as_str(), phase.as_str()))),
        field!(
            "segment",
            "Segment",
            choices_or("Not known", Segment::ALL, |segment| (segment.as_str(), terms::segment(segment)))
        ),
        field!("industry", "Industry", Kind::Line("text")),
        field!("region", "Region", Kind::Line("text")),
        field!("owner_id", "Owner", Kind::Choice(colleague_options())),
        field!("arr", "Contract ARR", Kind::Line("text"), "Agreed recurring revenue per year."),
        field!("qbr_date", "Next QBR", Kind::Line("date")),
        field!(
            "last_qbr_date",
            "Last QBR",
            Kind::Line("date"),
            "Filled in when a QBR whose day has come gets another date; correct it where it was held on another day."
        ),
        field!("is_expansion", "Account to expand", Kind::Tick),
        field!("revenue_model", "Revenue model", Kind::Line("text"), "How the client earns its money."),
        field!("primary_goal", "Primary goal", Kind::Area, "What the client wants from the engagement."),
        field!("notes", "Notes", Kind::Area),
    ];
    if !may_assign {
        // Whose client it is, is for Directors to say; the others read it.
        fields.iter_mut().filter(|field| field.name == "owner_id").for_each(|field| {
            field.hint = Some("Only a Director or an Admin can give a client to somebody else.");
        });
    }
    fields
}

pub(super) fn client(desk: Desk, record: &ClientRecord) -> Definition {
    let client = &record.client;
    Definition {
        title: format!("Edit {}", client.name),
        save: "Save",
        save_also: None,
        draft: format!("draft:{}:client", desk.id),
        fields: fields(record.rights.assign),
        begun: values(client),
        version: Some(client.version),
        submit: Arc::new(move |entries, submission| save_client(desk, entries, submission)),
        current: |text| {
            let client = lean_json::from_str::<ClientDetail>(text).ok()?;
            Some((values(&client), client.version))
        },
    }
}

type Problems = Vec<revos_shared::kernel::check::Problem>;

fn save_client(desk: Desk, entries: &Entries<'_>, submission: Submission) -> Result<(), Problems> {
    let Submission { values, begun, version, then, .. } = submission;
    let touched = |name: &str| entries.place(name).is_none_or(|at| values.get(at) != begun.get(at));
    fn patch<T>(touched: bool, value: Option<T>) -> Patch<T> {
        match (touched, value) {
            (false, _) => Patch::Keep,
            (true, Some(value)) => Patch::Set(value),
            (true, None) => Patch::Clear,
        }
    }
    let text = |name: &str| patch(touched(name), entries.given(name));
    let change = ClientChange {
        version: version.unwrap_or_default(),
        name: text("name"),
        status: patch(touched("status"), entries.word("status")),
        phase: patch(touched("phase"), entries.word("phase")),
        segment: patch(touched("segment"), entries.word("segment")),
        industry: text("industry"),
        region: text("region"),
        revenue_model: text("revenue_model"),
        primary_goal: text("primary_goal"),
        notes: text("notes"),
        owner_id: patch(touched("owner_id"), entries.word("owner_id")),
        arr: patch(touched("arr"), entries.money("arr")),
        qbr_date: patch(touched("qbr_date"), entries.day("qbr_date")),
        last_qbr_date: patch(touched("last_qbr_date"), entries.day("last_qbr_date")),
        is_expansion: patch(touched("is_expansion"), Some(entries.ticked("is_expansion"))),
    };
    if values == begun {
        then(None);
        return Ok(());
    }
    entries.checked(&change)?;
    desk.write(Some(painted(&change)), update(desk, change), then);
    Ok(())
}

/// Sends a change of the client's own fields.
pub(in crate::clients::record) fn update(desk: Desk, change: ClientChange) -> Sending {
    send::<UpdateClient>(desk, &ClientQuery { client_id: desk.id }, &change, confirmed)
}

/// What a change does to the client on screen.
pub(in crate::clients::record) fn painted(change: &ClientChange) -> Apply {
    let change = change.clone();
    Arc::new(move |record| {
        let client = &mut record.client;
        let change = change.clone();
        client.name = change.name.applied(Some(client.name.clone())).unwrap_or_default();
        client.status = change.status.applied(Some(client.status)).unwrap_or(client.status);
        client.phase = change.phase.applied(client.phase);
        client.segment = change.segment.applied(client.segment);
        client.industry = change.industry.applied(client.industry.take());
        client.region = change.region.applied(client.region.take());
        client.revenue_model = change.revenue_model.applied(client.revenue_model.take());
        client.primary_goal = change.primary_goal.applied(client.primary_goal.take());
        client.notes = change.notes.applied(client.notes.take());
        if !change.owner_id.is_kept() {
            // The name comes with the answer.
            record.owner_name = None;
        }
        client.owner_id = change.owner_id.applied(client.owner_id);
        client.arr = change.arr.applied(client.arr);
        client.qbr_date = change.qbr_date.applied(client.qbr_date);
        client.last_qbr_date = change.last_qbr_date.applied(client.last_qbr_date);
        client.is_expansion =
            change.is_expansion.applied(Some(client.is_expansion)).unwrap_or(client.is_expansion);
    })
}

/// The client as the server answered a change.
fn confirmed(client: ClientDetail) -> (Apply, Settled) {
    let version = client.version;
    let apply: Apply = Arc::new(move |record| {
        if record.client.version < client.version {
            record.client = client.clone();
        }
    });
    (apply, Arc::new(move |record| record.client.version >= version))
}

pub(super) fn health(desk: Desk, record: &ClientRecord) -> Definition {
    let values = |client: &ClientDetail| vec![shown(client.health), shown(client.churn_risk), String::new()];
    Definition {
        title: format!("Health of {}", record.client.name),
        save: "Save",
        save_also: None,
        draft: format!("draft:{}:health", desk.id),
        fields: vec![
            field!(
                "health",
                "Health",
                Kind::Line("text"),
                "0 to 100, higher is better; empty when not scored."
            ),
            field!(
                "churn_risk",
                "Churn risk",
                Kind::Line("text"),
                "0 to 100, higher is worse; empty when not scored."
            ),
            field!("note", "Note", Kind::Area, "Why you see it so; kept with today's snapshot."),
        ],
        begun: values(&record.client),
        version: Some(record.client.version),
        submit: Arc::new(move |entries, Submission { version, then, .. }| {
            let change = HealthChange {
                version: version.unwrap_or_default(),
                health: entries.whole("health"),
                churn_risk: entries.whole("churn_risk"),
                note: entries.given("note"),
            };
            entries.checked(&change)?;
            let (health, churn_risk) = (change.health, change.churn_risk);
            let apply: Apply = Arc::new(move |record| {
                record.client.health = health;
                record.client.churn_risk = churn_risk;
            });
            let query = ClientQuery { client_id: desk.id };
            desk.write(Some(apply), send::<SetClientHealth>(desk, &query, &change, confirmed), then);
            Ok(())
        }),
        current: |text| {
            let client = lean_json::from_str::<ClientDetail>(text).ok()?;
            Some((vec![shown(client.health), shown(client.churn_risk), String::new()], client.version))
        },
    }
}
