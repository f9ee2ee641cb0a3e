//! Which pictures are there? Few, drawn as lines in the text's colour, always beside a word or a label.

use leptos::prelude::*;

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// Four squares.
    Overview,
    /// Two people.
    Clients,
    /// Columns of different height.
    Pipeline,
    /// A sheet of paper with lines.
    Finance,
    /// One person.
    Person,
    /// A triangle with an exclamation mark.
    Warning,
    /// A circle with an exclamation mark.
    Problem,
    /// Two arrows in a circle.
    Refresh,
    /// A tick.
    Check,
    /// A cross.
    Close,
    /// Towards the start.
    Up,
    /// An arrow head downwards.
    Down,
    /// Two arrow heads apart: make larger.
    Expand,
    /// Two arrow heads together: make smaller.
    Collapse,
    /// A column at the left of a frame.
    Sidebar,
    /// A padlock.
    Lock,
    /// An empty tray.
    Empty,
    /// A filled triangle upwards: a rise.
    Rise,
    /// A filled triangle downwards: a fall.
    Fall,
    /// Something is looked for.
    Search,
    /// A calendar leaf.
    Calendar,
    /// A pencil.
    Edit,
    /// Three dots.
    More,
    /// A triangle to the right: runs.
    Play,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            Self::Overview => {
                "M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5h-4.5zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5z"
            }
            Self::Clients => {
                "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.4 2.4 0 0 1 0 4.4M12 9.8c1.6.6 2.5 1.9 2.5 3.7"
            }
            Self::Pipeline => "M2.5 2.5h3v11h-3zM6.5 2.5h3v7h-3zM10.5 2.5h3v4h-3z",
            Self::Finance => "M3.5 1.5h9v13l-2-1.5-2.5 1.5L5.5 13l-2 1.5zM6 5h4M6 8h4",
            Self::Person => "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14c0-2.8 2.4-4.5 5.5-4.5s5.5 1.7 5.5 4.5",
            Self::Warning => "M8 2.5 14.2 13H1.8L8 2.5ZM8 6.5v3M8 11.4v.1",
            Self::Problem => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5M8 11v.1",
            Self::Refresh => {
                "M13.5 8a5.5 5.5 0 0 1-9.8 3.4M2.5 8a5.5 5.5 0 0 1 9.8-3.4M12.5 2v2.8H9.7M3.5 14v-2.8h2.8"
            }
            Self::Check => "m3 8.5 3.2 3.2L13 5",
            Self::Edit => "M3 13l.6-2.9L10.8 3l2.2 2.2-7.1 7.2L3 13Z",
            Self::Play => "M5 3.5v9l7-4.5z",
            Self::More => "M3.5 8v.1M8 8v.1M12.5 8v.1",
            Self::Close => "m4 4 8 8M12 4l-8 8",
            Self::Up => "M4 10l4-4 4 4",
            Self::Down => "m4.5 6.5 3.5 3.5 3.5-3.5",
            Self::Expand => "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
            Self::Collapse => "M13 7H9V3M9 7l4.5-4.5M3 9h4v4M7 9l-4.5 4.5",
            Self::Sidebar => "M2.5 3.5h11v9h-11zM6 3.5v9",
            Self::Lock => "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
            Self::Empty => "M2 9.5h3.5l1 2h3l1-2H14M2 9.5 4 3h8l2 6.5v4H2z",
            Self::Rise => "M8 4.5 12.5 11h-9z",
            Self::Fall => "M8 11.5 3.5 5h9z",
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3",
            Self::Calendar => "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5V4M10.5 2.5V4",
        }
    }

    const fn filled(self) -> bool {
        matches!(self, Self::Rise | Self::Fall)
    }
}

/// A picture in the colour of the text around it; hidden from screen readers.
#[component]
pub fn Icon(
    /// Which picture.
    name: IconName,
    /// Width and height in pixels.
    #[prop(default = 16)]
    size: u8,
) -> impl IntoView {
    let (fill, stroke) = if name.filled() { ("currentColor", "none") } else { ("none", "currentColor") };
    view! {
        <svg
            viewBox="0 0 16 16"
            width=size.to_string()
            height=size.to_string()
            fill=fill
            stroke=stroke
            stroke-width="1.4"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=name.path() />
        </svg>
    }
    .into_any()
}
