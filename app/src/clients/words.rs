//! In which words and tones are bands, states and dates of clients told?

use crate::shell::format;
use revos_shared::clients::thresholds::{
    CHURN_AT_RISK, CHURN_CRITICAL, CHURN_WATCH, ChurnBand, HEALTH_HEALTHY, HEALTH_WATCH, HealthBand,
};
use revos_shared::clients::{ChurnRow, ClientRow, ClientStatus, QbrRow, QbrState, Segment};
use revos_ui::Tone;

/// The word and the tone of a churn band.
pub(super) const fn churn_band(band: ChurnBand) -> (&'static str, Tone) {
    match band {
        ChurnBand::Watch => ("Watch", Tone::Warn),
        ChurnBand::AtRisk => ("At risk", Tone::Bad),
        ChurnBand::Critical => ("Critical", Tone::Bad),
    }
}

/// The word and the tone of a health band.
pub(super) const fn health_band(band: HealthBand) -> (&'static str, Tone) {
    match band {
        HealthBand::Healthy => ("Healthy", Tone::Good),
        HealthBand::Watch => ("Watch", Tone::Warn),
        HealthBand::Critical => ("Critical", Tone::Bad),
    }
}

/// The word and the tone of a status.
pub(super) const fn status(status: ClientStatus) -> (&'static str, Tone) {
    match status {
        ClientStatus::Prospect => ("Prospect", Tone::Neutral),
        ClientStatus::Active => ("Active", Tone::Good),
        ClientStatus::Paused => ("Paused", Tone::Warn),
        ClientStatus::Churned => ("Churned", Tone::Bad),
    }
}

/// The word of a segment.
pub(super) const fn segment(segment: Segment) -> &'static str {
    match segment {
        Segment::Smb => "Small business",
        Segment::Mid => "Mid-market",
        Segment::Enterprise => "Enterprise",
    }
}

/// The word and the tone of a review's state, where it needs one.
pub(super) const fn qbr_state(state: QbrState) -> Option<(&'static str, Tone)> {
    match state {
        QbrState::Overdue => Some(("Overdue", Tone::Bad)),
        QbrState::Soon => Some(("Soon", Tone::Warn)),
        QbrState::Later | QbrState::Undated => None,
    }
}

/// Who is in charge.
pub(super) fn owner(client: &ClientRow) -> String {
    match (&client.owner_name, client.owner_id) {
        (Some(name), _) => name.clone(),
        (None, Some(_)) => "Hidden".to_owned(),
        (None, None) => "Unassigned".to_owned(),
    }
}

/// `Glassmere Hotels, churn risk 22, at risk, up 4`.
pub(super) fn churn_name(row: &ChurnRow) -> String {
    let band = churn_band(row.band).0.to_ascii_lowercase();
    let change = row.change.map(format::change).unwrap_or_else(|| "change not known".to_owned());
    format!("{}, churn risk {}, {band}, {change}", row.client.name, row.churn_risk)
}

/// `Emberfold Robotics, review overdue, 9 days ago`.
pub(super) fn qbr_name(row: &QbrRow) -> String {
    let name = &row.client.name;
    match (row.state, row.days) {
        (QbrState::Overdue, Some(days)) => format!("{name}, review overdue, {}", format::relative_day(days)),
        (_, Some(days)) => format!("{name}, review {}", format::relative_day(days)),
        (_, None) => format!("{name}, no review date"),
    }
}

/// Where the churn bands begin.
pub(super) fn churn_thresholds() -> String {
    format!("Watch from {CHURN_WATCH} · At risk from {CHURN_AT_RISK} · Critical from {CHURN_CRITICAL}")
}

/// The health bands with their ranges: healthy, watch, critical.
pub(super) fn health_ranges() -> [String; 3] {
    [
        format!("Healthy ({HEALTH_HEALTHY}+)"),
        format!("Watch ({HEALTH_WATCH}–{})", HEALTH_HEALTHY - 1),
        format!("Critical (below {HEALTH_WATCH})"),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample_clients;
    use super::*;
    use jiff::civil::date;
    use revos_shared::clients::{QbrHorizon, churn_panel, qbr_panel};

    #[test]
    fn rows_are_named_in_one_sentence() {
        let rows = sample_clients();
        let names: Vec<_> = churn_panel(&rows).iter().map(churn_name).collect();
        assert_eq!(names[0], "Hollowpine Energy, churn risk 34, critical, up 3");
        assert_eq!(names[1], "Glassmere Hotels, churn risk 22, at risk, up 4");
        let reviews = qbr_panel(&rows, date(2026, 5, 20), QbrHorizon::Days30);
        assert_eq!(qbr_name(&reviews[0]), "Emberfold Robotics, review overdue, 9 days ago");
        assert_eq!(reviews.last().map(qbr_name).as_deref(), Some("Ironlark Tools, no review date"));
    }

    #[test]
    fn thresholds_are_those_of_the_rules() {
        assert_eq!(churn_thresholds(), "Watch from 10 · At risk from 15 · Critical from 25");
        assert_eq!(health_ranges(), ["Healthy (70+)", "Watch (55–69)", "Critical (below 55)"]);
    }
}
