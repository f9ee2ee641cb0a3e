//! How does the page ask the server? The only place that fetches.

use super::failure::{Refusal, Refused};
use js_sys::{Array, Function, Promise, Reflect};
use live_query::{Failure, Reason};
use revos_shared::kernel::endpoint::{CSRF_HEADER, DEADLINE_HEADER, NoQuery};
use revos_shared::kernel::instants::parse_moment;
use revos_shared::session::Member;
use revos_shared::session::endpoints::{
    Credentials, ReadServerInfo, ReadSession, ServerInfo, SignIn, SignOut,
};
use revos_shared::{Endpoint, Envelope, Method, ReadFor};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
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

/// Rows as they came, not read yet. One type for all of them, so that the page receives rows with the code of one.
pub(crate) type Unread = Envelope<Box<RawValue>>;

/// An answer to a call that may be conditional.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The rows, the tag to ask with next time, and the bytes of the body they came in.
    Full { reply: Unread, etag: Option<String>, bytes: u64 },
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

/// Where a read of rows goes: an operation with its parameters. One type for all of them, so that stores share the
/// code that reads.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    url: String,
}

impl Place {
    /// The operation `E` with these parameters.
    pub(crate) fn of<E: Endpoint>(query: &E::Query) -> Self {
        // Parameters are flat, so they can always be written; an address without them is refused by the server.
        Self { url: address(E::PATH, query).unwrap_or_default() }
    }
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

    /// What stands at a place, not read yet.
    pub(crate) async fn read(self, place: Place, terms: Terms) -> Result<Answer, Failure> {
        let request = Request { method: Method::Get, url: place.url, body: None, terms, keepalive: false };
        let raw = send(request).await.map_err(|refused| *refused.failure)?;
        if raw.status == 304 {
            return Ok(Answer::Unchanged { as_of: raw.as_of });
        }
        Ok(Answer::Full { reply: decode(&raw)?, bytes: raw.body.len() as u64, etag: raw.etag })
    }

    /// Rows read once, whatever was read before. Those read for somebody else are no rows at all.
    pub(crate) async fn read_rows<E, T>(
        self,
        query: &E::Query,
        signal: Option<AbortSignal>,
    ) -> Result<Envelope<T>, Failure>
    where
        E: Endpoint<Reply = Envelope<T>>,
        T: DeserializeOwned,
    {
        let unreadable = || Failure::new(Reason::Decode);
        let terms = Terms { etag: None, signal };
        let reply = match self.read(Place::of::<E>(query), terms).await? {
            Answer::Full { reply, .. } if reply.read_for == self.read_for() => reply,
            _ => return Err(unreadable()),
        };
        let Envelope { data, as_of, today, total, truncated, read_for } = reply;
        let data = lean_json::from_str(data.get()).map_err(|_| unreadable())?;
        Ok(Envelope { data, as_of, today, total, truncated, read_for })
    }

    /// A change of operation `E`.
    pub(crate) async fn change<E: Endpoint>(
        self,
        query: &E::Query,
        body: &E::Body,
    ) -> Result<E::Reply, Refused> {
        self.send(Order::of::<E>(query, body)?).await?.read::<E::Reply>()
    }

    /// A removal of operation `E`.
    pub(crate) async fn remove<E: Endpoint>(self, query: &E::Query) -> Result<E::Reply, Refused> {
        self.send(Order::removal::<E>(query)?).await?.read::<E::Reply>()
    }

    /// Sends a change.
    pub(crate) async fn send(self, order: Order) -> Result<Given, Refused> {
        order.send().await
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
        send(request).await.map(|_| ()).map_err(|refused| *refused.failure)
    }
}

/// A call whose answer is always full.
async fn call<E: Endpoint>(query: &E::Query, body: Option<&E::Body>) -> Result<E::Reply, Failure> {
    let order = match body {
        Some(body) => Order::of::<E>(query, body),
        None => Order::removal::<E>(query),
    };
    let given = async { order?.send().await }.await;
    given.and_then(|given| given.read::<E::Reply>()).map_err(|refused| *refused.failure)
}

/// A change, ready to be sent. One type for all operations, so that they share the code that sends.
#[derive(Debug)]
pub(crate) struct Order {
    method: Method,
    url: String,
    body: Option<String>,
}

impl Order {
    /// The operation `E` with this body.
    pub(crate) fn of<E: Endpoint>(query: &E::Query, body: &E::Body) -> Result<Self, Refused> {
        let body = serde_json::to_string(body).map_err(|_| Failure::new(Reason::Decode))?;
        Ok(Self { body: Some(body), ..Self::removal::<E>(query)? })
    }

    /// The operation `E` without a body.
    pub(crate) fn removal<E: Endpoint>(query: &E::Query) -> Result<Self, Refused> {
        Ok(Self { method: E::METHOD, url: address(E::PATH, query)?, body: None })
    }

    async fn send(self) -> Result<Given, Refused> {
        let Self { method, url, body } = self;
        send(Request { method, url, body, terms: Terms::default(), keepalive: false }).await.map(Given)
    }
}

/// What the server gave back for a change, not read yet.
pub(crate) struct Given(Raw);

impl Given {
    /// Reads it.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        Ok(decode(&self.0)?)
    }
}

fn decode<T: DeserializeOwned>(raw: &Raw) -> Result<T, Failure> {
    // 204 has no body; JSON's word for nothing is null.
    let body = if raw.body.is_empty() { "null" } else { &raw.body };
    lean_json::from_str(body).map_err(|_| Failure {
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
async fn send(request: Request) -> Result<Raw, Refused> {
    let timeout = AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let promise = start(&request, &timeout).map_err(|_| Failure::new(Reason::Server))?;
    let response: Response = match JsFuture::from(promise).await {
        Ok(response) => response.unchecked_into(),
        Err(error) => return Err(interrupted(&error, &timeout).into()),
    };
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let (status, request_id) = (response.status(), header("x-request-id"));
    let body = match response.text() {
        Ok(text) => JsFuture::from(text).await,
        Err(error) => Err(error),
    };
    let body = match body {
        Ok(body) => body.as_string().unwrap_or_default(),
        Err(error) => return Err(Failure { status: Some(status), ..interrupted(&error, &timeout) }.into()),
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
    Err(refusal.refused())
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
