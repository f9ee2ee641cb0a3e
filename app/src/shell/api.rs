//! How does the page ask the server? The only place that fetches.

use super::failure::Refusal;
use js_sys::{Array, Function, Promise, Reflect};
use live_query::{Failure, Reason};
use revos_shared::clients::ClientsQuery;
use revos_shared::clients::endpoints::{ListClients, ReadClientsSummary, ReadHealthTrend, TrendQuery};
use revos_shared::kernel::endpoint::{CSRF_HEADER, DEADLINE_HEADER, NoQuery};
use revos_shared::kernel::instants::parse_moment;
use revos_shared::session::Member;
use revos_shared::session::endpoints::{
    Credentials, ReadServerInfo, ReadSession, ServerInfo, SignIn, SignOut,
};
use revos_shared::{Endpoint, Method, ReadFor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, Response};

/// A call that has no full answer after this time is a failure.
const TIMEOUT_MS: u32 = 10_000;

/// Nobody in particular: only what everybody may ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anybody;

/// Somebody whose session the server confirmed; calls for rows exist for these only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn(ReadFor);

/// The server, as seen by `Who`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api<Who> {
    who: Who,
}

/// An answer to a call that may be conditional.
#[derive(Clone, Debug)]
pub(crate) enum Answer<T> {
    /// The rows, and the tag to ask with next time.
    Full { reply: T, etag: Option<String> },
    /// The rows are those of the tag; they were confirmed at this time (milliseconds since 1970).
    Unchanged { as_of: Option<i64> },
}

/// What a call for rows needs beside its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// The tag of the rows that are here already.
    pub etag: Option<String>,
    /// Ends the call early.
    pub signal: Option<AbortSignal>,
}

impl Api<Anybody> {
    /// The server for somebody who has not signed in.
    pub(crate) const fn new() -> Self {
        Self { who: Anybody }
    }

    /// What is this server?
    pub(crate) async fn read_server_info(self) -> Result<ServerInfo, Failure> {
        call::<ReadServerInfo>(&NoQuery {}, None).await
    }

    /// Who am I?
    pub(crate) async fn read_session(self) -> Result<Member, Failure> {
        call::<ReadSession>(&NoQuery {}, None).await
    }

    /// Signs in.
    pub(crate) async fn sign_in(self, credentials: &Credentials) -> Result<Member, Failure> {
        call::<SignIn>(&NoQuery {}, Some(credentials)).await
    }

    /// Signs out; succeeds without a session too.
    pub(crate) async fn sign_out(self) -> Result<(), Failure> {
        call::<SignOut>(&Default::default(), None).await
    }
}

impl Api<SignedIn> {
    /// The server for this member.
    pub(crate) fn of(member: &Member) -> Self {
        let read_for = ReadFor { user_id: member.person.id, organization_id: member.organization.id };
        Self { who: SignedIn(read_for) }
    }

    /// Whose rows the answers must hold.
    pub(crate) const fn read_for(self) -> ReadFor {
        self.who.0
    }

    /// The clients the person may see.
    pub(crate) async fn list_clients(
        self,
        query: &ClientsQuery,
        terms: Terms,
    ) -> Result<Answer<<ListClients as Endpoint>::Reply>, Failure> {
        ask::<ListClients>(query, terms).await
    }

    /// The portfolio's figures.
    pub(crate) async fn read_clients_summary(
        self,
        terms: Terms,
    ) -> Result<Answer<<ReadClientsSummary as Endpoint>::Reply>, Failure> {
        ask::<ReadClientsSummary>(&NoQuery {}, terms).await
    }

    /// The portfolio's mean score per month.
    pub(crate) async fn read_health_trend(
        self,
        query: &TrendQuery,
        terms: Terms,
    ) -> Result<Answer<<ReadHealthTrend as Endpoint>::Reply>, Failure> {
        ask::<ReadHealthTrend>(query, terms).await
    }

    /// Hands reports to the server's trace. The body is ready JSON; nobody reads the answer.
    pub(crate) async fn report_client_records(self, body: String, leaving: bool) -> Result<(), Failure> {
        let request = Request {
            method: Method::Post,
            url: revos_shared::kernel::telemetry::ReportClientRecords::PATH.to_owned(),
            body: Some(body),
            terms: Terms::default(),
            keepalive: leaving,
        };
        send(request).await.map(|_| ())
    }
}

/// A call whose answer is always full.
async fn call<E: Endpoint>(query: &E::Query, body: Option<&E::Body>) -> Result<E::Reply, Failure> {
    let body = match body {
        Some(body) => Some(serde_json::to_string(body).map_err(|_| Failure::new(Reason::Decode))?),
        None => None,
    };
    let url = address(E::PATH, query)?;
    let raw =
        send(Request { method: E::METHOD, url, body, terms: Terms::default(), keepalive: false }).await?;
    decode::<E::Reply>(&raw)
}

/// A read that may be answered by "unchanged".
async fn ask<E: Endpoint>(query: &E::Query, terms: Terms) -> Result<Answer<E::Reply>, Failure> {
    let url = address(E::PATH, query)?;
    let raw = send(Request { method: E::METHOD, url, body: None, terms, keepalive: false }).await?;
    if raw.status == 304 {
        return Ok(Answer::Unchanged { as_of: raw.as_of });
    }
    Ok(Answer::Full { reply: decode(&raw)?, etag: raw.etag })
}

fn decode<T: DeserializeOwned>(raw: &Raw) -> Result<T, Failure> {
    // 204 has no body; JSON's word for nothing is null.
    let body = if raw.body.is_empty() { "null" } else { &raw.body };
    serde_json::from_str(body).map_err(|_| Failure {
        status: Some(raw.status),
        request_id: raw.request_id.clone(),
        ..Failure::new(Reason::Decode)
    })
}

/// The path with its parameters: those it has a place for stand in it, the others behind it.
fn address<Q: Serialize>(path: &str, query: &Q) -> Result<String, Failure> {
    let query = serde_urlencoded::to_string(query).map_err(|_| Failure::new(Reason::Decode))?;
    Ok(placed(path, &query))
}

fn placed(path: &str, query: &str) -> String {
    let (mut url, mut mark) = (path.to_owned(), '?');
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = format!("{{{name}}}");
        if url.contains(&place) {
            // Ids and words only: in a path, a plus would be one.
            url = url.replace(&place, &value.replace('+', "%20"));
        } else {
            url.push(mark);
            url.push_str(pair);
            mark = '&';
        }
    }
    url
}

struct Request {
    method: Method,
    url: String,
    body: Option<String>,
    terms: Terms,
    /// The page goes away: the browser finishes the request without it.
    keepalive: bool,
}

struct Raw {
    status: u16,
    body: String,
    etag: Option<String>,
    as_of: Option<i64>,
    request_id: Option<String>,
}

/// One request, whatever its types: this much code exists once.
async fn send(request: Request) -> Result<Raw, Failure> {
    let timeout = AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let promise = start(&request, &timeout).map_err(|_| Failure::new(Reason::Server))?;
    let response: Response = match JsFuture::from(promise).await {
        Ok(response) => response.unchecked_into(),
        Err(error) => return Err(interrupted(&error, &timeout)),
    };
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let (status, request_id) = (response.status(), header("x-request-id"));
    let body = match response.text() {
        Ok(text) => JsFuture::from(text).await,
        Err(error) => Err(error),
    };
    let body = match body {
        Ok(body) => body.as_string().unwrap_or_default(),
        Err(error) => return Err(Failure { status: Some(status), ..interrupted(&error, &timeout) }),
    };
    if matches!(status, 200..=299 | 304) {
        let as_of = header(revos_shared::kernel::endpoint::AS_OF_HEADER)
            .and_then(|time| parse_moment(&time))
            .map(jiff::Timestamp::as_millisecond);
        return Ok(Raw { status, body, etag: header("etag"), as_of, request_id });
    }
    let (retry_after, date) = (header("retry-after"), header("date"));
    let refusal = Refusal {
        status,
        body: &body,
        request_id: request_id.as_deref(),
        retry_after: retry_after.as_deref(),
        date: date.as_deref(),
    };
    Err(refusal.failure())
}

fn start(request: &Request, timeout: &AbortSignal) -> Result<Promise, JsValue> {
    let headers = Headers::new()?;
    headers.set(CSRF_HEADER, "1")?;
    headers.set(DEADLINE_HEADER, &TIMEOUT_MS.to_string())?;
    headers.set("accept", "application/json")?;
    if request.body.is_some() {
        headers.set("content-type", "application/json")?;
    }
    if let Some(etag) = &request.terms.etag {
        headers.set("if-none-match", etag)?;
    }
    let init = RequestInit::new();
    init.set_method(match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    });
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::SameOrigin);
    // The page keeps its own tags, so the browser's cache must not answer in the server's place.
    init.set_cache(RequestCache::NoStore);
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    if request.keepalive {
        Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
    }
    init.set_signal(Some(&either(timeout, request.terms.signal.as_ref())));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    Ok(window.fetch_with_str_and_init(&request.url, &init))
}

/// A signal that fires with the first of both; without `AbortSignal.any` the caller's counts.
fn either(timeout: &AbortSignal, caller: Option<&AbortSignal>) -> AbortSignal {
    let Some(caller) = caller else { return timeout.clone() };
    let any = || -> Result<AbortSignal, JsValue> {
        let class = Reflect::get(&js_sys::global(), &"AbortSignal".into())?;
        let any: Function = Reflect::get(&class, &"any".into())?.dyn_into()?;
        Ok(any.call1(&class, &Array::of2(timeout, caller))?.unchecked_into())
    };
    any().unwrap_or_else(|_| caller.clone())
}

/// Why there was no full answer.
fn interrupted(error: &JsValue, timeout: &AbortSignal) -> Failure {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    let online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    Failure::new(match name.as_str() {
        "TimeoutError" | "AbortError" => Reason::Timeout,
        _ if timeout.aborted() => Reason::Timeout,
        _ if !online => Reason::Offline,
        _ => Reason::UpstreamUnavailable,
    })
}
