//! What is shown when somebody asks for sample data? Organization A of the demo data, on 2026-05-20.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use revos_shared::clients::{ClientRow, ClientStatus, Phase, Segment, TrendPoint, trs_score};
use revos_shared::kernel::instants::days_after;
use revos_shared::session::{Capability, Member, Organization, Person, Persona};
use revos_shared::{ClientId, Money, OrganizationId, UserId};
use uuid::Uuid;

/// The day the sample rows are of.
pub(super) const SAMPLE_DAY: Date = date(2026, 5, 20);

/// (name, segment, industry, status, phase, owner, arr in whole units, health, churn, QBR offset,
/// previous health, previous churn)
type Line = (
    &'static str,
    Segment,
    &'static str,
    ClientStatus,
    Option<Phase>,
    Option<(u8, &'static str)>,
    Option<i64>,
    [Option<u8>; 2],
    Option<i64>,
    [Option<u8>; 2],
);

const JUNO: Option<(u8, &str)> = Some((1, "Juno Ashwick"));
const PIERS: Option<(u8, &str)> = Some((2, "Piers Oakhollow"));
const MAREN: Option<(u8, &str)> = Some((3, "Maren Tolliver"));
const CORIN: Option<(u8, &str)> = Some((4, "Corin Vashley"));

#[rustfmt::skip]
const LINES: [Line; 14] = {
    use ClientStatus::{Active, Churned, Paused, Prospect};
    use Segment::{Enterprise, Mid, Smb};
    [
        ("Brindlecrest Freight", Mid, "logistics", Active, Some(Phase::Compounding), JUNO, Some(81_600), [Some(82), Some(8)], Some(6), [Some(81), Some(9)]),
        ("Calderhollow Foods", Mid, "food", Active, Some(Phase::Architecture), MAREN, Some(62_400), [Some(74), Some(12)], Some(21), [Some(74), Some(13)]),
        ("Dovemarsh Analytics", Enterprise, "software", Active, Some(Phase::Compounding), PIERS, Some(96_000), [Some(77), Some(9)], Some(44), [Some(76), Some(9)]),
        ("Emberfold Robotics", Enterprise, "manufacturing", Active, Some(Phase::Algorithm), MAREN, Some(150_000), [Some(88), Some(6)], Some(-9), [Some(86), Some(7)]),
        ("Fennwisp Health", Mid, "health care", Active, Some(Phase::Data), JUNO, Some(84_000), [Some(71), Some(14)], Some(13), [Some(72), Some(12)]),
        ("Glassmere Hotels", Smb, "hospitality", Active, Some(Phase::Discovery), MAREN, Some(34_800), [Some(58), Some(22)], Some(75), [Some(61), Some(18)]),
        ("Hollowpine Energy", Smb, "energy", Active, Some(Phase::Architecture), PIERS, Some(40_800), [Some(46), Some(34)], Some(3), [Some(49), Some(31)]),
        ("Ironlark Tools", Smb, "retail", Active, Some(Phase::Onboarding), JUNO, Some(19_200), [None, Some(16)], None, [None, None]),
        ("Juniperdale Software", Enterprise, "software", Active, Some(Phase::Active), CORIN, Some(195_000), [Some(91), Some(4)], Some(29), [Some(89), Some(5)]),
        ("Kestrelford Learning", Smb, "education", Paused, Some(Phase::Discovery), JUNO, None, [Some(60), Some(18)], Some(-30), [Some(60), Some(18)]),
        ("Lanternbay Media", Smb, "media", Churned, Some(Phase::Data), PIERS, None, [Some(38), Some(61)], None, [Some(38), Some(61)]),
        ("Mossvane Insurance", Enterprise, "insurance", Prospect, None, PIERS, None, [None, None], None, [None, None]),
        ("Nettlewyck Retail", Mid, "retail", Prospect, None, None, None, [None, None], None, [None, None]),
        ("Opalreach Travel", Mid, "travel", Prospect, None, PIERS, None, [None, None], None, [None, None]),
    ]
};

/// The fourteen clients of organization A.
pub(super) fn sample_clients() -> Vec<ClientRow> {
    (1_u128..).zip(LINES).map(|(number, line)| client(number, line)).collect()
}

fn client(number: u128, line: Line) -> ClientRow {
    let (name, segment, industry, status, phase, owner, arr, [health, churn_risk], qbr, previous) = line;
    let [previous_health, previous_churn_risk] = previous;
    let after = |days: i64| days_after(SAMPLE_DAY, days);
    ClientRow {
        id: ClientId(Uuid::from_u128(number)),
        name: name.to_owned(),
        status,
        phase,
        segment: Some(segment),
        industry: Some(industry.to_owned()),
        region: None,
        owner_id: owner.map(|(number, _)| UserId(Uuid::from_u128(u128::from(number)))),
        owner_name: owner.map(|(_, name)| name.to_owned()),
        arr: arr.map(|whole| Money::from_minor(whole * 100)),
        health,
        churn_risk,
        trs_score: trs_score(health, churn_risk),
        previous_health,
        previous_churn_risk,
        previous_snapshot_date: previous_churn_risk.map(|_| after(-20)),
        qbr_date: qbr.map(after),
        last_qbr_date: None,
        trs_at_last_qbr: None,
        is_expansion: matches!(number, 4 | 9),
        furthest_open_stage: None,
        open_value: None,
        mrr: None,
        ar_outstanding: None,
        ar_overdue: None,
        churned_on: (status == ClientStatus::Churned).then(|| after(-45)),
        // 2026-05-20, 13:00 UTC.
        updated_at: Timestamp::from_second(1_779_282_000).unwrap_or(Timestamp::UNIX_EPOCH),
        version: 1,
    }
}

/// Twelve months of the portfolio's score.
pub(super) fn sample_trend() -> Vec<TrendPoint> {
    let means = [74, 75, 75, 76, 77, 76, 78, 78, 79, 79, 80, 80];
    (0_i8..)
        .zip(means)
        .filter_map(|(at, mean)| {
            let (year, month) = if at < 7 { (2025, at + 6) } else { (2026, at - 6) };
            let month = Date::new(year, month, 1).ok()?;
            Some(TrendPoint { month, trs_mean: Some(mean), clients: 8 })
        })
        .collect()
}

/// Who looks at the sample rows of a server without a database.
pub(crate) fn sample_member() -> Member {
    Member {
        person: Person {
            id: UserId(Uuid::nil()),
            name: "Demo visitor".to_owned(),
            email: "visitor@example.com".to_owned(),
            persona: Persona::Member,
            client_id: None,
            avatar_url: None,
            time_zone: None,
        },
        organization: Organization {
            id: OrganizationId(Uuid::nil()),
            name: "Marlowick Advisory (demo)".to_owned(),
            slug: "marlowick".to_owned(),
            currency: "USD".to_owned(),
            time_zone: "America/New_York".to_owned(),
            fiscal_year_start_month: 1,
            quarterly_target: Some(Money::from_minor(45_000_000)),
        },
        capabilities: vec![Capability(Capability::CLIENTS_READ.to_owned())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use revos_shared::clients::ClientsSummary;
    use revos_shared::kernel::fiscal::FiscalYear;

    #[test]
    fn sample_rows_give_the_figures_of_the_demo_data() {
        let summary = ClientsSummary::of(&sample_clients(), SAMPLE_DAY, FiscalYear { start_month: 1 });
        assert_eq!((summary.active, summary.average_health, summary.unscored), (9, Some(73), 1));
        assert_eq!(summary.portfolio_trs, Some(80));
        assert_eq!((summary.churn_watch, summary.churn_at_risk, summary.churn_critical), (2, 3, 1));
        assert_eq!((summary.health_healthy, summary.health_watch, summary.health_critical), (6, 1, 1));
        assert_eq!((summary.qbr_overdue, summary.qbr_30, summary.qbr_60, summary.qbr_90), (1, 5, 6, 7));
        assert_eq!((summary.arr.minor(), summary.arr_at_risk.minor()), (76_380_000, 9_480_000));
        assert_eq!((summary.expansion, summary.qbr_undated, summary.churned_this_quarter), (2, 1, 1));
    }

    #[test]
    fn the_sample_trend_ends_in_the_sample_month() {
        let trend = sample_trend();
        assert_eq!((trend.len(), trend.first().map(|p| p.month)), (12, Some(date(2025, 6, 1))));
        assert_eq!(trend.last().map(|p| (p.month, p.trs_mean)), Some((date(2026, 5, 1), Some(80))));
    }
}
