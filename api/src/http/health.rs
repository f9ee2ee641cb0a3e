//! Is the server alive, and can it serve? For load balancers and people on call.

use super::state::AppState;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

/// Alive: this process answers.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: the services behind it answer too. Says which one does not, not why.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    let Some(upstream) = &state.upstream else {
        return (StatusCode::OK, Json(json!({ "status": "ready", "mode": "demo" })));
    };
    let (rest, auth) = tokio::join!(upstream.rest.probe(), upstream.auth.probe());
    let word = |ok: bool| if ok { "ok" } else { "unavailable" };
    let parts = json!({ "rest": word(rest.is_ok()), "auth": word(auth.is_ok()) });
    for error in [rest.err().map(|e| e.to_string()), auth.err().map(|e| e.to_string())].into_iter().flatten()
    {
        tracing::warn!(error, "not ready");
    }
    if parts["rest"] == "ok" && parts["auth"] == "ok" {
        (StatusCode::OK, Json(json!({ "status": "ready", "parts": parts })))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not_ready", "parts": parts })))
    }
}
