//! How did one number move over time? A line with honest gaps, and the same as a table.

use crate::signal::{Signal, Var, live, on};
use leptos::prelude::*;

/// One step of the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendMark {
    /// Short, for the axis.
    pub tick: String,
    /// In full, for the table.
    pub name: String,
    /// The value; none leaves a gap.
    pub value: Option<u8>,
    /// What must be known beside the value, for the table.
    pub note: String,
}

const WIDTH: f32 = 400.0;
const HEIGHT: f32 = 104.0;
/// The two above, as the drawing takes them: writing out floats costs more than it says.
const VIEW_BOX: &str = "0 0 400 104";
const LEFT: f32 = 24.0;
const RIGHT: f32 = 30.0;
const TOP: f32 = 10.0;
const BOTTOM: f32 = 20.0;

/// The lowest and highest value of the axis: tens around the values, at least 20 apart, inside 0–100.
fn axis(values: impl Iterator<Item = u8>) -> (u8, u8) {
    let (low, high) = values.fold((100, 0), |(low, high), value| (value.min(low), value.max(high)));
    if low > high {
        return (0, 100);
    }
    let low = low / 10 * 10;
    let high = high.div_ceil(10).saturating_mul(10).min(100);
    match high - low {
        0..20 if high >= 20 => (high - 20, high),
        0..20 => (0, 20),
        _ => (low, high),
    }
}

fn x_of(index: usize, count: usize) -> f32 {
    let steps = u16::try_from(count.saturating_sub(1).max(1)).unwrap_or(u16::MAX);
    let at = u16::try_from(index).unwrap_or(u16::MAX);
    LEFT + (WIDTH - LEFT - RIGHT) * f32::from(at) / f32::from(steps)
}

fn y_of(value: u8, (low, high): (u8, u8)) -> f32 {
    let share = f32::from(value.saturating_sub(low)) / f32::from(high.saturating_sub(low).max(1));
    HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
}

/// Whole tenths of a pixel are exact enough and cost less code than a float's full text.
fn px(value: f32) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "a position inside the drawing")]
    let tenths = (value * 10.0) as i32;
    format!("{}.{}", tenths / 10, (tenths % 10).abs())
}

/// A line over time with its last value written out; the switch shows the same as a table.
#[component]
pub fn TrendLine(
    /// What the line shows, with its unit.
    label: &'static str,
    /// The head of the table's first column.
    time_head: &'static str,
    /// The head of the table's second column.
    value_head: &'static str,
    /// The head of the table's third column, the notes.
    note_head: &'static str,
    /// The marks, oldest first.
    #[prop(into)]
    marks: Signal<Vec<TrendMark>>,
    /// One sentence for those who do not see the line.
    #[prop(into)]
    summary: Signal<String>,
) -> impl IntoView {
    let as_table = Var::new(false);
    let body = live(move || {
        let marks = marks.get();
        if as_table.get() {
            table([time_head, value_head, note_head], marks)
        } else {
            drawing(&marks, summary.get())
        }
    });
    view! {
        <figure class="trend">
            <figcaption class="chart-head">
                <h3>{label}</h3>
                <button
                    class="chart-switch"
                    type="button"
                    aria-pressed=live(move || as_table.get().to_string())
                    on:click=on(move |_| as_table.update(|on| *on = !*on))
                >
                    "Table"
                </button>
            </figcaption>
            {body}
        </figure>
    }
    .into_any()
}

fn table([time_head, value_head, note_head]: [&'static str; 3], marks: Vec<TrendMark>) -> AnyView {
    view! {
        <table class="small-table">
            <thead>
                <tr>
                    <th scope="col">{time_head}</th>
                    <th scope="col" class="number">{value_head}</th>
                    <th scope="col" class="number">{note_head}</th>
                </tr>
            </thead>
            <tbody>
                {marks
                    .into_iter()
                    .rev()
                    .map(|mark| {
                        view! {
                            <tr>
                                <th scope="row">{mark.name}</th>
                                <td class="number">{mark.value.map_or_else(|| "–".to_owned(), |v| v.to_string())}</td>
                                <td class="number">{mark.note}</td>
                            </tr>
                        }.into_any()
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

fn drawing(marks: &[TrendMark], summary: String) -> AnyView {
    let count = marks.len();
    let range = axis(marks.iter().filter_map(|mark| mark.value));
    let at = |index: usize, value: u8| (x_of(index, count), y_of(value, range));
    let mut runs: Vec<Vec<(f32, f32)>> = vec![Vec::new()];
    let mut last = None;
    for (index, mark) in marks.iter().enumerate() {
        match mark.value {
            Some(value) => {
                let point = at(index, value);
                last = Some((point, value));
                if let Some(run) = runs.last_mut() {
                    run.push(point);
                }
            }
            None => runs.push(Vec::new()),
        }
    }
    let lines = runs
        .into_iter()
        .filter(|run| !run.is_empty())
        .map(|run| match run.as_slice() {
            [(x, y)] => view! { <circle class="trend-point" cx=px(*x) cy=px(*y) r="2" /> }.into_any(),
            _ => {
                let points: Vec<String> = run.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
                view! { <polyline class="trend-run" points=points.join(" ") /> }.into_any()
            }
        })
        .collect_view();
    let grid = [range.0, range.1]
        .map(|value| {
            let y = y_of(value, range);
            view! {
                <line class="trend-grid" x1=px(LEFT) x2=px(WIDTH - RIGHT) y1=px(y) y2=px(y) />
                <text x=px(LEFT - 6.0) y=px(y + 4.0) text-anchor="end">{value}</text>
            }
            .into_any()
        })
        .collect_view();
    let every = count.div_ceil(6).max(1);
    let ticks = marks
        .iter()
        .enumerate()
        .filter(|(index, _)| count.saturating_sub(1).saturating_sub(*index).is_multiple_of(every))
        .map(|(index, mark)| {
            view! { <text x=px(x_of(index, count)) y=px(HEIGHT - 4.0) text-anchor="middle">{mark.tick.clone()}</text> }.into_any()
        })
        .collect_view();
    let end = last.map(|((x, y), value)| {
        view! {
            <circle class="trend-end" cx=px(x) cy=px(y) r="4" />
            <text class="trend-last" x=px(x + 9.0) y=px(y + 4.0)>{value}</text>
        }
        .into_any()
    });
    view! {
        <svg class="trend-line" viewBox=VIEW_BOX role="img" aria-label=summary>
            {grid}
            {ticks}
            {lines}
            {end}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::axis;

    #[test]
    fn the_axis_holds_all_values_and_is_never_flat() {
        assert_eq!(axis([80, 82].into_iter()), (70, 90));
        assert_eq!(axis([80].into_iter()), (60, 80));
        assert_eq!(axis([3].into_iter()), (0, 20));
        assert_eq!(axis([5, 100].into_iter()), (0, 100));
        assert_eq!(axis(std::iter::empty()), (0, 100));
    }
}
