//! What do live data cost, and how soon are they back? In an outage, unchanged, and per token.

use super::Arguments;
use super::page::{Page, draw};
use super::rig::{DATABASE, Rig, Server, sign_in};
use super::sample::Sample;
use flate2::write::GzEncoder;
use local_stack::{Cluster, Fault, Gateway, GatewayOptions, SigningKey, Upstream};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, ETAG, IF_NONE_MATCH};
use serde_json::json;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use supabase::{AccessToken, KeySource, Limits, Transport, Verifier, VerifierSettings};
use tokio::task::JoinSet;

/// Projects that fail at the same time, each with a server of its own.
const LANES: usize = 10;
/// Outages of each.
const ROUNDS: usize = 5;
/// Pages before the server whose requests in an outage are counted.
const PAGES: usize = 20;
/// For so long.
const MINUTE: Duration = Duration::from_secs(60);
/// Requests that whoever asked gives up.
const DROPS: usize = 200;
/// A request that is given up ends within this time, or something is wrong.
const DROP_PATIENCE: Duration = Duration::from_secs(5);
/// Until the pages of an outage have met the open circuit.
const SETTLED: Duration = Duration::from_secs(15);

/// Measures, a line a figure.
pub(super) async fn measure(arguments: &Arguments) -> Result<Vec<String>, String> {
    let mut report = Vec::new();
    let compared = super::api::measure(arguments).await?;
    report.extend(compared.into_iter().filter(|line| line.starts_with("304")));
    let rig = Rig::start(&arguments.server).await?;
    report.push(unchanged(&rig).await?);
    report.push(tokens(&rig, arguments.rounds).await?);
    report.push(drops(&rig).await?);
    report.extend(outage(&rig, arguments.rounds).await?);
    report.push(recovery(&rig.cluster, &arguments.server).await?);
    rig.stop().await?;
    Ok(report)
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Bytes of an unchanged refresh, head included, against those of the compressed body it saves.
async fn unchanged(rig: &Rig) -> Result<String, String> {
    let client = reqwest::Client::new();
    let address = format!("{}/api/clients?limit=200", rig.server.url);
    let ask = || {
        client
            .get(&address)
            .header(AUTHORIZATION, format!("Bearer {}", rig.token))
            .header(ACCEPT_ENCODING, "gzip")
    };
    let full = ask().send().await.map_err(told)?;
    let etag = full.headers().get(ETAG).cloned().ok_or("no ETag")?;
    let packed = full.headers().contains_key(CONTENT_ENCODING);
    let body = full.bytes().await.map_err(told)?;
    let body = if packed { body.len() } else { gzip(&body)? };
    let same = ask().header(IF_NONE_MATCH, etag).send().await.map_err(told)?;
    if same.status() != 304 {
        return Err(format!("expected 304, got {}", same.status()));
    }
    let lines = same.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    let head = "HTTP/1.1 304 Not Modified\r\n\r\n".len() + lines.sum::<usize>();
    let ratio = head as f64 / body as f64;
    Ok(format!(
        "unchanged refresh ÷ gzip body: {ratio:.3} ({head} of {body} bytes; goal 0.08, {})",
        verdict(ratio <= 0.08)
    ))
}

/// The length of a body as a proxy would send it.
fn gzip(body: &[u8]) -> Result<usize, String> {
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).map_err(told)?;
    Ok(packer.finish().map_err(told)?.len())
}

/// A token that was checked before, against one whose signature must be verified.
async fn tokens(rig: &Rig, rounds: usize) -> Result<String, String> {
    let keys = format!("{}/auth/v1/.well-known/jwks.json", rig.gateway.url());
    let settings = VerifierSettings {
        keys: KeySource::KeySet(url::Url::parse(&keys).map_err(told)?),
        issuer: rig.gateway.issuer(),
        audience: "authenticated".to_owned(),
    };
    let verifier = Verifier::new(settings, Transport::new(Limits::default()).map_err(told)?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(told)?.as_secs();
    let (mut first, mut again) = (Sample::default(), Sample::default());
    for n in 0..=rounds {
        let claims = json!({
            "sub": "00000000-0000-4000-8000-000000000001", "role": "authenticated", "aud": "authenticated",
            "iss": rig.gateway.issuer(), "iat": now, "exp": now + 3_600, "jti": n,
        });
        let token = rig.gateway.mint(&claims).map_err(told)?;
        let token = AccessToken::new(&token).ok_or("no token")?;
        let check = async |sample: &mut Sample| {
            let started = Instant::now();
            verifier.verify(&token).await.map_err(told)?;
            // The first one reads the key set.
            if n > 0 {
                sample.add(started.elapsed());
            }
            Ok::<_, String>(())
        };
        check(&mut first).await?;
        check(&mut again).await?;
    }
    Ok(format!(
        "{} (first {:?}, again {:?})",
        first.at_least(&again, "ES256 verification ÷ remembered token", 50.0),
        first.p50(),
        again.p50()
    ))
}

/// From the end of a caller's connection to the end of the request upstream.
async fn drops(rig: &Rig) -> Result<String, String> {
    let client = reqwest::Client::new();
    // Each reads for itself.
    let ask = |n: usize| {
        let address = format!("{}/api/clients?limit={}", rig.server.url, 2_000 + n);
        client.get(address).header(AUTHORIZATION, format!("Bearer {}", rig.token)).send()
    };
    ask(DROPS).await.map_err(told)?;
    rig.gateway.faults().set(Upstream::Rest, Fault::Hang);
    let mut given_up = rig.gateway.requests().given_up();
    let mut times = Sample::default();
    for n in 0..DROPS {
        let before = rig.gateway.requests().count(Upstream::Rest);
        let asking = tokio::spawn(ask(n));
        let asked = async {
            while rig.gateway.requests().count(Upstream::Rest) == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(DROP_PATIENCE, asked).await.map_err(|_| "the project is not asked")?;
        given_up.mark_unchanged();
        let left = Instant::now();
        asking.abort();
        match tokio::time::timeout(DROP_PATIENCE, given_up.changed()).await {
            Ok(Ok(())) => times.add(left.elapsed()),
            _ => return Err("a request upstream outlives its caller".to_owned()),
        }
    }
    rig.gateway.faults().clear();
    let p95 = times.percentile(95);
    let met = verdict(p95 <= Duration::from_millis(100));
    Ok(format!("{} (goal p95 100 ms, {met})", times.line("end of a request upstream after its caller left")))
}

/// Requests that reach a project in an outage, and how fast everybody is told.
async fn outage(rig: &Rig, rounds: usize) -> Result<Vec<String>, String> {
    let address = |n: usize| format!("{}/api/clients?limit={}", rig.server.url, 300 + n);
    let mut pages: Vec<_> = (0..PAGES).map(|n| Page::open(address(n), &rig.token)).collect();
    let start = Instant::now() - Duration::from_secs(60);
    for page in &mut pages {
        page.good_after(start).await?;
    }
    rig.gateway.faults().set(Upstream::Rest, Fault::Refuse);
    pages.iter().for_each(Page::refresh);
    tokio::time::sleep(SETTLED).await;
    rig.gateway.requests().reset();
    let began = Instant::now();
    let client = reqwest::Client::new();
    let mut answers = Sample::default();
    for n in 0..rounds {
        let started = Instant::now();
        let response = client
            .get(address(1_000 + n % 100))
            .header(AUTHORIZATION, format!("Bearer {}", rig.token))
            .send()
            .await
            .map_err(told)?;
        let took = started.elapsed();
        if response.status() != 503 {
            return Err(format!("expected 503, got {}", response.status()));
        }
        answers.add(took);
    }
    tokio::time::sleep(MINUTE.saturating_sub(began.elapsed())).await;
    let asked = rig.gateway.requests().count(Upstream::Rest);
    rig.gateway.faults().clear();
    let healed = Instant::now();
    for page in &mut pages {
        page.good_after(healed).await?;
    }
    let last = healed.elapsed().as_secs_f64();
    let fast = answers.p50() < Duration::from_millis(1);
    Ok(vec![
        format!(
            "requests upstream a minute in an outage, {PAGES} pages: {asked} (goal 12, {})",
            verdict(asked <= 12)
        ),
        format!("{} (goal p50 below 1 ms, {})", answers.line("answer of an open circuit"), verdict(fast)),
        format!("{PAGES} pages live again: the last after {last:.1} s"),
    ])
}

/// From the end of an outage to fresh rows on a page.
async fn recovery(cluster: &Cluster, binary: &Path) -> Result<String, String> {
    let mut lanes = Vec::new();
    for _ in 0..LANES {
        let key = SigningKey::generate().map_err(told)?;
        let options = GatewayOptions { rest_connections: 2, auth_connections: 1, ..GatewayOptions::new(key) };
        let gateway = Gateway::start(cluster, DATABASE, options).await.map_err(told)?;
        let server = Server::start(binary, Some(&gateway)).await?;
        let token = sign_in(&server.url).await?;
        lanes.push((gateway, server, token));
    }
    let mut running = JoinSet::new();
    for (number, (gateway, server, token)) in lanes.into_iter().enumerate() {
        running.spawn(async move {
            let times = lane(number, &gateway, &server, &token).await;
            gateway.stop().await;
            times
        });
    }
    let mut sample = Sample::default();
    while let Some(times) = running.join_next().await {
        times.map_err(told)??.into_iter().for_each(|time| sample.add(time));
    }
    let p95 = sample.percentile(95).as_secs_f64();
    Ok(format!(
        "fresh rows after {} outages: p50 {:.1} s, p95 {p95:.1} s, longest {:.1} s (goal p95 10 s, {})",
        LANES * ROUNDS,
        sample.p50().as_secs_f64(),
        sample.percentile(100).as_secs_f64(),
        verdict(p95 <= 10.0)
    ))
}

async fn lane(
    number: usize,
    gateway: &Gateway,
    server: &Server,
    token: &str,
) -> Result<Vec<Duration>, String> {
    let mut page = Page::open(format!("{}/api/clients?limit=200", server.url), token);
    page.good_after(Instant::now() - Duration::from_secs(60)).await?;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let fault = match (number + round) % 3 {
            0 => Fault::Refuse,
            1 => Fault::Status { status: 503, body: None, retry_after: None },
            _ => Fault::Hang,
        };
        // Identical reads within a second share one answer.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        gateway.faults().set(Upstream::Rest, fault);
        page.refresh();
        tokio::time::sleep(Duration::from_millis(12_000 + u64::from(draw() % 12_000))).await;
        gateway.faults().clear();
        let healed = Instant::now();
        times.push(page.good_after(healed).await? - healed);
    }
    Ok(times)
}
