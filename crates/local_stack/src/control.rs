//! How do browser tests switch faults and count requests over HTTP?

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::response::{IntoResponse as _, Json};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::faults::{Fault, Faults, Requests, Upstream};

/// Longest body of a request to the controls, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Answers `GET`/`PUT /local/v1/faults` and `GET`/`DELETE /local/v1/requests`. Only programs on
/// this machine may ask: no page of a browser (which would send an Origin), and no foreign name
/// for this address.
pub(crate) async fn answer(
    faults: &Faults,
    requests: &Requests,
    peer: SocketAddr,
    request: Request<Body>,
) -> Response<Body> {
    if !peer.ip().is_loopback() || request.headers().contains_key(header::ORIGIN) || !local(request.headers())
    {
        return refusal(StatusCode::FORBIDDEN, "the controls answer programs on this machine only");
    }
    let (parts, body) = request.into_parts();
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/local/v1/faults") => Json(shown(faults)).into_response(),
        (&Method::PUT, "/local/v1/faults") => {
            let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
                return refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
            };
            match serde_json::from_slice::<BTreeMap<Upstream, Fault>>(&bytes) {
                Ok(wanted) => {
                    for (upstream, fault) in wanted {
                        faults.set(upstream, fault);
                    }
                    Json(shown(faults)).into_response()
                }
                Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
            }
        }
        (&Method::GET, "/local/v1/requests") => Json(requests.report()).into_response(),
        (&Method::DELETE, "/local/v1/requests") => {
            requests.reset();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => refusal(StatusCode::NOT_FOUND, "the controls are /local/v1/faults and /local/v1/requests"),
    }
}

fn shown(faults: &Faults) -> Value {
    json!({ "rest": faults.get(Upstream::Rest), "auth": faults.get(Upstream::Auth) })
}

fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    (status, Json(json!({ "message": message }))).into_response()
}

/// Whether the request names this machine by a name that only this machine has.
fn local(headers: &HeaderMap) -> bool {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name == "127.0.0.1" || name == "localhost"
    })
}
