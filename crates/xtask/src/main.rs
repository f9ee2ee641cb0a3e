//! Which checks can a program make? House rules, the page's size, with feature `bench` the figures, with
//! `database` what the proofs notice.

#[cfg(feature = "bench")]
mod bench;
mod edges;
#[cfg(feature = "database")]
mod mutants;
mod page;
mod parts;
mod paths;
#[cfg(feature = "database")]
mod snapshot;
mod tidy;
mod tree;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Checks of the RevOS tree. Run from its top.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks edges between crates, names, lengths, first lines, colours, and every path named in a document.
    Tidy,
    /// Puts the parts of the page that travel later beside the first module.
    PlaceParts {
        /// The folder with the parts and their loader.
        parts: PathBuf,
        /// The folder with the built page.
        page: PathBuf,
    },
    /// Puts the style sheets of the built page together into one.
    JoinStyles {
        /// The folder with the built page.
        page: PathBuf,
    },
    /// Writes each file of the built page once more as brotli and as gzip.
    PackPage {
        /// The folder with the built page.
        page: PathBuf,
    },
    /// Fails when a first visit loads more than its budget.
    PageBudget {
        /// The folder with the built and packed page.
        page: PathBuf,
    },
    /// Measures against a bare rig in the same run.
    #[cfg(feature = "bench")]
    Bench(bench::Arguments),
    /// Loosens every policy, right and check of the database once, and fails when no proof notices.
    #[cfg(feature = "database")]
    MutatePolicies(mutants::Arguments),
    /// Writes down what the migrations build.
    #[cfg(feature = "database")]
    SchemaSnapshot,
    /// Loosens every policy, right and check of the database once, and fails when no proof notices.
    #[cfg(not(feature = "database"))]
    #[command(disable_help_flag = true)]
    MutatePolicies(Passed),
    /// Writes down what the migrations build.
    #[cfg(not(feature = "database"))]
    #[command(disable_help_flag = true)]
    SchemaSnapshot(Passed),
}

/// What this program hands on to itself.
#[cfg(not(feature = "database"))]
#[derive(clap::Args)]
struct Passed {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _rest: Vec<String>,
}

/// Work with a database needs the local stack, which the checks need not wait for: cargo builds this program with
/// it and runs that.
#[cfg(not(feature = "database"))]
fn with_database() -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    // What cargo told this program about itself would be news to the build scripts of others, which then run again.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
        command.env_remove(name);
    }
    let status = command
        .args(["run", "--quiet", "--package", "xtask", "--features", "database", "--"])
        .args(std::env::args_os().skip(1))
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() { Ok(String::new()) } else { Err(String::new()) }
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tidy => tidy::check(),
        Command::PlaceParts { parts, page } => parts::place(&parts, &page),
        Command::JoinStyles { page } => page::join_styles(&page),
        Command::PackPage { page } => page::pack(&page),
        Command::PageBudget { page } => page::check_budget(&page),
        #[cfg(feature = "bench")]
        Command::Bench(arguments) => bench::run(&arguments),
        #[cfg(feature = "database")]
        Command::MutatePolicies(arguments) => mutants::run(&arguments),
        #[cfg(feature = "database")]
        Command::SchemaSnapshot => snapshot::write(),
        #[cfg(not(feature = "database"))]
        Command::MutatePolicies(_) | Command::SchemaSnapshot(_) => with_database(),
    };
    match outcome {
        Ok(report) => {
            say(&report);
            ExitCode::SUCCESS
        }
        Err(problems) => {
            say(&problems);
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout, reason = "the output of a command")]
fn say(text: &str) {
    if !text.is_empty() {
        println!("{}", text.trim_end());
    }
}
