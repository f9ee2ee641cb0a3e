//! What do the three panels have in common? A way to be enlarged, and lists that are cut at first.

use leptos::prelude::*;
use revos_ui::{Button, ButtonKind, IconButton, IconName, Signal, live};

/// Rows of a list in a panel that stands beside others.
pub(super) const ROWS_BESIDE: usize = 6;

/// Is this panel enlarged, and how does that change?
#[derive(Clone, Copy)]
pub(super) struct Enlarge {
    /// Is it?
    pub on: Signal<bool>,
    /// Enlarges it, or puts it back beside the others.
    pub toggle: Callback<()>,
}

/// The button that enlarges a panel or puts it back.
#[component]
pub(super) fn EnlargeButton(
    /// The panel's title.
    title: &'static str,
    /// Its state.
    enlarge: Enlarge,
) -> impl IntoView {
    let Enlarge { on, toggle } = enlarge;
    view! {
        <IconButton
            label=Signal::derive(move || {
                if on.get() { format!("Collapse {title}") } else { format!("Expand {title}") }
            })
            icon=Signal::derive(move || if on.get() { IconName::Collapse } else { IconName::Expand })
            expanded=on
            on_press=toggle
        />
    }
    .into_any()
}

/// "Show all 12", below a list that is cut.
#[component]
pub(super) fn ShowAll(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// The panel's state.
    enlarge: Enlarge,
) -> impl IntoView {
    let cut = Signal::memo(move || !enlarge.on.get() && count.get() > ROWS_BESIDE);
    live(move || {
        cut.get().then(|| {
            view! {
                <div class="show-all">
                    <Button
                        label=Signal::derive(move || format!("Show all {}", count.get()))
                        kind=ButtonKind::Quiet
                        on_press=enlarge.toggle
                    />
                </div>
            }
            .into_any()
        })
    })
}
