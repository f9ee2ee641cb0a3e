//! How does a part of the page that travels later bring its styles?

use js_sys::{Array, Function, Reflect, global};
use leptos::prelude::document;
use std::cell::RefCell;
use wasm_bindgen::{JsCast as _, JsValue};

/// The rules of a file of styles, as they travel: without what is there for people only.
macro_rules! rules {
    ($file:literal) => {{
        const FILE: &str = include_str!($file);
        const COMPACT: ([u8; FILE.len()], usize) = $crate::shell::style::compact(FILE);
        const BYTES: &[u8] = COMPACT.0.split_at(COMPACT.1).0;
        const RULES: &str = match std::str::from_utf8(BYTES) {
            Ok(rules) => rules,
            Err(_) => panic!("only whole characters are left out"),
        };
        RULES
    }};
}

pub(crate) use rules;

/// Leaves out comments, and white space that means nothing. Gives the bytes and how many of them count.
pub(crate) const fn compact<const N: usize>(file: &str) -> ([u8; N], usize) {
    let from = file.as_bytes();
    let mut to = [0; N];
    let (mut at, mut end) = (0, 0);
    let mut quoted = false;
    while at < N {
        let byte = from[at];
        if !quoted && byte == b'/' && at + 1 < N && from[at + 1] == b'*' {
            at += 2;
            while !(from[at] == b'*' && from[at + 1] == b'/') {
                at += 1;
            }
            at += 2;
            continue;
        }
        at += 1;
        quoted = quoted != (byte == b'"');
        let last = if end == 0 { b'}' } else { to[end - 1] };
        let is_space = !quoted && byte.is_ascii_whitespace();
        if is_space && matches!(last, b' ' | b'{' | b'}' | b';' | b':' | b',') {
            continue;
        }
        let ends = !quoted && matches!(byte, b'{' | b'}' | b',' | b';');
        if ends && end > 0 && (last == b' ' || (byte == b'}' && last == b';')) {
            end -= 1;
        }
        to[end] = if is_space { b' ' } else { byte };
        end += 1;
    }
    (to, end)
}

thread_local! {
    static ADOPTED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Adds these rules to the page's own, once. A sheet made by script is no inline style, so the policy lets it pass.
pub(crate) fn adopt(rules: &'static str) {
    let known = ADOPTED.with_borrow(|adopted| adopted.contains(&rules));
    if !known && adopted(rules).is_ok() {
        ADOPTED.with_borrow_mut(|adopted| adopted.push(rules));
    }
}

fn adopted(rules: &str) -> Result<(), JsValue> {
    let class: Function = Reflect::get(&global(), &"CSSStyleSheet".into())?.dyn_into()?;
    let sheet = Reflect::construct(&class, &Array::new())?;
    let replace: Function = Reflect::get(&sheet, &"replaceSync".into())?.dyn_into()?;
    replace.call1(&sheet, &rules.into())?;
    let sheets = Array::from(&Reflect::get(&document(), &"adoptedStyleSheets".into())?);
    sheets.push(&sheet);
    Reflect::set(&document(), &"adoptedStyleSheets".into(), &sheets)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::compact;

    fn written(file: &'static str) -> String {
        let (bytes, count) = compact::<256>(&format!("{file:256}"));
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    #[test]
    fn rules_travel_without_comments_and_white_space() {
        let file = "/* Why · not. */\n.a > li,\n.b :hover {\n  margin: 0 2px;\n  content: \" · , { \";\n}\n\n@media (width < 40em) {\n  .c { top: 1px; }\n}\n";
        assert_eq!(
            written(file),
            ".a > li,.b :hover{margin:0 2px;content:\" · , { \"}@media (width < 40em){.c{top:1px}}"
        );
        assert_eq!(written(".a /* between */ .b { }"), ".a .b{}");
    }
}
