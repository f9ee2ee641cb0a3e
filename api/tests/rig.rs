//! How do the tests talk to a running server? A real API before a real project, and browsers with cookies.

use axum::body::Bytes;
use local_stack::{GatewayOptions, Project, TestStack, Upstream};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use revos_api::http::config::Config;
use revos_api::http::state::AppState;
use revos_api::{http::server, router::router};
use revos_shared::clients::ClientRow;
use revos_shared::clients::endpoints::ClientList;
use revos_shared::kernel::endpoint::CSRF_HEADER;
use revos_shared::session::endpoints::DemoAccount;
use revos_shared::{Envelope, ErrorBody, ErrorCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use supabase::{Circuit, Limits};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

pub(crate) const SUPER_ADMIN: &str = "superadmin@example.com";
pub(crate) const ADMIN: &str = "admin@example.com";
pub(crate) const DIRECTOR: &str = "director@example.com";
pub(crate) const MEMBER: &str = "member@example.com";
pub(crate) const MEMBER_2: &str = "member2@example.com";
pub(crate) const CLIENT: &str = "client@example.com";
pub(crate) const ADMIN_B: &str = "admin.b@example.com";
pub(crate) const MEMBER_B: &str = "member.b@example.com";
pub(crate) const CLIENT_B: &str = "client.b@example.com";

/// Where the list of clients comes from.
pub(crate) const LIST: &str = "/rest/v1/rpc/list_clients";
/// Where the person comes from.
pub(crate) const WHO: &str = "/rest/v1/rpc/current_member";
/// Where tokens come from.
pub(crate) const TOKENS: &str = "/auth/v1/token";

/// A server before a project of its own.
pub(crate) struct Rig {
    pub(crate) server: Server,
    pub(crate) project: Project,
    users: OnceCell<HashMap<String, String>>,
}

/// What a test wants different.
#[derive(Default)]
pub(crate) struct Wishes {
    pub(crate) settings: HashMap<&'static str, String>,
    pub(crate) limits: Limits,
    pub(crate) demo_accounts: Vec<DemoAccount>,
    /// How long a membership is remembered.
    pub(crate) membership: Option<Duration>,
    /// When a failing upstream is left alone.
    pub(crate) circuit: Circuit,
}

impl Wishes {
    /// Whatever fails, everybody asks: for tests that try one failure after the other.
    pub(crate) fn of_the_stubborn() -> Self {
        Self {
            circuit: Circuit { failures: usize::MAX, told_from: usize::MAX, ..Circuit::default() },
            ..Self::default()
        }
    }

    pub(crate) fn setting(mut self, name: &'static str, value: &str) -> Self {
        self.settings.insert(name, value.to_owned());
        self
    }
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(Wishes::default()).await
    }

    pub(crate) async fn with(wishes: Wishes) -> Self {
        Self::with_gateway(wishes, |options| options).await
    }

    pub(crate) async fn with_gateway(
        wishes: Wishes,
        change: impl FnOnce(GatewayOptions) -> GatewayOptions,
    ) -> Self {
        let project = TestStack::shared().await.unwrap().project_with(change).await.unwrap();
        let server = Server::start(&project.gateway.url(), project.gateway.publishable_key(), wishes).await;
        Self { server, project, users: OnceCell::new() }
    }

    /// With the demo data laid around the real today, as people see it.
    pub(crate) async fn of_today() -> Self {
        let rig = Self::new().await;
        let today = rig.value("select (now() at time zone 'America/New_York')::date::text").await;
        let password = secrecy::SecretString::from(TestStack::PASSWORD);
        let url = rig.project.database_url("supabase_admin");
        local_stack::load_demo(&url, &password, Some(today.parse().unwrap())).await.unwrap();
        rig
    }

    /// Another server before the same project, which has read nothing yet.
    pub(crate) async fn replica(&self) -> Server {
        let gateway = &self.project.gateway;
        Server::start(&gateway.url(), gateway.publishable_key(), Wishes::of_the_stubborn()).await
    }

    /// Somebody who has not signed in.
    pub(crate) fn stranger(&self) -> Browser {
        self.server.browser()
    }

    pub(crate) async fn signed_in(&self, email: &str) -> Browser {
        let browser = self.server.browser();
        let reply = browser.sign_in(email, TestStack::PASSWORD).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        browser
    }

    /// A program with a token, without a session behind it.
    pub(crate) async fn program(&self, email: &str) -> Browser {
        let token = self.token(email).await;
        self.server.browser().with_token(token)
    }

    /// Claims as Auth signs them.
    pub(crate) async fn claims(&self, email: &str) -> Value {
        json!({
            "sub": self.user_id(email).await, "role": "authenticated", "aud": "authenticated",
            "iss": self.project.gateway.issuer(), "iat": now(), "exp": now() + 3_600,
        })
    }

    pub(crate) async fn token(&self, email: &str) -> String {
        self.project.gateway.mint(&self.claims(email).await).unwrap()
    }

    pub(crate) async fn user_id(&self, email: &str) -> String {
        let read = async || {
            let mut connection = self.connection().await;
            let query = sqlx::query_as("select email, id::text from auth.users");
            let users: Vec<(String, String)> = query.fetch_all(&mut connection).await.unwrap();
            users.into_iter().collect::<HashMap<_, _>>()
        };
        self.users.get_or_init(read).await[email].clone()
    }

    pub(crate) async fn organization(&self, slug: &str) -> String {
        self.value(&format!("select id::text from public.organizations where slug = '{slug}'")).await
    }

    /// Runs statements in the project's database as the superuser.
    pub(crate) async fn sql(&self, statements: &str) {
        let mut connection = self.connection().await;
        connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The one text that a query answers.
    pub(crate) async fn value(&self, query: &str) -> String {
        let mut connection = self.connection().await;
        let value = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        value
    }

    /// A session of somebody, with the rights that the REST service gives them.
    pub(crate) async fn as_person(&self, email: &str) -> PgConnection {
        let url = self.project.database_url("authenticator");
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let claims = json!({ "sub": self.user_id(email).await, "role": "authenticated" });
        let become_them =
            format!("set role authenticated; select set_config('request.jwt.claims', '{claims}', false)");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(become_them))).await.unwrap();
        connection
    }

    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.project.database_url("supabase_admin")).await.unwrap()
    }

    /// Requests that reached PostgREST.
    pub(crate) fn rest_requests(&self) -> u64 {
        self.project.gateway.requests().count(Upstream::Rest)
    }

    pub(crate) fn rest_requests_of(&self, method: &str, path: &str) -> u64 {
        self.project.gateway.requests().count_of(Upstream::Rest, method, path)
    }

    /// Tokens that Auth was asked for.
    pub(crate) fn token_requests(&self) -> u64 {
        self.project.gateway.requests().count_of(Upstream::Auth, "POST", TOKENS)
    }
}

/// One API server in this process.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) origin: String,
    secure: bool,
    client: reqwest::Client,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server before the project at `url`; with an empty one, in demo mode.
    pub(crate) async fn start(url: &str, key: &str, wishes: Wishes) -> Self {
        prepare();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = wishes.settings;
        settings.insert("SUPABASE_URL", url.to_owned());
        settings.insert("SUPABASE_PUBLISHABLE_KEY", key.to_owned());
        settings.entry("REVOS_LISTEN").or_insert(address.to_string());
        // The 61 tries of one person must not look like an attack unless a test is about that.
        settings.entry("REVOS_SIGN_INS_PER_MINUTE").or_insert("1000".to_owned());
        settings.entry("REVOS_REQUESTS_PER_MINUTE").or_insert("100000".to_owned());
        let mut config = Config::read(|name| settings.get(name).cloned()).unwrap();
        config.upstream = wishes.limits;
        config.circuit = wishes.circuit;
        config.membership = wishes.membership.unwrap_or(config.membership);
        let (origin, secure) = (config.public_origin.clone(), config.secure);
        let state = AppState::new(config, wishes.demo_accounts).unwrap();
        let serving = server::serve(listener, router(state), std::future::pending(), Duration::ZERO);
        Self { address: address.to_string(), origin, secure, client: http(), task: tokio::spawn(serving) }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser {
            client: self.client.clone(),
            base: format!("http://{}", self.address),
            origin: self.origin.clone(),
            prefix: if self.secure { "__Host-" } else { "" },
            bearer: None,
            jar: Arc::default(),
        }
    }
}

/// Once per process: the TLS library reqwest insists on, and a log that tests can read.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        tracing_subscriber::fmt()
            .json()
            .with_env_filter(
                "info,client=trace,revos_api=trace,supabase=trace,reqwest=debug,hyper=debug,hyper_util=debug",
            )
            .with_writer(|| LogWriter)
            .init();
    });
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Everything the process has logged so far, one JSON object a line.
pub(crate) fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}

struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn http() -> reqwest::Client {
    prepare();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.timeout(Duration::from_secs(30)).build().unwrap()
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A browser on our own page: keeps cookies and sends what the page sends. With a bearer token, a program.
#[derive(Clone)]
pub(crate) struct Browser {
    client: reqwest::Client,
    pub(crate) base: String,
    pub(crate) origin: String,
    prefix: &'static str,
    pub(crate) bearer: Option<String>,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    /// A program that brings this token with each request.
    pub(crate) fn with_token(self, token: String) -> Self {
        Self { bearer: Some(token), ..self }
    }

    /// As the page sends it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare(method.clone(), path);
        if self.bearer.is_some() || method == Method::GET {
            return request;
        }
        request.header(CSRF_HEADER, "1").header(header::ORIGIN, &self.origin)
    }

    /// With the cookies or the token, and nothing of what the page adds.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.bearer {
            return request.bearer_auth(token);
        }
        let cookies: Vec<_> =
            self.jar.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    /// Sends, keeps the cookies of the answer, and checks what holds for every answer there is.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let is_api = request.url().path().starts_with("/api/") && request.method() != Method::HEAD;
        let response = self.client.execute(request).await.unwrap();
        let reply = Reply {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap(),
        };
        for line in reply.cookies() {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut jar = self.jar.lock().unwrap();
            if line.contains("Max-Age=0") {
                jar.remove(name)
            } else {
                jar.insert(name.to_owned(), value.to_owned())
            };
        }
        reply.has_what_every_answer_has();
        if is_api && !reply.status.is_success() && reply.status != StatusCode::NOT_MODIFIED {
            assert_eq!(reply.header("content-type"), Some("application/json"), "{}", reply.text());
            assert_eq!(reply.error().request_id, reply.header("x-request-id").unwrap());
        }
        reply
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/api/session", &json!({ "email": email, "password": password })).await
    }

    pub(crate) async fn sign_out(&self) -> Reply {
        self.send(self.request(Method::DELETE, "/api/session")).await
    }

    /// The whole list of clients, or what is asked of it.
    pub(crate) async fn clients(&self, query: &str) -> Envelope<Vec<ClientRow>> {
        let reply = self.get(&format!("/api/clients{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        rows(&reply)
    }

    /// The clients whose name contains this text, as answered.
    pub(crate) async fn search(&self, text: &str) -> Reply {
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
        self.get(&format!("/api/clients?{query}")).await
    }

    /// The same person at another server.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self { base: format!("http://{}", server.address), origin: server.origin.clone(), ..self.copy() }
    }

    fn cookie_name(&self, kind: &str) -> String {
        format!("{}revos-{kind}", self.prefix)
    }

    /// The value of the cookie `access` or `refresh`.
    pub(crate) fn cookie(&self, kind: &str) -> Option<String> {
        self.jar.lock().unwrap().get(&self.cookie_name(kind)).cloned()
    }

    /// Replaces or removes a cookie.
    pub(crate) fn set_cookie(&self, kind: &str, value: Option<&str>) {
        let mut jar = self.jar.lock().unwrap();
        match value {
            Some(value) => jar.insert(self.cookie_name(kind), value.to_owned()),
            None => jar.remove(&self.cookie_name(kind)),
        };
    }

    /// The same cookies now, and from then on its own.
    pub(crate) fn copy(&self) -> Self {
        Self { jar: Arc::new(Mutex::new(self.jar.lock().unwrap().clone())), ..self.clone() }
    }
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn error(&self) -> ErrorBody {
        assert!(!self.status.is_success(), "{}", self.text());
        self.json()
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, ErrorCode) {
        (self.status.as_u16(), self.error().code)
    }

    /// The lines that set cookies.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// Are both cookies taken away?
    pub(crate) fn removes_cookies(&self) -> bool {
        let gone = |kind: &str| {
            let lines = self.cookies();
            let last = lines.iter().rev().find(|line| line.contains(&format!("revos-{kind}=")));
            last.is_some_and(|line| line.contains("Max-Age=0"))
        };
        gone("access") && gone("refresh")
    }

    pub(crate) fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {}", self.text())).to_owned()
    }

    /// A request id, and the headers that protect the browser.
    fn has_what_every_answer_has(&self) {
        assert!(self.header("x-request-id").is_some_and(|id| id.len() == 36));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(self.header(name), Some(value), "{name} of {}", self.text());
        }
        let policy = self.header("content-security-policy").expect("a content security policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        assert!(self.headers.contains_key("permissions-policy") && self.headers.contains_key("vary"));
        for line in self.cookies() {
            assert!(
                line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("; Path=/"),
                "{line}"
            );
        }
    }
}

/// Waits until `done` answers something, at most 10 s.
pub(crate) async fn eventually<T>(what: &str, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = done().await {
            return value;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "still not: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The clients of a list, without the sums beside them.
pub(crate) fn rows(list: &Reply) -> Envelope<Vec<ClientRow>> {
    let Envelope { data, as_of, today, total, truncated, read_for } = list.json::<Envelope<ClientList>>();
    Envelope { data: data.rows, as_of, today, total, truncated, read_for }
}

/// The names of clients, sorted.
pub(crate) fn names(list: &Envelope<Vec<ClientRow>>) -> Vec<&str> {
    let mut names: Vec<_> = list.data.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    names
}
