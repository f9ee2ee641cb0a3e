//! Who changes a client how, and what does everybody else hear?

use crate::rig::{ADMIN, Browser, CLIENT, DIRECTOR, MEMBER, MEMBER_2, Reply, Rig, SUPER_ADMIN};
use reqwest::{Method, StatusCode};
use revos_shared::clients::{ClientDetail, ClientStatus, Phase};
use revos_shared::kernel::check::Problem;
use revos_shared::kernel::endpoint::ORGANIZATION_HEADER;
use revos_shared::{ErrorCode, Money};
use serde_json::{Value, json};

const NEW: &str = "f0000000-0000-4000-8000-000000000001";
/// A client of A that the Member owns, one that somebody else owns, and one of B.
pub(crate) const OWN: &str = "Brindlecrest Freight";
pub(crate) const OF_COLLEAGUE: &str = "Calderhollow Foods";
pub(crate) const OF_B: &str = "Pebblecroft Dental";
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-0000000000ff";

pub(crate) async fn client(rig: &Rig, name: &str) -> String {
    rig.value(&format!("select id::text from public.clients where name = '{name}'")).await
}

/// What the database holds of a client, to see that nothing changed.
pub(crate) async fn row(rig: &Rig, id: &str) -> Value {
    let query = format!("select to_jsonb(c)::text from public.clients c where id = '{id}'");
    serde_json::from_str(&rig.value(&query).await).unwrap()
}

pub(crate) fn problems(reply: &Reply) -> Vec<(u32, String, String)> {
    assert_eq!(reply.refusal(), (422, ErrorCode::ValidationFailed), "{}", reply.text());
    let problems: Vec<Problem> = serde_json::from_value(reply.error().details.unwrap()).unwrap();
    problems.into_iter().map(|p| (p.row, p.field.unwrap_or_default(), p.key)).collect()
}

/// The field that a refusal is about, and why.
pub(crate) fn field(reply: &Reply) -> (String, String) {
    let details = reply.error().details.unwrap();
    let text = |name: &str| details[0][name].as_str().unwrap_or_default().to_owned();
    (text("field"), text("key"))
}

#[tokio::test]
async fn a_client_is_added_once_however_often_it_is_asked_for() {
    let rig = Rig::new().await;
    let director = rig.program(DIRECTOR).await;
    let owner = rig.user_id(MEMBER).await;
    let new = json!({
        "id": NEW, "name": "  Wrenfield Mills ", "segment": "mid", "industry": "", "region": "Kent",
        "owner_id": owner,
    });
    let reply = director.post("/api/clients", &new).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let added: ClientDetail = reply.json();
    assert_eq!((added.id.to_string(), added.name.as_str()), (NEW.to_owned(), "Wrenfield Mills"));
    assert_eq!((added.status, added.industry.clone(), added.version), (ClientStatus::Prospect, None, 1));
    let again = director.post("/api/clients", &new).await;
    assert_eq!((again.status, again.json::<ClientDetail>()), (StatusCode::OK, added));
    let mut other = new.clone();
    other["name"] = json!("Somebody else");
    let reply = director.post("/api/clients", &other).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::IdempotencyMismatch));
    let count = rig.value("select count(*)::text from public.clients where region = 'Kent'").await;
    assert_eq!(count, "1");
    // The id of a client that this person does not see.
    other["id"] = json!(client(&rig, OF_B).await);
    let reply = director.post("/api/clients", &other).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::Duplicate));
    assert_eq!(field(&reply), ("id".to_owned(), "duplicate".to_owned()));
    // Without an id each request adds one.
    let nameless = json!({ "name": "Twin" });
    for _ in 0..2 {
        assert_eq!(director.post("/api/clients", &nameless).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn people_add_clients_within_their_rights() {
    let rig = Rig::new().await;
    let (member, me) = (rig.program(MEMBER).await, rig.user_id(MEMBER).await);
    let add = async |person: &Browser, owner: Value| {
        person.post("/api/clients", &json!({ "name": "Mine", "owner_id": owner })).await
    };
    assert_eq!(add(&member, json!(me)).await.status, StatusCode::CREATED);
    for other in [json!(null), json!(rig.user_id(MEMBER_2).await)] {
        assert_eq!(add(&member, other).await.refusal(), (403, ErrorCode::Forbidden));
    }
    assert_eq!(add(&rig.program(CLIENT).await, json!(null)).await.refusal(), (403, ErrorCode::Forbidden));
    let admin = rig.program(ADMIN).await;
    for nobody in [NOBODY.to_owned(), rig.user_id(crate::rig::MEMBER_B).await] {
        let reply = add(&admin, json!(nobody)).await;
        assert_eq!(reply.refusal(), (409, ErrorCode::ReferenceMissing));
        assert_eq!(field(&reply), ("owner_id".to_owned(), "reference_missing".to_owned()));
    }
    // A SuperAdmin adds to the organization shown.
    let (b, above) = (rig.organization("quillhaven").await, rig.program(SUPER_ADMIN).await);
    let request = above.request(Method::POST, "/api/clients").header(ORGANIZATION_HEADER, &b);
    let added: ClientDetail = above.send(request.json(&json!({ "name": "There" }))).await.json();
    let id = added.id;
    let there =
        rig.value(&format!("select organization_id::text from public.clients where id = '{id}'")).await;
    assert_eq!(there, b);
    // Somebody whose membership has just ended hears that, and not that a right is missing.
    rig.sql("update public.users set deactivated_at = now() where email = 'director@example.com'").await;
    let director = rig.program(DIRECTOR).await;
    assert_eq!(add(&director, json!(null)).await.refusal(), (403, ErrorCode::NoMembership));
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_before_the_database_is_asked() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}");
    admin.get("/api/session").await;
    let before = rig.rest_requests();
    let long = "é".repeat(201);
    for (body, field, key) in [
        (json!({ "name": "" }), "name", "required"),
        (json!({ "name": " \t " }), "name", "required"),
        (json!({ "name": long }), "name", "too_long"),
        (json!({ "name": "a\u{0}b" }), "name", "not_text"),
        (json!({ "name": "x", "industry": long }), "industry", "too_long"),
        (json!({ "name": "x", "region": "\u{0}" }), "region", "not_text"),
    ] {
        let wrong = vec![(0, field.to_owned(), key.to_owned())];
        assert_eq!(problems(&admin.post("/api/clients", &body).await), wrong, "{body}");
        let mut change = body.clone();
        change["version"] = json!(1);
        assert_eq!(problems(&admin.patch(&path, &change).await), wrong, "{change}");
    }
    for (change, field, key) in [
        (json!({}), "changes", "required"),
        (json!({ "name": null }), "name", "required"),
        (json!({ "status": null }), "status", "required"),
        (json!({ "is_expansion": null }), "is_expansion", "required"),
        (json!({ "arr": "-0.01" }), "arr", "out_of_range"),
        (json!({ "qbr_date": "0026-05-20" }), "qbr_date", "not_a_date"),
        (json!({ "notes": "x".repeat(10_001) }), "notes", "too_long"),
    ] {
        let mut body = change.clone();
        body["version"] = json!(1);
        let reply = admin.patch(&path, &body).await;
        assert_eq!(problems(&reply), [(0, field.to_owned(), key.to_owned())], "{change}");
    }
    for (change, field) in [
        (json!({ "health": 101, "churn_risk": 5 }), "health"),
        (json!({ "health": 5, "churn_risk": 255 }), "churn_risk"),
        (json!({ "note": "x".repeat(2_001) }), "note"),
    ] {
        let mut body = change.clone();
        body["version"] = json!(1);
        assert_eq!(problems(&admin.put(&format!("{path}/health"), &body).await)[0].1, field, "{change}");
    }
    // What is no value of its type is no body of this operation.
    for change in [
        json!({ "status": "lost" }),
        json!({ "phase": "data" }),
        json!({ "qbr_date": "2026-02-30" }),
        json!({ "arr": "1.005" }),
        json!({ "arr": 1e15 }),
        json!({ "owner_id": "me" }),
        json!({ "health": 50 }),
        json!({ "version": -1 }),
        json!({ "version": "1" }),
    ] {
        let mut body = json!({ "version": 1 });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let reply = admin.patch(&path, &body).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidJson), "{change}");
        let (name, _) = change.as_object().unwrap().iter().next().unwrap();
        let details = reply.error().details.unwrap();
        let key = if name == "arr" { "too_many_decimals" } else { "not_understood" };
        assert_eq!((&details[0]["field"], &details[0]["key"]), (&json!(name), &json!(key)), "{change}");
    }
    assert_eq!(rig.rest_requests(), before, "PostgREST heard of none of it");
    // A version that no row can have.
    let reply = admin.patch(&path, &json!({ "version": u32::MAX, "notes": "x" })).await;
    assert_eq!(reply.refusal(), (422, ErrorCode::ValidationFailed), "{}", reply.text());
}

#[tokio::test]
async fn a_change_touches_the_fields_it_names() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let id = client(&rig, OWN).await;
    let before: ClientDetail = serde_json::from_value(row(&rig, &id).await).unwrap();
    let change = json!({
        "version": before.version, "notes": " They called. ", "arr": "90000.50", "qbr_date": null, "phase": "Data",
        "region": "", "is_expansion": true,
    });
    let after: ClientDetail = member.patch(&format!("/api/clients/{id}"), &change).await.json();
    let expected = ClientDetail {
        notes: Some("They called.".to_owned()),
        arr: Some(Money::from_minor(9_000_050)),
        qbr_date: None,
        // Its day had come.
        last_qbr_date: before.qbr_date,
        phase: Some(Phase::Data),
        region: None,
        is_expansion: true,
        version: before.version + 1,
        updated_at: after.updated_at,
        ..before.clone()
    };
    assert_eq!(after, expected);
    assert_eq!(serde_json::from_value::<ClientDetail>(row(&rig, &id).await).unwrap(), after);
}

#[tokio::test]
async fn a_review_whose_day_had_come_is_the_last_one() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}");
    let set = async |qbr: &str, last: &str| {
        rig.sql(&format!(
            "set session_replication_role = replica;
             update public.clients set qbr_date = {qbr}, last_qbr_date = {last}, version = 1 where id = '{id}';
             set session_replication_role = origin"
        ))
        .await;
    };
    let change = async |version: u32, fields: Value| {
        let mut body = json!({ "version": version });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        member.patch(&path, &body).await
    };
    for (qbr, before, fields, expected) in [
        // Its day had come, and it gets another one, or none.
        ("'2026-01-20'", "null", json!({ "qbr_date": "2099-04-20" }), Some("2026-01-20")),
        ("'2026-01-20'", "'2025-10-20'", json!({ "qbr_date": null }), Some("2026-01-20")),
        // An earlier one is not the last.
        ("'2025-10-20'", "'2026-01-20'", json!({ "qbr_date": "2099-04-20" }), Some("2026-01-20")),
        // Put off before its day; never touched; there was none.
        ("'2099-01-20'", "'2025-10-20'", json!({ "qbr_date": "2099-04-20" }), Some("2025-10-20")),
        ("'2026-01-20'", "null", json!({ "notes": "They called." }), None),
        ("null", "null", json!({ "qbr_date": "2099-04-20" }), None),
        // People know better.
        (
            "'2026-01-20'",
            "null",
            json!({ "qbr_date": "2099-04-20", "last_qbr_date": "2026-01-27" }),
            Some("2026-01-27"),
        ),
        ("null", "'2026-01-20'", json!({ "last_qbr_date": null }), None),
    ] {
        set(qbr, before).await;
        let after: ClientDetail = change(1, fields.clone()).await.json();
        assert_eq!(
            after.last_qbr_date.map(|day| day.to_string()).as_deref(),
            expected,
            "{qbr} {before} {fields}"
        );
    }
    set("null", "null").await;
    let reply = change(1, json!({ "last_qbr_date": "2099-01-01" })).await;
    assert_eq!(reply.refusal(), (422, ErrorCode::ValidationFailed));
    assert_eq!(
        reply.error().details,
        Some(json!([{ "row": 0, "field": "last_qbr_date", "key": "out_of_range" }]))
    );
    assert_eq!(row(&rig, &id).await["version"], 1, "and nothing was changed");
}

#[tokio::test]
async fn whoever_read_an_older_version_gets_the_row_as_it_is_now() {
    let rig = Rig::new().await;
    let (admin, director) = (rig.program(ADMIN).await, rig.program(DIRECTOR).await);
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}");
    let version = row(&rig, &id).await["version"].clone();
    let first = admin.patch(&path, &json!({ "version": version, "notes": "first" })).await;
    let now: ClientDetail = first.json();
    let held = row(&rig, &id).await;
    let onboarding = format!("{path}/onboarding");
    for (what, reply) in [
        ("update", director.patch(&path, &json!({ "version": version, "notes": "second" })).await),
        ("delete", director.delete(&format!("{path}?version={version}")).await),
        (
            "health",
            director.put(&format!("{path}/health"), &json!({ "version": version, "health": 1 })).await,
        ),
        ("onboarding", director.post(&onboarding, &json!({ "version": version })).await),
    ] {
        assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion), "{what}: {}", reply.text());
        let told: ClientDetail = serde_json::from_value(reply.error().details.unwrap()).unwrap();
        assert_eq!(told, now, "{what}");
    }
    assert_eq!(row(&rig, &id).await, held, "nothing changed");
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs_or_what_they_do_not_see() {
    let rig = Rig::new().await;
    let (colleagues, foreign) = (client(&rig, OF_COLLEAGUE).await, client(&rig, OF_B).await);
    let own = client(&rig, OWN).await;
    let (member, customer) = (rig.program(MEMBER).await, rig.program(CLIENT).await);
    let admin = rig.program(ADMIN).await;
    for (what, person, id, expected) in [
        ("a colleague's", &member, &colleagues, (403, ErrorCode::Forbidden)),
        ("one's own account", &customer, &own, (403, ErrorCode::Forbidden)),
        ("another account", &customer, &colleagues, (404, ErrorCode::NotFound)),
        ("one of another organization", &admin, &foreign, (404, ErrorCode::NotFound)),
        ("none", &admin, &NOBODY.to_owned(), (404, ErrorCode::NotFound)),
    ] {
        let held = rig.value("select md5(string_agg(c::text, '' order by id)) from public.clients c").await;
        let version = rig
            .value(&format!("select coalesce(max(version), 1)::text from public.clients where id = '{id}'"))
            .await;
        let version: u32 = version.parse().unwrap();
        let path = format!("/api/clients/{id}");
        for reply in [
            person.patch(&path, &json!({ "version": version, "notes": "x" })).await,
            person.delete(&format!("{path}?version={version}")).await,
            person.put(&format!("{path}/health"), &json!({ "version": version, "health": 1 })).await,
            person.post(&format!("{path}/onboarding"), &json!({ "version": version })).await,
        ] {
            assert_eq!(reply.refusal(), expected, "{what}: {}", reply.text());
            assert_eq!(reply.error().details, None, "{what}");
        }
        let now = rig.value("select md5(string_agg(c::text, '' order by id)) from public.clients c").await;
        assert_eq!(now, held, "{what}");
    }
    // A Member does not give a client away; nobody gives one to a stranger.
    let version = row(&rig, &own).await["version"].clone();
    let path = format!("/api/clients/{own}");
    let give = async |person: &Browser, to: &str| {
        person.patch(&path, &json!({ "version": version, "owner_id": to })).await
    };
    let colleague = rig.user_id(MEMBER_2).await;
    assert_eq!(give(&member, &colleague).await.refusal(), (403, ErrorCode::Forbidden));
    let reply = give(&admin, &rig.user_id(crate::rig::MEMBER_B).await).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::ReferenceMissing));
    assert_eq!(field(&reply).0, "owner_id");
    assert_eq!(give(&admin, &colleague).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_client_with_money_stays() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let id = client(&rig, OWN).await;
    let version = row(&rig, &id).await["version"].clone();
    let reply = admin.delete(&format!("/api/clients/{id}?version={version}")).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::ReferenceMissing), "{}", reply.text());
    assert_eq!(field(&reply).1, "in_use");
    for word in ["invoices", "constraint", "fkey"] {
        assert!(!reply.text().contains(word), "{}", reply.text());
    }
    let new: ClientDetail = admin.post("/api/clients", &json!({ "name": "Brief" })).await.json();
    let path = format!("/api/clients/{}?version=1", new.id);
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.delete(&path).await.refusal(), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn health_is_set_and_taken_away_with_a_note() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}/health");
    let version = row(&rig, &id).await["version"].as_u64().unwrap();
    let body = json!({ "version": version, "health": 40, "churn_risk": 30, "note": "Sponsor left." });
    let set: ClientDetail = member.put(&path, &body).await.json();
    assert_eq!((set.health, set.churn_risk, set.trs_score), (Some(40), Some(30), Some(55)));
    let noted = format!(
        "select concat_ws(' ', source, notes) from public.client_health_history h
         where client_id = '{id}' and snapshot_date = private.organization_today(h.organization_id)"
    );
    assert_eq!(rig.value(&noted).await, "manual Sponsor left.");
    // None is a value like any other.
    let body = json!({ "version": set.version, "health": null, "churn_risk": 30 });
    let taken: ClientDetail = member.put(&path, &body).await.json();
    assert_eq!((taken.health, taken.churn_risk, taken.trs_score), (None, Some(30), None));
    let again: ClientDetail = member.put(&path, &body).await.json();
    assert_eq!(again, taken, "a repeated request finds its work done");
}

#[tokio::test]
async fn work_with_a_client_begins_once() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let new: ClientDetail = admin.post("/api/clients", &json!({ "name": "Fresh" })).await.json();
    let path = format!("/api/clients/{}/onboarding", new.id);
    let begun: revos_shared::clients::endpoints::Onboarded =
        admin.post(&path, &json!({ "version": 1 })).await.json();
    assert_eq!(
        (begun.status, begun.phase, begun.version),
        (ClientStatus::Active, Some(Phase::Onboarding), 2)
    );
    assert_eq!(begun.deliverables.len(), 3);
    let again: revos_shared::clients::endpoints::Onboarded =
        admin.post(&path, &json!({ "version": 2 })).await.json();
    assert_eq!((again.version, again.deliverables.len()), (2, 0));
}

#[tokio::test]
async fn a_super_admin_changes_the_organization_shown() {
    let rig = Rig::new().await;
    let above = rig.program(SUPER_ADMIN).await;
    let (b, id) = (rig.organization("quillhaven").await, client(&rig, OF_B).await);
    let version = row(&rig, &id).await["version"].clone();
    let path = format!("/api/clients/{id}");
    let change = json!({ "version": version, "notes": "x" });
    assert_eq!(above.patch(&path, &change).await.refusal(), (404, ErrorCode::NotFound));
    let contacts = format!("{path}/contacts");
    let person = json!({ "name": "Ada", "role": "" });
    assert_eq!(above.post(&contacts, &person).await.refusal(), (404, ErrorCode::NotFound));
    let there = async |method: Method, path: &str, body: &Value| {
        above.send(above.request(method, path).header(ORGANIZATION_HEADER, &b).json(body)).await.status
    };
    assert_eq!(there(Method::PATCH, &path, &change).await, StatusCode::OK);
    assert_eq!(there(Method::POST, &contacts, &person).await, StatusCode::CREATED);
}
