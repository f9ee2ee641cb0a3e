//! Does the overview say what the pages behind it say, to those who may see it?

use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, Rig};
use reqwest::StatusCode;
use revos_shared::clients::ClientsSummary;
use revos_shared::finance::{FinanceInputs, TimeScope};
use revos_shared::overview::{FigureName, NewsKind, Overview, OverviewInputs, TileKind};
use revos_shared::pipeline::{AlertKind, AlertSeverity, Forecast, ForecastMaterial};
use revos_shared::{Envelope, ErrorCode, Money};

/// The day of the demo's golden figures.
const DAY: &str = "2026-05-20";

async fn of_the_day(rig: &Rig, function: &str) -> String {
    rig.value(&format!("select private.{function}::text from public.organizations where slug = 'marlowick'"))
        .await
}

async fn overview_of_the_day(rig: &Rig, scope: TimeScope) -> Overview {
    let inputs = of_the_day(rig, &format!("overview_inputs_at(id, '{DAY}', '{scope}', true)")).await;
    serde_json::from_str::<OverviewInputs>(&inputs).unwrap().overview()
}

fn now(overview: &Overview, name: FigureName) -> Option<i64> {
    overview.tiles.iter().find_map(|tile| tile.figure(name)).and_then(|figure| figure.now.value().copied())
}

fn tile_kinds(overview: &Overview) -> Vec<TileKind> {
    overview.tiles.iter().map(|tile| tile.kind).collect()
}

#[tokio::test]
async fn tiles_agree_with_the_pages_behind_them() {
    use FigureName as Name;
    let rig = Rig::new().await;
    let inputs: FinanceInputs =
        serde_json::from_str(&of_the_day(&rig, &format!("finance_inputs_at(id, '{DAY}', 13)")).await)
            .unwrap();
    let material: ForecastMaterial =
        serde_json::from_str(&of_the_day(&rig, &format!("pipeline_forecast_at(id, '{DAY}')")).await).unwrap();
    let portfolio: ClientsSummary =
        serde_json::from_str(&of_the_day(&rig, &format!("clients_summary_at(id, '{DAY}')")).await).unwrap();
    let forecast = material.forecast();
    let alerts = |severity| {
        i64::try_from(forecast.alerts.iter().filter(|alert| alert.severity == severity).count()).unwrap()
    };
    let stalled = forecast.alerts.iter().filter(|alert| alert.kind == AlertKind::Stalled).count();
    for scope in TimeScope::ALL.iter().copied() {
        let overview = overview_of_the_day(&rig, scope).await;
        assert_eq!(tile_kinds(&overview), TileKind::ALL, "{scope}");
        let finance = inputs.figures(scope).unwrap();
        let minor = |amount: Option<&Money>| amount.map(|amount| amount.minor());
        for (name, expected) in [
            (Name::Mrr, minor(finance.recurring.mrr.value())),
            (Name::Arr, minor(finance.recurring.arr.value())),
            (Name::MrrNetNew, Some(finance.movements.net_new.minor())),
            (Name::Nrr, finance.retention.nrr.value().copied()),
            (Name::Cash, minor(finance.cash.balance.value())),
            (Name::NetBurn, minor(finance.cash.net_burn.value())),
            (Name::Ar, Some(finance.receivables.ar.minor())),
            (Name::Dso, finance.receivables.dso.value().copied()),
            (Name::Billed, Some(finance.billed.minor())),
            (Name::Collected, Some(finance.collected.minor())),
            (Name::OpenCount, Some(13)),
            (Name::OpenValue, Some(forecast.open.amount.minor())),
            (Name::OpenWeighted, Some(forecast.open.weighted.minor())),
            (Name::Won, Some(forecast.won.minor())),
            (Name::Commit, Some(forecast.commit.amount.minor())),
            (Name::Upside, Some(forecast.upside.amount.minor())),
            (Name::Best, Some(forecast.best.amount.minor())),
            (Name::Variance, minor(forecast.commit.variance.value())),
            (Name::Coverage, Some(162)),
            (Name::AlertsCritical, Some(alerts(AlertSeverity::Critical))),
            (Name::AlertsWarning, Some(alerts(AlertSeverity::Warning))),
            (Name::AlertsStalled, Some(i64::try_from(stalled).unwrap())),
            (Name::ActiveClients, Some(portfolio.active.into())),
            (Name::ArrAtRisk, Some(portfolio.arr_at_risk.minor())),
            // Demo data, section 6.
            (Name::ProjectsActive, Some(6)),
            (Name::ProjectsOverdue, Some(1)),
        ] {
            assert_eq!(now(&overview, name), expected, "{scope} {name}");
        }
    }
}

#[tokio::test]
async fn a_quarter_is_held_against_the_quarter_before_and_against_what_was_kept() {
    let rig = Rig::new().await;
    // The demo keeps 90 days.
    let month = overview_of_the_day(&rig, TimeScope::Month).await;
    for kind in [TileKind::OpenPipeline, TileKind::Forecast, TileKind::PortfolioHealth, TileKind::Receivables]
    {
        let tile = |kind| month.tiles.iter().find(|tile| tile.kind == kind).unwrap();
        let compared = tile(kind).compared.unwrap_or_else(|| panic!("{kind} has a snapshot"));
        assert_eq!(compared.from, None, "{kind}");
        assert!(tile(kind).figures[0].change().is_some(), "{kind}: {:?}", tile(kind).figures[0]);
    }
    let overview = overview_of_the_day(&rig, TimeScope::Quarter).await;
    let tile = |kind| overview.tiles.iter().find(|tile| tile.kind == kind).unwrap();
    assert_eq!(tile(TileKind::OpenPipeline).compared, None, "nothing was kept in February");
    // One of the three that the demo closed in this quarter was won.
    let rates = tile(TileKind::WinRate);
    assert_eq!(rates.figures[0].now.value(), Some(&3_333));
    assert_eq!(
        rates.compared.and_then(|compared| compared.from).map(|day| day.to_string()).as_deref(),
        Some("2026-01-01")
    );
    let line = &tile(TileKind::RecurringRevenue).line;
    assert_eq!((line.len(), line.last().map(|point| point.day.to_string())), (13, Some(DAY.to_owned())));
    // What finance keeps can be read back as it was.
    let kept = overview.kept_finance().unwrap();
    assert!(kept["mrr"].is_string() && kept["nrr"].is_number() && kept["aging"]["days_91"].is_string());
}

#[tokio::test]
async fn each_person_sees_their_part() {
    let rig = Rig::of_today().await;
    let read = async |who, path: &str| -> Overview {
        let reply = rig.program(who).await.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json::<Envelope<Overview>>().data
    };
    for manager in [ADMIN, DIRECTOR] {
        assert_eq!(tile_kinds(&read(manager, "/api/overview").await), TileKind::ALL);
    }
    let member = read(MEMBER, "/api/overview?scope=ytd").await;
    assert_eq!(tile_kinds(&member), TileKind::ALL[7..]);
    assert_eq!(member.window.scope, TimeScope::Year);
    assert!(member.news.iter().all(|news| news.what < NewsKind::InvoicesSent));
    assert_eq!(rig.program(CLIENT).await.get("/api/overview").await.refusal(), (403, ErrorCode::Forbidden));
    let other = read(ADMIN_B, "/api/overview").await;
    assert_eq!(now(&other, FigureName::OpenCount), Some(1), "nothing of A in B");

    let forecast: Envelope<Forecast> =
        rig.program(MEMBER).await.get("/api/opportunities/forecast").await.json();
    assert_eq!(now(&member, FigureName::Commit), Some(forecast.data.commit.amount.minor()));
    for bad in ["?scope=week", "?scope=", "?window=qtd", "?scope=qtd&scope=ytd"] {
        let reply = rig.program(ADMIN).await.get(&format!("/api/overview{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
}

#[tokio::test]
async fn what_happened_since_yesterday_is_told_with_its_amount() {
    let rig = Rig::of_today().await;
    let admin = rig.program(ADMIN).await;
    // Equal questions within a second share an answer, so they differ in what does not matter here.
    let added = async |scope: &str| {
        let overview: Envelope<Overview> = admin.get(&format!("/api/overview?scope={scope}")).await.json();
        let mut news = overview.data.news.into_iter();
        news.find(|news| news.what == NewsKind::Added).map(|news| (news.count, news.amount))
    };
    let before = added("qtd").await;
    rig.sql(
        "insert into public.opportunities (organization_id, client_id, name, amount)
         select organization_id, id, 'Made today', 1234.50 from public.clients
         where name = 'Emberfold Robotics' order by created_at limit 1",
    )
    .await;
    let (count, amount) = added("mtd").await.unwrap();
    let (before, sum) = before.unwrap_or_default();
    assert_eq!((count, amount), (before + 1, Some(sum.unwrap_or_default() + Money::from_minor(123_450))));
}
