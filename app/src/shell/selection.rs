//! Which rows are chosen for a change of many?

use super::grid::GridRows;
use leptos::prelude::*;
use revos_shared::UserId;
use revos_shared::kernel::limits::BULK_MAX;
use revos_ui::{Signal, Var, live, on};
use std::sync::Arc;

/// A row that can be chosen.
pub(crate) trait Choosable: Clone + PartialEq + Send + Sync + 'static {
    /// What tells it apart.
    type Id: Copy + PartialEq + std::fmt::Display + std::str::FromStr + Send + Sync + 'static;
    /// What many of them are called.
    const MANY: &'static str;

    /// What tells it apart.
    fn id(&self) -> Self::Id;
    /// Whose it is.
    fn owner(&self) -> Option<UserId>;
    /// What it is called.
    fn name(&self) -> &str;
}

/// The chosen rows, at most as many as one change may name. Kept while filters change; nothing of it is in the
/// address.
pub(crate) struct Selection<R: Choosable> {
    chosen: Var<Vec<R::Id>>,
    /// Which rows may the person change?
    whose: Signal<Whose>,
}

impl<R: Choosable> Clone for Selection<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Choosable> Copy for Selection<R> {}

/// Whose rows may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Nobody's.
    Nobodys,
    /// Those this person is in charge of.
    Own(UserId),
    /// Everybody's.
    All,
}

impl Whose {
    /// Is this one among them?
    fn has<R: Choosable>(self, row: &R) -> bool {
        match self {
            Self::Nobodys => false,
            Self::Own(me) => row.owner() == Some(me),
            Self::All => true,
        }
    }
}

impl<R: Choosable> Selection<R> {
    /// Nothing chosen.
    pub(crate) fn new(whose: Signal<Whose>) -> Self {
        Self { chosen: Var::new(Vec::new()), whose }
    }

    /// Whose rows may be chosen.
    pub(crate) fn whose(self) -> Whose {
        self.whose.get()
    }

    /// Is this one chosen?
    pub(crate) fn has(self, id: R::Id) -> bool {
        self.chosen.with(|chosen| chosen.contains(&id))
    }

    /// How many are chosen?
    pub(crate) fn count(self) -> usize {
        self.chosen.with(Vec::len)
    }

    /// All that are chosen.
    pub(crate) fn ids(self) -> Vec<R::Id> {
        self.chosen.get_untracked()
    }

    /// Chooses it, or no longer.
    pub(crate) fn toggle(self, row: &R) {
        let id = row.id();
        if self.whose.get_untracked().has(row) {
            self.chosen.update(|chosen| match chosen.iter().position(|other| *other == id) {
                Some(at) => _ = chosen.remove(at),
                None if chosen.len() < BULK_MAX => chosen.push(id),
                None => {}
            });
        }
    }

    /// Chooses exactly these.
    pub(crate) fn set(self, ids: Vec<R::Id>) {
        self.chosen.set(ids);
    }

    /// The head of the column: chooses all rows of the list, or none.
    pub(crate) fn head(self, rows: GridRows<R>) -> AnyView {
        if self.whose.get() == Whose::Nobodys {
            return view! { <td role="gridcell" class="cell-choose"></td> }.into_any();
        }
        let first = move || {
            let whose = self.whose.get();
            rows.with(|rows| {
                let allowed = rows.iter().filter(|row| whose.has::<R>(row));
                allowed.take(BULK_MAX).map(|row| row.id()).collect::<Vec<_>>()
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
            let count = rows.with(|rows| rows.iter().filter(|row| whose.has::<R>(row)).count());
            let which = if whose == Whose::All { "" } else { "of your " };
            if count > BULK_MAX {
                format!("Choose the first {BULK_MAX} {which}{}", R::MANY)
            } else {
                format!("Choose all {which}{}", R::MANY)
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
    pub(crate) fn cell(self, row: Signal<Arc<R>>) -> AnyView {
        let allowed = Signal::memo(move || row.with(|row| self.whose.get().has::<R>(row)));
        let content = live(move || {
            allowed.get().then(|| {
                view! {
                    <input
                        type="checkbox"
                        tabindex="-1"
                        aria-label=live(move || row.with(|row| format!("Choose {}", row.name())))
                        prop:checked=live(move || self.has(row.with(|row| row.id())))
                        on:change=on(move |_| row.with_untracked(|row| self.toggle(row)))
                    />
                }
                .into_any()
            })
        });
        view! { <td role="gridcell" class="cell-choose">{content}</td> }.into_any()
    }
}
