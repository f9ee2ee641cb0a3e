//! In which words and tones are bands, states and dates of clients told?

use crate::shell::format;
use jiff::civil::Date;
use revos_shared::clients::thresholds::{
    CHURN_AT_RISK, CHURN_CRITICAL, CHURN_WATCH, ChurnBand, HEALTH_HEALTHY, HEALTH_WATCH, HealthBand,
};
use revos_shared::clients::{
    ChurnRow, ClientBand, ClientRow, ClientStatus, ContactPower, DataSourceStatus, DeliverableStatus,
    DeliverableType, FormType, KanbanStatus, ProjectHealth, ProjectStatus, QbrRow, QbrState,
};
use revos_shared::finance::PaymentTerm;
use revos_ui::{Tone, TrendMark};

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

/// A band of the filter.
pub(super) const fn band_choice(band: ClientBand) -> &'static str {
    match band {
        ClientBand::HealthHealthy => "Health: healthy",
        ClientBand::HealthWatch => "Health: watch",
        ClientBand::HealthCritical => "Health: critical",
        ClientBand::Unscored => "Health: not scored",
        ClientBand::ChurnWatch => "Churn risk: watch",
        ClientBand::ChurnAtRisk => "Churn risk: at risk",
        ClientBand::ChurnCritical => "Churn risk: critical",
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

/// How the composite moved since the last review, and since when; none when either is not known.
pub(super) fn since_qbr(client: &ClientRow, today: Date) -> Option<(String, String)> {
    let change = format::signed(client.trs_change_since_qbr()?);
    Some((format!("TRS {change}"), format!(" since {}", format::day(client.last_qbr_date?, today))))
}

/// A line of scores in one sentence; `at` stands before a name of its axis.
pub(super) fn trend(what: &str, at: &str, marks: &[TrendMark]) -> String {
    let mut scored = marks.iter().filter_map(|mark| mark.value.map(|value| (value, mark.name.as_str())));
    match (scored.next(), scored.next_back()) {
        (Some((first, since)), Some((last, until))) => {
            format!("{what} went from {first} {at} {since} to {last} {at} {until}")
        }
        (Some((only, time)), None) => format!("{what} was {only} {at} {time}"),
        _ => "No TRS yet".to_owned(),
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

/// The word of a say in a purchase.
pub(super) const fn power(power: ContactPower) -> &'static str {
    match power {
        ContactPower::User => "User",
        ContactPower::Influencer => "Influencer",
        ContactPower::Decision => "Decision maker",
        ContactPower::Economic => "Economic buyer",
    }
}

/// The word of a payment term.
pub(super) const fn payment_term(term: PaymentTerm) -> &'static str {
    match term {
        PaymentTerm::DueOnReceipt => "Due on receipt",
        PaymentTerm::Net15 => "15 days",
        PaymentTerm::Net30 => "30 days",
        PaymentTerm::Net45 => "45 days",
        PaymentTerm::Net60 => "60 days",
        PaymentTerm::Net90 => "90 days",
    }
}

/// The name of a discovery form.
pub(super) const fn form(form: FormType) -> &'static str {
    match form {
        FormType::GapSelling => "Gap selling",
        FormType::ClarityGap => "Clarity gap",
        FormType::RevenueResearch => "Revenue research",
    }
}

/// How far a data source is.
pub(super) const fn source_status(status: DataSourceStatus) -> (&'static str, Tone) {
    match status {
        DataSourceStatus::Needed => ("Needed", Tone::Warn),
        DataSourceStatus::InProgress => ("In progress", Tone::Neutral),
        DataSourceStatus::Available => ("Available", Tone::Good),
        DataSourceStatus::Collected => ("Collected", Tone::Good),
        DataSourceStatus::Missing => ("Missing", Tone::Bad),
    }
}

/// The name of a column of the board.
pub(super) const fn card_status(status: KanbanStatus) -> &'static str {
    match status {
        KanbanStatus::Backlog => "Backlog",
        KanbanStatus::Doing => "Doing",
        KanbanStatus::Blocked => "Blocked",
        KanbanStatus::Review => "Review",
        KanbanStatus::Done => "Done",
    }
}

/// The word of a kind of deliverable.
pub(super) const fn deliverable_type(kind: DeliverableType) -> &'static str {
    match kind {
        DeliverableType::Content => "Content",
        DeliverableType::Dashboard => "Dashboard",
        DeliverableType::Doc => "Document",
        DeliverableType::Link => "Link",
    }
}

/// How a deliverable stands.
pub(super) const fn deliverable_status(status: DeliverableStatus) -> (&'static str, Tone) {
    match status {
        DeliverableStatus::Planned => ("Planned", Tone::Neutral),
        DeliverableStatus::InProgress => ("In progress", Tone::Neutral),
        DeliverableStatus::Delivered => ("Delivered", Tone::Good),
        DeliverableStatus::Archived => ("Archived", Tone::Neutral),
    }
}

/// How a project stands.
pub(super) const fn project_status(status: ProjectStatus) -> &'static str {
    match status {
        ProjectStatus::Planned => "Planned",
        ProjectStatus::Active => "Active",
        ProjectStatus::OnHold => "On hold",
        ProjectStatus::Completed => "Completed",
        ProjectStatus::Cancelled => "Cancelled",
    }
}

/// Is a project on track?
pub(super) const fn project_health(health: ProjectHealth) -> (&'static str, Tone) {
    match health {
        ProjectHealth::Green => ("On track", Tone::Good),
        ProjectHealth::Yellow => ("At risk", Tone::Warn),
        ProjectHealth::Red => ("Critical", Tone::Bad),
    }
}

/// What an event says happened.
pub(super) fn event(key: &str) -> String {
    let said = match key {
        "client.created" => "Client was added",
        "client.updated" => "Client was edited",
        "client.status.changed" => "Status changed",
        "client.phase.changed" => "Phase changed",
        "client.owner.changed" => "Owner changed",
        "client.health.changed" => "Health changed",
        "client.health.synced" => "Health was recorded",
        "client.contact.saved" => "Contact was saved",
        "client.contact.deleted" => "Contact was removed",
        "client.commercials.saved" => "Commercials were saved",
        "client.discovery.saved" => "Discovery was saved",
        "client.data.saved" | "client.data.updated" => "Data sources were saved",
        "client.kanban.saved" => "Cards were saved",
        "client.kanban.moved" => "Card was moved",
        "client.deliverable.linked" => "Deliverable was added",
        "client.deliverable.updated" => "Deliverable was edited",
        "client.deliverable.removed" => "Deliverable was removed",
        "client.finance.updated" => "Terms were changed",
        "client.onboarding.ensured" => "Onboarding was begun",
        "client.converted" => "Became a client through a won opportunity",
        // A key of a newer database, as words.
        other => return other.replace(['.', '_'], " "),
    };
    said.to_owned()
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
