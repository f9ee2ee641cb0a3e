//! What does each person read of one client, and of what happened with it?

use crate::client_changes::{OF_COLLEAGUE, OWN, client};
use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, MEMBER_2, Rig};
use reqwest::{Method, StatusCode, header};
use revos_shared::clients::{ClientRecord, TimelineEntry, TimelineKind};
use revos_shared::{Envelope, ErrorCode};
use serde_json::json;

#[tokio::test]
async fn a_record_holds_what_its_reader_may_know() {
    let rig = Rig::of_today().await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}");
    let read = async |email: &str| -> Envelope<ClientRecord> {
        let reply = rig.program(email).await.get(&path).await;
        assert_eq!(reply.status, StatusCode::OK, "{email}: {}", reply.text());
        reply.json()
    };
    let admin = read(ADMIN).await.data;
    assert_eq!((admin.client.name.as_str(), admin.client.health), (OWN, Some(82)));
    assert!(!admin.contacts.is_empty() && admin.commercials.is_some() && !admin.deliverables.is_empty());
    assert!(!admin.invoices.is_empty() && !admin.subscriptions.is_empty() && admin.terms.is_some());
    assert!(admin.rights.write && admin.rights.assign && admin.rights.delete && admin.rights.money);
    assert!(admin.figures.mrr.is_some() && admin.health.is_sorted_by_key(|point| point.snapshot_date));
    let owner = read(MEMBER).await.data;
    assert!(owner.rights.write && !owner.rights.assign && !owner.rights.delete && !owner.rights.terms);
    assert_eq!((&owner.contacts, owner.figures), (&admin.contacts, admin.figures));
    let colleague = read(MEMBER_2).await.data;
    assert!(!colleague.rights.write && colleague.figures.mrr.is_none() && colleague.invoices.is_empty());
    assert!(colleague.terms.is_none() && colleague.contacts == admin.contacts);
    let customer = read(CLIENT).await;
    assert_eq!(customer.read_for.user_id.to_string(), rig.user_id(CLIENT).await);
    let customer = customer.data;
    assert_eq!((customer.client.health, customer.client.notes.clone()), (None, None));
    assert!(customer.client.trs_score.is_some() && customer.contacts.is_empty());
    assert!(!customer.rights.write && customer.owner_name.is_none());

    let hidden = format!("/api/clients/{}", client(&rig, OF_COLLEAGUE).await);
    assert_eq!(rig.program(CLIENT).await.get(&hidden).await.refusal(), (404, ErrorCode::NotFound));
    assert_eq!(rig.program(ADMIN_B).await.get(&path).await.refusal(), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn an_unchanged_record_is_not_sent_again() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let path = format!("/api/clients/{}", client(&rig, OWN).await);
    let etag = member.get(&path).await.etag();
    let ask =
        async || member.send(member.request(Method::GET, &path).header(header::IF_NONE_MATCH, &etag)).await;
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED);
    let version = member.get(&path).await.json::<Envelope<ClientRecord>>().data.client.version;
    member.patch(&path, &json!({ "version": version, "notes": "x" })).await;
    let reply = ask().await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json::<Envelope<ClientRecord>>().data.client.notes.as_deref(), Some("x"));
}

#[tokio::test]
async fn one_read_of_a_record_is_one_request() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    member.get("/api/session").await;
    let path = format!("/api/clients/{}", client(&rig, OWN).await);
    for path in [path.clone(), format!("{path}/timeline")] {
        let before = rig.rest_requests();
        assert_eq!(member.get(&path).await.status, StatusCode::OK);
        assert_eq!(rig.rest_requests(), before + 1, "{path}");
    }
}

#[tokio::test]
async fn a_timeline_goes_back_page_by_page_and_is_kept_by_nobody() {
    let rig = Rig::of_today().await;
    let admin = rig.program(ADMIN).await;
    let path = format!("/api/clients/{}/timeline", client(&rig, OWN).await);
    let read = async |query: &str| {
        let reply = admin.get(&format!("{path}{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        reply.json::<Envelope<Vec<TimelineEntry>>>()
    };
    let all = read("?limit=200").await.data;
    let mut paged = Vec::new();
    let mut query = "?limit=20".to_owned();
    loop {
        let page = read(&query).await;
        let Some(last) = page.data.last() else { break };
        query = format!("?limit=20&before={}", last.occurred_at);
        paged.extend(page.data.clone());
        if paged.len() >= all.len() {
            break;
        }
    }
    assert_eq!(paged[..all.len()], all[..], "no entry twice, none lost");
    assert!(all.is_sorted_by(|a, b| a.occurred_at >= b.occurred_at) && all.len() > 40);
    assert!(all.iter().any(|entry| entry.kind == TimelineKind::Invoice));
    assert!(read("?limit=20").await.truncated && !read("?before=1999-01-01T00:00:00Z").await.truncated);
    for bad in ["limit=0", "limit=201", "before=yesterday", "before=2026-02-30T00:00:00Z", "after=x"] {
        let reply = admin.get(&format!("{path}?{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
    assert_eq!(rig.program(CLIENT).await.get(&path).await.refusal(), (403, ErrorCode::Forbidden));
    assert_eq!(rig.program(ADMIN_B).await.get(&path).await.refusal(), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn a_change_stands_in_the_timeline_with_its_columns_for_those_who_read_the_audit_log() {
    let rig = Rig::new().await;
    let id = client(&rig, OWN).await;
    let admin = rig.program(ADMIN).await;
    let record: Envelope<ClientRecord> = admin.get(&format!("/api/clients/{id}")).await.json();
    let change = json!({ "version": record.data.client.version, "region": "Wales" });
    admin.patch(&format!("/api/clients/{id}"), &change).await;
    let newest = async |email: &str| {
        let reply = rig.program(email).await.get(&format!("/api/clients/{id}/timeline?limit=1")).await;
        reply.json::<Envelope<Vec<TimelineEntry>>>().data.remove(0)
    };
    let told = newest(ADMIN).await;
    assert_eq!((told.kind, told.title.as_str()), (TimelineKind::Event, "client.updated"));
    assert_eq!(told.actor_id.unwrap().to_string(), rig.user_id(ADMIN).await);
    let region = told.changes().remove(0).columns.remove("region").unwrap();
    assert_eq!(region.after.unwrap().text().as_deref(), Some("Wales"));
    assert_eq!(newest(DIRECTOR).await.changes(), []);
}
