//! How does a part of the page that travels later bring its styles?

use js_sys::{Array, Function, Reflect, global};
use leptos::prelude::document;
use std::cell::RefCell;
use wasm_bindgen::{JsCast as _, JsValue};

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
