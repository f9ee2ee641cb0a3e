//! What do the proofs say about one mutant? It lives in a transaction that is never kept.

use super::Mutant;
use local_stack::Proof;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::fmt;

/// The proof that reads the catalogue instead of trying what is possible.
const CATALOGUE: &str = "foundation_catalogue";

/// The proof of each policy alone. It can look at one table, which takes no time.
const POLICIES: &str = "policies";

/// What became of a mutant.
pub(crate) enum Verdict {
    /// A proof went red.
    Killed {
        /// The proof.
        by: String,
    },
    /// All proofs are green.
    Survived,
    /// The statement cannot be run, so that nothing was tried.
    Impossible(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { by } => write!(f, "killed by {by}"),
            Self::Survived => write!(f, "survived"),
            Self::Impossible(why) => write!(f, "cannot be made ({why})"),
        }
    }
}

/// One database with a connection.
pub(crate) struct Worker<'a> {
    connection: PgConnection,
    proofs: &'a [Proof],
}

impl<'a> Worker<'a> {
    /// # Errors
    /// A sentence, when the database does not answer.
    pub(crate) async fn new(url: &str, proofs: &'a [Proof]) -> Result<Self, String> {
        let connection =
            PgConnection::connect(url).await.map_err(|error| format!("no connection: {error}"))?;
        Ok(Self { connection, proofs })
    }

    /// Makes sure that all proofs are green as long as nothing is changed.
    ///
    /// # Errors
    /// Which one is not.
    pub(crate) async fn begin_green(&mut self) -> Result<(), String> {
        let unchanged =
            Mutant { object: String::new(), name: String::new(), statement: "select 1".to_owned() };
        match self.judge(&unchanged).await {
            Ok(Verdict::Survived) => Ok(()),
            Ok(Verdict::Killed { by }) => Err(format!("the proof {by} is red without any mutant")),
            Ok(Verdict::Impossible(why)) => Err(why),
            Err(error) => Err(format!("the database fails: {error}")),
        }
    }

    /// Makes the mutant, asks the proofs until one is red, and takes everything back.
    pub(crate) async fn judge(&mut self, mutant: &Mutant) -> Result<Verdict, sqlx::Error> {
        let proofs = in_order(self.proofs, mutant);
        let mut transaction = self.connection.begin().await?;
        if let Some(why) = refusal(run(&mut transaction, &mutant.statement).await)? {
            transaction.rollback().await?;
            return Ok(Verdict::Impossible(why));
        }
        let mut verdict = Verdict::Survived;
        // Read by the proof of policies; gone with the transaction.
        let about = if of_policy(mutant) { mutant.object.as_str() } else { "" };
        sqlx::query("select set_config('revos.proof_table', $1, true)")
            .bind(about)
            .execute(&mut *transaction)
            .await?;
        for proof in proofs {
            let mut point = transaction.begin().await?;
            let red = refusal(proof.run(&mut point).await)?;
            point.rollback().await?;
            if red.is_some() {
                verdict = Verdict::Killed { by: proof.name.clone() };
                break;
            }
        }
        transaction.rollback().await?;
        Ok(verdict)
    }
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map(|_| ())
}

/// What the database itself objects to; a lost connection is no answer.
fn refusal(outcome: Result<(), sqlx::Error>) -> Result<Option<String>, sqlx::Error> {
    match outcome {
        Ok(()) => Ok(None),
        Err(sqlx::Error::Database(error)) => Ok(Some(error.message().to_owned())),
        Err(error) => Err(error),
    }
}

/// The proof most likely to notice first: the one that speaks most of the object. The catalogue is asked first
/// about rights and switches, which it sees at once, and last about conditions, which should be noticed by trying.
fn in_order<'a>(proofs: &'a [Proof], mutant: &Mutant) -> Vec<&'a Proof> {
    const CATALOGUE_FIRST: &[&str] = &[
        "row-level security",
        " to anon",
        " to authenticated",
        "trigger off",
        "dropped",
        "no check",
        "search path",
        "its owner",
    ];
    let first = CATALOGUE_FIRST.iter().any(|word| mutant.name.contains(word));
    let mut proofs: Vec<&Proof> = proofs.iter().collect();
    proofs.sort_by_key(|proof| match proof.name.as_str() {
        CATALOGUE if first => (0, 0),
        POLICIES if of_policy(mutant) => (1, 0),
        POLICIES => (3, 0),
        CATALOGUE => (4, 0),
        _ => (2, usize::MAX - mentions(&proof.body, &mutant.object)),
    });
    proofs
}

fn of_policy(mutant: &Mutant) -> bool {
    mutant.statement.starts_with("alter policy")
}

/// How often a text names something, as a word of its own.
fn mentions(text: &str, name: &str) -> usize {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() {
        return 0;
    }
    text.match_indices(name)
        .filter(|(at, _)| !text[..*at].ends_with(part) && !text[at + name.len()..].starts_with(part))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(object: &str, name: &str) -> Mutant {
        Mutant { object: object.into(), name: name.into(), statement: String::new() }
    }

    #[test]
    fn the_proof_that_speaks_of_the_object_comes_first() {
        let proof = |name: &str, body: &str| Proof { name: name.into(), body: body.into(), kit: "".into() };
        let proofs = [
            proof("clients", "contacts"),
            proof("core", "clients, public.clients and my_clients"),
            proof(CATALOGUE, "clients clients clients"),
        ];
        let names = |mutant: &Mutant| -> Vec<String> {
            in_order(&proofs, mutant).into_iter().map(|proof| proof.name.clone()).collect()
        };
        assert_eq!(mentions(&proofs[1].body, "clients"), 2);
        assert_eq!(names(&mutant("clients", "clients_select: using true")), ["core", "clients", CATALOGUE]);
        assert_eq!(names(&mutant("contacts", "contacts: select to anon")), [CATALOGUE, "clients", "core"]);
    }
}
