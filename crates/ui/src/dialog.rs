//! How does the page ask or explain something on top of itself?

use crate::button::IconButton;
use crate::icon::IconName;
use crate::signal::{Signal, Var, effect, live, on};
use leptos::{html, prelude::*};

/// A modal dialog: the browser keeps the focus inside, Esc closes it, the focus returns to where it was.
#[component]
pub fn Dialog(
    /// The id of the heading.
    title_id: &'static str,
    /// The heading.
    title: &'static str,
    /// Is it open? Closing by Esc sets it to false.
    open: Var<bool>,
    /// The content, made when it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let wanted = open.get();
        if let Some(dialog) = node.get() {
            if wanted && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog class="dialog" aria-labelledby=title_id node_ref=node on:close=on(move |_| open.set(false))>
            <div class="dialog-head">
                <h2 id=title_id>{title}</h2>
                <IconButton
                    label="Close"
                    icon=Signal::stored(IconName::Close)
                    on_press=move |()| open.set(false)
                />
            </div>
            <div class="dialog-body">{live(move || open.get().then(|| children()))}</div>
        </dialog>
    }
    .into_any()
}
