//! What can the binary `revos` do? Serve, work in the background, run the whole stack on this machine, list its settings.

#[cfg(feature = "local")]
mod database_command;
#[cfg(feature = "local")]
mod local_command;

use clap::{Parser, Subcommand};
use revos_api::http::config::{Config, LOG, LOG_FORMAT, env_sample};
use revos_api::http::server;
use revos_api::http::state::AppState;
use revos_api::router::router;
use revos_api::worker::{Pass, Worker};
use std::error::Error;
use std::process::ExitCode;
use supabase::RestError;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// RevOS: the revenue-operations workspace.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the page and the API before a Supabase project (settings: `revos settings`).
    Serve,
    /// Takes runs of playbooks on and does the work of each day, with the project's service key.
    Worker(WorkerArguments),
    /// Prints all settings with their defaults; `.env.sample` is this text.
    Settings,
    /// Runs database, REST, Auth, API and page on this machine, with the demo data.
    #[cfg(feature = "local")]
    Local(local_command::Arguments),
    /// Applies the migrations to a database, or lists those it does not have yet.
    #[cfg(feature = "local")]
    Migrate(database_command::MigrateArguments),
    /// Loads the demo data, or generated rows for measurements.
    #[cfg(feature = "local")]
    Seed(database_command::SeedArguments),
}

#[derive(clap::Args)]
struct WorkerArguments {
    /// Do once what is due now, then end; fails when something could not be done.
    #[arg(long)]
    once: bool,
    /// With --once: also the work of today whose hour has not come.
    #[arg(long, requires = "once")]
    early: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One TLS implementation for all clients; installing it twice is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = match arguments.command {
        Command::Settings => {
            print(&env_sample());
            return ExitCode::SUCCESS;
        }
        Command::Serve => start(serve()),
        Command::Worker(arguments) => start(work(arguments)),
        #[cfg(feature = "local")]
        Command::Local(arguments) => start(local_command::run(arguments)),
        #[cfg(feature = "local")]
        Command::Migrate(arguments) => start(database_command::migrate(arguments)),
        #[cfg(feature = "local")]
        Command::Seed(arguments) => start(database_command::seed(arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

fn start(work: impl Future<Output = Result<(), Box<dyn Error>>>) -> Result<(), Box<dyn Error>> {
    log_to_stderr()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn log_to_stderr() -> Result<(), Box<dyn Error>> {
    let get = |setting: &revos_api::http::config::Setting| {
        std::env::var(setting.name).ok().or(setting.default.map(str::to_owned)).unwrap_or_default()
    };
    let filter = EnvFilter::try_new(get(&LOG)).map_err(|error| format!("{}: {error}", LOG.name))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match get(&LOG_FORMAT).as_str() {
        "json" => builder.json().init(),
        "text" => builder.init(),
        other => return Err(format!("{}: {other:?} is neither text nor json", LOG_FORMAT.name).into()),
    }
    Ok(())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let config = Config::read(|name| std::env::var(name).ok())?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another address with REVOS_LISTEN", config.listen)
    })?;
    if !config.secure {
        tracing::warn!("plain http on this machine: cookies have neither the __Host- prefix nor Secure");
    }
    let (origin, patience) = (config.public_origin.clone(), config.shutdown);
    let state = AppState::new(config, Vec::new())?;
    check_upstream(&state).await?;
    tracing::info!(origin, "RevOS is ready");
    server::serve(listener, router(state), stop_signal()?, patience).await;
    tracing::info!("stopped");
    Ok(())
}

async fn work(arguments: WorkerArguments) -> Result<(), Box<dyn Error>> {
    let worker = Worker::read(|name| std::env::var(name).ok())?;
    if !arguments.once {
        worker.run(stop_signal()?).await;
        return Ok(());
    }
    let Pass { steps, jobs, failures } = worker.pass(arguments.early).await;
    tracing::info!(steps, jobs, failures, "one pass is done");
    if failures == 0 { Ok(()) } else { Err(format!("{failures} of it failed; the log says why").into()) }
}

/// A wrong address is told at once. A service that is merely down is not: the page says so, and recovers.
async fn check_upstream(state: &AppState) -> Result<(), Box<dyn Error>> {
    let Some(upstream) = &state.upstream else {
        tracing::warn!("demo mode: no SUPABASE_URL, so people see labelled sample rows only");
        return Ok(());
    };
    match upstream.rest.probe().await {
        Ok(()) => Ok(()),
        Err(error @ RestError::NotPostgrest { .. }) => Err(format!(
            "SUPABASE_URL: {error}. Use the project's API address, such as https://abcd.supabase.co"
        )
        .into()),
        Err(error) => {
            tracing::warn!(%error, "starting all the same; /ready tells when it is back. Is SUPABASE_URL right?");
            Ok(())
        }
    }
}

/// Done on Ctrl-C or SIGTERM.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[allow(clippy::print_stdout, reason = "the output of a command")]
fn print(text: &str) {
    print!("{text}");
}

#[allow(clippy::print_stderr, reason = "the last words of a command")]
fn complain(error: &dyn Error) {
    eprintln!("revos: {error}");
}
