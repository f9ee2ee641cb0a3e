//! Which clients are chosen for a change of many?

use super::data::ClientRows;
use leptos::prelude::*;
use revos_shared::clients::ClientRow;
use revos_shared::kernel::limits::BULK_MAX;
use revos_shared::{ClientId, UserId};
use revos_ui::{Signal, Var, live, on};
use std::sync::Arc;

/// The chosen clients, at most as many as one change may name. Kept while filters change; nothing of it is in the
/// address.
#[derive(Clone, Copy)]
pub(super) struct Selection {
    chosen: Var<Vec<ClientId>>,
    /// Which clients may the person change?
    whose: Signal<Whose>,
}

/// Whose clients may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody's.
    Nobodys,
    /// Those this person is in charge of.
    Own(UserId),
    /// Everybody's.
    All,
}

impl Whose {
    /// Is this one among them?
    fn has(self, row: &ClientRow) -> bool {
        match self {
            Self::Nobodys => false,
            Self::Own(me) => row.owner_id == Some(me),
            Self::All => true,
        }
    }
}

impl Selection {
    /// Nothing chosen.
    pub(super) fn new(whose: Signal<Whose>) -> Self {
        Self { chosen: Var::new(Vec::new()), whose }
    }

    /// Whose clients may be chosen.
    pub(super) fn whose(self) -> Whose {
        self.whose.get()
    }

    /// Is this one chosen?
    pub(super) fn has(self, id: ClientId) -> bool {
        self.chosen.with(|chosen| chosen.contains(&id))
    }

    /// How many are chosen?
    pub(super) fn count(self) -> usize {
        self.chosen.with(Vec::len)
    }

    /// All that are chosen.
    pub(super) fn ids(self) -> Vec<ClientId> {
        self.chosen.get_untracked()
    }

    /// Chooses it, or no longer.
    pub(super) fn toggle(self, row: &ClientRow) {
        let id = row.id;
        if self.whose.get_untracked().has(row) {
            self.chosen.update(|chosen| match chosen.iter().position(|other| *other == id) {
                Some(at) => _ = chosen.remove(at),
                None if chosen.len() < BULK_MAX => chosen.push(id),
                None => {}
            });
        }
    }

    /// Chooses exactly these.
    pub(super) fn set(self, ids: Vec<ClientId>) {
        self.chosen.set(ids);
    }

    /// The head of the column: chooses all rows of the list, or none.
    pub(super) fn head(self, rows: Signal<ClientRows>) -> AnyView {
        if self.whose.get() == Whose::Nobodys {
            return view! { <td role="gridcell" class="cell-choose"></td> }.into_any();
        }
        let first = move || {
            let whose = self.whose.get();
            rows.with(|rows| {
                let allowed = rows.iter().filter(|row| whose.has(row));
                allowed.take(BULK_MAX).map(|row| row.id).collect::<Vec<_>>()
            })
        };
        let all = Signal::memo(move || {
            let first = first();
            !first.is_empty() && self.chosen.with(|chosen| first.iter().all(|id| chosen.contains(id)))
        });
        let choose = move |_| {
            let none = all.get_untracked();
            self.set(if none { Vec::new() } else { untrack(first) });
        };
        let label = move || {
            let whose = self.whose.get();
            let count = rows.with(|rows| rows.iter().filter(|row| whose.has(row)).count());
            let which = if whose == Whose::All { "" } else { "of your " };
            if count > BULK_MAX {
                format!("Choose the first {BULK_MAX} {which}clients")
            } else {
                format!("Choose all {which}clients")
            }
        };
        view! {
            <th scope="col" role="columnheader" class="cell-choose">
                <input
                    type="checkbox"
                    aria-label=live(label)
                    title=live(label)
                    prop:checked=live(move || all.get())
                    on:change=on(choose)
                />
            </th>
        }
        .into_any()
    }

    /// The cell of a row. The keyboard chooses with `x`, so it is no stop of its own.
    pub(super) fn cell(self, row: Signal<Arc<ClientRow>>) -> AnyView {
        let allowed = Signal::memo(move || row.with(|row| self.whose.get().has(row)));
        let content = live(move || {
            allowed.get().then(|| {
                view! {
                    <input
                        type="checkbox"
                        tabindex="-1"
                        aria-label=live(move || row.with(|row| format!("Choose {}", row.name)))
                        prop:checked=live(move || self.has(row.with(|row| row.id)))
                        on:change=on(move |_| row.with_untracked(|row| self.toggle(row)))
                    />
                }
                .into_any()
            })
        });
        view! { <td role="gridcell" class="cell-choose">{content}</td> }.into_any()
    }
}
