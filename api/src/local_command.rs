//! How does `revos local` talk to the person who started it?

use crate::{Error, print, stop_signal};
use jiff::civil::Date;
use revos_api::http::config::{PROBE_SECONDS, SNAPSHOT_HOURS};
use revos_api::local::{LocalOptions, Running, demo_accounts};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
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

pub(crate) async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut limits = HashMap::new();
    if arguments.controls {
        // A browser run signs in far more often than a person would.
        limits.insert("REVOS_SIGN_INS_PER_MINUTE".to_owned(), "1000".to_owned());
        limits.insert("REVOS_REQUESTS_PER_MINUTE".to_owned(), "100000".to_owned());
        // And its outages are over in a moment, unless it measures them.
        let probe = std::env::var(PROBE_SECONDS.name).unwrap_or_else(|_| "1".to_owned());
        limits.insert(PROBE_SECONDS.name.to_owned(), probe);
    }
    if let Ok(hours) = std::env::var(SNAPSHOT_HOURS.name) {
        limits.insert(SNAPSHOT_HOURS.name.to_owned(), hours);
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
        "service_key": running.service_key,
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
