//! Which rows of a long list are on screen? The others are only space.

use leptos::ev::{resize, scroll};
use leptos::prelude::*;
use live_query::longest_rise;
use revos_ui::{ElementRef, Signal, Var, effect};
use std::time::Duration;
use web_sys::Element;

/// Lists up to this length are drawn as a whole: what fills two screens.
const WHOLE: usize = 60;
/// Rows drawn before and after those on screen, so that scrolling a little shows no gap.
const MARGIN: usize = 6;
/// After so long without scrolling, the rows around those that a leap brought on screen are drawn too.
const REST: Duration = Duration::from_millis(100);
/// The height of a row before one was measured, in pixels.
const USUAL_HEIGHT: f64 = 32.0;

/// Where a list stands on screen, in pixels, and how many rows are drawn around those that show.
#[derive(Clone, Copy, PartialEq)]
struct View {
    top: f64,
    height: f64,
    row: f64,
    margin: usize,
}

/// The part of a list that is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowWindow {
    /// The first row.
    pub first: usize,
    /// The row after the last.
    pub last: usize,
    /// The height of the rows before, in pixels.
    pub above: i32,
    /// The height of the rows after, in pixels.
    pub below: i32,
    row: f64,
    top: f64,
}

impl RowWindow {
    fn whole(count: usize) -> Self {
        Self { first: 0, last: count, above: 0, below: 0, row: USUAL_HEIGHT, top: 0.0 }
    }

    /// The part of `count` rows that shows while the list begins `top` pixels below the upper edge of a view of
    /// this height, and `margin` rows around it.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "rows of a list on a screen"
    )]
    fn of(count: usize, View { top, height, row, margin }: View) -> Self {
        let at = |pixels: f64| (pixels / row).floor().max(0.0) as usize;
        let first = at(-top).saturating_sub(margin).min(count);
        let last = (at(height - top) + 1 + margin).min(count).max(first);
        let space = |rows: usize| (rows as f64 * row) as i32;
        Self { first, last, above: space(first), below: space(count - last), row, top }
    }

    /// Whether the other one has none of these rows.
    const fn is_apart(self, other: Self) -> bool {
        self.last <= other.first || other.last <= self.first
    }

    /// Scrolls the page so far that this row is drawn.
    #[allow(clippy::cast_precision_loss, reason = "rows of a list")]
    pub(crate) fn reveal(self, row: usize) {
        if (self.first..self.last).contains(&row) {
            return;
        }
        let y = window().scroll_y().unwrap_or_default() + self.top + row as f64 * self.row;
        let half = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default() / 2.0;
        window().scroll_to_with_x_and_y(0.0, y - half);
    }
}

/// Which line on screen shows which row: pairs of both, in the list's order.
///
/// Lines never change places, since one that is moved loses the focus. A row that stays keeps its line where the order
/// allows it, the focused row always. Between such rows, the lines of those that have left show those that have come:
/// to write other texts is a fraction of the work of a new line. The line of a focused row that has left is not handed
/// on, so that the focus never comes to a row that nobody went to.
pub(crate) fn hand_on<Row: Copy + PartialEq>(
    before: &[(u128, Row)],
    rows: &[Row],
    focused: Option<Row>,
) -> Vec<(u128, Row)> {
    let stayed: Vec<(usize, usize)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((at, before.iter().position(|(_, shown)| shown == row)?)))
        .collect();
    let fixed = focused.and_then(|row| stayed.iter().find(|(at, _)| rows.get(*at) == Some(&row)).copied());
    let in_order = |&(at, place): &(usize, usize)| {
        fixed.is_none_or(|(fixed_at, fixed_place)| (at < fixed_at) == (place < fixed_place))
    };
    let stayed: Vec<(usize, usize)> = stayed.into_iter().filter(in_order).collect();
    let keeps = longest_rise(&stayed.iter().map(|(_, place)| *place).collect::<Vec<_>>());
    let kept = stayed.into_iter().zip(keeps).filter(|(_, keeps)| *keeps).map(|(pair, _)| pair);

    let mut fresh = before.iter().map(|(line, _)| line + 1).max().unwrap_or_default();
    let (mut lines, mut at, mut place) = (Vec::with_capacity(rows.len()), 0, 0);
    for (next_at, next_place) in kept.chain([(rows.len(), before.len())]) {
        let left = before.get(place..next_place).unwrap_or_default().iter();
        let mut free = left.filter(|(_, row)| Some(*row) != focused).map(|(line, _)| *line);
        for row in rows.get(at..next_at).unwrap_or_default() {
            let line = free.next().unwrap_or_else(|| {
                fresh += 1;
                fresh - 1
            });
            lines.push((line, *row));
        }
        lines.extend(before.get(next_place));
        (at, place) = (next_at + 1, next_place + 1);
    }
    lines
}

/// The part of a list of `count` rows that is drawn. The rows are the children of `body` that have a tabindex, all of
/// one height.
///
/// Where the page leaps to rows of which none was drawn, as with the scrollbar, those on screen are drawn at once and the
/// rows around them once it rests: until then each leap would draw them in vain.
pub(crate) fn use_row_window(count: Signal<usize>, body: ElementRef<Element>) -> Signal<RowWindow> {
    let view = Var::new(View { top: 0.0, height: 0.0, row: USUAL_HEIGHT, margin: MARGIN });
    let drawn = Signal::memo(move || {
        let count = count.get();
        if count <= WHOLE { RowWindow::whole(count) } else { RowWindow::of(count, view.get()) }
    });
    let measure = move || {
        let count = count.get_untracked();
        if count <= WHOLE {
            return;
        }
        let Some(body) = body.get_untracked() else { return };
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let row = body.query_selector("tr[tabindex]").ok().flatten();
        let row = row.map_or(0.0, |row| row.get_bounding_client_rect().height());
        let row = if row > 0.0 { row } else { USUAL_HEIGHT };
        let top = body.get_bounding_client_rect().top();
        let shown = View { top, height, row, margin: 0 };
        let leapt = RowWindow::of(count, shown).is_apart(drawn.get_untracked());
        let now = if leapt { shown } else { View { margin: MARGIN, ..shown } };
        if view.with_untracked(|before| *before != now) {
            view.set(now);
        }
    };
    let scrolled = window_event_listener(scroll, move |_| measure());
    let resized = window_event_listener(resize, move |_| measure());
    on_cleanup(move || {
        scrolled.remove();
        resized.remove();
    });
    effect(move || {
        // Drawn anew: measured anew.
        if count.get() > WHOLE && body.get().is_some() {
            request_animation_frame(measure);
        }
    });
    let mut rest = debounce(REST, move |()| measure());
    effect(move || {
        if view.with(|view| view.margin == 0) {
            rest(());
        }
    });
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_is_on_screen_and_a_little_more() {
        let rows = |count, top, margin| {
            let window = RowWindow::of(count, View { top, height: 900.0, row: 30.0, margin });
            (window.first, window.last)
        };
        assert_eq!(rows(10_000, 0.0, MARGIN), (0, 37));
        assert_eq!(rows(10_000, -150_000.0, MARGIN), (4_994, 5_037));
        assert_eq!(rows(10_000, -150_000.0, 0), (5_000, 5_031));
        assert_eq!(rows(10_000, -1_000_000.0, MARGIN), (10_000, 10_000));
        assert_eq!(rows(300, 5_000.0, MARGIN), (0, 7));
    }

    #[test]
    fn a_leap_is_to_rows_of_which_none_was_drawn() {
        let at =
            |row: f64| RowWindow::of(10_000, View { top: -30.0 * row, height: 900.0, row: 30.0, margin: 0 });
        for (from, to, leapt) in [(100.0, 130.0, false), (100.0, 131.0, true), (131.0, 100.0, true)] {
            assert_eq!(at(from).is_apart(at(to)), leapt, "{from} to {to}");
        }
    }

    #[test]
    fn rows_that_come_take_the_lines_of_rows_that_have_left() {
        let first = hand_on(&[], &[10, 11, 12], None);
        assert_eq!(first, [(0, 10), (1, 11), (2, 12)]);
        assert_eq!(hand_on(&first, &[20, 21, 22, 23], None), [(0, 20), (1, 21), (2, 22), (3, 23)]);
        assert_eq!(hand_on(&first, &[11, 12, 20], None), [(1, 11), (2, 12), (3, 20)], "lines stay in order");
        assert_eq!(hand_on(&first, &[20, 12], None), [(0, 20), (2, 12)]);
        assert_eq!(
            hand_on(&first, &[12, 10, 11], Some(12)),
            [(2, 12), (3, 10), (4, 11)],
            "the focused one stays"
        );
        assert_eq!(hand_on(&first, &[20, 21], Some(10)), [(1, 20), (2, 21)], "and its line is not handed on");
    }

    proptest::proptest! {
        #[test]
        fn lines_keep_their_order_and_the_focus(steps in proptest::collection::vec(proptest::sample::subsequence((0_u128..20).collect::<Vec<_>>(), 0..12), 1..8), turned in proptest::prelude::any::<u8>()) {
            const FOCUSED: u128 = 7;
            let mut before: Vec<(u128, u128)> = Vec::new();
            for (step, mut rows) in steps.into_iter().enumerate() {
                if turned & (1 << step) != 0 {
                    rows.reverse();
                }
                let now = hand_on(&before, &rows, Some(FOCUSED));
                proptest::prop_assert_eq!(now.iter().map(|(_, row)| *row).collect::<Vec<_>>(), rows);
                let lines: Vec<u128> = now.iter().map(|(line, _)| *line).collect();
                proptest::prop_assert!((1..lines.len()).all(|at| !lines[..at].contains(&lines[at])), "one row each");
                let old: Vec<u128> = before.iter().map(|(line, _)| *line).collect();
                let places: Vec<usize> =
                    lines.iter().filter_map(|line| old.iter().position(|known| known == line)).collect();
                proptest::prop_assert!(places.is_sorted(), "nothing changes places");
                if let Some((line, _)) = before.iter().find(|(_, row)| *row == FOCUSED) {
                    let holder = now.iter().find(|(other, _)| other == line).map(|(_, row)| *row);
                    let still = now.iter().any(|(_, row)| *row == FOCUSED);
                    proptest::prop_assert_eq!(holder, still.then_some(FOCUSED));
                }
                before = now;
            }
        }

        #[test]
        fn drawn_rows_and_space_are_as_long_as_the_list(count in 201_usize..20_000, top in -800_000.0..2_000.0_f64, row in 20.0..200.0_f64) {
            let window = RowWindow::of(count, View { top, height: 900.0, row, margin: MARGIN });
            #[allow(clippy::cast_precision_loss, reason = "a count of rows")]
            let drawn = (window.last - window.first) as f64 * row;
            #[allow(clippy::cast_precision_loss, reason = "a count of rows")]
            let all = count as f64 * row;
            proptest::prop_assert!((f64::from(window.above) + drawn + f64::from(window.below) - all).abs() <= 2.0);
            proptest::prop_assert!(window.last - window.first <= 2 * MARGIN + 2 + 45);
        }
    }
}
