//! How does a list keep its lines in place while their content changes?

use leptos::prelude::*;
use std::sync::Arc;

/// Lines by their keys: one that stays is moved and not drawn anew. Keys are numbers, so that all lists share their
/// code.
pub fn lines(
    keys: impl Fn() -> Vec<u128> + Send + Sync + 'static,
    draw: impl Fn(u128) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    erased_lines(Arc::new(keys), Arc::new(draw))
}

type Keys = Arc<dyn Fn() -> Vec<u128> + Send + Sync>;
type Draw = Arc<dyn Fn(u128) -> AnyView + Send + Sync>;

fn erased_lines(keys: Keys, draw: Draw) -> AnyView {
    view! { <For each=move || keys() key=|key| *key children=move |key| draw(key) /> }.into_any()
}
