//! How does the overview leave the page? As a CSV file with every figure, its unit and what it is compared with.

use super::words;
use crate::shell::csv::file;
use revos_shared::kernel::instants::write_day;
use revos_shared::overview::Overview;

const HEAD: [&str; 12] = [
    "Tile",
    "Figure",
    "Value",
    "Unit",
    "Not available",
    "Before",
    "Compared from",
    "Compared to",
    "Window from",
    "Window to",
    "Segment",
    "Owner",
];

/// All figures on screen, one a line; of these clients.
pub(super) fn written(overview: &Overview, currency: &str, segment: &str, owner: &str) -> String {
    let lines = overview.tiles.iter().flat_map(|tile| {
        tile.figures.iter().map(|figure| {
            let unit = figure.name.unit();
            let plain =
                |steps: Option<&i64>| steps.map(|steps| words::plain(unit, *steps)).unwrap_or_default();
            vec![
                words::title(tile.kind).to_owned(),
                words::label(figure.name).to_owned(),
                plain(figure.now.value()),
                words::unit(unit, currency).to_owned(),
                figure.now.known_or_why().err().map(|reason| reason.to_string()).unwrap_or_default(),
                plain(figure.before.as_ref().and_then(|before| before.value())),
                tile.compared.and_then(|compared| compared.from).map(write_day).unwrap_or_default(),
                tile.compared.map(|compared| write_day(compared.to)).unwrap_or_default(),
                write_day(overview.window.from),
                write_day(overview.window.to),
                segment.to_owned(),
                owner.to_owned(),
            ]
        })
    });
    file(HEAD.map(str::to_owned).to_vec(), lines)
}
