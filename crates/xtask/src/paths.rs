//! Does every path that a document names exist?

use crate::tree;

/// Folders that come into being by building or running.
const MADE: &[&str] =
    &[".revos", "target", "app/dist", "e2e/test-results", "e2e/playwright-report", "e2e/node_modules"];

/// The paths in code spans of a document that do not exist. `known` are the names at the top of the tree.
pub(crate) fn missing(path: &str, text: &str, known: &[String]) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    spans(text)
        .filter(|span| is_path(span, known))
        .map(|span| span.trim_start_matches("./"))
        .filter(|span| !MADE.iter().any(|made| span.starts_with(made)))
        .filter(|span| !tree::exists(span) && !tree::exists(&format!("{folder}/{span}")))
        .map(|span| format!("{path}: names {span}, which does not exist"))
        .collect()
}

/// The texts between single backticks, outside fenced blocks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines()
        .filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fence && !fenced
        })
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// A path has no spaces or patterns and begins with a name at the top of the tree.
fn is_path(span: &str, known: &[String]) -> bool {
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    let span = span.trim_start_matches("./");
    let first = span.split('/').next().unwrap_or_default();
    plain && known.iter().any(|name| name == first) && (span.contains('/') || span.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_paths_and_leaves_other_words_alone() {
        let known = ["api".to_owned(), "revos".to_owned()];
        assert!(is_path("api/src/router.rs", &known) && is_path("./api/src", &known));
        for other in ["GET /api/clients", "revos", "./revos up", "migrations/*.sql", "serde/json"] {
            assert!(!is_path(other, &known), "{other}");
        }
        let text = "See `api/none.rs`.\n```\n`api/fenced.rs`\n```\n";
        assert_eq!(spans(text).collect::<Vec<_>>(), ["api/none.rs"]);
    }
}
