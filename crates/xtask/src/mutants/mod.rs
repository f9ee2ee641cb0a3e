//! Does a proof go red when the database is made more generous than it is? Each rule is loosened once.

mod equivalent;
mod trial;

use crate::say;
use local_stack::{Proof, TestStack};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use trial::{Verdict, Worker};

/// Databases that mutants are tried in at the same time.
const WORKERS: usize = 2;
/// How many mutants are tried between two lines of progress.
const PROGRESS: usize = 100;
/// Names, objects and statements of all mutants.
const MUTANTS: &str = include_str!("mutants.sql");

/// Which mutants to try.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Try this many, chosen by the seed.
    #[arg(long)]
    sample: Option<usize>,
    /// Chooses the sample; made of the rules themselves when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Only those whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Print names and statements, and try nothing.
    #[arg(long)]
    list: bool,
}

/// One way of loosening a rule.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Mutant {
    /// The table or function it is about.
    pub object: String,
    /// Unique among the mutants.
    pub name: String,
    /// What makes it.
    pub statement: String,
}

/// Tries the mutants; the report counts them.
///
/// # Errors
/// The mutants that no proof noticed, each with its statement; or why none could be tried.
pub(crate) fn run(arguments: &Arguments) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(try_all(arguments))
}

async fn try_all(arguments: &Arguments) -> Result<String, String> {
    let started = Instant::now();
    let stack = TestStack::start(Path::new("migrations")).await.map_err(|error| error.to_string())?;
    let proofs =
        Proof::read_all(Path::new("crates/local_stack/sql/proofs")).map_err(|error| error.to_string())?;
    let databases = clones(&stack).await?;
    let all = read(&databases[0]).await.map_err(|error| format!("the mutants cannot be listed: {error}"))?;
    let unknown = equivalent::unknown(&all);
    if !unknown.is_empty() {
        return Err(format!(
            "listed as equivalent, but no mutant has this name:\n  {}",
            unknown.join("\n  ")
        ));
    }
    let total = all.len();
    let mutants: Vec<Mutant> = all.into_iter().filter(|it| equivalent::reason(&it.name).is_none()).collect();
    let equivalent = total - mutants.len();
    let mutants = chosen(mutants, arguments);
    if arguments.list {
        let lines: Vec<String> =
            mutants.iter().map(|it| format!("{}\n    {}", it.name, it.statement)).collect();
        return Ok(format!("{}\n{} mutants, {equivalent} equivalent", lines.join("\n"), mutants.len()));
    }
    // The databases are alike, so one of them speaks for all.
    Worker::new(&databases[0], &proofs).await?.begin_green().await?;
    let tally = Tally { total: mutants.len(), done: AtomicUsize::new(0), started };
    let next = AtomicUsize::new(0);
    let work = databases.iter().map(|url| work(url, &mutants, &proofs, &next, &tally));
    let mut verdicts = Vec::new();
    let mut work: Vec<_> = work.collect();
    let (second, first) = (work.pop(), work.pop());
    let (Some(first), Some(second)) = (first, second) else { return Err("no database to work in".into()) };
    let (first, second) = tokio::try_join!(first, second)?;
    verdicts.extend(first);
    verdicts.extend(second);
    drop(stack);
    report(&mutants, &verdicts, equivalent, started)
}

/// How far the whole is.
struct Tally {
    total: usize,
    done: AtomicUsize,
    started: Instant,
}

impl Tally {
    fn one_more(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(PROGRESS) {
            say(&format!("  {done} of {} after {} s", self.total, self.started.elapsed().as_secs()));
        }
    }
}

/// One database takes mutants until none is left.
async fn work(
    url: &str,
    mutants: &[Mutant],
    proofs: &[Proof],
    next: &AtomicUsize,
    tally: &Tally,
) -> Result<Vec<(usize, Verdict)>, String> {
    let broken = |error: sqlx::Error| format!("the database fails: {error}");
    let mut worker = Worker::new(url, proofs).await?;
    let mut verdicts = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(mutant) = mutants.get(index) else { return Ok(verdicts) };
        let verdict = worker.judge(mutant).await.map_err(broken)?;
        if !matches!(verdict, Verdict::Killed { .. }) {
            say(&format!("  {verdict}: {}", mutant.name));
        }
        verdicts.push((index, verdict));
        tally.one_more();
    }
}

fn report(
    mutants: &[Mutant],
    verdicts: &[(usize, Verdict)],
    equivalent: usize,
    started: Instant,
) -> Result<String, String> {
    let killed = |proof: &str| {
        verdicts.iter().filter(|(_, it)| matches!(it, Verdict::Killed { by } if by == proof)).count()
    };
    let by: BTreeSet<&str> = verdicts
        .iter()
        .filter_map(|(_, it)| if let Verdict::Killed { by } = it { Some(by.as_str()) } else { None })
        .collect();
    let counts: Vec<String> = by.iter().map(|proof| format!("{} {proof}", killed(proof))).collect();
    let total: usize = by.iter().map(|proof| killed(proof)).sum();
    let summary = format!(
        "mutants: {} tried, {total} killed ({}), {equivalent} listed as equivalent, in {} s",
        mutants.len(),
        counts.join(", "),
        started.elapsed().as_secs()
    );
    let alive: Vec<String> = verdicts
        .iter()
        .filter(|(_, it)| !matches!(it, Verdict::Killed { .. }))
        .map(|(index, it)| format!("{it}: {}\n    {}", mutants[*index].name, mutants[*index].statement))
        .collect();
    if alive.is_empty() {
        Ok(summary)
    } else {
        Err(format!(
            "{}\n{summary}\nmutants: {} live; add what would notice them to crates/local_stack/sql/proofs",
            alive.join("\n"),
            alive.len()
        ))
    }
}

/// Copies of the template that workers may change as they like.
async fn clones(stack: &TestStack) -> Result<Vec<String>, String> {
    let mut urls = Vec::new();
    for number in 1..=WORKERS {
        let name = format!("mutants_{number}");
        stack
            .cluster()
            .clone_database(TestStack::TEMPLATE, &name)
            .await
            .map_err(|error| error.to_string())?;
        urls.push(stack.cluster().url("supabase_admin", &name));
    }
    Ok(urls)
}

async fn read(url: &str) -> Result<Vec<Mutant>, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let mutants = sqlx::query_as(MUTANTS).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(mutants)
}

/// Those that are asked for, in the order of their names; a sample is the same for the same seed.
fn chosen(mutants: Vec<Mutant>, arguments: &Arguments) -> Vec<Mutant> {
    let asked = |it: &Mutant| arguments.only.as_ref().is_none_or(|text| it.name.contains(text));
    let mut mutants: Vec<Mutant> = mutants.into_iter().filter(asked).collect();
    if let Some(size) = arguments.sample {
        let seed = arguments.seed.unwrap_or_else(|| of_the_rules(&mutants));
        mutants.sort_by_key(|it| scattered(&it.name, seed));
        mutants.truncate(size);
        say(&format!("mutants: a sample of {}, seed {seed}", mutants.len()));
    }
    mutants.sort_by(|one, other| one.name.cmp(&other.name));
    mutants
}

/// Changes with the rules, so that a tree that was green stays so, and each change of them brings others to the test.
fn of_the_rules(mutants: &[Mutant]) -> u64 {
    let mut statements: Vec<&str> = mutants.iter().map(|it| it.statement.as_str()).collect();
    statements.sort_unstable();
    statements.iter().fold(0, |seed, statement| scattered(statement, seed))
}

/// FNV-1a, begun with the seed and mixed at the end: the same number on every machine.
fn scattered(name: &str, seed: u64) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = name.bytes().fold(begin, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(seed: u64) -> Vec<String> {
        let mutants = (0..100).map(|number| Mutant {
            object: "clients".into(),
            name: format!("clients_{number}: using true"),
            statement: String::new(),
        });
        let arguments = Arguments { sample: Some(5), seed: Some(seed), only: Some("_1".into()), list: false };
        chosen(mutants.collect(), &arguments).into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn a_sample_depends_on_the_seed_alone() {
        assert_eq!(names(1).len(), 5);
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
        assert!(names(1).iter().all(|name| name.contains("_1")));
    }
}
