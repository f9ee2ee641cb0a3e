//! How is a part of a page framed, and how does a single figure look?

use crate::freshness::{Freshness, FreshnessMark};
use crate::signal::{Signal, live};
use leptos::prelude::*;

/// A titled part of a page with its freshness mark and its tools.
#[component]
pub fn Panel(
    /// The id of the panel; its heading gets `<id>-title`.
    id: &'static str,
    /// The title.
    title: &'static str,
    /// How fresh its content is.
    #[prop(into)]
    freshness: Signal<Freshness>,
    /// What the mark's action does.
    #[prop(into)]
    on_action: Callback<()>,
    /// Buttons and switches at the right of the head.
    #[prop(optional, into)]
    tools: ViewFn,
    /// Is it shown larger than its neighbours?
    #[prop(optional, into)]
    expanded: Signal<bool>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <section
            class="panel"
            id=id
            aria-labelledby=labelled_by
            data-expanded=live(move || expanded.get().then_some(""))
        >
            <div class="panel-head">
                <h2 id=title_id>{title}</h2>
                <FreshnessMark value=freshness on_action />
                <div class="panel-tools">{tools.run()}</div>
            </div>
            <div class="panel-body">{children()}</div>
        </section>
    }
    .into_any()
}

/// One number with its name above and, if it needs one, a note below.
#[component]
pub fn Figure(
    /// Its name.
    label: &'static str,
    /// The number as people read it.
    #[prop(into)]
    value: Signal<String>,
    /// What must be known beside it.
    #[prop(optional, into)]
    note: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="figure">
            <dt>{label}</dt>
            <dd class="figure-value">{live(move || value.get())}</dd>
            <dd class="figure-note">{live(move || note.get())}</dd>
        </div>
    }
    .into_any()
}
