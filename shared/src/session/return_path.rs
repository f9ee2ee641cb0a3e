//! Where may sign-in send a person back to? Only to a path of this site.

/// The path itself when it is one of this site, else `/`.
///
/// It must start with one `/`, not with `//` or `/\` (browsers read both as another host),
/// and hold no control characters (browsers drop them, turning `/\t/host` into `//host`).
#[must_use]
pub fn safe_return_path(path: &str) -> &str {
    let safe = path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && !path.chars().any(char::is_control)
        && path.len() <= 2_000;
    if safe { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::safe_return_path;
    use proptest::prelude::*;

    #[test]
    fn keeps_own_paths_and_replaces_all_others() {
        for own in ["/", "/clients", "/clients?panel=qbr#top", "/a//b"] {
            assert_eq!(safe_return_path(own), own);
        }
        for other in ["//evil.example", "https://evil.example", "/\\evil", "", "clients", "/\t/evil.example"]
        {
            assert_eq!(safe_return_path(other), "/", "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn never_leaves_the_site(path in "\\PC*") {
            let kept = safe_return_path(&path);
            prop_assert!(kept.starts_with('/') && !kept.starts_with("//") && !kept.starts_with("/\\"));
        }
    }
}
