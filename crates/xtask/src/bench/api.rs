//! What does the API add to a hop to PostgREST, and what does an unchanged list cost?

use super::Arguments;
use super::rig::Rig;
use super::sample::Sample;
use reqwest::header::{AUTHORIZATION, ETAG, IF_NONE_MATCH};
use std::time::{Duration, Instant};

/// Measurements before the first that counts.
const WARM_UP: usize = 20;
/// Reads of one address within this time share one upstream read, so each measured read has its own address.
const DISTINCT: usize = 800;
/// After this time an address is read anew.
const FORGOTTEN: Duration = Duration::from_millis(1100);

/// Measures the API against the bare hop, in turns.
pub(super) async fn measure(arguments: &Arguments) -> Result<Vec<String>, String> {
    let rig = Rig::start(&arguments.server).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = rig.server.memory();
    let client = reqwest::Client::new();
    let bearer = format!("Bearer {}", rig.token);
    // 200 rows exist, so every limit from 200 on reads the same rows, yet is a read of its own.
    let address = |n: usize| format!("{}/api/clients?limit={}", rig.server.url, 200 + n);
    let first = client.get(address(0)).header(AUTHORIZATION, &bearer).send().await.map_err(told)?;
    let etag =
        first.headers().get(ETAG).cloned().ok_or_else(|| format!("no ETag: HTTP {}", first.status()))?;
    let bytes = first.bytes().await.map_err(told)?.len();

    // What a page asks all day: the same list, with the ETag it has. The first such question reads the rows.
    for n in DISTINCT / 2..DISTINCT {
        let poll = client.get(address(n)).header(AUTHORIZATION, &bearer).header(IF_NONE_MATCH, &etag);
        poll.send().await.map_err(told)?;
    }
    tokio::time::sleep(FORGOTTEN).await;

    let (mut bare, mut full, mut unchanged) = (Sample::default(), Sample::default(), Sample::default());
    for n in 0..WARM_UP + arguments.rounds {
        let counts = n >= WARM_UP;
        let started = Instant::now();
        client.get(&rig.bare).send().await.map_err(told)?.bytes().await.map_err(told)?;
        let hop = started.elapsed();

        let started = Instant::now();
        let response = client
            .get(address(n % (DISTINCT / 2)))
            .header(AUTHORIZATION, &bearer)
            .send()
            .await
            .map_err(told)?;
        let status = response.status();
        response.bytes().await.map_err(told)?;
        let read = started.elapsed();

        let started = Instant::now();
        let conditional = client
            .get(address(DISTINCT / 2 + n % (DISTINCT / 2)))
            .header(AUTHORIZATION, &bearer)
            .header(IF_NONE_MATCH, &etag);
        let second = conditional.send().await.map_err(told)?.status();
        let same = started.elapsed();
        if status != 200 || second != 304 {
            return Err(format!("expected 200 and 304, got {status} and {second}"));
        }
        if counts {
            bare.add(hop);
            full.add(read);
            unchanged.add(same);
        }
    }
    let busy = rig.server.memory();
    let mebibytes = |bytes: Option<u64>| {
        bytes.map_or("unknown".to_owned(), |n| format!("{:.1} MiB", n as f64 / 1_048_576.0))
    };
    let report = vec![
        bare.line("bare hop, 200 clients"),
        full.line("GET /api/clients"),
        unchanged.line("GET /api/clients, unchanged"),
        full.ratio(&bare, "GET /api/clients ÷ bare hop", 1.6),
        unchanged.ratio(&bare, "304 ÷ bare hop", 0.35),
        format!("body of 200 clients: {bytes} bytes"),
        format!(
            "memory of serve: {} idle, {} after {} requests",
            mebibytes(idle),
            mebibytes(busy),
            2 * (arguments.rounds + WARM_UP)
        ),
    ];
    rig.stop().await?;
    Ok(report)
}

fn told(error: reqwest::Error) -> String {
    error.to_string()
}
