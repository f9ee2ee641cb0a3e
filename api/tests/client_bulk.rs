//! What becomes of changes of many clients, and of changes in an outage?

use crate::client_changes::{NOBODY, OF_B, OF_COLLEAGUE, OWN, client, problems, row};
use crate::rig::{ADMIN, Browser, CLIENT, MEMBER, Rig};
use local_stack::{Fault, Upstream};
use reqwest::StatusCode;
use revos_shared::ErrorCode;
use revos_shared::clients::changes::BulkResult;
use revos_shared::kernel::bulk::BulkOutcome;
use serde_json::{Value, json};

#[tokio::test]
async fn many_clients_are_changed_each_for_itself_and_told_in_the_order_asked() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let me = rig.user_id(MEMBER).await;
    let mut items = Vec::new();
    for (name, version) in [(OF_COLLEAGUE, None), (OWN, None), (OF_B, Some(1))] {
        let id = client(&rig, name).await;
        items.push(json!({ "id": id, "version": version.map_or(row(&rig, &id).await["version"].clone(), Value::from) }));
    }
    let another = rig
        .value(&format!(
            "select id::text from public.clients where owner_id = '{me}' and name <> '{OWN}' limit 1"
        ))
        .await;
    items.push(json!({ "id": another, "version": 9_999 }));
    items.push(json!({ "id": NOBODY, "version": 1 }));
    let asked: Vec<_> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    let change = json!({ "items": items, "changes": { "phase": "Algorithm", "qbr_date": "2027-01-15" } });
    let outcomes = async |person: &Browser, change: &Value| -> Vec<BulkResult> {
        let reply = person.post("/api/clients/changes", change).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()
    };
    let told = outcomes(&member, &change).await;
    assert_eq!(told.iter().map(|result| result.id.to_string()).collect::<Vec<_>>(), asked);
    use BulkOutcome::{Changed, Forbidden, NotFound, StaleVersion, Unchanged};
    let how: Vec<_> = told.iter().map(|result| result.outcome).collect();
    assert_eq!(how, [Forbidden, Changed, NotFound, StaleVersion, NotFound]);
    assert_eq!(row(&rig, &asked[1]).await["phase"], "Algorithm");
    assert_eq!(told[1].version.map(u64::from), row(&rig, &asked[1]).await["version"].as_u64());
    assert_eq!(outcomes(&member, &change).await[1].outcome, Unchanged);
    // The review is taken away, by somebody who may.
    let admin = rig.program(ADMIN).await;
    let version = told[1].version.unwrap();
    let change =
        json!({ "items": [{ "id": asked[1], "version": version }], "changes": { "qbr_date": null } });
    assert_eq!(outcomes(&admin, &change).await[0].outcome, Changed);
    assert_eq!(row(&rig, &asked[1]).await["qbr_date"], Value::Null);
    assert_eq!(row(&rig, &asked[1]).await["phase"], "Algorithm", "what is not named stays");
    let stranger = rig.user_id(crate::rig::MEMBER_B).await;
    let change =
        json!({ "items": [{ "id": asked[1], "version": version + 1 }], "changes": { "owner_id": stranger } });
    assert_eq!(outcomes(&admin, &change).await[0].outcome, BulkOutcome::ReferenceMissing);

    for (bad, field) in [
        (json!({ "items": [], "changes": { "phase": "Data" } }), "items"),
        (json!({ "items": [{ "id": NOBODY, "version": 1 }], "changes": {} }), "changes"),
        (
            json!({ "items": [{ "id": NOBODY, "version": 1 }, { "id": NOBODY, "version": 2 }], "changes": { "phase": null } }),
            "items",
        ),
    ] {
        assert_eq!(problems(&admin.post("/api/clients/changes", &bad).await)[0].1, field, "{bad}");
    }
    let customer = rig.program(CLIENT).await;
    let reply = customer.post("/api/clients/changes", &change).await;
    assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden));
}

#[tokio::test]
async fn of_changes_at_once_one_is_made_and_the_others_hear_of_it() {
    let rig = Rig::new().await;
    let (admin, id) = (rig.program(ADMIN).await, client(&rig, OWN).await);
    let version = row(&rig, &id).await["version"].as_u64().unwrap();
    let asking: Vec<_> = (0..12)
        .map(|number| {
            let (admin, path) = (admin.clone(), format!("/api/clients/{id}"));
            let change = json!({ "version": version, "notes": format!("{number}") });
            tokio::spawn(async move { admin.patch(&path, &change).await })
        })
        .collect();
    let mut made = Vec::new();
    for asked in asking {
        let reply = asked.await.unwrap();
        if reply.status == StatusCode::OK {
            made.push(reply.json::<Value>()["notes"].clone());
        } else {
            assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion), "{}", reply.text());
        }
    }
    let held = row(&rig, &id).await;
    assert_eq!((made.len(), &held["notes"], held["version"].as_u64()), (1, &made[0], Some(version + 1)));
}

#[tokio::test]
async fn a_write_is_seen_at_once_by_whoever_made_it() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}");
    for round in 0..3 {
        let list = admin.clients("").await;
        let version = list.data.iter().find(|row| row.id.to_string() == id).unwrap().version;
        let name = format!("Renamed {round}");
        assert_eq!(admin.patch(&path, &json!({ "version": version, "name": name })).await.status, 200);
        let list = admin.clients("").await;
        assert!(list.data.iter().any(|row| row.name == name), "the list of before is shared for a second");
    }
}

#[tokio::test]
async fn a_write_in_an_outage_is_tried_once_and_said_to_have_failed() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let id = client(&rig, OWN).await;
    let version = row(&rig, &id).await["version"].clone();
    admin.get("/api/session").await;
    rig.project.gateway.requests().reset();
    rig.project.gateway.faults().set(Upstream::Rest, Fault::Refuse);
    let path = format!("/api/clients/{id}");
    for reply in [
        admin.patch(&path, &json!({ "version": version, "notes": "x" })).await,
        admin.put(&format!("{path}/health"), &json!({ "version": version, "health": 1 })).await,
        admin.post("/api/clients", &json!({ "name": "x" })).await,
        admin.delete(&format!("{path}?version={version}")).await,
    ] {
        assert_eq!(reply.refusal(), (503, ErrorCode::UpstreamUnavailable));
    }
    assert_eq!(rig.rest_requests(), 4, "each once");
    rig.project.gateway.faults().clear();
    assert_eq!(row(&rig, &id).await["version"], version);
}
