//! What does a change of rows send, and how often?

use crate::double::{Act, Double, answer};
use crate::transport::{PATIENT, rest, token};
use serde_json::{Value, json};
use supabase::{Cause, Outage, RestError};

#[tokio::test]
async fn a_change_of_rows_is_never_sent_twice() {
    let double = Double::start(|_, _| Act::Cut(String::new())).await;
    let (rest, token) = (rest(&double.url, PATIENT), token());
    let caller = rest.as_caller(&token);
    let rows = || caller.from("rows").eq("id", "7");
    let row = json!({ "name": "x" });
    let lost = |outcome: Result<(), RestError>| {
        assert!(
            matches!(outcome, Err(RestError::Unreachable(Outage { cause: Cause::Closed, .. }))),
            "{outcome:?}"
        );
    };
    lost(caller.call::<Value>("change", json!({ "given": 1 })).await.map(|_| ()));
    lost(caller.insert::<Value>(rows(), &row).await.map(|_| ()));
    lost(caller.add(rows(), &row).await);
    lost(caller.update::<Value>(rows(), &row).await.map(|_| ()));
    lost(caller.delete::<Value>(rows()).await.map(|_| ()));
    assert_eq!(double.count(), 5, "each once");
}

#[tokio::test]
async fn a_change_says_what_it_wants_back() {
    let double = Double::start(|number, _| {
        let body = ["{\"n\":1}", "[{\"n\":2}]", "", "[]", "[1,2]", "[]"][number];
        Act::Answer(answer(200, "", body))
    })
    .await;
    let (rest, token) = (rest(&double.url, PATIENT), token());
    let caller = rest.as_caller(&token);
    let rows = || caller.from("rows").eq("id", "7").select("n");
    let row = json!({ "name": "x" });
    assert_eq!(caller.call::<Value>("change", json!({ "absent": null })).await.unwrap(), json!({ "n": 1 }));
    assert_eq!(caller.insert::<Value>(rows(), &row).await.unwrap(), json!({ "n": 2 }));
    caller.add(rows(), &row).await.unwrap();
    assert!(caller.update::<Value>(rows(), &row).await.unwrap().is_empty());
    assert_eq!(caller.delete::<u8>(rows()).await.unwrap(), [1, 2]);
    assert!(
        matches!(caller.insert::<Value>(rows(), &row).await, Err(RestError::Unreadable(_))),
        "no row back"
    );
    let asked = double.asked();
    for (at, method, path, prefer) in [
        (0, "POST", "/rest/v1/rpc/change", None),
        (1, "POST", "/rest/v1/rows?id=eq.7&select=n", Some("representation")),
        (2, "POST", "/rest/v1/rows?id=eq.7&select=n", Some("minimal")),
        (3, "PATCH", "/rest/v1/rows?id=eq.7&select=n", Some("representation")),
        (4, "DELETE", "/rest/v1/rows?id=eq.7&select=n", Some("representation")),
    ] {
        assert_eq!(asked[at].line, format!("{method} {path} HTTP/1.1"));
        let head = asked[at].head.to_lowercase();
        let prefers = head.lines().find_map(|line| line.strip_prefix("prefer: return="));
        assert_eq!(prefers, prefer, "{method}");
    }
}
