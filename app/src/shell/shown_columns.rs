//! Which columns does a table show, and in which order?

use super::style::adopt;
use leptos::prelude::*;
use revos_shared::kernel::error::UnknownWord;
use revos_ui::{Button, ButtonKind, CheckBox, IconButton, IconName, Signal, live};
use std::fmt;
use std::str::FromStr;

/// A column that a person may put elsewhere or take away.
pub(crate) trait TableColumn:
    Copy + PartialEq + fmt::Debug + FromStr<Err = UnknownWord> + Send + Sync + 'static
{
    /// All there are, in the order in which they are offered.
    const ALL: &'static [Self];
    /// Those on screen when nothing is said. The first one tells the rows apart and always stands first.
    const USUAL: &'static [Self];

    /// The word of the address.
    fn word(self) -> &'static str;
    /// What its head says.
    fn label(self) -> &'static str;
    /// Does it hold figures, which stand at the right?
    fn is_number(self) -> bool;
}

/// The columns on screen, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShownColumns<C>(pub Vec<C>);

impl<C: TableColumn> Default for ShownColumns<C> {
    fn default() -> Self {
        Self(C::USUAL.to_vec())
    }
}

impl<C: TableColumn> ShownColumns<C> {
    /// Is it on screen?
    pub(crate) fn has(&self, column: C) -> bool {
        self.0.contains(&column)
    }

    /// With this column taken away, or put at the end.
    fn toggled(&self, column: C) -> Self {
        let mut columns = self.0.clone();
        match columns.iter().position(|other| *other == column) {
            Some(0) => {}
            Some(at) => _ = columns.remove(at),
            None => columns.push(column),
        }
        Self(columns)
    }

    /// With this column one place further to the left or to the right.
    fn moved(&self, column: C, right: bool) -> Self {
        let mut columns = self.0.clone();
        if let Some(at) = columns.iter().position(|other| *other == column) {
            let to = if right { at + 1 } else { at.saturating_sub(1) };
            if at > 0 && to > 0 && to < columns.len() {
                columns.swap(at, to);
            }
        }
        Self(columns)
    }
}

impl<C: TableColumn> FromStr for ShownColumns<C> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let first = *C::USUAL.first().ok_or(UnknownWord)?;
        let mut columns = vec![first];
        for word in text.split(',') {
            let column = word.parse()?;
            if columns.contains(&column) && columns.len() > 1 {
                return Err(UnknownWord);
            }
            if column != first {
                columns.push(column);
            }
        }
        Ok(Self(columns))
    }
}

impl<C: TableColumn> fmt::Display for ShownColumns<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The first goes without saying, unless nothing else is there.
        let said = if self.0.len() > 1 { self.0.get(1..) } else { self.0.get(..) };
        for (at, column) in said.unwrap_or_default().iter().enumerate() {
            write!(f, "{}{}", if at > 0 { "," } else { "" }, column.word())?;
        }
        Ok(())
    }
}

/// The columns of a list to choose from: those on screen in their order, then the others. Each choice is at work at
/// once.
pub(crate) fn column_form<C: TableColumn>(
    shown: Signal<ShownColumns<C>>,
    set: Callback<ShownColumns<C>>,
    close: Callback<()>,
) -> AnyView {
    adopt(include_str!("list_forms.css"));
    let order = Signal::memo(move || {
        let mut all = shown.get().0;
        let hidden = C::ALL.iter().copied().filter(|column| !all.contains(column));
        let hidden: Vec<_> = hidden.collect();
        all.extend(hidden);
        all
    });
    let line = move |column: C| {
        let label = column.label();
        let checked = Signal::memo(move || shown.with(|shown| shown.has(column)));
        let fixed = C::USUAL.first() == Some(&column);
        let toggle = move |()| set.run(shown.get_untracked().toggled(column));
        let step = move |right| Callback::new(move |()| set.run(shown.get_untracked().moved(column, right)));
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
            <For each=move || order.get() key=|column| column.word() children=line />
        </ul>
        <div class="dialog-foot">
            <Button label="Usual columns" on_press=move |()| set.run(ShownColumns::default()) />
            <Button label="Show list" kind=ButtonKind::Primary on_press=close />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Column {
        Name,
        Owner,
        Amount,
    }

    impl FromStr for Column {
        type Err = UnknownWord;

        fn from_str(word: &str) -> Result<Self, UnknownWord> {
            Self::ALL.iter().copied().find(|column| column.word() == word).ok_or(UnknownWord)
        }
    }

    impl TableColumn for Column {
        const ALL: &'static [Self] = &[Self::Name, Self::Owner, Self::Amount];
        const USUAL: &'static [Self] = Self::ALL;

        fn word(self) -> &'static str {
            match self {
                Self::Name => "name",
                Self::Owner => "owner",
                Self::Amount => "amount",
            }
        }

        fn label(self) -> &'static str {
            self.word()
        }

        fn is_number(self) -> bool {
            self == Self::Amount
        }
    }

    #[test]
    fn the_name_is_always_the_first_column() {
        let default = ShownColumns::<Column>::default();
        assert_eq!(default.to_string().parse(), Ok(default.clone()));
        let few: ShownColumns<Column> = "amount,owner".parse().unwrap();
        assert_eq!(few.0, [Column::Name, Column::Amount, Column::Owner]);
        assert_eq!(few.toggled(Column::Name), few);
        assert_eq!(few.moved(Column::Amount, false), few, "not before the name");
        assert_eq!(few.moved(Column::Amount, true).to_string(), "owner,amount");
        assert_eq!(few.moved(Column::Owner, true), few, "not beyond the end");
        assert_eq!(few.toggled(Column::Amount).toggled(Column::Owner).to_string(), "name");
        assert_eq!("name".parse::<ShownColumns<Column>>().unwrap().0, [Column::Name]);
    }

    #[test]
    fn columns_that_are_none_are_refused() {
        for bad in ["", "amount,amount", "amount,", "salary"] {
            assert!(bad.parse::<ShownColumns<Column>>().is_err(), "{bad}");
        }
    }
}
