//! How fast is it, compared with a bare rig on the same machine in the same run?

mod api;
mod import;
mod live;
mod page;
mod rig;
mod rls;
mod sample;

use std::path::PathBuf;

/// What to measure, with which binary.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The server as deployed.
    #[arg(long)]
    server: PathBuf,
    /// Rounds of each measurement.
    #[arg(long, default_value_t = 400)]
    rounds: usize,
    /// Figures to measure; all when none is named.
    #[arg(value_parser = ["api", "import", "live", "memory", "page", "rls"])]
    names: Vec<String>,
    /// Clients in the database of `rls`.
    #[arg(long, default_value_t = 100_000)]
    clients: u32,
    /// Rows that `import` makes.
    #[arg(long, default_value_t = 100_000)]
    rows: u32,
}

/// Measures and reports, a line a figure.
///
/// # Errors
/// A sentence, when something could not be measured. A missed goal is reported, not an error: machines differ.
pub(crate) fn run(arguments: &Arguments) -> Result<String, String> {
    // One TLS implementation for all clients; installing it twice is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted =
        |name: &str| arguments.names.is_empty() || arguments.names.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let mut report = Vec::new();
    if wanted("api") || wanted("memory") {
        report.extend(runtime.block_on(api::measure(arguments))?);
    }
    if wanted("import") {
        report.extend(runtime.block_on(import::measure(&arguments.server, arguments.rows))?);
    }
    if wanted("live") {
        report.extend(runtime.block_on(live::measure(arguments))?);
    }
    if wanted("page") {
        report.push(crate::page::check_budget(std::path::Path::new("app/dist")).unwrap_or_else(|over| over));
    }
    if wanted("rls") {
        report.extend(runtime.block_on(rls::measure(arguments.clients, arguments.rounds))?);
    }
    Ok(report.join("\n"))
}
