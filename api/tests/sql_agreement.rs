//! Do the rules in Rust and the rules in SQL give the same answer, for every input there is?

use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, Rig, SUPER_ADMIN};
use jiff::civil::{Date, date};
use revos_shared::clients::thresholds::{ChurnBand, HealthBand};
use revos_shared::clients::{
    ClientBand, ClientRecord, ClientRow, ClientStatus, ClientsSummary, Phase, trs_score,
};
use revos_shared::finance::{BillingFrequency, PaymentTerm};
use revos_shared::kernel::fiscal::FiscalYear;
use revos_shared::pipeline::{Stage, weighted};
use revos_shared::{ClientId, Money};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

#[tokio::test]
async fn the_score_is_the_same_for_every_pair() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    for table in ["clients", "client_health_history"] {
        let setup = format!(
            "{} insert into computed (health, churn_risk) select h, r
               from (select generate_series(0, 100) union all select null) a (h),
                    (select generate_series(0, 100) union all select null) b (r)",
            computing_like(table)
        );
        connection.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
        let pairs: Vec<(Option<i16>, Option<i16>, Option<i16>)> =
            sqlx::query_as("select health, churn_risk, trs_score from computed")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(pairs.len(), 102 * 102);
        let small = |value: Option<i16>| value.map(|value| u8::try_from(value).unwrap());
        for (health, churn, score) in pairs {
            assert_eq!(small(score), trs_score(small(health), small(churn)), "{table}: {health:?} {churn:?}");
        }
        connection.execute("drop table computed").await.unwrap();
    }
}

/// Whatever refers to them.
const NO_CLIENTS: &str = "set local session_replication_role = replica; delete from public.clients;
    set local session_replication_role = origin;";

#[tokio::test]
async fn bands_begin_at_the_same_numbers() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    for score in 0..=100_u8 {
        let mut transaction = connection.begin().await.unwrap();
        let only = format!(
            "{NO_CLIENTS}
             insert into public.clients (organization_id, name, status, health, churn_risk)
             values ('{organization}', 'One', 'active', {score}, {score})"
        );
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(only))).await.unwrap();
        let query = format!("select private.clients_summary_at('{organization}', '2026-05-20')::text");
        let text: String =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut *transaction).await.unwrap();
        let s: ClientsSummary = serde_json::from_str(&text).unwrap();
        let health = match (s.health_healthy, s.health_watch, s.health_critical) {
            (1, 0, 0) => HealthBand::Healthy,
            (0, 1, 0) => HealthBand::Watch,
            (0, 0, 1) => HealthBand::Critical,
            other => panic!("{score}: {other:?}"),
        };
        let churn = match (s.churn_watch, s.churn_at_risk, s.churn_critical) {
            (0, 0, 0) => None,
            (1, 0, 0) => Some(ChurnBand::Watch),
            (0, 1, 0) => Some(ChurnBand::AtRisk),
            (0, 1, 1) => Some(ChurnBand::Critical),
            other => panic!("{score}: {other:?}"),
        };
        assert_eq!((health, churn), (HealthBand::of(score), ChurnBand::of(score)), "{score}");
        transaction.rollback().await.unwrap();
    }
}

/// Small numbers that are the same in every run (SplitMix64).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Often a number where something changes.
    pub(crate) fn score(&mut self) -> Option<i16> {
        match self.below(10) {
            0 => None,
            1..=5 => Some(self.one(&[0, 9, 10, 14, 15, 24, 25, 54, 55, 69, 70, 100])),
            _ => Some(i16::try_from(self.below(101)).unwrap()),
        }
    }

    pub(crate) fn day(&mut self, around: Date) -> Date {
        let days = match self.below(3) {
            0 => self.one(&[-120_i64, -92, -91, -90, -89, -31, -1, 0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91]),
            _ => i64::try_from(self.below(300)).unwrap() - 150,
        };
        around.checked_add(jiff::Span::new().days(days)).unwrap()
    }
}

#[tokio::test]
async fn the_figures_of_the_portfolio_are_the_same() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    let mut seeded = Seeded(20_260_520);
    for round in 0..36 {
        let as_of = seeded.day(date(2026, 5, 20));
        let start_month = u8::try_from(seeded.below(12) + 1).unwrap();
        let mut values = Vec::new();
        for _ in 0..seeded.one(&[0, 1, 2, 3, 10, 40, 80]) {
            let status = seeded.one(ClientStatus::ALL);
            let quoted = |text: Option<String>| text.map_or("null".to_owned(), |text| format!("'{text}'"));
            let number = |value: Option<i64>| value.map_or("null".to_owned(), |value| value.to_string());
            let maybe = seeded.below(4) > 0;
            let phase = maybe.then(|| seeded.one(Phase::ALL).as_str().to_owned());
            let minor = (seeded.below(4) > 0).then(|| seeded.below(20_000_000));
            let arr = minor.map_or("null".to_owned(), |m| format!("{}.{:02}", m / 100, m % 100));
            let qbr = (seeded.below(5) > 0).then(|| seeded.day(as_of).to_string());
            let churned = (status == ClientStatus::Churned).then(|| seeded.day(as_of).to_string());
            values.push(format!(
                "('{organization}','C','{status}',{},{arr},{},{},{},{},{})",
                quoted(phase),
                number(seeded.score().map(i64::from)),
                number(seeded.score().map(i64::from)),
                quoted(qbr),
                seeded.below(3) == 0,
                quoted(churned),
            ));
        }
        let mut transaction = connection.begin().await.unwrap();
        let mut setup = format!(
            "{NO_CLIENTS}
             update public.organizations set fiscal_year_start_month = {start_month};"
        );
        if !values.is_empty() {
            setup.push_str(
                "insert into public.clients (organization_id, name, status, phase, arr, health, churn_risk, qbr_date, is_expansion, churned_on) values ",
            );
            setup.push_str(&values.join(","));
        }
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
        let rows: Vec<String> = sqlx::query_scalar("select to_jsonb(c)::text from public.clients c")
            .fetch_all(&mut *transaction)
            .await
            .unwrap();
        let rows: Vec<ClientRow> =
            rows.iter().map(|text| row(&serde_json::from_str(text).unwrap())).collect();
        assert_eq!(rows.len(), values.len());
        let query = format!("select private.clients_summary_at('{organization}', '{as_of}')::text");
        let text: String =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut *transaction).await.unwrap();
        let in_sql: ClientsSummary = serde_json::from_str(&text).unwrap();
        assert_eq!(in_sql, ClientsSummary::of(&rows, as_of, FiscalYear { start_month }), "round {round}");
        transaction.rollback().await.unwrap();
    }
}

/// A row of the table as the page knows it.
fn row(value: &Value) -> ClientRow {
    let small = |name: &str| value[name].as_u64().map(|number| u8::try_from(number).unwrap());
    let day = |name: &str| value[name].as_str().map(|text| text.parse().unwrap());
    ClientRow {
        id: ClientId(value["id"].as_str().unwrap().parse().unwrap()),
        name: value["name"].as_str().unwrap().to_owned(),
        status: value["status"].as_str().unwrap().parse().unwrap(),
        phase: value["phase"].as_str().map(|word| word.parse().unwrap()),
        segment: None,
        industry: None,
        region: None,
        owner_id: None,
        owner_name: None,
        arr: serde_json::from_value::<Option<Money>>(value["arr"].clone()).unwrap(),
        health: small("health"),
        churn_risk: small("churn_risk"),
        trs_score: small("trs_score"),
        previous_health: None,
        previous_churn_risk: None,
        previous_snapshot_date: None,
        qbr_date: day("qbr_date"),
        last_qbr_date: day("last_qbr_date"),
        trs_at_last_qbr: None,
        is_expansion: value["is_expansion"].as_bool().unwrap(),
        churned_on: day("churned_on"),
        furthest_open_stage: None,
        open_value: None,
        mrr: None,
        ar_outstanding: None,
        ar_overdue: None,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

#[tokio::test]
async fn fiscal_quarters_begin_on_the_same_day() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let all: Vec<(String, i32, String)> = sqlx::query_as(
        "select d::date::text, m, private.fiscal_quarter_start(d::date, m)::text
         from generate_series('2027-12-01'::timestamp, '2029-01-31', '1 day') d, generate_series(1, 12) m",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    // A leap year and a month on either side.
    assert_eq!(all.len(), (31 + 366 + 31) * 12);
    for (day, month, start) in all {
        let year = FiscalYear { start_month: u8::try_from(month).unwrap() };
        assert_eq!(
            year.quarter_start(day.parse().unwrap()).to_string(),
            start,
            "{day}, year from month {month}"
        );
    }
}

/// A temporary table that computes what the real one computes, and checks nothing.
fn computing_like(table: &str) -> String {
    format!(
        "create temporary table computed (like public.{table} including generated including defaults);
         do $$ declare c name; begin
           for c in select attname from pg_attribute where attrelid = 'computed'::regclass and attnum > 0 and attnotnull
           loop execute format('alter table computed alter %I drop not null', c); end loop;
         end $$;"
    )
}

#[tokio::test]
async fn stages_have_the_same_chances() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let stages = Stage::ALL.iter().map(|stage| format!("('{stage}')")).collect::<Vec<_>>().join(",");
    let setup = format!(
        "{} insert into computed (stage, probability_override)
            select s, o from (values {stages}) t (s), (values (null), (0), (33), (100)) n (o)",
        computing_like("opportunities")
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
    let all: Vec<(String, Option<i16>, i16)> =
        sqlx::query_as("select stage, probability_override, probability from computed")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(all.len(), Stage::ALL.len() * 4);
    for (stage, chosen, probability) in all {
        let usual = stage.parse::<Stage>().unwrap().probability();
        assert_eq!(probability, chosen.unwrap_or_else(|| i16::from(usual)), "{stage} {chosen:?}");
    }
}

#[tokio::test]
async fn the_forecast_weighs_the_same() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    let open: Vec<_> = Stage::ALL.iter().copied().filter(|stage| stage.is_open()).collect();
    let mut seeded = Seeded(20_260_521);
    for round in 0..20 {
        let opportunities: Vec<(Stage, Money, Option<u8>)> = (0..seeded.one(&[0, 1, 3, 25]))
            .map(|_| {
                let minor = i64::try_from(seeded.below(1_000_000)).unwrap();
                let chosen = (seeded.below(3) == 0).then(|| u8::try_from(seeded.below(101)).unwrap());
                (seeded.one(Stage::ALL), Money::from_minor(minor), chosen)
            })
            .collect();
        let mut setup =
            "set local session_replication_role = replica; delete from public.opportunities;".to_owned();
        for (stage, amount, chosen) in &opportunities {
            let (lost, chosen) = match (stage, chosen) {
                (Stage::ClosedLost, _) => ("'price'", None),
                (Stage::ClosedWon, _) => ("null", None),
                (_, chosen) => ("null", *chosen),
            };
            let chosen = chosen.map_or("null".to_owned(), |chosen| chosen.to_string());
            let closed = if stage.is_open() { "null" } else { "now()" };
            setup.push_str(&format!(
                "insert into public.opportunities (organization_id, client_id, name, stage, amount, probability_override, closed_at, lost_reason)
                 select '{organization}', id, 'One', '{stage}', {amount}, {chosen}, {closed}, {lost} from public.clients where name = 'Brindlecrest Freight';"
            ));
        }
        let mut transaction = connection.begin().await.unwrap();
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
        let query = format!(
            "select stage, opportunity_count, weighted_value::text, all_weighted_value::text
             from public.vw_pipeline_forecast where organization_id = '{organization}' order by stage_order"
        );
        let rows: Vec<(String, i64, String, String)> =
            sqlx::query_as(AssertSqlSafe(query)).fetch_all(&mut *transaction).await.unwrap();
        let of = |stages: &[Stage]| {
            let chosen = opportunities.iter().filter(|(stage, ..)| stages.contains(stage));
            weighted(chosen.map(|(stage, amount, chosen)| (*amount, chosen.unwrap_or(stage.probability()))))
        };
        assert_eq!(rows.len(), open.len(), "every open stage has its row");
        for (row, stage) in rows.iter().zip(&open) {
            let count = opportunities.iter().filter(|(other, ..)| other == stage).count();
            assert_eq!((row.0.as_str(), row.1), (stage.as_str(), i64::try_from(count).unwrap()));
            assert_eq!(Money::parse(&row.2).unwrap(), of(&[*stage]), "round {round}, {stage}");
            assert_eq!(Money::parse(&row.3).unwrap(), of(&open), "round {round}");
        }
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn recurring_revenue_is_the_same() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let mut seeded = Seeded(20_260_522);
    let mut amounts: Vec<u64> = (0..=24).chain([99_999_999_999_999, 8_333_333_333_333]).collect();
    amounts.extend((0..500).map(|_| seeded.below(100_000_000)));
    let mut values = Vec::new();
    for frequency in BillingFrequency::ALL {
        // A year of months of the largest amount is more than the column holds.
        let most =
            if *frequency == BillingFrequency::Monthly { 8_333_333_333_333 } else { 24_999_999_999_999 };
        let fitting =
            amounts.iter().filter(|minor| **minor <= most || *frequency == BillingFrequency::Annual);
        values.extend(fitting.map(|minor| format!("('{frequency}', {}.{:02})", minor / 100, minor % 100)));
    }
    let setup = format!(
        "{} insert into computed (billing_frequency, amount) values {}",
        computing_like("subscriptions"),
        values.join(",")
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
    let all: Vec<(String, String, String, String)> =
        sqlx::query_as("select billing_frequency, amount::text, mrr::text, arr::text from computed")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert!(all.len() > 2_000 && all.len() == values.len());
    for (frequency, amount, monthly, annually) in all {
        let (rule, paid) = (frequency.parse::<BillingFrequency>().unwrap(), Money::parse(&amount).unwrap());
        let in_sql = (Money::parse(&monthly).unwrap(), Money::parse(&annually).unwrap());
        assert_eq!(in_sql, (rule.monthly(paid), rule.annually(paid)), "{amount} {frequency}");
    }
}

#[tokio::test]
async fn invoices_are_due_on_the_same_day() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let issued = date(2028, 2, 27);
    for term in PaymentTerm::ALL {
        let query = format!("select private.due_date('{issued}', '{term}')::text");
        let due: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        let days = jiff::Span::new().days(i64::from(term.days()));
        assert_eq!(due, issued.checked_add(days).unwrap().to_string(), "{term}");
    }
}

/// The list's filter, for every score there is.
#[tokio::test]
async fn bands_of_the_list_begin_at_the_same_numbers() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    let organization = rig.organization("marlowick").await;
    let person = rig.user_id(ADMIN).await;
    let setup = format!(
        "begin; {NO_CLIENTS}
         insert into public.clients (organization_id, name, status, health, churn_risk)
           select '{organization}', score::text, 'active', score, score from generate_series(0, 100) score;
         insert into public.clients (organization_id, name) values ('{organization}', 'unscored');
         select set_config('request.jwt.claims', '{{\"sub\": \"{person}\", \"role\": \"authenticated\"}}', true);
         set local role authenticated"
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(setup))).await.unwrap();
    for band in ClientBand::ALL {
        let field = if band.is_health() { "health" } else { "churn" };
        let query = format!(
            r#"select coalesce(string_agg(r ->> 'name', ' '), '') from
               jsonb_array_elements(public.list_clients('{{"{field}": ["{}"]}}', '{field}') -> 'rows') r"#,
            band.database_word()
        );
        let names: String =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        let holds = |score: &u8| match band {
            ClientBand::HealthHealthy => HealthBand::of(*score) == HealthBand::Healthy,
            ClientBand::HealthWatch => HealthBand::of(*score) == HealthBand::Watch,
            ClientBand::HealthCritical => HealthBand::of(*score) == HealthBand::Critical,
            ClientBand::Unscored => false,
            ClientBand::ChurnWatch => ChurnBand::of(*score) == Some(ChurnBand::Watch),
            ClientBand::ChurnAtRisk => ChurnBand::of(*score) == Some(ChurnBand::AtRisk),
            ClientBand::ChurnCritical => ChurnBand::of(*score) == Some(ChurnBand::Critical),
        };
        let scores: Vec<String> = (0..=100).filter(holds).map(|score| score.to_string()).collect();
        let expected = if *band == ClientBand::Unscored { "unscored".to_owned() } else { scores.join(" ") };
        assert_eq!(names, expected, "{band}");
    }
}

/// What the database writes of a client is what Rust reads, for everybody who may see it.
#[tokio::test]
async fn every_record_can_be_read() {
    let rig = Rig::new().await;
    for email in [SUPER_ADMIN, ADMIN, DIRECTOR, MEMBER, CLIENT, ADMIN_B] {
        let mut connection = rig.as_person(email).await;
        let records: Vec<String> =
            sqlx::query_scalar("select public.client_record(c.id)::text from public.clients c")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert!(!records.is_empty(), "{email}");
        for text in records {
            let record: ClientRecord =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{email}: {error} in {text}"));
            // A customer's user reads the score, not what it is made of.
            assert_eq!(record.previous.is_none(), email == CLIENT, "{email}");
        }
    }
}
