//! Is an answer fresh, shared only by those who asked the same, and sent again only when it changed?

use crate::rig::{
    ADMIN, ADMIN_B, CLIENT, CLIENT_B, DIRECTOR, LIST, MEMBER, MEMBER_2, MEMBER_B, Reply, Rig, SUPER_ADMIN,
    WHO, eventually, names, rows,
};
use jiff::Timestamp;
use reqwest::{Method, StatusCode, header};
use revos_shared::Envelope;
use revos_shared::kernel::endpoint::{AS_OF_HEADER, ORGANIZATION_HEADER};
use serde_json::json;

use crate::clients::{OF_A, OF_B};

/// A client that is no longer there, whatever refers to it.
const GONE: &str = "set local session_replication_role = replica;
    delete from public.clients where name = 'Opalreach Travel'";

#[tokio::test]
async fn an_etag_stands_for_the_rows_and_not_for_the_moment() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for path in ["/api/clients", "/api/clients?limit=2", "/api/clients?trend=12", "/api/clients/summary"] {
        let first = admin.get(path).await;
        let etag = first.etag();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "strong: {etag}");
        assert_eq!(first.header("cache-control"), Some("private, no-cache"));
        assert!(
            first.header("vary").unwrap().contains("Cookie")
                && first.header("vary").unwrap().contains("Authorization")
        );
        let body: Envelope<serde_json::Value> = first.json();
        assert_eq!(first.header(AS_OF_HEADER), Some(body.as_of.to_string().as_str()));

        // Another server that has read nothing: the same rows, the same ETag, a later time.
        let replica = rig.replica().await;
        let other = admin.at(&replica);
        let again = other.send(other.request(Method::GET, path).header(header::IF_NONE_MATCH, &etag)).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(again.etag(), etag);
        assert!(as_of(&again) > as_of(&first), "{path}");
        let stale =
            admin.send(admin.request(Method::GET, path).header(header::IF_NONE_MATCH, "\"other\"")).await;
        assert_eq!((stale.status, stale.etag()), (StatusCode::OK, etag));
    }
}

fn as_of(reply: &Reply) -> Timestamp {
    reply.header(AS_OF_HEADER).unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_etag_changes_with_every_change_of_what_is_seen() {
    let rig = Rig::new().await;
    let director = rig.program(DIRECTOR).await;
    let mut seen = vec![director.get("/api/clients?sort=-updated&limit=3").await.etag()];
    for (what, change) in [
        ("an update", "update public.clients set notes = 'x' where name = 'Emberfold Robotics'"),
        (
            "an insert",
            "insert into public.clients (organization_id, name) select organization_id, 'New' from public.clients where name = 'Glassmere Hotels'",
        ),
        ("a delete of a row that is not among the first", GONE),
        (
            "an owner's new name",
            "update public.users set name = 'Maren T. Tolliver' where email = 'director@example.com'",
        ),
        (
            "a snapshot",
            "update public.client_health_history set health = 3 where client_id = (select id from public.clients where name = 'Emberfold Robotics')",
        ),
        (
            "another persona",
            "update public.users u set role = 'Client', client_id = c.id from public.clients c where c.name = 'Emberfold Robotics' and email = 'director@example.com'",
        ),
    ] {
        rig.sql(change).await;
        // Asked with the ETag of before, and of a server that remembers nothing.
        let replica = rig.replica().await;
        let there = director.at(&replica);
        let old = seen.last().unwrap().clone();
        let reply = there
            .send(
                there
                    .request(Method::GET, "/api/clients?sort=-updated&limit=3")
                    .header(header::IF_NONE_MATCH, &old),
            )
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{what}");
        assert!(!seen.contains(&reply.etag()), "{what}");
        seen.push(reply.etag());
    }
    // The server that has answered before notices too, as soon as its shared answer is old.
    let last = seen.pop().unwrap();
    eventually("the first server answers the last ETag", async || {
        (director.get("/api/clients?sort=-updated&limit=3").await.etag() == last).then_some(())
    })
    .await;
}

#[tokio::test]
async fn persons_with_different_rights_never_have_one_etag() {
    let rig = Rig::new().await;
    let mut etags = Vec::new();
    for email in [SUPER_ADMIN, ADMIN, DIRECTOR, MEMBER, MEMBER_2, CLIENT, ADMIN_B, MEMBER_B, CLIENT_B] {
        etags.push(rig.program(email).await.get("/api/clients").await.etag());
    }
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), 9);
}

#[tokio::test]
async fn an_unchanged_list_is_not_read_again() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let etag = member.get("/api/clients").await.etag();
    let ask = async |etag: &str| {
        member.send(member.request(Method::GET, "/api/clients").header(header::IF_NONE_MATCH, etag)).await
    };
    let digests = || rig.rest_requests_of("POST", "/rest/v1/rpc/clients_digest");
    assert_eq!(ask(&etag).await.status, StatusCode::NOT_MODIFIED, "read in full, to know under which digest");
    let read = rig.rest_requests_of("POST", LIST);
    let told = eventually("the digest alone is asked for", async || {
        let reply = ask(&etag).await;
        (digests() == 2).then_some(reply)
    })
    .await;
    assert_eq!((told.status, told.etag(), told.body.len()), (StatusCode::NOT_MODIFIED, etag.clone(), 0));
    assert_eq!(rig.rest_requests_of("POST", LIST), read);
    rig.sql(GONE).await;
    let changed = eventually("the change is noticed", async || {
        Some(ask(&etag).await).filter(|reply| reply.status == StatusCode::OK)
    });
    assert_eq!(rows(&changed.await).total, 13);
    // Somebody else's ETag is nobody's answer.
    let client = rig.program(CLIENT).await;
    let reply =
        client.send(client.request(Method::GET, "/api/clients").header(header::IF_NONE_MATCH, &etag)).await;
    assert_eq!((reply.status, names(&rows(&reply))), (StatusCode::OK, OF_A[..1].to_vec()));
}

#[tokio::test]
async fn a_digest_changes_with_every_change_of_the_list() {
    let rig = Rig::new().await;
    let digest = async |email: &str| {
        let gateway = &rig.project.gateway;
        let request =
            crate::rig::http().post(format!("{}/rest/v1/rpc/clients_digest", gateway.url())).json(&json!({}));
        let request = request.header("apikey", gateway.publishable_key()).bearer_auth(rig.token(email).await);
        request.send().await.unwrap().json::<String>().await.unwrap()
    };
    assert_eq!(digest(ADMIN).await, digest(ADMIN).await);
    let mut seen =
        vec![digest(ADMIN).await, digest(ADMIN_B).await, digest(CLIENT).await, digest(CLIENT_B).await];
    let mut last = digest(DIRECTOR).await;
    for change in [
        "update public.clients set notes = 'x' where name = 'Opalreach Travel'",
        "insert into public.clients (organization_id, name) select id, 'New' from public.organizations where slug = 'marlowick'",
        GONE,
        "update public.clients set owner_id = null where name = 'Brindlecrest Freight'",
        "update public.users set name = 'Juno A.' where email = 'member@example.com'",
        "insert into public.client_health_history (organization_id, client_id, snapshot_date, health)
           select organization_id, id, private.organization_today(organization_id) - 1, 5 from public.clients where name = 'Emberfold Robotics'",
        // Another day than the one it was: these two zones never share one.
        "update public.organizations set time_zone = case when (now() at time zone time_zone)::date
           = (now() at time zone 'Pacific/Midway')::date then 'Pacific/Kiritimati' else 'Pacific/Midway' end",
        "update public.users u set role = 'Client', client_id = c.id from public.clients c where c.name = 'Emberfold Robotics' and email = 'director@example.com'",
    ] {
        seen.push(last);
        rig.sql(change).await;
        last = digest(DIRECTOR).await;
        assert!(!seen.contains(&last), "{change}");
    }
}

#[tokio::test]
async fn the_time_of_reading_never_goes_back() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let mut last = Timestamp::MIN;
    for round in 0..30 {
        let path = ["/api/clients", "/api/clients?limit=1", "/api/clients/summary"][round % 3];
        let asked = Timestamp::now();
        let moment = as_of(&member.get(path).await);
        // An answer may be shared for a second; it is never much older than that, and never of the future.
        assert!(moment >= asked - jiff::SignedDuration::from_secs(2) && moment <= Timestamp::now());
        if path == "/api/clients" {
            assert!(moment >= last);
            last = moment;
        }
    }
}

#[tokio::test]
async fn a_hundred_identical_reads_at_once_are_one_upstream() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let asking = (0..100).map(|_| {
        let member = member.clone();
        tokio::spawn(async move { member.get("/api/clients").await })
    });
    let mut bodies = Vec::new();
    for asked in asking.collect::<Vec<_>>() {
        let reply = asked.await.unwrap();
        assert_eq!(reply.status, StatusCode::OK);
        bodies.push(reply.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!((rig.rest_requests_of("POST", LIST), rig.rest_requests_of("POST", WHO)), (1, 1));
    assert_eq!(rig.rest_requests(), 2);
}

#[tokio::test]
async fn different_questions_and_different_people_never_share_an_answer() {
    let rig = Rig::new().await;
    let people = [SUPER_ADMIN, ADMIN, DIRECTOR, MEMBER, MEMBER_2, CLIENT, ADMIN_B, MEMBER_B, CLIENT_B];
    let mut asking = Vec::new();
    for _ in 0..4 {
        for email in people {
            let person = rig.program(email).await;
            for query in ["", "?limit=1", "?q=e"] {
                let person = person.clone();
                asking.push((email, query, tokio::spawn(async move { person.clients(query).await })));
            }
        }
    }
    for (email, query, asked) in asking {
        let list = asked.await.unwrap();
        assert_eq!(list.read_for.user_id.to_string(), rig.user_id(email).await, "{email} {query}");
        let allowed: &[&str] = match email {
            CLIENT => &OF_A[..1],
            CLIENT_B => &OF_B[..1],
            ADMIN_B | MEMBER_B => &OF_B,
            _ => &OF_A,
        };
        assert!(
            names(&list).iter().all(|name| allowed.contains(name)),
            "{email} {query}: {:?}",
            names(&list)
        );
        let most = if query == "?limit=1" { 1 } else { allowed.len() };
        assert!(list.data.len() <= most && (query == "?q=e" || list.data.len() == most), "{email} {query}");
    }
}

#[tokio::test]
async fn the_organization_chosen_is_part_of_the_question() {
    let rig = Rig::new().await;
    let b = rig.organization("quillhaven").await;
    let person = rig.program(SUPER_ADMIN).await;
    let own = person.get("/api/clients");
    let other = person.send(person.request(Method::GET, "/api/clients").header(ORGANIZATION_HEADER, &b));
    let (own, other) = tokio::join!(own, other);
    assert_eq!((names(&rows(&own)), names(&rows(&other))), (OF_A.to_vec(), OF_B.to_vec()));
    assert_ne!(own.etag(), other.etag());
}
