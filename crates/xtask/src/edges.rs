//! Which crate may import which? The list of allowed edges; everything else is refused.

use std::collections::BTreeSet;

/// A crate, what it may depend on, and what only its tests may.
struct Edges {
    manifest: &'static str,
    may: &'static [&'static str],
    tests_may: &'static [&'static str],
}

const ALLOWED: &[Edges] = &[
    Edges { manifest: "shared/Cargo.toml", may: &["lean_json"], tests_may: &[] },
    Edges {
        manifest: "api/Cargo.toml",
        may: &["revos_shared", "supabase", "ingest", "local_stack", "revos_app"],
        tests_may: &["local_stack"],
    },
    Edges {
        manifest: "app/Cargo.toml",
        may: &["revos_shared", "revos_ui", "live_query", "lean_json"],
        tests_may: &[],
    },
    Edges { manifest: "crates/lean_json/Cargo.toml", may: &[], tests_may: &[] },
    Edges { manifest: "crates/live_query/Cargo.toml", may: &["lean_json"], tests_may: &[] },
    Edges { manifest: "crates/ui/Cargo.toml", may: &[], tests_may: &[] },
    Edges { manifest: "crates/supabase/Cargo.toml", may: &[], tests_may: &[] },
    Edges {
        manifest: "crates/ingest/Cargo.toml",
        may: &["revos_shared", "supabase"],
        tests_may: &["local_stack"],
    },
    Edges { manifest: "crates/local_stack/Cargo.toml", may: &["revos_shared"], tests_may: &[] },
    // The bench drives the page's own machine and the server's own token check.
    Edges {
        manifest: "crates/xtask/Cargo.toml",
        may: &["local_stack", "live_query", "supabase"],
        tests_may: &[],
    },
];

/// Crates of the workspace, by the names they are imported under.
const OURS: &[&str] = &[
    "revos_shared",
    "revos_api",
    "revos_app",
    "lean_json",
    "live_query",
    "revos_ui",
    "supabase",
    "ingest",
    "local_stack",
    "xtask",
];

/// What is wrong with one manifest.
pub(crate) fn check(path: &str, text: &str) -> Vec<String> {
    let Ok(manifest) = text.parse::<toml::Table>() else { return vec![format!("{path}: is not TOML")] };
    if path == "Cargo.toml" {
        return Vec::new();
    }
    let Some(allowed) = ALLOWED.iter().find(|edges| edges.manifest == path) else {
        return vec![format!(
            "{path}: no edges are allowed for this crate; add it to crates/xtask/src/edges.rs"
        )];
    };
    let named = |section: &str| -> BTreeSet<String> {
        let table = manifest.get(section).and_then(toml::Value::as_table);
        table.into_iter().flat_map(|table| table.keys().cloned()).collect()
    };
    let mut problems = Vec::new();
    for (section, may) in [
        ("dependencies", allowed.may),
        ("build-dependencies", allowed.may),
        ("dev-dependencies", allowed.tests_may),
    ] {
        for name in named(section).iter().filter(|name| OURS.contains(&name.as_str())) {
            if !may.contains(&name.as_str()) {
                problems.push(format!("{path}: [{section}] may not name {name}"));
            }
        }
        let table = manifest.get(section).and_then(toml::Value::as_table);
        for (name, value) in table.into_iter().flatten() {
            let inherits = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            if !inherits {
                problems.push(format!("{path}: {name} must take its version from the workspace table"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn refuses_an_edge_that_is_not_listed() {
        let text = "[dependencies]\nrevos_shared.workspace = true\n";
        assert!(check("app/Cargo.toml", text).is_empty());
        assert_eq!(check("crates/supabase/Cargo.toml", text).len(), 1);
        assert_eq!(check("crates/new/Cargo.toml", text).len(), 1);
    }

    #[test]
    fn refuses_a_version_of_its_own() {
        assert_eq!(check("shared/Cargo.toml", "[dependencies]\nserde = \"1\"\n").len(), 1);
    }
}
