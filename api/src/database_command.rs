//! How do migrations, demo data and scale data get into a database that somebody names?

use crate::{Error, print};
use jiff::civil::Date;
use local_stack::{Cluster, StackOptions};
use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Instant;

/// The database of the local stack.
const LOCAL_DATABASE: &str = "revos";

#[derive(clap::Args)]
pub(crate) struct MigrateArguments {
    /// The database, as postgres://user:password@host:port/name; its user is the project's `postgres`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Folder of the migrations.
    #[arg(long, default_value = "migrations")]
    migrations_dir: PathBuf,
    /// Only list what would be applied.
    #[arg(long)]
    pending: bool,
}

/// Applies what the database does not have yet, and records it as the Supabase CLI does.
pub(crate) async fn migrate(arguments: MigrateArguments) -> Result<(), Box<dyn Error>> {
    let MigrateArguments { database_url, migrations_dir, pending } = arguments;
    let (files, what) = if pending {
        (local_stack::pending(&database_url, &migrations_dir).await?, "pending")
    } else {
        (local_stack::migrate(&database_url, &migrations_dir).await?, "applied")
    };
    for file in &files {
        print(&format!("{what}  {file}\n"));
    }
    print(&format!("{} {what}\n", files.len()));
    Ok(())
}

#[derive(clap::Args)]
pub(crate) struct SeedArguments {
    /// The database, migrated already; none means the local stack's, which must not be running.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The password of all accounts that are made; the local stack's own when none is named.
    #[arg(long, env = "REVOS_SEED_PASSWORD", hide_env_values = true, hide = true)]
    password: Option<SecretString>,
    /// Day the demo data is made for, as YYYY-MM-DD; default: the demo organization's today.
    #[arg(long, conflicts_with = "scale")]
    demo_day: Option<Date>,
    /// Load this many generated clients with their children instead of the demo data, for measurements.
    #[arg(long, value_parser = clap::value_parser!(u32).range(500..=1_000_000))]
    scale: Option<u32>,
    /// Load into a database that is not on this machine.
    #[arg(long)]
    hosted: bool,
    /// Folder of the local data.
    #[arg(long, default_value = ".revos/postgres")]
    data_dir: PathBuf,
    /// Folder of the migrations.
    #[arg(long, default_value = "migrations")]
    migrations_dir: PathBuf,
}

/// Loads the demo data, replacing an earlier load of it; refuses a database with anything else in it.
pub(crate) async fn seed(arguments: SeedArguments) -> Result<(), Box<dyn Error>> {
    let Some(url) = &arguments.database_url else {
        let cluster =
            Cluster::start(&StackOptions::new(&arguments.data_dir, &arguments.migrations_dir)).await?;
        let loaded = async {
            cluster.prepare_database(LOCAL_DATABASE).await?;
            let password = SecretString::from(revos_shared::session::DEMO_PASSWORD);
            load(&cluster.url("supabase_admin", LOCAL_DATABASE), &password, &arguments).await
        }
        .await;
        cluster.stop().await?;
        return loaded;
    };
    let password = arguments
        .password
        .clone()
        .ok_or("REVOS_SEED_PASSWORD is missing: set it to the password that the demo accounts shall have")?;
    load(url, &password, &arguments).await
}

async fn load(url: &str, password: &SecretString, arguments: &SeedArguments) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    match (arguments.scale, arguments.hosted) {
        (Some(clients), _) => local_stack::load_scale(url, password, clients).await?,
        (None, true) => local_stack::load_demo_into_hosted(url, password, arguments.demo_day).await?,
        (None, false) => local_stack::load_demo(url, password, arguments.demo_day).await?,
    }
    print(&format!("loaded in {:.1} s\n", started.elapsed().as_secs_f32()));
    Ok(())
}
