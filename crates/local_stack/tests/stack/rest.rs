//! Does REST answer as PostgREST does, with the caller's own rights?

use local_stack::TestStack;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::caller::{Caller, send};

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_person_sees_the_own_organization() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let read = async |email: &str| {
        let tokens = caller.sign_in(email).await;
        let (status, rows) = caller.get_as(&tokens, "/rest/v1/clients?select=name&order=name").await;
        assert_eq!(status, StatusCode::OK, "{rows}");
        rows
    };
    let (a, b) = (read("admin@example.com").await, read("admin.b@example.com").await);
    assert!(names(&a).contains(&"Brindlecrest Freight"), "{a}");
    assert!(names(&b).contains(&"Pebblecroft Dental"), "{b}");
    assert!(names(&a).iter().all(|name| !names(&b).contains(name)));
    assert_eq!(names(&read("client@example.com").await), ["Brindlecrest Freight"]);
}

#[tokio::test]
async fn nobody_without_a_token_sees_anything() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let (status, body) = send(caller.request(Method::GET, "/rest/v1/clients")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
    assert_eq!(body["code"], "42501");
    // The client libraries send the key as token too when nobody is signed in.
    let key = project.gateway.publishable_key().to_owned();
    let (status, body) = send(caller.request(Method::GET, "/rest/v1/clients").bearer_auth(key)).await;
    assert_eq!((status, &body["code"]), (StatusCode::UNAUTHORIZED, &json!("42501")));
}

#[tokio::test]
async fn tokens_of_other_projects_are_refused() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let stranger = local_stack::SigningKey::generate().unwrap();
    let claims = json!({ "sub": "00000000-0000-4000-8000-000000000000", "role": "service_role", "exp": 4_000_000_000_u32 });
    for token in [stranger.sign(&claims).unwrap(), "garbage".to_owned()] {
        let (status, body) = send(caller.request(Method::GET, "/rest/v1/clients").bearer_auth(token)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
        assert!(body["code"].as_str().unwrap().starts_with("PGRST30"), "{body}");
    }
    let expired = project.gateway.mint(&json!({ "role": "authenticated", "exp": 1_000_000_000 })).unwrap();
    let (status, body) = send(caller.request(Method::GET, "/rest/v1/clients").bearer_auth(expired)).await;
    assert_eq!((status, body["message"].as_str().unwrap()), (StatusCode::UNAUTHORIZED, "JWT expired"));
}

#[tokio::test]
async fn a_refused_write_of_somebody_signed_in_is_forbidden() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("member@example.com").await;
    let request = caller
        .request(Method::POST, "/rest/v1/organizations")
        .bearer_auth(&tokens.access)
        .json(&json!({ "name": "Mine", "slug": "mine" }));
    let (status, body) = send(request).await;
    assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("42501")), "{body}");
}

#[tokio::test]
async fn names_that_the_library_uses_itself_are_tables_like_others() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    for path in ["/rest/v1/healthz", "/rest/v1/_/health", "/rest/v1/api/clients", "/rest/v1/v1/version"] {
        let (status, body) = send(caller.request(Method::GET, path)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
    }
}

#[tokio::test]
async fn lists_are_cut_at_a_thousand_rows() {
    let project = TestStack::shared().await.unwrap().project().await.unwrap();
    let caller = Caller::new(&project);
    caller
        .sql(
            "create table public.numbers as select n from generate_series(1, 1200) n;
            grant select on public.numbers to authenticated;",
        )
        .await;
    project.gateway.reload_schema().await.unwrap();
    let tokens = caller.sign_in("admin@example.com").await;
    let request = caller
        .request(Method::GET, "/rest/v1/numbers?select=n&order=n")
        .header("Prefer", "count=exact")
        .bearer_auth(&tokens.access);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(response.headers()["content-range"], "0-999/1200");
    let rows: Vec<Value> = response.json().await.unwrap();
    assert_eq!(rows.len(), 1000);
}

#[tokio::test]
async fn a_migration_is_noticed_by_a_project_that_follows_the_schema() {
    let stack = TestStack::shared().await.unwrap();
    let follow = |options| local_stack::GatewayOptions { follow_schema: true, ..options };
    let project = stack.project_with(follow).await.unwrap();
    let caller = Caller::new(&project);
    let tokens = caller.sign_in("admin@example.com").await;
    caller
        .sql(
            "create table public.later (id int primary key);
            grant select on public.later to authenticated;
            notify pgrst, 'reload schema';",
        )
        .await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    loop {
        let (status, body) = caller.get_as(&tokens, "/rest/v1/later").await;
        if status == StatusCode::OK {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "still {status}: {body}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
