//! How do browser tests play outages and count requests over HTTP?

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Weak;

use axum::body::Body;
use axum::response::{IntoResponse as _, Json};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::{Fault, Faults, Requests, Upstream};
use crate::issuing::{Issuing, Keys};
use crate::server::Server;

/// Longest body of a request to the controls, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// What the controls turn.
pub(crate) struct Controls<'a> {
    pub(crate) faults: &'a Faults,
    pub(crate) requests: &'a Requests,
    pub(crate) server: &'a Weak<Server>,
    pub(crate) keys: &'a Keys,
}

/// Whether the database server runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    running: bool,
}

/// Answers `GET`/`PUT` of `/local/v1/faults`, `/local/v1/issuing` and `/local/v1/database`, and
/// `GET`/`DELETE /local/v1/requests`. Only programs on this machine may ask: no page of a browser
/// (which would send an Origin), and no foreign name for this address.
pub(crate) async fn answer(
    controls: Controls<'_>,
    peer: SocketAddr,
    request: Request<Body>,
) -> Response<Body> {
    if !peer.ip().is_loopback() || request.headers().contains_key(header::ORIGIN) || !local(request.headers())
    {
        return refusal(StatusCode::FORBIDDEN, "the controls answer programs on this machine only");
    }
    let Controls { faults, requests, server, keys } = controls;
    let (parts, body) = request.into_parts();
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/local/v1/faults") => Json(shown(faults)).into_response(),
        (&Method::PUT, "/local/v1/faults") => match read::<BTreeMap<Upstream, Fault>>(body).await {
            Ok(wanted) => {
                for (upstream, fault) in wanted {
                    faults.set(upstream, fault);
                }
                Json(shown(faults)).into_response()
            }
            Err(reason) => refusal(StatusCode::BAD_REQUEST, &reason),
        },
        (&Method::GET, "/local/v1/issuing") => Json(keys.issuing()).into_response(),
        (&Method::PUT, "/local/v1/issuing") => match read::<Issuing>(body).await {
            Ok(wanted) => {
                keys.issue(wanted);
                Json(wanted).into_response()
            }
            Err(reason) => refusal(StatusCode::BAD_REQUEST, &reason),
        },
        (&Method::GET, "/local/v1/database") => {
            let running = server.upgrade().is_some_and(|server| server.is_running());
            Json(Database { running }).into_response()
        }
        (&Method::PUT, "/local/v1/database") => match read(body).await {
            Ok(Database { running }) => switch(server, running).await,
            Err(reason) => refusal(StatusCode::BAD_REQUEST, &reason),
        },
        (&Method::GET, "/local/v1/requests") => Json(requests.report()).into_response(),
        (&Method::DELETE, "/local/v1/requests") => {
            requests.reset();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => refusal(
            StatusCode::NOT_FOUND,
            "the controls are /local/v1/faults, /issuing, /database and /requests",
        ),
    }
}

async fn switch(server: &Weak<Server>, running: bool) -> Response<Body> {
    let Some(server) = server.upgrade() else {
        return refusal(StatusCode::GONE, "the database server is gone for good");
    };
    match if running { server.start().await } else { server.pause().await } {
        Ok(()) => Json(Database { running }).into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn read<T: DeserializeOwned>(body: Body) -> Result<T, String> {
    let bytes = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn shown(faults: &Faults) -> Value {
    json!({
        "rest": faults.get(Upstream::Rest), "auth": faults.get(Upstream::Auth), "keys": faults.get(Upstream::Keys)
    })
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
