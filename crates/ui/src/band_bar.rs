//! How is a whole divided? A stacked bar with a legend, and the same as a table.

use crate::badge::Fill;
use crate::signal::{Signal, live};
use leptos::prelude::*;

/// One part of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Its name and where it begins.
    pub label: String,
    /// How many.
    pub count: u32,
    /// How it is filled.
    pub fill: Fill,
}

/// A stacked bar. The legend names every part, so the bar itself is hidden from screen readers.
#[component]
pub fn BandBar(
    /// What is divided.
    label: &'static str,
    /// The parts, in order.
    #[prop(into)]
    bands: Signal<Vec<Band>>,
) -> impl IntoView {
    let parts = live(move || {
        bands
            .get()
            .into_iter()
            .filter(|band| band.count > 0)
            .map(|band| {
                view! { <span data-fill=band.fill.word() style=("--share", band.count.to_string())></span> }
                    .into_any()
            })
            .collect_view()
    });
    let legend = live(move || {
        bands
            .get()
            .into_iter()
            .map(|band| {
                view! {
                    <li>
                        <span class="swatch" data-fill=band.fill.word()></span>
                        <b>{band.count}</b>
                        {band.label}
                    </li>
                }
                .into_any()
            })
            .collect_view()
    });
    view! {
        <div class="bands">
            <div class="band-bar" aria-hidden="true">
                {parts}
            </div>
            <ul class="band-legend" aria-label=label>
                {legend}
            </ul>
        </div>
    }
    .into_any()
}
