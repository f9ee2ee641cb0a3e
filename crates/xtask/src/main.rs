//! Which checks can a program make? House rules, the page's size, and (with feature `bench`) the figures.

#[cfg(feature = "bench")]
mod bench;
mod edges;
mod page;
mod paths;
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
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tidy => tidy::check(),
        Command::JoinStyles { page } => page::join_styles(&page),
        Command::PackPage { page } => page::pack(&page),
        Command::PageBudget { page } => page::check_budget(&page),
        #[cfg(feature = "bench")]
        Command::Bench(arguments) => bench::run(&arguments),
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
    println!("{}", text.trim_end());
}
