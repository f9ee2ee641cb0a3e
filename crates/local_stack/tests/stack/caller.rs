//! How do the tests talk to a project, as a client of Supabase would?

use std::sync::OnceLock;
use std::time::Duration;

use local_stack::{Project, TestStack};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Status and JSON body; null when there is none.
pub(crate) type Answer = (StatusCode, Value);

/// Somebody with the project's publishable key.
pub(crate) struct Caller<'a> {
    pub(crate) project: &'a Project,
    client: reqwest::Client,
}

/// What a sign-in gave.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(body: &Value) -> Self {
        let text =
            |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

impl<'a> Caller<'a> {
    pub(crate) fn new(project: &'a Project) -> Self {
        Self { project, client: client() }
    }

    /// A request without any header.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.project.gateway.url()))
    }

    /// A request with the publishable key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("apikey", self.project.gateway.publishable_key())
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn get_as(&self, tokens: &Tokens, path: &str) -> Answer {
        send(self.request(Method::GET, path).bearer_auth(&tokens.access)).await
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post("/auth/v1/token?grant_type=password", &body).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Tokens {
        let (status, body) = self.try_sign_in(email, TestStack::PASSWORD).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        Tokens::of(&body)
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post("/auth/v1/token?grant_type=refresh_token", &json!({ "refresh_token": token })).await
    }

    /// Runs a statement in the project's database as the superuser.
    pub(crate) async fn sql(&self, statement: &'static str) {
        use sqlx::{Connection as _, Executor as _};
        let mut connection =
            sqlx::PgConnection::connect(&self.project.database_url("supabase_admin")).await.unwrap();
        connection.execute(sqlx::raw_sql(statement)).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub(crate) fn client() -> reqwest::Client {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        // reqwest wants one even where nothing is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().unwrap()
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The two figures of an Auth refusal that callers match on.
pub(crate) fn refusal(answer: &Answer) -> (u16, &str) {
    let code = answer.1["error_code"].as_str().unwrap_or_else(|| panic!("no refusal: {answer:?}"));
    assert_eq!(answer.1["code"], answer.0.as_u16(), "the body repeats the status");
    (answer.0.as_u16(), code)
}
