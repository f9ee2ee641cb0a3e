//! What does each person see of the clients, how much, in which order?

use crate::rig::{
    ADMIN, ADMIN_B, CLIENT, CLIENT_B, DIRECTOR, MEMBER, MEMBER_2, MEMBER_B, Rig, SUPER_ADMIN, eventually,
    names, rows,
};
use reqwest::{Method, StatusCode};
use revos_shared::clients::endpoints::ClientList;
use revos_shared::clients::{ClientRow, ClientStatus, ClientsSummary, Phase};
use revos_shared::kernel::endpoint::ORGANIZATION_HEADER;
use revos_shared::kernel::fiscal::FiscalYear;
use revos_shared::{Envelope, ErrorCode, Money};
use serde_json::json;

pub(crate) const OF_A: [&str; 14] = [
    "Brindlecrest Freight",
    "Calderhollow Foods",
    "Dovemarsh Analytics",
    "Emberfold Robotics",
    "Fennwisp Health",
    "Glassmere Hotels",
    "Hollowpine Energy",
    "Ironlark Tools",
    "Juniperdale Software",
    "Kestrelford Learning",
    "Lanternbay Media",
    "Mossvane Insurance",
    "Nettlewyck Retail",
    "Opalreach Travel",
];
pub(crate) const OF_B: [&str; 3] = ["Pebblecroft Dental", "Quartzlane Bikes", "Rookhaven Print"];

/// So many further clients of A, each a minute younger than the one before.
fn more_clients(count: u32) -> String {
    format!(
        "insert into public.clients (organization_id, name, updated_at)
         select o.id, 'Filler ' || n, now() - make_interval(days => 900, mins => n)
         from public.organizations o, generate_series(1, {count}) n where o.slug = 'marlowick'"
    )
}

#[tokio::test]
async fn each_person_sees_what_their_persona_may_see() {
    let rig = Rig::new().await;
    for email in [SUPER_ADMIN, ADMIN, DIRECTOR, MEMBER, MEMBER_2] {
        assert_eq!(names(&rig.program(email).await.clients("").await), OF_A, "{email}");
    }
    for email in [ADMIN_B, MEMBER_B] {
        assert_eq!(names(&rig.program(email).await.clients("").await), OF_B, "{email}");
    }
    assert_eq!(names(&rig.program(CLIENT).await.clients("").await), OF_A[..1]);
    assert_eq!(names(&rig.program(CLIENT_B).await.clients("").await), OF_B[..1]);
}

#[tokio::test]
async fn an_answer_names_its_reader() {
    let rig = Rig::new().await;
    for (email, slug) in [(ADMIN, "marlowick"), (CLIENT, "marlowick"), (MEMBER_B, "quillhaven")] {
        let list = rig.program(email).await.clients("").await;
        assert_eq!(list.read_for.user_id.to_string(), rig.user_id(email).await);
        assert_eq!(list.read_for.organization_id.to_string(), rig.organization(slug).await);
    }
}

#[tokio::test]
async fn the_last_changed_comes_first_when_asked_for() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    assert!(
        admin.clients("").await.data.is_sorted_by_key(|row| row.name.to_lowercase()),
        "by name otherwise"
    );
    let list = admin.clients("?sort=-updated").await;
    let newest: Vec<_> = list.data.iter().take(3).map(|row| row.name.as_str()).collect();
    assert_eq!(newest, ["Emberfold Robotics", "Hollowpine Energy", "Brindlecrest Freight"]);
    assert!(list.data.is_sorted_by(|a, b| a.updated_at >= b.updated_at));

    rig.sql("update public.clients set notes = 'called' where name = 'Opalreach Travel'").await;
    let list = eventually("the change comes first", async || {
        let list = admin.clients("?sort=-updated").await;
        (list.data[0].name == "Opalreach Travel").then_some(list)
    });
    assert_eq!(list.await.data[0].version, 2);
}

#[tokio::test]
async fn equal_names_keep_one_order() {
    let rig = Rig::new().await;
    rig.sql("update public.clients set name = case when name < 'E' then 'SAME' else 'same' end").await;
    let admin = rig.program(ADMIN).await;
    let whole = admin.clients("").await;
    let part = admin.clients("?limit=5").await;
    assert_eq!(part.data, whole.data[..5]);
    assert!(whole.data.is_sorted_by_key(|row| row.id.0));
}

#[tokio::test]
async fn rows_carry_their_owner_and_their_past() {
    let rig = Rig::of_today().await;
    let list = rig.program(MEMBER).await.clients("").await;
    let row = |name: &str| list.data.iter().find(|row| row.name == name).unwrap();
    let c1 = row("Brindlecrest Freight");
    assert_eq!(
        (c1.owner_name.as_deref(), c1.owner_id.unwrap().to_string()),
        (Some("Juno Ashwick"), rig.user_id(MEMBER).await)
    );
    assert_eq!((c1.health, c1.churn_risk, c1.trs_score), (Some(82), Some(8), Some(87)));
    // Month's end, as the demo data says; today's own snapshot does not count.
    assert_eq!((c1.previous_health, c1.previous_churn_risk), (Some(81), Some(9)));
    assert!(c1.previous_snapshot_date.unwrap() < list.today);
    assert_eq!((c1.arr, c1.phase), (Some(Money::from_minor(8_160_000)), Some(Phase::Compounding)));
    assert_eq!(c1.qbr_date.unwrap(), list.today.checked_add(jiff::Span::new().days(6)).unwrap());
    // The month's end before its last review.
    assert_eq!(c1.last_qbr_date.unwrap(), list.today.checked_sub(jiff::Span::new().days(85)).unwrap());
    let history: Vec<(String, i16)> = sqlx::query_as(
        "select h.snapshot_date::text, h.trs_score from public.client_health_history h
         join public.clients c on c.id = h.client_id and c.name = 'Brindlecrest Freight'
         where h.snapshot_date <= c.last_qbr_date order by h.snapshot_date desc limit 1",
    )
    .fetch_all(&mut rig.connection().await)
    .await
    .unwrap();
    assert_eq!(c1.trs_at_last_qbr.map(i16::from), history.first().map(|(_, score)| *score));
    assert!(c1.trs_change_since_qbr().is_some());
    let unscored = row("Ironlark Tools");
    assert_eq!((unscored.last_qbr_date, unscored.trs_at_last_qbr), (None, None));
    assert_eq!((unscored.health, unscored.churn_risk, unscored.trs_score), (None, Some(16), None));
    assert_eq!((unscored.previous_health, unscored.previous_churn_risk), (None, Some(15)));
    let lead = row("Nettlewyck Retail");
    assert_eq!(
        (lead.owner_id, lead.owner_name.as_deref(), lead.arr, lead.previous_snapshot_date),
        (None, None, None, None)
    );
    assert!(row("Lanternbay Media").churned_on.is_some());
}

#[tokio::test]
async fn a_client_persona_does_not_learn_who_works_there() {
    let rig = Rig::new().await;
    let list = rig.program(CLIENT).await.clients("").await;
    assert_eq!(list.data[0].owner_name, None, "access.md §2: a Client reads the own user row only");
}

#[tokio::test]
async fn the_limit_has_a_default_a_maximum_and_a_range() {
    let rig = Rig::new().await;
    rig.sql(&more_clients(11_000)).await;
    let admin = rig.program(ADMIN).await;
    for (query, rows) in [("", 200), ("?limit=1", 1), ("?limit=10000", 10_000)] {
        let list = admin.clients(query).await;
        assert_eq!((list.data.len(), list.total, list.truncated), (rows, 11_014, true), "{query}");
    }
    for bad in ["0", "10001", "-1", "1e3", "2.5", "", "all", "99999999999999999999"] {
        let reply = admin.get(&format!("/api/clients?limit={bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad:?}");
        assert!(reply.error().message.contains("limit"), "{bad:?}: {}", reply.error().message);
    }
}

#[tokio::test]
async fn a_cut_list_says_so() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let list = admin.clients("?limit=2").await;
    assert_eq!((list.data.len(), list.total, list.truncated), (2, 14, true));
    let list = admin.clients("?limit=14").await;
    assert_eq!((list.data.len(), list.total, list.truncated), (14, 14, false));
    let list = rig.program(CLIENT).await.clients("?limit=1").await;
    assert_eq!(
        (list.data.len(), list.total, list.truncated),
        (1, 1, false),
        "the total counts what the reader may see"
    );
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    for status in ClientStatus::ALL {
        let list = admin.clients(&format!("?status={status}")).await;
        assert!(!list.data.is_empty() && list.data.iter().all(|row| row.status == *status), "{status}");
    }
    let list = admin.clients("?phase=Discovery").await;
    assert_eq!(names(&list), ["Glassmere Hotels", "Kestrelford Learning"]);
    let piers = rig.user_id(MEMBER_2).await;
    let list = admin.clients(&format!("?owner={piers}&status=prospect&limit=1")).await;
    assert_eq!((list.data.len(), list.total, list.truncated), (1, 2, true), "filters hold together");
    let foreigner = rig.user_id(MEMBER_B).await;
    assert_eq!(admin.clients(&format!("?owner={foreigner}")).await.total, 0);
    let list = admin.clients(&format!("?owner={piers},unassigned&status=prospect,churned&sort=-name")).await;
    assert!(list.data.is_sorted_by_key(|row| std::cmp::Reverse(row.name.to_lowercase())));
    assert!(list.total > 2, "words of one field widen the choice: {:?}", names(&list));
    let mine = rig.program(MEMBER_2).await.clients("?owner=me").await;
    assert_eq!(names(&mine), names(&admin.clients(&format!("?owner={piers}")).await));
    for bad in [
        "status=Active",
        "status=active,",
        "phase=active",
        "owner=mine",
        "band=healthy,worst",
        "status=active&status=churned",
        "sort=+name",
        "sort=version",
        "select=*",
    ] {
        let reply = admin.get(&format!("/api/clients?{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
}

const ODD: [&str; 9] = [
    "Comma, Paren) & Co (Ltd)",
    "100% Pure",
    "under_score",
    "Star*ling",
    "Quote\"d 'Name'",
    "Back\\slash",
    "or=(name.eq.x)",
    "Äpfel & Öl",
    "plus+sign #1?",
];

#[tokio::test]
async fn search_text_is_a_value_and_never_a_pattern() {
    let rig = Rig::new().await;
    let mut connection = rig.connection().await;
    for name in ODD {
        sqlx::query(
            "insert into public.clients (organization_id, name) select id, $1 from public.organizations",
        )
        .bind(name)
        .execute(&mut connection)
        .await
        .unwrap();
    }
    let admin = rig.program(ADMIN).await;
    let all = admin.clients("").await.data;
    assert_eq!(all.len(), OF_A.len() + ODD.len());
    let texts = [
        ",",
        ")",
        "(",
        "%",
        "_",
        "*",
        "**",
        "\"",
        "'",
        "\\",
        "\\\\",
        ".",
        "or=(",
        "or=(name.eq.x)",
        ",or=(status.eq.active)",
        "),or(status.eq.active",
        "%%",
        "_____",
        "r*l",
        "a%",
        "not.is.null",
        "is.null",
        "Ö",
        "ÄPFEL",
        "software",
        "SOFTWARE",
        "&",
        "+",
        "#1",
        "?",
        "***=",
        "(?i)",
        "^",
        "$",
        "[a-z]",
        "brindlecrest freight",
        "  freight  ",
        "\u{1f600}",
        "'; drop table public.clients; --",
        "\"}, {\"",
        "{a,b}",
        "eq.x",
        "&limit=1",
        "*\"",
        "*\\",
        "*,)",
        "*\",x.eq.\"",
        "R*L",
    ];
    for text in texts {
        let reply = admin.search(text).await;
        assert_eq!(reply.status, StatusCode::OK, "{text:?}: {}", reply.text());
        let list = rows(&reply);
        let wanted = text.trim().to_lowercase();
        let says = |row: &&ClientRow| {
            let texts = [Some(&row.name), row.industry.as_ref(), row.region.as_ref()];
            texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&wanted))
        };
        let mut expected: Vec<_> = all.iter().filter(says).map(|row| row.name.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(names(&list), expected, "{text:?}");
        assert_eq!(list.total as usize, expected.len(), "{text:?}");
    }
    for text in ["x".repeat(201), "a\0b".to_owned()] {
        let reply = admin.search(&text).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument));
    }
    let longest = admin.search(&"é".repeat(200)).await;
    assert_eq!(longest.status, StatusCode::OK);
}

#[tokio::test]
async fn only_a_super_admin_looks_into_another_organization() {
    let rig = Rig::new().await;
    let (a, b) = (rig.organization("marlowick").await, rig.organization("quillhaven").await);
    let ask = async |email: &str, path: &str, organization: &str| {
        let program = rig.program(email).await;
        program.send(program.request(Method::GET, path).header(ORGANIZATION_HEADER, organization)).await
    };
    let paths = [
        "/api/clients",
        "/api/clients/summary",
        "/api/clients?trend=12",
        "/api/search?q=ab",
        "/api/colleagues",
        "/api/views?workspace=clients",
        "/api/session",
    ];
    for path in paths {
        for email in [ADMIN, DIRECTOR, MEMBER, CLIENT] {
            assert_eq!(ask(email, path, &b).await.refusal(), (403, ErrorCode::Forbidden), "{email} {path}");
        }
        assert_eq!(ask(ADMIN, path, &a).await.status, StatusCode::OK, "the own one may be named: {path}");
        assert_eq!(ask(SUPER_ADMIN, path, &b).await.status, StatusCode::OK, "{path}");
        let nowhere = "00000000-0000-4000-8000-000000000000";
        assert_eq!(ask(SUPER_ADMIN, path, nowhere).await.refusal(), (404, ErrorCode::NotFound), "{path}");
        assert_eq!(ask(ADMIN, path, nowhere).await.refusal(), (403, ErrorCode::Forbidden), "{path}");
        for bad in ["B", "", "null", "00000000-0000-4000-8000-00000000000", &format!("{a},{b}")] {
            assert_eq!(
                ask(SUPER_ADMIN, path, bad).await.refusal(),
                (400, ErrorCode::InvalidArgument),
                "{path} {bad:?}"
            );
        }
    }
    let list = rows(&ask(SUPER_ADMIN, "/api/clients", &b).await);
    assert_eq!((names(&list), list.read_for.organization_id.to_string()), (OF_B.to_vec(), b.clone()));
    let summary: Envelope<ClientsSummary> = ask(SUPER_ADMIN, "/api/clients/summary", &b).await.json();
    assert_eq!((summary.data.total, summary.data.arr), (3, Money::from_minor(4_560_000)));
    let own = rig.program(SUPER_ADMIN).await.clients("").await;
    assert_eq!(names(&own), OF_A, "without the header one organization at a time");
}

#[tokio::test]
async fn the_figures_are_those_of_the_demo_data() {
    let rig = Rig::of_today().await;
    let director = rig.program(DIRECTOR).await;
    let summary: Envelope<ClientsSummary> = director.get("/api/clients/summary").await.json();
    let s = &summary.data;
    assert_eq!((s.active, s.average_health, s.unscored, s.portfolio_trs), (9, Some(73), 1, Some(80)));
    assert_eq!((s.churn_watch, s.churn_at_risk, s.churn_critical), (2, 3, 1));
    assert_eq!((s.health_healthy, s.health_watch, s.health_critical), (6, 1, 1));
    assert_eq!((s.qbr_overdue, s.qbr_30, s.qbr_60, s.qbr_90, s.qbr_undated), (1, 5, 6, 7, 1));
    assert_eq!((s.arr, s.arr_at_risk), (Money::from_minor(76_380_000), Money::from_minor(9_480_000)));
    assert_eq!((s.expansion, s.total, s.onboarding), (2, 14, 1));
    assert_eq!(s.as_of, summary.today);
    // The page's own count over the same rows is the database's.
    let list = director.clients("").await;
    let fiscal_year = FiscalYear { start_month: 1 };
    assert_eq!(ClientsSummary::of(&list.data, list.today, fiscal_year), summary.data);

    let b: Envelope<ClientsSummary> = rig.program(ADMIN_B).await.get("/api/clients/summary").await.json();
    assert_eq!((b.data.total, b.data.active, b.data.arr), (3, 2, Money::from_minor(4_560_000)));
}

#[tokio::test]
async fn a_customer_gets_no_figures_of_the_portfolio() {
    let rig = Rig::new().await;
    let client = rig.program(CLIENT).await;
    assert_eq!(client.get("/api/clients/summary").await.refusal(), (403, ErrorCode::Forbidden));
    let list: Envelope<ClientList> = client.get("/api/clients?trend=12").await.json();
    assert_eq!((list.data.rows.len(), list.data.trend), (1, None), "the list stands without it");
}

#[tokio::test]
async fn the_trend_has_a_point_for_every_month_and_gaps_where_nothing_is_known() {
    let rig = Rig::of_today().await;
    let gap = "delete from public.client_health_history h using public.organizations o
               where o.id = h.organization_id and o.slug = 'marlowick'
               and snapshot_date >= date_trunc('month', private.organization_today(o.id)) - interval '3 months'
               and snapshot_date < date_trunc('month', private.organization_today(o.id)) - interval '2 months'";
    rig.sql(gap).await;
    let member = rig.program(MEMBER).await;
    let trend_of = async |query: &str| {
        let list: Envelope<ClientList> = member.get(&format!("/api/clients{query}")).await.json();
        (list.data.trend, list.today)
    };
    assert_eq!(trend_of("").await.0, None, "only when it is asked for");
    let (trend, today) = trend_of("?trend=12").await;
    let trend = trend.unwrap();
    let months: Vec<_> = trend.iter().map(|point| point.month).collect();
    assert_eq!(months.len(), 12);
    assert_eq!(*months.last().unwrap(), today.first_of_month(), "up to this month");
    assert!(
        months.windows(2).all(|pair| pair[0].checked_add(jiff::Span::new().months(1)).unwrap() == pair[1])
    );
    for (index, point) in trend.iter().enumerate() {
        if index == 8 {
            assert_eq!((point.trs_mean, point.clients), (None, 0), "a gap, not zero");
        } else {
            assert!(
                point.trs_mean.is_some_and(|mean| (50..=90).contains(&mean)) && point.clients >= 8,
                "{point:?}"
            );
        }
    }
    let filtered = trend_of("?q=Emberfold&limit=1&trend=12").await.0.unwrap();
    assert_eq!(filtered, trend, "of all clients, whichever match");
    for (query, count) in [("?trend=1", 1), ("?trend=36", 36)] {
        assert_eq!(trend_of(query).await.0.map(|trend| trend.len()), Some(count));
    }
    for bad in ["trend=0", "trend=37", "trend=-1", "trend=x", "months=12"] {
        let reply = member.get(&format!("/api/clients?{bad}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
}

#[tokio::test]
async fn somebody_whose_membership_ends_hears_so_at_once_and_no_empty_list() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER_2).await;
    assert_eq!(member.clients("").await.total, 14);
    rig.sql("update public.users set deactivated_at = now() where email = 'member2@example.com'").await;
    let one = format!("/api/clients/{}", crate::examples::CLIENT);
    // Not the list of before, which may be shared for a second.
    for path in [
        "/api/clients?limit=3",
        "/api/clients?q=e",
        "/api/clients/summary",
        "/api/clients?trend=12",
        &one,
        "/api/search?q=ab",
        "/api/colleagues",
        "/api/views?workspace=clients",
    ] {
        // Each by a server that remembers the person as a member.
        let server = rig.replica().await;
        rig.sql("update public.users set deactivated_at = null where email = 'member2@example.com'").await;
        let member = member.at(&server);
        assert_eq!(member.get("/api/session").await.status, StatusCode::OK);
        rig.sql("update public.users set deactivated_at = now() where email = 'member2@example.com'").await;
        let reply = member.get(path).await;
        assert_eq!(reply.refusal(), (403, ErrorCode::NoMembership), "{path}");
        assert_eq!(reply.error().details, Some(json!({ "deactivated": true })), "{path}");
    }
}
