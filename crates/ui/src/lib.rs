//! How does anything look and behave on screen? Tokens, components and charts that know no business word.
//!
//! Components take plain values and callbacks. Their styles are the files in `css/`; no component sets a
//! `style` attribute, because the page's content security policy forbids it.

pub mod badge;
pub mod band_bar;
pub mod button;
pub mod choice;
pub mod columns;
pub mod dialog;
pub mod element;
pub mod element_ref;
pub mod field;
pub mod freshness;
pub mod icon;
pub mod menu;
pub mod panel;
pub mod segments;
pub mod signal;
pub mod states;
pub mod table;
pub mod trend_line;

pub use badge::{Fill, Tone, badge};
pub use band_bar::{Band, BandBar};
pub use button::{Button, ButtonKind, IconButton};
pub use choice::{CheckBox, SelectField, SelectOption};
pub use columns::{ColumnMark, Columns};
pub use dialog::Dialog;
pub use element::element;
pub use element_ref::ElementRef;
pub use field::{AreaField, ErrorSummary, PasswordField, Problem, TextField, focus_by_id, focus_is_lost};
pub use freshness::{Freshness, FreshnessMark, FreshnessState};
pub use icon::{Icon, IconName};
pub use menu::{Menu, MenuChoice, MenuItem, MenuOpens};
pub use panel::{Figure, Panel};
pub use segments::{Segment, Segments};
pub use signal::{Live, Signal, Var, effect, is_same, live, on};
pub use states::{DeniedState, EmptyState, FailedState, Skeleton, SkeletonLines, SkipLink, VisuallyHidden};
pub use table::{SortDirection, SortHead};
pub use trend_line::{TrendLine, TrendMark};

/// The canvas in light, for the browser's own bars; the same as `--canvas` in `css/tokens.css`.
pub const CANVAS_LIGHT: &str = "#f6f6f4";
/// The canvas in dark.
pub const CANVAS_DARK: &str = "#111210";

#[cfg(test)]
mod tests {
    #[test]
    fn the_browsers_bars_have_the_colours_of_the_canvas() {
        let tokens = include_str!("css/tokens.css");
        assert!(tokens.contains(&format!(
            "--canvas: light-dark({}, {});",
            super::CANVAS_LIGHT,
            super::CANVAS_DARK
        )));
    }
}
