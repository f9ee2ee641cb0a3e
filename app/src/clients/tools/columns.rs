//! Which columns shall the table have, and in which order?

use super::super::columns::{self, ShownColumns};
use super::super::tool::Workbench;
use leptos::prelude::*;
use revos_shared::clients::ClientColumn;
use revos_ui::{Button, ButtonKind, CheckBox, IconButton, IconName, Signal, live};

/// The columns of the list: those on screen in their order, then the others.
pub(super) fn column_form(bench: Workbench) -> AnyView {
    let shown = bench.address.columns();
    let set = move |columns: ShownColumns| bench.address.choose(|state| state.columns = columns);
    let order = Signal::memo(move || {
        let mut all = shown.get().0;
        let hidden = ClientColumn::ALL.iter().copied().filter(|column| !all.contains(column));
        let hidden: Vec<_> = hidden.collect();
        all.extend(hidden);
        all
    });
    let line = move |column: ClientColumn| {
        let label = columns::label(column);
        let checked = Signal::memo(move || shown.with(|shown| shown.has(column)));
        let fixed = column == ClientColumn::Name;
        let toggle = move |()| set(shown.get_untracked().toggled(column));
        let step = move |right| Callback::new(move |()| set(shown.get_untracked().moved(column, right)));
        view! {
            <li>
                {if fixed {
                    view! { <span class="check-box">{format!("{label} (always)")}</span> }.into_any()
                } else {
                    view! { <CheckBox label checked on_toggle=toggle /> }.into_any()
                }}
                {live(move || {
                    (checked.get() && !fixed).then(|| {
                        view! {
                            <span class="column-steps">
                                <IconButton
                                    label=format!("Move {label} to the left")
                                    icon=Signal::stored(IconName::Up)
                                    on_press=step(false)
                                />
                                <IconButton
                                    label=format!("Move {label} to the right")
                                    icon=Signal::stored(IconName::Down)
                                    on_press=step(true)
                                />
                            </span>
                        }
                        .into_any()
                    })
                })}
            </li>
        }
        .into_any()
    };
    view! {
        <ul class="column-list" aria-label="Columns in their order">
            <For each=move || order.get() key=|column| *column children=line />
        </ul>
        <div class="dialog-foot">
            <Button label="Usual columns" on_press=move |()| set(ShownColumns::default()) />
            <Button label="Show list" kind=ButtonKind::Primary on_press=move |()| bench.toolbox.close() />
        </div>
    }
    .into_any()
}
