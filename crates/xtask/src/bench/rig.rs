//! What is measured against what? A local stack with 200 clients, the server, and a bare hop beside it.

use local_stack::{Cluster, Gateway, GatewayOptions, SigningKey, StackOptions, load_demo};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(super) const DATABASE: &str = "bench";
/// Clients in the list that is read, as many as the page asks for.
const CLIENTS: i32 = 200;
/// Not the demo accounts' own, which a deployed server refuses.
const PASSWORD: &str = "for the length of one bench";
const ADDRESS: &str = "admin@example.com";

/// A running server; ended when dropped.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub url: String,
}

/// Everything that runs during a measurement.
pub(super) struct Rig {
    /// The database, REST and Auth.
    pub cluster: Cluster,
    /// The project's gateway.
    pub gateway: Gateway,
    /// The server as deployed.
    pub server: Server,
    /// The person's access token.
    pub token: String,
    /// Where the bare hop listens.
    pub bare: String,
    _folder: tempfile::TempDir,
}

impl Rig {
    /// Starts everything and signs in. The database forgets all when it ends, and counts no rows of its own accord.
    pub(super) async fn start(binary: &Path) -> Result<Self, String> {
        Self::on(binary, false).await
    }

    /// The same with a database as deployed: it writes to the disk, and counts rows anew as they become more, without
    /// which it would look for each of 100,000 as it does among ten.
    pub(super) async fn durable(binary: &Path) -> Result<Self, String> {
        Self::on(binary, true).await
    }

    async fn on(binary: &Path, durable: bool) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut options = StackOptions::new(folder.path().join("postgres"), "migrations");
        options.durable = durable;
        let cluster = Cluster::start(&options).await.map_err(|error| error.to_string())?;
        cluster.prepare_database(DATABASE).await.map_err(|error| error.to_string())?;
        let url = cluster.url("postgres", DATABASE);
        load_demo(&url, &PASSWORD.to_owned().into(), None).await.map_err(|error| error.to_string())?;
        add_clients(&cluster.url("supabase_admin", DATABASE)).await?;
        let key = SigningKey::generate().map_err(|error| error.to_string())?;
        let gateway = Gateway::start(&cluster, DATABASE, GatewayOptions::new(key))
            .await
            .map_err(|error| error.to_string())?;
        let server = Server::start(binary, Some(&gateway)).await?;
        let token = sign_in(&server.url).await?;
        let bare = bare_hop(&gateway, &token).await?;
        Ok(Self { cluster, gateway, server, token, bare, _folder: folder })
    }

    /// Stops everything.
    pub(super) async fn stop(self) -> Result<(), String> {
        drop(self.server);
        self.gateway.stop().await;
        self.cluster.stop().await.map_err(|error| error.to_string())
    }
}

impl Server {
    /// Starts the server and waits until it answers.
    pub(super) async fn start(binary: &Path, gateway: Option<&Gateway>) -> Result<Self, String> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let mut command = Command::new(binary);
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("REVOS_LISTEN", format!("127.0.0.1:{port}")).env("REVOS_REQUESTS_PER_MINUTE", "100000");
        if let Some(gateway) = gateway {
            command
                .env("SUPABASE_URL", gateway.url())
                .env("SUPABASE_PUBLISHABLE_KEY", gateway.publishable_key());
        }
        let child = command.spawn().map_err(|error| format!("{}: {error}", binary.display()))?;
        let server = Self { child, url: format!("http://127.0.0.1:{port}") };
        let client = reqwest::Client::new();
        for _ in 0..100 {
            if client.get(format!("{}/health", server.url)).send().await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server does not answer".to_owned())
    }

    /// Resident memory in bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is left to be told about a process that is already gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fills the first demo organization up to the size of one page of the list.
async fn add_clients(url: &str) -> Result<(), String> {
    let pool = sqlx::PgPool::connect(url).await.map_err(|error| error.to_string())?;
    sqlx::query(
        "insert into public.clients (organization_id, name, status, phase, segment, industry, arr, health, churn_risk, qbr_date, owner_id) \
         select o.id, 'Bench client ' || n, 'active', 'Data', 'mid', 'logistics', n * 100, n % 101, (n * 7) % 101, current_date + n, \
           (select u.id from public.users u where u.organization_id = o.id and u.role = 'Member' limit 1) \
         from public.organizations o, generate_series(1, $1 - (select count(*)::int from public.clients c join public.organizations p on p.id = c.organization_id and p.slug = 'marlowick')) n \
         where o.slug = 'marlowick'",
    )
    .bind(CLIENTS)
    .execute(&pool)
    .await
    .map_err(|error| error.to_string())?;
    sqlx::query("analyze").execute(&pool).await.map_err(|error| error.to_string())?;
    pool.close().await;
    Ok(())
}

/// The access token that the server put into its cookie.
pub(super) async fn sign_in(url: &str) -> Result<String, String> {
    let body = format!("{{\"email\":\"{ADDRESS}\",\"password\":\"{PASSWORD}\"}}");
    let client = reqwest::Client::new();
    let request = client.post(format!("{url}/api/session")).header("x-revos-request", "1");
    let response = request
        .header(CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let cookies = response.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    cookies
        .filter_map(|line| line.strip_prefix("revos-access="))
        .find_map(|line| line.split(';').next().map(str::to_owned))
        .ok_or_else(|| format!("the bench could not sign in: HTTP {}", response.status()))
}

/// The least a server can do: one axum route that asks PostgREST with `reqwest` and passes the bytes on.
async fn bare_hop(gateway: &Gateway, token: &str) -> Result<String, String> {
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| error.to_string());
    headers.insert("apikey", value(gateway.publishable_key())?);
    headers.insert("authorization", value(&format!("Bearer {token}"))?);
    headers.insert("prefer", HeaderValue::from_static("count=exact"));
    let client =
        reqwest::Client::builder().default_headers(headers).build().map_err(|error| error.to_string())?;
    let address = format!("{}/rest/v1/vw_client_overview?{}", gateway.url(), QUERY);
    let hop = move || {
        let (client, address) = (client.clone(), address.clone());
        async move {
            let response = client.get(address).send().await.map_err(|_| "no answer")?;
            response.bytes().await.map_err(|_| "no body")
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let router = axum::Router::new().route("/", axum::routing::get(hop));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}/"))
}

/// The same rows and columns that the API asks for.
const QUERY: &str = "select=client_id,client_name,status,phase,segment,industry,owner_id,owner_name,arr,health,\
churn_risk,trs_score,previous_health,previous_churn_risk,previous_snapshot_date,qbr_date,is_expansion,churned_on,\
updated_at,version&organization_id=eq.0d8bda59-3616-3ee3-b591-1a367225f299&order=updated_at.desc,client_id.asc&limit=200";
