//! Does the tree keep the rules of the house?

use crate::tree::File;
use crate::{edges, paths, tree};
use std::collections::BTreeSet;

/// Lines above which a file is named in the report.
const LONG: usize = 300;
/// Lines above which a file is refused.
const TOO_LONG: usize = 600;
/// The same for proofs: a table of cases over one set of rows, in one transaction.
const PROOF_TOO_LONG: usize = 750;
/// Folders that say nothing about what is in them.
const EMPTY_NAMES: &[&str] = &["components", "hooks", "types", "utils", "common", "misc", "helpers"];
/// The slices of the business, and the one folder of plumbing each crate may have beside them.
const SLICES: &[&str] = &[
    "session",
    "clients",
    "pipeline",
    "automations",
    "finance",
    "overview",
    "agents",
    "focus",
    "insights",
    "integrations",
];
const PLUMBING: &[(&str, &str)] = &[("shared/src/", "kernel"), ("api/src/", "http"), ("app/src/", "shell")];

/// Checks everything; the report names the longest files.
///
/// # Errors
/// All problems, a line each.
pub(crate) fn check() -> Result<String, String> {
    let files = tree::files()?;
    let top: Vec<String> = files
        .iter()
        .map(|file| file.path.split('/').next().unwrap_or_default().to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut problems: Vec<String> = files.iter().flat_map(|file| problems_of(file, &top)).collect();
    problems.sort();
    let long: Vec<String> = files
        .iter()
        .filter(|file| is_ours(&file.path))
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > LONG)
        .map(|(lines, path)| format!("  {lines} lines: {path}"))
        .collect();
    if problems.is_empty() {
        let note = if long.is_empty() {
            String::new()
        } else {
            format!("\nlonger than {LONG} lines:\n{}", long.join("\n"))
        };
        Ok(format!("tidy: {} files keep the rules{note}", files.len()))
    } else {
        Err(format!("{}\ntidy: {} problems", problems.join("\n"), problems.len()))
    }
}

fn problems_of(file: &File, top: &[String]) -> Vec<String> {
    let File { path, text } = file;
    let mut problems = Vec::new();
    let ends = |suffix: &str| path.ends_with(suffix);
    if ends("Cargo.toml") {
        problems.extend(edges::check(path, text));
    }
    if ends(".md") {
        problems.extend(paths::missing(path, text, top));
    }
    let limit = if path.starts_with("crates/local_stack/sql/proofs/") { PROOF_TOO_LONG } else { TOO_LONG };
    if is_ours(path) && text.lines().count() > limit {
        problems.push(format!("{path}: longer than {limit} lines"));
    }
    if let Some(name) = path.split('/').rev().skip(1).find(|name| EMPTY_NAMES.contains(name)) {
        problems.push(format!("{path}: a folder called {name} says nothing about what is in it"));
    }
    problems.extend(foreign_folder(path));
    if ends(".rs") {
        problems.extend(rust_problems(path, text));
    }
    problems
}

fn rust_problems(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let first = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
    if !first.starts_with("//! ") {
        problems.push(format!("{path}: does not open with a line saying what question it answers"));
    }
    let in_app = path.starts_with("app/src/");
    if in_app && path != "app/src/shell/api.rs" && (text.contains("gloo_net") || text.contains("fetch_with_"))
    {
        problems.push(format!("{path}: only app/src/shell/api.rs fetches"));
    }
    if (in_app || path.starts_with("api/src/") || path.starts_with("shared/src/")) && names_colour(text) {
        problems.push(format!("{path}: only crates/ui and style sheets name a colour"));
    }
    if path.starts_with("api/src/") && !path.starts_with("api/src/http/") && names_failure_status(text) {
        problems.push(format!("{path}: only api/src/http/failure.rs chooses the status of a failure"));
    }
    if path.starts_with("crates/live_query/src/") || path.starts_with("crates/supabase/src/") {
        let knows = |word: &str| {
            text.lines().any(|line| line.to_lowercase().contains(word) && !line.contains("\"revos/\""))
        };
        if path.starts_with("crates/live_query/") && knows("supabase") || knows("qbr") || knows("revos") {
            problems.push(format!("{path}: must not know a word of the business"));
        }
    }
    problems
}

/// A folder directly below `src` is a slice or the crate's plumbing.
fn foreign_folder(path: &str) -> Option<String> {
    let (root, plumbing) = PLUMBING.iter().find(|(root, _)| path.starts_with(root))?;
    let (folder, _) = path[root.len()..].split_once('/')?;
    let known = folder == *plumbing || SLICES.contains(&folder);
    (!known).then(|| format!("{path}: {folder} is neither a slice nor {plumbing}"))
}

fn names_failure_status(text: &str) -> bool {
    const FAILURES: &[&str] = &[
        "BAD_",
        "UNAUTHORIZED",
        "FORBIDDEN",
        "NOT_FOUND",
        "CONFLICT",
        "INTERNAL_",
        "SERVICE_",
        "GATEWAY_",
        "TOO_MANY",
    ];
    text.match_indices("StatusCode::").any(|(at, word)| {
        let rest = &text[at + word.len()..];
        FAILURES.iter().any(|failure| rest.starts_with(failure))
    })
}

/// `#` and three, four, six or eight hexadecimal digits in a string.
fn names_colour(text: &str) -> bool {
    text.match_indices("\"#").any(|(at, _)| {
        let digits: String = text[at + 2..].chars().take_while(char::is_ascii_hexdigit).collect();
        let closed = text[at + 2 + digits.len()..].starts_with('"');
        closed && matches!(digits.len(), 3 | 4 | 6 | 8)
    })
}

/// Files that people write and read.
fn is_ours(path: &str) -> bool {
    [".rs", ".ts", ".css", ".sql", ".md", ".html"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        problems_of(&File { path: path.to_owned(), text: text.to_owned() }, &["api".to_owned()]).len()
    }

    #[test]
    fn a_tidy_file_has_no_problems() {
        assert_eq!(problems("app/src/clients/page.rs", "//! What is shown?\nfn page() {}\n"), 0);
        assert_eq!(problems("crates/ui/src/badge.rs", "//! What?\nconst C: &str = \"#fff\";\n"), 0);
    }

    #[test]
    fn each_rule_can_fail() {
        let long = format!("//! What?\n{}", "\n".repeat(600));
        for (path, text) in [
            ("app/src/clients/page.rs", "fn page() {}\n"),
            ("app/src/clients/data.rs", "//! What?\nuse gloo_net::http;\n"),
            ("app/src/clients/page.rs", "//! What?\nconst C: &str = \"#a1b2c3\";\n"),
            ("app/src/widgets/page.rs", "//! What?\n"),
            ("crates/ui/src/utils/page.rs", "//! What?\n"),
            ("api/src/clients/handlers.rs", "//! What?\nfn f() { StatusCode::NOT_FOUND; }\n"),
            ("crates/live_query/src/view.rs", "//! How does Supabase do it?\n"),
            ("api/README.md", "See `api/src/none.rs`.\n"),
            ("crates/ui/src/long.rs", &long),
        ] {
            assert_eq!(problems(path, text), 1, "{path}");
        }
    }
}
