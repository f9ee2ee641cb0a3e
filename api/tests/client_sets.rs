//! How are discovery, data and boards saved, when two people do it at once?

use crate::client_changes::{OF_COLLEAGUE, OWN, client, field, problems};
use crate::rig::{ADMIN, CLIENT, MEMBER, Rig};
use reqwest::StatusCode;
use revos_shared::clients::{DataSource, DiscoveryForm, KanbanCard, KanbanStatus, Question};
use revos_shared::{ErrorCode, Money};
use serde_json::{Value, json};

/// A client of A without anything under it, owned by the Member.
async fn fresh(rig: &Rig) -> String {
    let body = json!({ "name": "Fresh", "owner_id": rig.user_id(MEMBER).await });
    let made: Value = rig.program(ADMIN).await.post("/api/clients", &body).await.json();
    format!("/api/clients/{}", made["id"].as_str().unwrap())
}

fn set(items: Vec<Value>) -> Value {
    json!({ "items": items, "deleted": [] })
}

fn question(position: u32, question: &str) -> Value {
    json!({ "position": position, "question": question, "answer": null, "lever": " ", "expected_impact": "-12.50" })
}

fn source(name: &str) -> Value {
    json!({ "name": name, "category": "sales", "status": "needed", "required": true, "notes": null })
}

fn card(title: &str, status: &str) -> Value {
    json!({ "title": title, "status": status, "assignee_id": null, "due_date": "2027-02-28" })
}

#[tokio::test]
async fn a_form_is_a_draft_and_then_complete() {
    let rig = Rig::new().await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let path = format!("{}/discovery/gap_selling", fresh(&rig).await);
    let draft =
        json!({ "version": null, "answers": { "gap": "Wide.", "own field": "Kept." }, "complete": false });
    let first: DiscoveryForm = member.put(&path, &draft).await.json();
    assert_eq!((first.version, first.completed_at, first.answers.len()), (1, None, 2));
    // A second first save.
    let reply = admin.put(&path, &draft).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<DiscoveryForm>(reply.error().details.unwrap()).unwrap(), first);
    let complete = json!({ "version": 1, "answers": { "gap": "Closed." }, "complete": true });
    let second: DiscoveryForm = admin.put(&path, &complete).await.json();
    assert!(second.completed_at.is_some() && second.version == 2 && second.answers.len() == 1);
    assert_eq!(member.put(&path, &complete).await.refusal(), (409, ErrorCode::StaleVersion));
    for (answers, complete, wrong) in [
        (json!({}), true, ("answers", "required")),
        (json!({ "gap": "x".repeat(10_001) }), false, ("gap", "too_long")),
        (json!({ "gap": "\u{0}" }), false, ("gap", "not_text")),
        (json!({ "a\u{0}": "x" }), false, ("a\u{0}", "not_text")),
    ] {
        let reply =
            admin.put(&path, &json!({ "version": 2, "answers": answers, "complete": complete })).await;
        assert_eq!(problems(&reply), [(0, wrong.0.to_owned(), wrong.1.to_owned())]);
    }
    let unknown = path.replace("gap_selling", "gap-selling");
    assert_eq!(admin.put(&unknown, &draft).await.refusal(), (400, ErrorCode::InvalidArgument));
}

#[tokio::test]
async fn a_set_is_saved_whole_and_told_in_its_order() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let path = format!("{}/questions", fresh(&rig).await);
    let made: Vec<Question> =
        member.put(&path, &set(vec![question(1, "Second?"), question(0, "First?")])).await.json();
    let asked: Vec<_> = made.iter().map(|question| question.question.as_str()).collect();
    assert_eq!(asked, ["First?", "Second?"]);
    assert_eq!((made[0].expected_impact, made[0].lever.clone()), (Some(Money::from_minor(-1_250)), None));
    let mut first = question(0, "First, really?");
    (first["id"], first["version"]) = (json!(made[0].id), json!(1));
    first["answer"] = json!("Yes.");
    let wanted = json!({
        "items": [first, question(5, "Third?")],
        "deleted": [{ "id": made[1].id, "version": 1 }],
    });
    let now: Vec<Question> = member.put(&path, &wanted).await.json();
    let asked: Vec<_> = now.iter().map(|question| question.question.as_str()).collect();
    assert_eq!((asked, now[0].version), (vec!["First, really?", "Third?"], 2));
}

#[tokio::test]
async fn a_conflict_names_every_row_and_changes_none() {
    let rig = Rig::new().await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let path = format!("{}/sources", fresh(&rig).await);
    let sources = vec![source("CRM"), source("Billing"), source("Support")];
    let made: Vec<DataSource> = member.put(&path, &set(sources)).await.json();
    let known = |at: usize, status: &str| {
        let mut item = source(&made[at].name);
        (item["id"], item["version"]) = (json!(made[at].id), json!(1));
        item["status"] = json!(status);
        item
    };
    // Billing and CRM, by name.
    let first: Vec<DataSource> =
        member.put(&path, &set(vec![known(0, "missing"), known(1, "collected")])).await.json();
    let late = set(vec![known(0, "available"), known(1, "available"), known(2, "available"), source("New")]);
    let reply = admin.put(&path, &late).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    let mut told: Vec<DataSource> = serde_json::from_value(reply.error().details.unwrap()).unwrap();
    told.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(told, first[..2]);
    let held: Vec<DataSource> = member.put(&path, &set(vec![])).await.json();
    assert_eq!(held, first, "all or nothing");
    // Whoever wants what is there already conflicts with nobody.
    let same: Vec<DataSource> = admin.put(&path, &set(vec![known(0, "missing")])).await.json();
    assert_eq!(same, first);
    let reply = admin.put(&path, &set(vec![source("crm")])).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::Duplicate));
    assert_eq!(field(&reply), ("name".to_owned(), "duplicate".to_owned()));
}

#[tokio::test]
async fn cards_are_saved_and_moved() {
    let rig = Rig::new().await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let client_path = fresh(&rig).await;
    let path = format!("{client_path}/cards");
    let at = |position: u32, title: &str| {
        let mut card = card(title, "doing");
        card["position"] = json!(position);
        card
    };
    let mut mine = at(0, "A");
    mine["assignee_id"] = json!(rig.user_id(MEMBER).await);
    let made: Vec<KanbanCard> = member.put(&path, &set(vec![mine, at(2, "C"), at(1, "B")])).await.json();
    let named = |cards: &[KanbanCard]| {
        cards.iter().map(|card| format!("{}{}", card.title, card.position)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(named(&made), "A0 B1 C2");
    assert_eq!(made[0].assignee_id.unwrap().to_string(), rig.user_id(MEMBER).await);
    let moved = |at: usize| format!("{path}/{}/moves", made[at].id);
    let to = json!({ "version": made[2].version, "status": "doing", "position": 0 });
    let first: KanbanCard = member.post(&moved(2), &to).await.json();
    assert_eq!((first.position, first.status), (0, KanbanStatus::Doing));
    let again: KanbanCard = member.post(&moved(2), &to).await.json();
    assert_eq!(again, first, "a repeated request finds its work done");
    let reply =
        admin.post(&moved(2), &json!({ "version": made[2].version, "status": "done", "position": 0 })).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<KanbanCard>(reply.error().details.unwrap()).unwrap(), first);
    let end: KanbanCard = member
        .post(&moved(2), &json!({ "version": first.version, "status": "done", "position": 99 }))
        .await
        .json();
    assert_eq!((end.position, end.status), (0, KanbanStatus::Done));
    // Of another client, although the person may move both.
    let other = format!("/api/clients/{}/cards/{}/moves", client(&rig, OWN).await, made[0].id);
    let reply = admin.post(&other, &json!({ "version": 1, "status": "done", "position": 0 })).await;
    assert_eq!(reply.refusal(), (404, ErrorCode::NotFound));
    let held: Vec<KanbanCard> = member.put(&path, &set(vec![])).await.json();
    assert_eq!(named(&held), "A0 B1 C0");
    for bad in [
        json!({ "version": 1, "status": "later", "position": 0 }),
        json!({ "version": 1, "status": "done", "position": -1 }),
    ] {
        assert_eq!(admin.post(&moved(0), &bad).await.refusal(), (400, ErrorCode::InvalidJson));
    }
    let mut foreign = card("D", "doing");
    foreign["assignee_id"] = json!(rig.user_id(crate::rig::MEMBER_B).await);
    assert_eq!(admin.put(&path, &set(vec![foreign])).await.refusal(), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn problems_name_the_row_of_the_set() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let path = fresh(&rig).await;
    let reply =
        member.put(&format!("{path}/questions"), &set(vec![question(0, "Why?"), question(1, " ")])).await;
    assert_eq!(problems(&reply), [(1, "question".to_owned(), "required".to_owned())]);
    let mut far = card("Far", "done");
    far["position"] = json!(2_000_000);
    let reply = member.put(&format!("{path}/cards"), &set(vec![card("Near", "done"), far])).await;
    assert_eq!(problems(&reply), [(1, "position".to_owned(), "out_of_range".to_owned())]);
    let many = vec![source("x"); 501];
    let reply = member.put(&format!("{path}/sources"), &set(many)).await;
    assert_eq!(problems(&reply), [(0, "items".to_owned(), "too_many".to_owned())]);
    // Five hundred rows with texts are not too large to be sent.
    let most: Vec<_> = (0..500).map(|at| question(at, &"Why? ".repeat(200))).collect();
    assert_eq!(member.put(&format!("{path}/questions"), &set(most)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sets_follow_the_rights_on_their_client() {
    let rig = Rig::new().await;
    let (own, colleagues) = (client(&rig, OWN).await, client(&rig, OF_COLLEAGUE).await);
    let foreign = client(&rig, "Pebblecroft Dental").await;
    let (admin, member, customer) =
        (rig.program(ADMIN).await, rig.program(MEMBER).await, rig.program(CLIENT).await);
    for (person, id, expected) in [
        (&member, &colleagues, (403, ErrorCode::Forbidden)),
        (&customer, &own, (403, ErrorCode::Forbidden)),
        (&customer, &colleagues, (404, ErrorCode::NotFound)),
        (&admin, &foreign, (404, ErrorCode::NotFound)),
    ] {
        let path = format!("/api/clients/{id}");
        let draft = json!({ "version": null, "answers": { "gap": "x" }, "complete": false });
        for (part, body) in [
            ("discovery/clarity_gap", draft),
            ("questions", set(vec![question(0, "Why?")])),
            ("sources", set(vec![source("New source")])),
            ("cards", set(vec![card("New card", "done")])),
        ] {
            let reply = person.put(&format!("{path}/{part}"), &body).await;
            assert_eq!(reply.refusal(), expected, "{part}: {}", reply.text());
        }
    }
    // A row of another client is no row of this one.
    let sources: Vec<DataSource> =
        admin.put(&format!("/api/clients/{colleagues}/sources"), &set(vec![source("Theirs")])).await.json();
    let theirs = sources.iter().find(|source| source.name == "Theirs").unwrap();
    let stolen = json!({ "items": [], "deleted": [{ "id": theirs.id, "version": 1 }] });
    let reply = admin.put(&format!("/api/clients/{own}/sources"), &stolen).await;
    assert_eq!(reply.refusal(), (404, ErrorCode::NotFound));
}
