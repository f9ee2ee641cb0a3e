//! How does a list keep its lines in place while its content changes?
//!
//! Leptos' own keyed list takes every line out of the document and puts it back when two others come before it, and a
//! line that is taken out loses the focus. This one moves the fewest that give the new order.

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Position, PositionState};
use live_query::longest_rise;
use revos_ui::live;
use std::sync::Arc;

/// Lines by their keys, of which none occurs twice: one that stays is at most moved, and not drawn anew. Keys are numbers, so
/// that all lists share their code.
pub(crate) fn lines(
    keys: impl Fn() -> Vec<u128> + Send + Sync + 'static,
    draw: impl Fn(u128) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    // A line lives on when the keys change, so it belongs to the list and not to this reading of its keys.
    let list = Owner::current().unwrap_or_default();
    let draw: Draw = Arc::new(draw);
    live(move || Lines { list: list.clone(), keys: keys(), draw: Arc::clone(&draw) }.into_any()).into_any()
}

type Draw = Arc<dyn Fn(u128) -> AnyView + Send + Sync>;

struct Lines {
    list: Owner,
    keys: Vec<u128>,
    draw: Draw,
}

impl Lines {
    fn line(&self, key: u128) -> Line {
        let owner = self.list.with(Owner::new);
        let view = owner.with(|| (self.draw)(key).build());
        Line { key, view, _owner: owner }
    }
}

struct Line {
    key: u128,
    view: AnyViewState,
    /// What the line computes lives as long as the line.
    _owner: Owner,
}

struct LinesState {
    lines: Vec<Line>,
    /// Stands behind the last line.
    end: Placeholder,
}

impl LinesState {
    /// Takes the line of this key out of those before. Most lists change little, so it is looked for behind the line that was
    /// found last.
    fn take(before: &mut [Option<Line>], key: u128, from: usize) -> Option<(usize, Line)> {
        let is = |line: &Option<Line>| line.as_ref().is_some_and(|line| line.key == key);
        let (behind, rest) = before.split_at(from);
        let at = rest.iter().position(is).map(|at| from + at).or_else(|| behind.iter().position(is))?;
        Some((at, before.get_mut(at)?.take()?))
    }

    /// Puts a line of the list before those that follow it, if the list is in the document.
    fn place(&mut self, at: usize) {
        let (before, after) = self.lines.split_at_mut(at + 1);
        let Some(line) = before.last_mut() else { return };
        let placed = after.iter().any(|next| next.view.insert_before_this(&mut line.view));
        if !placed {
            self.end.insert_before_this(&mut line.view);
        }
    }
}

impl Render for Lines {
    type State = LinesState;

    fn build(self) -> LinesState {
        LinesState {
            lines: self.keys.iter().map(|key| self.line(*key)).collect(),
            end: Rndr::create_placeholder(),
        }
    }

    fn rebuild(self, state: &mut LinesState) {
        let mut before: Vec<Option<Line>> = std::mem::take(&mut state.lines).into_iter().map(Some).collect();
        let mut from = 0;
        let known: Vec<Option<(usize, Line)>> = self
            .keys
            .iter()
            .map(|key| {
                let found = LinesState::take(&mut before, *key, from);
                if let Some((at, _)) = found {
                    from = at + 1;
                }
                found
            })
            .collect();
        for mut gone in before.into_iter().flatten() {
            gone.view.unmount();
        }
        let places: Vec<usize> = known.iter().flatten().map(|(at, _)| *at).collect();
        let mut stays = longest_rise(&places).into_iter();
        let mut moves = Vec::new();
        for (at, (key, known)) in self.keys.iter().zip(known).enumerate() {
            let stays = known.is_some() && stays.next() == Some(true);
            if !stays {
                moves.push(at);
            }
            state.lines.push(known.map_or_else(|| self.line(*key), |(_, line)| line));
        }
        for at in moves.into_iter().rev() {
            state.place(at);
        }
    }
}

impl Mountable for LinesState {
    fn unmount(&mut self) {
        for line in &mut self.lines {
            line.view.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for line in &mut self.lines {
            line.view.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.lines.iter().any(|line| line.view.insert_before_this(child))
            || self.end.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.lines.iter().flat_map(|line| line.view.elements()).collect()
    }
}

no_attrs!(Lines);

impl RenderHtml for Lines {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        _extra: Vec<AnyAttribute>,
    ) {
        for key in &self.keys {
            let line = self.list.with(|| (self.draw)(*key));
            line.to_html_with_buf(html, position, escape, mark_branches, Vec::new());
        }
    }

    /// The page is drawn in the browser alone: there is nothing that could be taken over.
    fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> LinesState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
