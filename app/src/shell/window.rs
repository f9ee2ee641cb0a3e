//! Which rows of a long list are on screen? The others are only space.

use leptos::ev::{resize, scroll};
use leptos::html;
use leptos::prelude::*;
use revos_ui::{Signal, Var, effect};

/// Lists up to this length are drawn as a whole.
const WHOLE: usize = 200;
/// Rows drawn before and after those on screen, so that scrolling a little shows no gap.
const MARGIN: usize = 6;
/// The height of a row before one was measured, in pixels.
const USUAL_HEIGHT: f64 = 32.0;

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
    /// this height.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "rows of a list on a screen"
    )]
    fn of(count: usize, top: f64, height: f64, row: f64) -> Self {
        let at = |pixels: f64| (pixels / row).floor().max(0.0) as usize;
        let first = at(-top).saturating_sub(MARGIN).min(count);
        let last = (at(height - top) + 1 + MARGIN).min(count).max(first);
        let space = |rows: usize| (rows as f64 * row) as i32;
        Self { first, last, above: space(first), below: space(count - last), row, top }
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

/// The part of a list of `count` rows that is drawn. The rows are the children of `body` that have a tabindex, all of
/// one height.
pub(crate) fn use_row_window(count: Signal<usize>, body: NodeRef<html::Tbody>) -> Signal<RowWindow> {
    let view = Var::new((0.0, 0.0, USUAL_HEIGHT));
    let measure = move || {
        if count.get_untracked() <= WHOLE {
            return;
        }
        let Some(body) = body.get_untracked() else { return };
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let row = body.query_selector("tr[tabindex]").ok().flatten();
        let row = row.map_or(0.0, |row| row.get_bounding_client_rect().height());
        let row = if row > 0.0 { row } else { USUAL_HEIGHT };
        let now = (body.get_bounding_client_rect().top(), height, row);
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
    Signal::memo(move || {
        let count = count.get();
        if count <= WHOLE {
            return RowWindow::whole(count);
        }
        let (top, height, row) = view.get();
        RowWindow::of(count, top, height, row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_is_on_screen_and_a_little_more() {
        let window = RowWindow::of(10_000, 0.0, 900.0, 30.0);
        assert_eq!((window.first, window.last), (0, 37));
        let window = RowWindow::of(10_000, -150_000.0, 900.0, 30.0);
        assert_eq!((window.first, window.last), (4_994, 5_037));
        let window = RowWindow::of(10_000, -1_000_000.0, 900.0, 30.0);
        assert_eq!((window.first, window.last), (10_000, 10_000));
        let window = RowWindow::of(300, 5_000.0, 900.0, 30.0);
        assert_eq!((window.first, window.last), (0, 7));
    }

    proptest::proptest! {
        #[test]
        fn drawn_rows_and_space_are_as_long_as_the_list(count in 201_usize..20_000, top in -800_000.0..2_000.0_f64, row in 20.0..200.0_f64) {
            let window = RowWindow::of(count, top, 900.0, row);
            #[allow(clippy::cast_precision_loss, reason = "a count of rows")]
            let drawn = (window.last - window.first) as f64 * row;
            #[allow(clippy::cast_precision_loss, reason = "a count of rows")]
            let all = count as f64 * row;
            proptest::prop_assert!((f64::from(window.above) + drawn + f64::from(window.below) - all).abs() <= 2.0);
            proptest::prop_assert!(window.last - window.first <= 2 * MARGIN + 2 + 45);
        }
    }
}
