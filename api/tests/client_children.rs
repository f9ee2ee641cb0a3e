//! Who changes what stands under a client: people, agreements, terms, deliverables?

use crate::client_changes::{OF_COLLEAGUE, OWN, client, field, problems};
use crate::rig::{ADMIN, Browser, CLIENT, DIRECTOR, MEMBER, MEMBER_2, Reply, Rig};
use reqwest::StatusCode;
use revos_shared::clients::{ClientTerms, Commercials, Contact, Deliverable};
use revos_shared::{ErrorCode, Money};
use serde_json::{Value, json};

/// A client of A without anything under it, owned by the Member.
async fn fresh(rig: &Rig) -> String {
    let body = json!({ "name": "Fresh", "owner_id": rig.user_id(MEMBER).await });
    rig.program(ADMIN).await.post("/api/clients", &body).await.json::<Value>()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn contact(name: &str, email: Option<&str>) -> Value {
    json!({ "name": name, "role": "", "email": email, "phone": null, "notes": null, "power": "decision" })
}

fn deliverable(reference: &str, url: Option<&str>) -> Value {
    json!({ "reference": reference, "title": "Review", "type": "doc", "status": "planned", "url": url })
}

fn commercials() -> Value {
    json!({
        "plan": "Growth", "price": "2500.00", "term_months": 24, "discount_pct": "12.5", "renewal_date": "2027-03-01",
        "payment_term": "net_45", "approvals": ["Ada", "Bo"],
    })
}

#[tokio::test]
async fn contacts_come_change_and_go() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let path = format!("/api/clients/{}/contacts", fresh(&rig).await);
    let reply = member.post(&path, &contact(" Ada ", Some("Ada@Example.com"))).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let ada: Contact = reply.json();
    assert_eq!((ada.name.as_str(), ada.role.as_str(), ada.version), ("Ada", "", 1));
    let bo: Contact = member.post(&path, &contact("Bo", None)).await.json();

    let mut body = contact("Bo B", Some("bo@example.com"));
    body["role"] = json!(" CFO ");
    body["version"] = json!(1);
    body["power"] = json!(null);
    let at_bo = format!("{path}/{}", bo.id);
    let changed: Contact = member.put(&at_bo, &body).await.json();
    assert_eq!((changed.role.as_str(), changed.power, changed.version), ("CFO", None, 2));

    // An address stands once per client, in upper or lower case.
    for reply in [member.post(&path, &contact("Twin", Some("aDA@example.com"))).await, {
        let mut body = contact("Bo", Some("ADA@EXAMPLE.COM"));
        body["version"] = json!(2);
        member.put(&at_bo, &body).await
    }] {
        assert_eq!(reply.refusal(), (409, ErrorCode::Duplicate));
        assert_eq!(field(&reply), ("email".to_owned(), "duplicate".to_owned()));
        assert!(!reply.text().contains("_key") && !reply.text().contains("lower("), "{}", reply.text());
    }
    body["version"] = json!(1);
    for reply in [member.put(&at_bo, &body).await, member.delete(&format!("{at_bo}?version=1")).await] {
        assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
        let now: Contact = serde_json::from_value(reply.error().details.unwrap()).unwrap();
        assert_eq!(now, changed);
    }
    assert_eq!(member.delete(&format!("{at_bo}?version=2")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(member.delete(&format!("{at_bo}?version=2")).await.refusal(), (404, ErrorCode::NotFound));
    body.as_object_mut().unwrap().remove("version");
    let unread = member.put(&at_bo, &body).await;
    assert_eq!(problems(&unread), [(0, "version".to_owned(), "required".to_owned())]);
}

#[tokio::test]
async fn deliverables_come_change_and_go() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let path = format!("/api/clients/{}/deliverables", fresh(&rig).await);
    let mut body = deliverable("review", Some("https://example.com/r?x=1&y=(2)"));
    body["share_expires_at"] = json!("2030-01-01T12:00:00Z");
    let reply = member.post(&path, &body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let made: Deliverable = reply.json();
    assert_eq!((made.url.as_deref(), made.version), (Some("https://example.com/r?x=1&y=(2)"), 1));
    let twin = member.post(&path, &deliverable("review", None)).await;
    assert_eq!(twin.refusal(), (409, ErrorCode::Duplicate));
    assert_eq!(field(&twin), ("reference".to_owned(), "duplicate".to_owned()));
    let at = format!("{path}/{}", made.id);
    let mut body = deliverable("review-2", None);
    body["version"] = json!(1);
    let changed: Deliverable = member.put(&at, &body).await.json();
    assert_eq!((changed.url, changed.share_expires_at, changed.version), (None, None, 2));
    assert_eq!(member.put(&at, &body).await.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(member.delete(&format!("{at}?version=2")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_is_agreed_is_agreed_first_and_then_changed() {
    let rig = Rig::new().await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let path = format!("/api/clients/{}/commercials", fresh(&rig).await);
    let first: Commercials = member.put(&path, &commercials()).await.json();
    assert_eq!((first.price, first.version), (Money::from_minor(250_000), 1));
    assert_eq!((first.discount_pct.to_string(), first.approvals.len()), ("12.50".to_owned(), 2));
    // Somebody who saw that nothing is agreed.
    let reply = admin.put(&path, &commercials()).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<Commercials>(reply.error().details.unwrap()).unwrap(), first);
    let mut body = commercials();
    body["version"] = json!(1);
    body["renewal_date"] = json!(null);
    body["approvals"] = json!([]);
    let second: Commercials = admin.put(&path, &body).await.json();
    assert_eq!((second.renewal_date, second.approvals.len(), second.version), (None, 0, 2));
    assert_eq!(member.put(&path, &body).await.refusal(), (409, ErrorCode::StaleVersion));
}

#[tokio::test]
async fn terms_are_for_managers() {
    let rig = Rig::new().await;
    let id = client(&rig, OWN).await;
    let path = format!("/api/clients/{id}/terms");
    let version =
        rig.value(&format!("select version::text from public.finance where client_id = '{id}'")).await;
    let version: u32 = version.parse().unwrap();
    let body = json!({
        "version": version, "arrangement_type": "advisory", "monthly_fee": "1234.50", "revenue_share_pct": "2.25",
        "client_reported_mrr": null, "equity_stake_pct": null, "projection_mrr": "-1.00",
    });
    for (email, expected) in [
        (MEMBER, (403, ErrorCode::Forbidden)),
        (MEMBER_2, (404, ErrorCode::NotFound)),
        (CLIENT, (404, ErrorCode::NotFound)),
    ] {
        assert_eq!(rig.program(email).await.put(&path, &body).await.refusal(), expected, "{email}");
    }
    let director = rig.program(DIRECTOR).await;
    let saved: ClientTerms = director.put(&path, &body).await.json();
    assert_eq!((saved.monthly_fee, saved.version), (Some(Money::from_minor(123_450)), version + 1));
    let reply = director.put(&path, &body).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<ClientTerms>(reply.error().details.unwrap()).unwrap(), saved);
}

#[tokio::test]
async fn fields_that_cannot_be_right_are_named() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let path = format!("/api/clients/{}", client(&rig, OWN).await);
    let with = |body: Value, name: &str, value: Value| {
        let mut body = body;
        body[name] = value;
        body
    };
    for (name, value, key) in [
        ("name", json!(""), "required"),
        ("name", json!("x".repeat(201)), "too_long"),
        ("role", json!("\u{0}"), "not_text"),
        ("email", json!("nobody"), "not_an_address"),
        ("email", json!("a b@example.com"), "not_an_address"),
        ("email", json!(""), "not_an_address"),
        ("notes", json!("x".repeat(10_001)), "too_long"),
    ] {
        let reply = admin.post(&format!("{path}/contacts"), &with(contact("A", None), name, value)).await;
        assert_eq!(problems(&reply), [(0, name.to_owned(), key.to_owned())]);
    }
    for (name, value, key) in [
        ("url", json!("javascript:alert(1)"), "not_a_link"),
        ("url", json!("JavaScript:alert(1)"), "not_a_link"),
        ("url", json!("data:text/html,x"), "not_a_link"),
        ("url", json!("https://a\nb"), "not_a_link"),
        ("reference", json!("Not a key"), "unknown_value"),
        ("title", json!("  "), "required"),
    ] {
        let body = with(deliverable("x", None), name, value.clone());
        let reply = admin.post(&format!("{path}/deliverables"), &body).await;
        assert_eq!(problems(&reply), [(0, name.to_owned(), key.to_owned())], "{value}");
    }
    for (name, value, key) in [
        ("price", json!("-1.00"), "out_of_range"),
        ("term_months", json!(0), "out_of_range"),
        ("renewal_date", json!("3001-01-01"), "not_a_date"),
        ("approvals", json!(vec!["x"; 21]), "too_many"),
        ("plan", json!("\u{0}"), "not_text"),
    ] {
        let body = with(commercials(), name, value.clone());
        let reply = admin.put(&format!("{path}/commercials"), &body).await;
        assert_eq!(problems(&reply), [(0, name.to_owned(), key.to_owned())], "{value}");
    }
    for (part, body) in [
        ("contacts", with(contact("A", None), "power", json!("boss"))),
        ("deliverables", with(deliverable("x", None), "type", json!("film"))),
        ("deliverables", with(deliverable("x", None), "share_expires_at", json!("2026-02-30T00:00:00Z"))),
    ] {
        let reply = admin.post(&format!("{path}/{part}"), &body).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidJson), "{body}");
    }
    for (name, value) in [("discount_pct", json!("100.01")), ("payment_term", json!("net_7"))] {
        let reply = admin.put(&format!("{path}/commercials"), &with(commercials(), name, value)).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidJson), "{name}");
    }
}

#[tokio::test]
async fn children_follow_the_rights_on_their_client() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let own = client(&rig, OWN).await;
    let colleagues = client(&rig, OF_COLLEAGUE).await;
    let foreign = client(&rig, "Pebblecroft Dental").await;
    let made: Contact =
        admin.post(&format!("/api/clients/{colleagues}/contacts"), &contact("A", None)).await.json();
    let made_2: Deliverable = admin
        .post(&format!("/api/clients/{colleagues}/deliverables"), &deliverable("here", None))
        .await
        .json();
    let all = async |person: &Browser, client: &str| -> Vec<Reply> {
        let path = format!("/api/clients/{client}");
        let versioned = |mut body: Value| {
            body["version"] = json!(1);
            body
        };
        let (a, b) = (format!("{path}/contacts/{}", made.id), format!("{path}/deliverables/{}", made_2.id));
        vec![
            person.post(&format!("{path}/contacts"), &contact("B", None)).await,
            person.post(&format!("{path}/deliverables"), &deliverable("there", None)).await,
            person.put(&a, &versioned(contact("C", None))).await,
            person.put(&b, &versioned(deliverable("c", None))).await,
            person.delete(&format!("{a}?version=1")).await,
            person.delete(&format!("{b}?version=1")).await,
        ]
    };
    let count = async || {
        rig.value(
            "select concat_ws(' ', (select count(*) from public.contacts), (select count(*) from public.client_deliverables),
               (select sum(version) from public.contacts), (select sum(version) from public.client_deliverables))",
        )
        .await
    };
    let before = count().await;
    for reply in all(&rig.program(MEMBER).await, &colleagues).await {
        assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden), "a colleague's: {}", reply.text());
    }
    // The two rows are of another client than the path says.
    for reply in &all(&rig.program(MEMBER).await, &own).await[2..] {
        assert_eq!(reply.refusal(), (404, ErrorCode::NotFound), "under another client: {}", reply.text());
    }
    for nowhere in [foreign.as_str(), "00000000-0000-4000-8000-0000000000ff"] {
        for person in [&admin, &rig.program(MEMBER).await, &rig.program(CLIENT).await] {
            for reply in all(person, nowhere).await {
                assert_eq!(reply.refusal(), (404, ErrorCode::NotFound), "{}", reply.text());
            }
        }
    }
    // A customer sees the own account and its deliverables, and changes neither.
    let customer = rig.program(CLIENT).await;
    let reply = customer.post(&format!("/api/clients/{own}/deliverables"), &deliverable("x", None)).await;
    assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden));
    let reply = customer.put(&format!("/api/clients/{own}/commercials"), &commercials()).await;
    assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden));
    // The Member's two additions to the own client are all that happened.
    let after = count().await;
    let number = |text: &str| text.split(' ').map(|n| n.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let added: Vec<_> = number(&after).iter().zip(number(&before)).map(|(a, b)| a - b).collect();
    assert_eq!(added, [1, 1, 1, 1]);
}
