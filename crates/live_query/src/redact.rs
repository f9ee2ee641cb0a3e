//! What must not leave the page in a telemetry record?

/// Stands where an e-mail address stood.
pub(crate) const EMAIL: &str = "[email]";
/// Stands where a token stood.
pub(crate) const TOKEN: &str = "[token]";
/// Stands where the value of a URL query parameter or a secret field stood.
pub(crate) const VALUE: &str = "[value]";

/// The longest run of token characters that is left alone: a UUID has 36.
const LONGEST_PLAIN_RUN: usize = 39;

/// Field names whose values never travel, whatever they hold.
const SECRET_FIELDS: [&str; 12] = [
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "apikey",
    "api_key",
    "email",
    "phone",
    "form",
    "body",
];

/// Replaces e-mail addresses, tokens and the values of URL queries and fragments in a text.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_scheme = false;
    for piece in text.split_inclusive(is_break) {
        let (word, end) = match piece.char_indices().next_back() {
            Some((at, last)) if is_break(last) => piece.split_at(at),
            _ => (piece, ""),
        };
        if after_scheme && !word.is_empty() {
            out.push_str(TOKEN);
        } else {
            out.push_str(&redact_word(word));
        }
        out.push_str(end);
        let scheme = ["bearer", "basic", "apikey"].iter().any(|name| word.eq_ignore_ascii_case(name));
        after_scheme = (scheme && end.chars().all(|last| last == ' ' || last == ':'))
            || (after_scheme && word.is_empty() && end == " ");
    }
    out
}

/// Is this the name of a field whose value never travels?
pub(crate) fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET_FIELDS.iter().any(|field| lower == *field || lower.ends_with(&format!("_{field}")))
}

/// What separates the words a secret can hide in.
fn is_break(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';')
}

fn redact_word(word: &str) -> String {
    // The query or fragment of a URL: names stay, values go.
    match word.find(['?', '#']).filter(|at| word.get(*at..).is_some_and(|rest| rest.contains('='))) {
        Some(at) => {
            let (address, query) = word.split_at(at);
            let mut out = redact_plain(address);
            for part in query.split_inclusive(['?', '#', '&']) {
                let (pair, end) = match part.char_indices().next_back() {
                    Some((at, '?' | '#' | '&')) => part.split_at(at),
                    _ => (part, ""),
                };
                match pair.split_once('=') {
                    Some((name, _)) => out.extend([&redact_plain(name), "=", VALUE]),
                    None => out.push_str(&redact_plain(pair)),
                }
                out.push_str(end);
            }
            out
        }
        None => redact_plain(word),
    }
}

fn redact_plain(word: &str) -> String {
    redact_emails(&redact_tokens(word))
}

/// Replaces JWTs and other long runs of token characters.
fn redact_tokens(word: &str) -> String {
    let in_token = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while !rest.is_empty() {
        let plain = rest.find(in_token).unwrap_or(rest.len());
        let (before, tail) = rest.split_at(plain);
        out.push_str(before);
        // A JWT is one run with dots in it; file names and host names have dots too, but no `eyJ`.
        let dotted = tail.find(|letter: char| !in_token(letter) && letter != '.').unwrap_or(tail.len());
        let run = tail.find(|letter: char| !in_token(letter)).unwrap_or(tail.len());
        let is_jwt = tail.starts_with("eyJ") && tail.split_at(dotted).0.contains('.');
        let (run, after) = tail.split_at(if is_jwt { dotted } else { run });
        let opaque = run.len() > LONGEST_PLAIN_RUN && run.bytes().any(|byte| byte.is_ascii_digit());
        out.push_str(if is_jwt || opaque || looks_like_key(run) { TOKEN } else { run });
        rest = after;
    }
    out
}

/// Keys with a telling prefix, whatever their length.
fn looks_like_key(run: &str) -> bool {
    let prefixes = ["eyJ", "sk_", "pk_", "sb_secret_", "sb_publishable_", "ghp_", "ya29", "xox"];
    run.len() >= 16 && prefixes.iter().any(|prefix| run.starts_with(prefix))
}

/// Replaces e-mail addresses, also with the `@` written as `%40`.
fn redact_emails(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((at, sign)) = first_at_sign(rest) {
        let (before, tail) = rest.split_at(at);
        let tail = tail.get(sign..).unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, letter)| !matches!(letter, '/' | '=' | '&' | '?' | '#' | '|'))
            .last()
            .map_or(before.len(), |(start, _)| start);
        let end = tail
            .find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '.' | '-'))
            .unwrap_or(tail.len());
        let (domain, after) = tail.split_at(end);
        if start < before.len() && is_domain(domain) {
            out.push_str(before.get(..start).unwrap_or_default());
            out.push_str(EMAIL);
            if domain.ends_with('.') {
                out.push('.');
            }
        } else {
            out.push_str(before);
            out.push_str(rest.get(at..at + sign + end).unwrap_or_default());
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The place and length of the first `@` or `%40`.
fn first_at_sign(text: &str) -> Option<(usize, usize)> {
    let plain = text.find('@').map(|at| (at, 1));
    let coded = text.find("%40").map(|at| (at, 3));
    match (plain, coded) {
        (Some(plain), Some(coded)) => Some(plain.min(coded)),
        (plain, coded) => plain.or(coded),
    }
}

/// `example.com`, but not the `1.2.3` of a version nor the `http` of a stack frame.
fn is_domain(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    text.rsplit_once('.').is_some_and(|(name, top)| {
        !name.is_empty() && top.chars().count() >= 2 && top.chars().any(char::is_alphabetic)
    })
}
