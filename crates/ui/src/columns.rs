//! How do amounts compare? Columns side by side, and the same as a table.

use crate::signal::{Signal, Var, live, on};
use leptos::prelude::*;

/// One place of the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMark {
    /// Short, for the axis.
    pub tick: String,
    /// In full, for the table.
    pub name: String,
    /// What stands there, as many as there are heads; none leaves a gap.
    pub values: Vec<Option<i64>>,
    /// The same as people read it.
    pub texts: Vec<String>,
}

const WIDTH: i64 = 480;
const HEIGHT: i64 = 132;
/// The two above, as the drawing takes them.
const VIEW_BOX: &str = "0 0 480 132";
const TOP: i64 = 18;
const BOTTOM: i64 = 20;
/// Columns are never wider than this.
const WIDEST: i64 = 40;

/// Columns with the last value written out; the switch shows the same as a table.
#[component]
pub fn Columns(
    /// What the columns show, with its unit.
    label: &'static str,
    /// The head of the table's first column.
    name_head: &'static str,
    /// The heads of the values: one column each at every place.
    value_heads: Vec<&'static str>,
    /// Is the last value written out? It is where the columns are one after the other in time.
    #[prop(default = true)]
    last_written: bool,
    /// The places, in order.
    #[prop(into)]
    marks: Signal<Vec<ColumnMark>>,
    /// One sentence for those who do not see the columns.
    #[prop(into)]
    summary: Signal<String>,
) -> impl IntoView {
    let as_table = Var::new(false);
    let heads = value_heads.clone();
    let body = live(move || {
        let marks = marks.get();
        if as_table.get() {
            table(name_head, &heads, marks)
        } else {
            drawing(&marks, summary.get(), last_written)
        }
    });
    let legend = (value_heads.len() > 1).then(|| {
        let items = value_heads
            .iter()
            .enumerate()
            .map(|(at, head)| {
                view! { <li><span class="swatch" data-series=at.to_string()></span>{*head}</li> }.into_any()
            })
            .collect_view();
        view! { <ul class="columns-legend" aria-hidden="true">{items}</ul> }.into_any()
    });
    view! {
        <figure class="trend columns">
            <figcaption class="chart-head">
                <h3>{label}</h3>
                <button
                    class="chart-switch"
                    type="button"
                    aria-label=format!("Table: {label}")
                    aria-pressed=live(move || as_table.get().to_string())
                    on:click=on(move |_| as_table.update(|on| *on = !*on))
                >
                    "Table"
                </button>
            </figcaption>
            {legend}
            {body}
        </figure>
    }
    .into_any()
}

fn table(name_head: &'static str, heads: &[&'static str], marks: Vec<ColumnMark>) -> AnyView {
    let lines = marks
        .into_iter()
        .map(|mark| {
            let cells = mark
                .texts
                .into_iter()
                .map(|text| view! { <td class="number">{text}</td> }.into_any())
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{mark.name}</th>
                    {cells}
                </tr>
            }
            .into_any()
        })
        .collect_view();
    let heads = heads
        .iter()
        .map(|head| view! { <th scope="col" class="number">{*head}</th> }.into_any())
        .collect_view();
    view! {
        <table class="small-table">
            <thead>
                <tr>
                    <th scope="col">{name_head}</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

/// Lowest and highest value to draw; zero is always among them.
fn range(marks: &[ColumnMark]) -> (i64, i64) {
    let values = marks.iter().flat_map(|mark| mark.values.iter().copied().flatten());
    values.fold((0, 0), |(low, high), value| (low.min(value), high.max(value)))
}

/// Where a value stands, in whole pixels from the top.
fn y_of(value: i64, (low, high): (i64, i64)) -> i64 {
    let span = i128::from(high) - i128::from(low);
    let room = i128::from(HEIGHT - TOP - BOTTOM);
    let up = if span == 0 { 0 } else { (i128::from(value) - i128::from(low)) * room / span };
    HEIGHT - BOTTOM - i64::try_from(up).unwrap_or(0)
}

fn drawing(marks: &[ColumnMark], summary: String, last_written: bool) -> AnyView {
    let places = i64::try_from(marks.len()).unwrap_or(1).max(1);
    let range = range(marks);
    let zero = y_of(0, range);
    let step = WIDTH / places;
    let columns = marks
        .iter()
        .zip(0..)
        .flat_map(|(mark, place)| {
            let many = i64::try_from(mark.values.len()).unwrap_or(1).max(1);
            let width = ((step - 6) / many).clamp(2, WIDEST);
            let left = place * step + (step - width * many) / 2;
            mark.values.iter().zip(0..).map(move |(value, at)| {
                let y = value.map_or(zero, |value| y_of(value, range));
                let (top, height) =
                    (y.min(zero), (y - zero).abs().max(i64::from(value.is_some_and(|v| v != 0))));
                view! {
                    <rect
                        class="column"
                        data-series=at.to_string()
                        x=(left + at * width).to_string()
                        y=top.to_string()
                        width=(width - 1).to_string()
                        height=height.to_string()
                    />
                }
                .into_any()
            })
        })
        .collect_view();
    let every = (places + 11) / 12;
    let ticks = marks
        .iter()
        .zip(0..)
        .filter(|(_, place)| (places - 1 - place) % every == 0)
        .map(|(mark, place)| {
            let x = place * step + step / 2;
            view! { <text x=x.to_string() y=(HEIGHT - 5).to_string() text-anchor="middle">{mark.tick.clone()}</text> }
                .into_any()
        })
        .collect_view();
    let last = marks.last().filter(|mark| last_written && mark.values.len() == 1).map(|mark| {
        let y = mark.values.first().copied().flatten().map_or(zero, |value| y_of(value, range));
        view! {
            <text class="trend-last" x=(WIDTH - 4).to_string() y=(y - 5).to_string() text-anchor="end">
                {mark.texts.first().cloned().unwrap_or_default()}
            </text>
        }
        .into_any()
    });
    view! {
        <svg class="trend-line" viewBox=VIEW_BOX role="img" aria-label=summary>
            <line class="trend-grid" x1="0" x2=WIDTH.to_string() y1=zero.to_string() y2=zero.to_string() />
            {columns}
            {ticks}
            {last}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(values: &[Option<i64>]) -> ColumnMark {
        ColumnMark { tick: String::new(), name: String::new(), values: values.to_vec(), texts: Vec::new() }
    }

    #[test]
    fn columns_stand_on_zero_and_stay_inside() {
        let seen = range(&[mark(&[Some(-20), None]), mark(&[Some(80)])]);
        assert_eq!(seen, (-20, 80));
        let inside = [-20, 0, 80].map(|value| y_of(value, seen));
        assert_eq!(inside, [112, 94, 18]);
        assert_eq!((range(&[]), y_of(0, (0, 0))), ((0, 0), HEIGHT - BOTTOM));
        assert_eq!(y_of(i64::MAX, (i64::MIN, i64::MAX)), TOP);
    }
}
