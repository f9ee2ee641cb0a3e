//! Does the overview say what the pages behind it say, to those who may see it?

use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, Rig};
use crate::sql_agreement::Seeded;
use jiff::ToSpan as _;
use reqwest::StatusCode;
use revos_shared::clients::ClientsSummary;
use revos_shared::finance::{FinanceInputs, TimeScope};
use revos_shared::kernel::figure::Unavailable;
use revos_shared::overview::{FigureName, NewsKind, Overview, OverviewInputs, TileKind};
use revos_shared::pipeline::{AlertKind, AlertSeverity, Forecast, ForecastMaterial};
use revos_shared::{Envelope, ErrorCode, Money};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// The day of the demo's golden figures.
const DAY: &str = "2026-05-20";

async fn of_the_day(rig: &Rig, function: &str) -> String {
    rig.value(&format!("select private.{function}::text from public.organizations where slug = 'marlowick'"))
        .await
}

async fn overview_of_the_day(rig: &Rig, scope: TimeScope) -> Overview {
    let window = format!("private.overview_window(id, '{DAY}', '{scope}')");
    let inputs = of_the_day(rig, &format!("overview_inputs_at(id, '{DAY}', {window}, true)")).await;
    serde_json::from_str::<OverviewInputs>(&inputs).unwrap().overview()
}

fn now(overview: &Overview, name: FigureName) -> Option<i64> {
    overview.tiles.iter().find_map(|tile| tile.figure(name)).and_then(|figure| figure.now.value().copied())
}

fn tile_kinds(overview: &Overview) -> Vec<TileKind> {
    tile_kinds_of(&overview.tiles)
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
    assert_eq!(member.window.scope, Some(TimeScope::Year));
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

/// Rows of clients, dealt out anew: other segments, owners, scores, amounts and days.
fn dealt(organization: &str, seed: u64) -> String {
    let client = "(select c.id from public.clients c where c.organization_id = x.organization_id
        order by md5(c.id::text || x.id::text) limit 1)";
    format!(
        "set local session_replication_role = replica;
         select setseed({seed}::float8 / 1000);
         update public.clients x set
           segment = (array['smb', 'mid', 'enterprise', null])[1 + floor(random() * 4)::int],
           owner_id = (array(select u.id from public.users u
             where u.organization_id = x.organization_id order by u.email) || null::uuid)[1 + floor(random() * 3)::int],
           status = (array['active', 'active', 'active', 'prospect', 'churned'])[1 + floor(random() * 5)::int],
           health = nullif(floor(random() * 101)::int, 50), churn_risk = nullif(floor(random() * 40)::int, 5),
           arr = round((random() * 100000)::numeric, 2), qbr_date = '{DAY}'::date + floor(random() * 200 - 50)::int,
           churned_on = case when random() < 0.3 then '{DAY}'::date - floor(random() * 2)::int end,
           created_at = '{DAY}'::date - floor(random() * 3)::int
           where x.organization_id = '{organization}';
         update public.opportunities x set client_id = {client}, amount = round((random() * 90000)::numeric, 2),
           expected_close_date = '{DAY}'::date + floor(random() * 90 - 20)::int,
           stage_changed_at = '{DAY}'::date - floor(random() * 60)::int,
           created_at = '{DAY}'::date - floor(random() * 200)::int,
           closed_at = case when x.closed_at is not null then '{DAY}'::date - floor(random() * 150)::int end
           where x.organization_id = '{organization}';
         update public.subscriptions x set client_id = {client}, amount = round((random() * 9000)::numeric, 2),
           activated_on = x.activated_on - floor(random() * 60)::int where x.organization_id = '{organization}';
         update public.invoices x set client_id = {client},
           amount = x.amount_paid + round((random() * 9000)::numeric, 2),
           issue_date = x.issue_date - floor(random() * 30)::int,
           due_date = x.due_date + floor(random() * 30)::int where x.organization_id = '{organization}';
         update public.invoice_payments x set received_on = x.received_on - floor(random() * 90)::int
           where x.organization_id = '{organization}';
         update public.projects x set client_id = {client}, spent = round((random() * 900)::numeric, 2)
           where x.organization_id = '{organization}';"
    )
}

/// Leaves the rows of the clients of a part, and nothing that is of the whole organization only.
fn left(organization: &str, part: &str) -> String {
    let others = format!(
        "(select c.id from public.clients c where c.organization_id = '{organization}'
        and not (c.id = any ({part})))"
    );
    let of_clients = [
        "opportunities",
        "subscriptions",
        "invoices",
        "projects",
        "client_commercials",
        "client_health_history",
    ]
    .map(|table| format!("delete from public.{table} where client_id in {others};"));
    format!(
        "delete from public.opportunity_stage_history where opportunity_id in
           (select o.id from public.opportunities o where o.client_id in {others});
         delete from public.invoice_payments where invoice_id in
           (select i.id from public.invoices i where i.client_id in {others});
         {} delete from public.clients where id in {others};
         update public.organizations set quarterly_target = null where id = '{organization}';",
        of_clients.join("")
    )
}

async fn overview_of(
    connection: &mut PgConnection,
    organization: &str,
    window: &str,
    part: &str,
) -> Overview {
    let query =
        format!("select private.overview_inputs_at('{organization}', '{DAY}', {window}, true, {part})::text");
    let text: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(connection).await.unwrap();
    serde_json::from_str::<OverviewInputs>(&text).unwrap().overview()
}

#[tokio::test]
async fn a_part_of_any_rows_is_what_the_whole_would_be_without_the_others() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    let owner = rig.value("select id::text from public.users where organization_id = (select id from public.organizations where slug = 'marlowick') order by email limit 1").await;
    let mut seeded = Seeded(20_261_123);
    let mut known = 0;
    for round in 0..12 {
        let mut transaction = connection.begin().await.unwrap();
        let statements = dealt(&organization, seeded.below(900));
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
        let segment = seeded.one(&["null", "'smb'", "'mid'", "'enterprise'", "'none'"]);
        let of_owner = format!("'{owner}'");
        let owner = if segment == "null" {
            seeded.one(&[of_owner.as_str(), "'none'"])
        } else {
            seeded.one(&["null", &of_owner])
        };
        // The part is kept: without the others its clients are all there are.
        let text: String = sqlx::query_scalar(AssertSqlSafe(format!(
            "select private.overview_clients('{organization}', {segment}, {owner})::text"
        )))
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
        let part = format!("'{text}'::uuid[]");
        let window = seeded.one(&[
            "'qtd'",
            "'7d'",
            "'mtd'",
            "null, '2026-01-10', '2026-03-20'",
            "null, '2026-05-20', '2026-05-20'",
        ]);
        let window = format!("private.overview_window('{organization}', '{DAY}', {window})");
        let told = format!("round {round}, {segment}, {owner}, {window}");
        let seen = overview_of(&mut transaction, &organization, &window, &part).await;
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(left(&organization, &part)))).await.unwrap();
        let alone = overview_of(&mut transaction, &organization, &window, "null").await;
        transaction.rollback().await.unwrap();

        assert_eq!((seen.news, seen.window, seen.whole), (alone.news, alone.window, false), "{told}");
        assert_eq!(tile_kinds_of(&seen.tiles), TileKind::ALL, "{told}");
        for (tile, other) in seen.tiles.iter().zip(&alone.tiles) {
            assert_eq!(
                tile.line,
                if tile.line.is_empty() { Vec::new() } else { other.line.clone() },
                "{told}"
            );
            for (figure, other) in tile.figures.iter().zip(&other.figures) {
                let name = figure.name;
                if figure.now.known_or_why() == Err(Unavailable::NotSplit) {
                    assert!(of_the_whole(name), "{told}: {name}");
                    continue;
                }
                assert_eq!((name, figure.now), (other.name, other.now), "{told}");
                assert!(!of_the_whole(name), "{told}: {name}");
                if figure.before.is_some() {
                    assert_eq!(figure.before, other.before, "{told}: {name} before");
                }
                known += u32::from(figure.now.value().is_some_and(|value| *value != 0));
            }
        }
    }
    assert!(known > 200, "most figures say something: {known}");
}

fn tile_kinds_of(tiles: &[revos_shared::overview::Tile]) -> Vec<TileKind> {
    tiles.iter().map(|tile| tile.kind).collect()
}

/// Figures of what belongs to no client.
fn of_the_whole(name: FigureName) -> bool {
    use FigureName::*;
    matches!(
        name,
        Cash | NetBurn
            | Runway
            | GrossMargin
            | NetMargin
            | Variance
            | Coverage
            | AlertsCoverage
            | AlertsVariance
            | SuccessRate
            | RunsSucceeded
            | RunsFailed
            | RunsOpen
            | RunsCancelled
            | Flagged
            | FocusMinutes
            | PrioritiesDone
            | Priorities
            | Connected
            | Degraded
            | NeedsReauth
            | Disconnected
    )
}

#[tokio::test]
async fn a_part_and_its_days_are_asked_for_by_their_words() {
    let rig = Rig::of_today().await;
    let admin = rig.program(ADMIN).await;
    let read = async |path: &str| -> Overview {
        let reply = admin.get(&format!("/api/overview{path}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json::<Envelope<Overview>>().data
    };
    let whole = read("").await;
    assert!(whole.whole);
    let mut open = 0;
    for segment in ["smb", "mid", "enterprise", "none"] {
        let part = read(&format!("?segment={segment}")).await;
        assert!(!part.whole);
        open += now(&part, FigureName::OpenValue).unwrap();
    }
    assert_eq!(Some(open), now(&whole, FigureName::OpenValue), "the segments add up");
    let mine = read("?owner=me").await;
    let nobodys = read("?owner=unassigned").await;
    let me = rig.user_id(ADMIN).await;
    assert_eq!(mine.tiles, read(&format!("?owner={me}")).await.tiles);
    assert!(now(&nobodys, FigureName::ActiveClients) < now(&whole, FigureName::ActiveClients));

    let yesterday = whole.as_of.yesterday().unwrap();
    let week_before = yesterday.checked_sub(6.days()).unwrap();
    let days = read(&format!("?from={week_before}&to={yesterday}&segment=mid")).await;
    assert_eq!((days.window.scope, days.window.from, days.window.to), (None, week_before, yesterday));
    assert_eq!(days.window.previous_to, week_before.yesterday().unwrap());
    assert_eq!(days.window.previous_from, week_before.checked_sub(7.days()).unwrap());
    assert_eq!(days.as_of, whole.as_of);
}

#[tokio::test]
async fn days_that_have_no_figures_are_refused_by_name() {
    let rig = Rig::of_today().await;
    let member = rig.program(MEMBER).await;
    let today = member.get("/api/overview").await.json::<Envelope<Overview>>().data.as_of;
    let tomorrow = today.tomorrow().unwrap();
    let long_ago = today.checked_sub(731.days()).unwrap();
    for (query, parameter) in [
        (format!("from={today}&to={}", today.yesterday().unwrap()), "to"),
        (format!("from={today}&to={tomorrow}"), "to"),
        (format!("from={long_ago}&to={today}"), "to"),
        ("from=1899-12-31&to=1900-01-01".to_owned(), "from"),
        (format!("from={today}"), "to"),
        (format!("to={today}"), "to"),
        (format!("scope=qtd&from={today}&to={today}"), "scope"),
    ] {
        let reply = member.get(&format!("/api/overview?{query}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{query}");
        let body: Value = reply.json();
        assert_eq!(body["details"]["parameter"], json!(parameter), "{query}");
    }
    let longest = long_ago.tomorrow().unwrap();
    assert_eq!(member.get(&format!("/api/overview?from={longest}&to={today}")).await.status, StatusCode::OK);
    for bad in
        ["from=2026-02-30&to=2026-03-01", "segment=large", "segment=smb,mid", "owner=Somebody", "owner="]
    {
        let reply = member.get(&format!("/api/overview?{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
    // The database draws the same line.
    let person = &mut rig.as_person(MEMBER).await;
    for (arguments, fits) in [
        (format!("p_from => '{longest}', p_to => '{today}'"), true),
        (format!("p_from => '{long_ago}', p_to => '{today}'"), false),
        (format!("p_from => '{today}', p_to => '{tomorrow}'"), false),
        (format!("p_scope => 'qtd', p_from => '{today}', p_to => '{today}'"), false),
        (format!("p_from => '{today}'"), false),
        ("p_segment => 'large'".to_owned(), false),
        ("p_owner => 'me'".to_owned(), false),
    ] {
        let query = format!("select public.overview_inputs({arguments})::text");
        let answer: Result<String, _> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut *person).await;
        assert_eq!(answer.is_ok(), fits, "{arguments}: {:?}", answer.err());
    }
}

#[tokio::test]
async fn one_overview_is_at_most_three_requests_upstream() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for query in ["", "?scope=ytd&segment=mid"] {
        let before = rig.rest_requests();
        let reply = admin.get(&format!("/api/overview{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{query}");
        let asked = rig.rest_requests() - before;
        assert!((1..=3).contains(&asked), "{query}: {asked}");
    }
}
