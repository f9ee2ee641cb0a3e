//! What can the binary `revos` do? Serve, run the whole stack on this machine, list its settings.

use clap::{Parser, Subcommand};
use revos_api::http::config::{Config, LOG, LOG_FORMAT, env_sample};
use revos_api::http::server;
use revos_api::http::state::AppState;
use revos_api::router::router;
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
    /// Prints all settings with their defaults; `.env.sample` is this text.
    Settings,
    /// Runs database, REST, Auth, API and page on this machine, with the demo data.
    #[cfg(feature = "local")]
    Local(local::Arguments),
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
        #[cfg(feature = "local")]
        Command::Local(arguments) => start(local::run(arguments)),
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

#[cfg(feature = "local")]
mod local {
    //! How does `revos local` talk to the person who started it?

    use super::{Error, print, stop_signal};
    use jiff::civil::Date;
    use revos_api::local::{LocalOptions, Running, demo_accounts};
    use std::collections::HashMap;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    use std::path::PathBuf;

    #[derive(clap::Args)]
    pub(super) struct Arguments {
        /// Port of the page.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Throw the local data away and start over.
        #[arg(long)]
        fresh: bool,
        /// Folder of the local data.
        #[arg(long, default_value = ".revos/postgres")]
        data_dir: PathBuf,
        /// Folder of the migrations.
        #[arg(long, default_value = "migrations")]
        migrations_dir: PathBuf,
        /// Day the demo data is made for, as YYYY-MM-DD; default: the demo organization's today.
        #[arg(long)]
        demo_day: Option<Date>,
        /// Offer the switch that makes REST or Auth fail, for browser tests.
        #[arg(long, hide = true)]
        controls: bool,
        /// Write the addresses of all parts to this file, as JSON, for browser tests.
        #[arg(long, hide = true)]
        details: Option<PathBuf>,
    }

    pub(super) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
        let mut limits = HashMap::new();
        if arguments.controls {
            // A browser run signs in far more often than a person would.
            limits.insert("REVOS_SIGN_INS_PER_MINUTE".to_owned(), "1000".to_owned());
            limits.insert("REVOS_REQUESTS_PER_MINUTE".to_owned(), "100000".to_owned());
        }
        let options = LocalOptions {
            listen: SocketAddr::from((IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port)),
            data_dir: arguments.data_dir,
            migrations_dir: arguments.migrations_dir,
            fresh: arguments.fresh,
            controls: arguments.controls,
            demo_day: arguments.demo_day,
            limits,
        };
        let details = arguments.details;
        let ready = |running: &Running| {
            announce(running);
            if let Some(file) = details {
                write_details(running, &file);
            }
        };
        revos_api::local::run(&options, ready, stop_signal()?).await?;
        print("RevOS has stopped.\n");
        Ok(())
    }

    fn write_details(running: &Running, file: &std::path::Path) {
        let details = serde_json::json!({
            "page": running.page,
            "project": running.project,
            "database": running.database,
        });
        if let Err(error) = std::fs::write(file, details.to_string()) {
            tracing::error!(%error, "cannot write the details to {}", file.display());
        }
    }

    fn announce(running: &Running) {
        let mut text = String::new();
        if let Some(notice) = &running.notice {
            text.push_str(&format!("Note: {notice}\n"));
        }
        text.push_str(&format!(
            "\n  RevOS is ready: {}\n  Its project:    {}\n\n  Demo accounts:\n",
            running.page, running.project
        ));
        for account in demo_accounts() {
            let persona = account.persona.as_str();
            text.push_str(&format!("    {:<24} {persona:<11} {}\n", account.email, account.organization));
        }
        let password = revos_shared::session::DEMO_PASSWORD;
        text.push_str(&format!("  Password of all: {password}\n\n  Ctrl-C stops everything.\n"));
        print(&text);
    }
}
