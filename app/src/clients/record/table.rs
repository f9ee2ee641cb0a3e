//! How do the tabs show rows: as tables with their actions at the end of each line?

use super::desk::{Desk, Form};
pub(super) use crate::shell::lists::{facts, mark, table, table_or, text_or_none};
use leptos::prelude::*;
use revos_shared::clients::ClientRecord;
use revos_ui::live;

/// A titled part of a tab, with what can be added to it.
pub(super) fn part(
    desk: Desk,
    id: &'static str,
    title: &'static str,
    add: Option<(&'static str, Form)>,
    children: AnyView,
) -> AnyView {
    view! {
        <section class="record-part" aria-labelledby=id>
            <div class="record-part-head">
                <h3 id=id>{title}</h3>
                {add.map(|(label, form)| writers(desk, move || open_button(desk, label, label.to_owned(), form)))}
            </div>
            {children}
        </section>
    }
    .into_any()
}

/// A table in words.
pub(super) struct Listing<T: 'static> {
    /// What it is called.
    pub label: &'static str,
    /// What is said when there are no rows.
    pub none: &'static str,
    /// Its heads, and whether they stand above numbers.
    pub heads: &'static [(&'static str, bool)],
    /// Its rows.
    pub rows: fn(&ClientRecord) -> &[T],
}

/// A table of rows of the record.
pub(super) fn listing<T>(
    desk: Desk,
    Listing { label, none, heads, rows }: Listing<T>,
    line: impl Fn(&T) -> AnyView + Send + 'static,
) -> AnyView {
    desk.view(move |record| table_or(none, label, heads, rows(record), &line))
}

/// Shown to those who may change the client.
pub(super) fn writers(desk: Desk, children: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    live(move || desk.rights.get().write.then(&children)).into_any()
}

/// A button that opens a form; its full name is read aloud.
pub(super) fn open_button(desk: Desk, label: &'static str, name: String, form: Form) -> AnyView {
    view! {
        <button class="button" type="button" data-kind="quiet" aria-label=name on:click=move |_| desk.open(form)>
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// Edit and Remove at the end of a line.
pub(super) fn line_actions(desk: Desk, name: &str, edit: Form, remove: Form) -> AnyView {
    let (edit_name, remove_name) = (format!("Edit {name}"), format!("Remove {name}"));
    view! {
        <td class="cell-actions">
            {writers(desk, move || {
                view! {
                    {open_button(desk, "Edit", edit_name.clone(), edit)}
                    {open_button(desk, "Remove", remove_name.clone(), remove)}
                }
                .into_any()
            })}
        </td>
    }
    .into_any()
}
