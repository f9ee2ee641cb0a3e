//! How does the page ask or explain something on top of itself?

use crate::button::{Button, ButtonKind, IconButton};
use crate::element_ref::ElementRef;
use crate::icon::IconName;
use crate::signal::{Signal, Var, effect, live, on};
use leptos::prelude::*;
use web_sys::{HtmlDialogElement, HtmlElement};

/// A modal dialog: the browser keeps the focus inside, Esc closes it, the focus returns to where it was.
#[component]
pub fn Dialog(
    /// The id of the heading.
    title_id: &'static str,
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// Is it open? Closing by Esc sets it to false.
    open: Var<bool>,
    /// Is there input that would be lost? Then closing asks first.
    #[prop(optional, into)]
    unsaved: Signal<bool>,
    /// The content, made when it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = ElementRef::<HtmlDialogElement>::new();
    let asking = Var::new(false);
    let close = Callback::new(move |()| {
        let ask = unsaved.get_untracked();
        asking.set(ask);
        if !ask {
            open.set(false);
        }
    });
    effect(move || {
        let wanted = open.get();
        asking.set(false);
        if let Some(dialog) = node.get() {
            if wanted && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog
            class="dialog"
            aria-labelledby=title_id
            node_ref=node
            on:close=on(move |_| {
                // Told a moment after it closed; it may have been opened again since.
                if node.get_untracked().is_none_or(|dialog| !dialog.open()) {
                    open.set(false);
                }
            })
            on:cancel=on(move |event: leptos::ev::Event| {
                event.prevent_default();
                close.run(());
            })
        >
            <div class="dialog-head">
                <h2 id=title_id>{live(move || title.get())}</h2>
                <IconButton
                    label="Close"
                    icon=Signal::stored(IconName::Close)
                    on_press=close
                />
            </div>
            {live(move || asking.get().then(|| view! { <Ask open asking /> }.into_any()))}
            <div class="dialog-body" hidden=live(move || asking.get())>{live(move || open.get().then(|| children()))}</div>
        </dialog>
    }
    .into_any()
}

/// Asks before input is lost.
#[component]
fn Ask(open: Var<bool>, asking: Var<bool>) -> impl IntoView {
    let node = ElementRef::<HtmlElement>::new();
    effect(move || {
        if let Some(node) = node.get() {
            let _ = node.focus();
        }
    });
    view! {
        <div class="dialog-ask" role="alertdialog" aria-label="Unsaved input" tabindex="-1" node_ref=node>
            <p>"What you typed is not saved. It is kept until you open this form again."</p>
            <div class="dialog-foot">
                <Button label="Close without saving" on_press=move |()| open.set(false) />
                <Button label="Keep editing" kind=ButtonKind::Primary on_press=move |()| asking.set(false) />
            </div>
        </div>
    }
    .into_any()
}
