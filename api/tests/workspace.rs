//! What does every page find, whom does it know, and what does it keep under a name?

use crate::client_changes::{client, field, problems};
use crate::rig::{ADMIN, ADMIN_B, Browser, CLIENT, DIRECTOR, MEMBER, MEMBER_2, Rig, SUPER_ADMIN};
use reqwest::{Method, StatusCode};
use revos_shared::kernel::endpoint::ORGANIZATION_HEADER;
use revos_shared::kernel::workspace::{Colleague, HitKind, SavedView, SearchHit};
use revos_shared::session::Persona;
use revos_shared::{Envelope, ErrorCode};
use serde_json::{Value, json};

const VIEW: &str = "f0000000-0000-4000-8000-000000000011";

async fn found(person: &Browser, text: &str) -> Vec<SearchHit> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
    let reply = person.get(&format!("/api/search?{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{text:?}: {}", reply.text());
    reply.json::<Envelope<Vec<SearchHit>>>().data
}

#[tokio::test]
async fn a_search_finds_what_the_person_may_see() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let best = async |person: &Browser, text: &str| found(person, text).await.into_iter().next();
    let id = client(&rig, "Brindlecrest Freight").await;
    for text in ["brindlecrest", "  Brind ", "freight", "brindelcrest", "brindlecrst frieght"] {
        let hits = found(&admin, text).await;
        assert!(
            hits.iter().any(|hit| (hit.kind, hit.id.to_string()) == (HitKind::Client, id.clone())),
            "{text}"
        );
    }
    assert_eq!(best(&admin, "Brindlecrest Freight").await.unwrap().title, "Brindlecrest Freight");
    let kinds = |hits: &[SearchHit]| {
        let mut kinds: Vec<_> = hits.iter().map(|hit| hit.kind).collect();
        kinds.dedup();
        kinds
    };
    // Whose record shows it: a contact leads to their client.
    let contact = rig
        .value("select k.name from public.contacts k join public.clients c on c.id = k.client_id where c.name = 'Brindlecrest Freight' limit 1")
        .await;
    for (text, kind) in [("brindlecrest freight", HitKind::Client), (contact.as_str(), HitKind::Contact)] {
        let hits = found(&admin, text).await;
        let hit = hits.iter().find(|hit| hit.kind == kind).unwrap();
        assert_eq!(hit.client_id.map(|client| client.to_string()), Some(id.clone()), "{text}");
    }
    let number = rig.value("select invoice_number from public.invoices i join public.organizations o on o.id = i.organization_id where slug = 'marlowick' and status = 'sent' limit 1").await;
    assert!(kinds(&found(&admin, &number).await).contains(&HitKind::Invoice), "{number}");
    assert!(!kinds(&found(&rig.program(ADMIN_B).await, &number).await).contains(&HitKind::Client));
    assert_eq!(best(&rig.program(ADMIN_B).await, "brindlecrest").await, None);
    let customer = rig.program(CLIENT).await;
    assert!(found(&customer, "brindlecrest").await.iter().any(|hit| hit.id.to_string() == id));
    assert_eq!(found(&customer, "calderhollow").await, []);
    // A SuperAdmin searches the organization shown.
    let (b, above) = (rig.organization("quillhaven").await, rig.program(SUPER_ADMIN).await);
    let request = above.request(Method::GET, "/api/search?q=pebblecroft").header(ORGANIZATION_HEADER, &b);
    let there: Envelope<Vec<SearchHit>> = above.send(request).await.json();
    assert_eq!(there.data[0].title, "Pebblecroft Dental");
    assert_eq!(found(&above, "pebblecroft").await, []);
    // One letter finds nothing, and no text is a pattern.
    for text in ["", "b", "%%", "__", "' or true --", "\u{1f600}\u{1f600}", "***="] {
        assert_eq!(found(&admin, text).await, [], "{text:?}");
    }
    let many = admin.get("/api/search?q=in").await.json::<Envelope<Vec<SearchHit>>>();
    assert!(many.data.len() <= 12 && (many.truncated == (many.data.len() == 12)));
    for bad in
        [format!("q={}", "x".repeat(201)), "q=a%00b".to_owned(), String::new(), "q=ab&kind=client".to_owned()]
    {
        let reply = admin.get(&format!("/api/search?{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
}

#[tokio::test]
async fn colleagues_are_the_active_staff_and_kept_by_nobody() {
    let rig = Rig::new().await;
    let read = async |person: &Browser| {
        let reply = person.get("/api/colleagues").await;
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        reply.json::<Envelope<Vec<Colleague>>>().data
    };
    let member = rig.program(MEMBER).await;
    let people = read(&member).await;
    assert!(people.len() == 5 && people.iter().all(|person| person.role != Persona::Client), "{people:?}");
    assert!(people.is_sorted_by_key(|person| person.name.to_lowercase()));
    rig.sql("update public.users set deactivated_at = now() where email = 'member2@example.com'").await;
    let gone = rig.user_id(MEMBER_2).await;
    let director = rig.program(DIRECTOR).await;
    assert!(read(&director).await.iter().all(|person| person.id.to_string() != gone));
    assert_eq!(read(&rig.program(CLIENT).await).await, [], "a customer does not learn who works there");
    let reply = rig.program(MEMBER_2).await.get("/api/colleagues").await;
    assert_eq!(reply.refusal(), (403, ErrorCode::NoMembership), "not an empty list");
}

fn view(id: &str, name: &str, is_shared: bool) -> Value {
    json!({ "id": id, "workspace": "clients", "name": name, "query": "owner=me&sort=-mrr", "is_shared": is_shared })
}

async fn views(person: &Browser) -> Vec<SavedView> {
    let reply = person.get("/api/views?workspace=clients").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json::<Envelope<Vec<SavedView>>>().data
}

#[tokio::test]
async fn a_view_is_ones_own_until_it_is_shared() {
    let rig = Rig::new().await;
    let (member, colleague) = (rig.program(MEMBER).await, rig.program(MEMBER_2).await);
    let made: SavedView = member.put("/api/views", &view(VIEW, " Mine ", false)).await.json();
    assert_eq!((made.name.as_str(), made.version), ("Mine", 1));
    let again: SavedView = member.put("/api/views", &view(VIEW, "Mine", false)).await.json();
    assert_eq!(again, made, "a repeated request");
    let (seen, me) = (views(&member).await, rig.user_id(MEMBER).await);
    let own: Vec<_> = seen.iter().map(|view| view.user_id.to_string() == me).collect();
    assert!(own.is_sorted_by(|a, b| a >= b) && own.contains(&false), "one's own come first: {seen:?}");
    assert!(seen.contains(&made));
    assert!(!views(&colleague).await.contains(&made));
    let at = format!("/api/views/{VIEW}");
    assert_eq!(colleague.delete(&format!("{at}?version=1")).await.refusal(), (404, ErrorCode::NotFound));
    assert_eq!(
        colleague.put("/api/views", &view(VIEW, "Taken", false)).await.refusal(),
        (409, ErrorCode::Duplicate)
    );

    let mut body = view(VIEW, "Ours", true);
    body["version"] = json!(1);
    body["query"] = json!("");
    let shared: SavedView = member.put("/api/views", &body).await.json();
    assert_eq!((shared.query.as_str(), shared.is_shared, shared.version), ("", true, 2));
    assert!(views(&colleague).await.contains(&shared));
    assert!(!views(&rig.program(ADMIN_B).await).await.contains(&shared));
    assert_eq!(views(&rig.program(CLIENT).await).await, []);
    let reply = member.put("/api/views", &body).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::StaleVersion));
    assert_eq!(serde_json::from_value::<SavedView>(reply.error().details.unwrap()).unwrap(), shared);
    // A colleague uses it and changes nothing about it; an Admin may take it away.
    body["version"] = json!(2);
    assert_eq!(colleague.put("/api/views", &body).await.refusal(), (403, ErrorCode::Forbidden));
    assert_eq!(colleague.delete(&format!("{at}?version=2")).await.refusal(), (403, ErrorCode::Forbidden));
    assert_eq!(
        rig.program(ADMIN).await.delete(&format!("{at}?version=2")).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(member.delete(&format!("{at}?version=2")).await.refusal(), (404, ErrorCode::NotFound));
    // What was removed by mistake comes back as what it was.
    body.as_object_mut().unwrap().remove("version");
    let back: SavedView = member.put("/api/views", &body).await.json();
    assert_eq!((back.id, back.name.as_str(), back.version), (shared.id, "Ours", 1));
}

#[tokio::test]
async fn a_view_has_a_name_of_its_own() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    assert_eq!(member.put("/api/views", &view(VIEW, "Mine", false)).await.status, StatusCode::OK);
    let other = VIEW.replace("11", "12");
    let reply = member.put("/api/views", &view(&other, "MINE", false)).await;
    assert_eq!(reply.refusal(), (409, ErrorCode::Duplicate));
    assert_eq!(field(&reply), ("name".to_owned(), "duplicate".to_owned()));
    for (name, value, key) in [
        ("name", json!(" "), "required"),
        ("name", json!("x".repeat(81)), "too_long"),
        ("name", json!("a\u{0}"), "not_text"),
        ("query", json!("x".repeat(2_001)), "too_long"),
        ("query", json!("?status=active"), "unknown_value"),
    ] {
        let mut body = view(&other, "Other", false);
        body[name] = value;
        let reply = member.put("/api/views", &body).await;
        assert_eq!(problems(&reply), [(0, name.to_owned(), key.to_owned())]);
    }
    for bad in ["/api/views", "/api/views?workspace=people", "/api/views?workspace=clients&user_id=x"] {
        assert_eq!(member.get(bad).await.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
    let reply = rig.program(CLIENT).await.put("/api/views", &view(&other, "Customer", false)).await;
    assert_eq!(reply.refusal(), (403, ErrorCode::Forbidden));
}

#[tokio::test]
async fn what_people_do_is_noted_with_where() {
    let rig = Rig::new().await;
    let event = json!({ "key": "ui.export.downloaded", "route": "/clients", "detail": "csv" });
    let noted = async || {
        rig.value(
            "select coalesce(string_agg(concat_ws(' ', u.email, o.slug, e.payload ->> 'route', e.payload ->> 'detail'), ', ' order by e.occurred_at, e.id), '')
             from public.analytics_events e join public.users u on u.id = e.user_id
             join public.organizations o on o.id = e.organization_id
             where e.event_key = 'ui.export.downloaded' and e.occurred_at > now() - interval '1 minute'
               and e.payload ->> 'detail' = 'csv'",
        )
        .await
    };
    let member = rig.program(MEMBER).await;
    let before = noted().await;
    assert_eq!(before, "");
    let reply = member.post("/api/events", &event).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::NO_CONTENT, 0), "{}", reply.text());
    assert_eq!(noted().await, "member@example.com marlowick /clients csv");
    for (name, value, field) in [
        ("route", json!("clients"), "route"),
        ("route", json!("/x\n"), "route"),
        ("detail", json!("x".repeat(201)), "detail"),
    ] {
        let mut body = event.clone();
        body[name] = value;
        assert_eq!(problems(&member.post("/api/events", &body).await)[0].1, field);
    }
    for key in ["client.deleted", "ui.other", ""] {
        let mut body = event.clone();
        body["key"] = json!(key);
        assert_eq!(member.post("/api/events", &body).await.refusal(), (400, ErrorCode::InvalidJson), "{key}");
    }
    // Whatever organization is shown, it is about the person.
    let (b, above) = (rig.organization("quillhaven").await, rig.program(SUPER_ADMIN).await);
    let request = above.request(Method::POST, "/api/events").header(ORGANIZATION_HEADER, &b).json(&event);
    assert_eq!(above.send(request).await.status, StatusCode::NO_CONTENT);
    assert!(noted().await.contains("superadmin@example.com marlowick"), "{}", noted().await);
}
