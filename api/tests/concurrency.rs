//! What happens when two people do the same thing at the same moment? One of them waits, and hears what became of it.

use crate::rig::{ADMIN, DIRECTOR, MEMBER, Rig, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use tokio::task::JoinSet;

/// Rows of the Member, all of one prospect.
const WORLD: &str = "
    insert into public.clients (id, organization_id, name, status, owner_id)
      select '00000000-0000-4000-8000-0000000000c1', organization_id, 'Race', 'prospect', id
      from public.users where email = 'member@example.com';
    insert into public.clients (id, organization_id, name, status)
      select '00000000-0000-4000-8000-0000000000c2', organization_id, 'Other', 'prospect'
      from public.users where email = 'member@example.com';
    insert into public.opportunities (id, organization_id, client_id, name, amount, owner_id)
      select n.id::uuid, c.organization_id, c.id, 'Sale', 1000, c.owner_id from public.clients c,
        (values ('00000000-0000-4000-8000-0000000000a1'), ('00000000-0000-4000-8000-0000000000a2')) n (id)
      where c.name = 'Race';
    insert into public.invoices (id, organization_id, client_id, invoice_number, issue_date, due_date)
      select '00000000-0000-4000-8000-0000000000b1', organization_id, id, 'RACE-1', '2026-01-01', '2026-01-31'
      from public.clients where name = 'Race';
    insert into public.invoice_line_items (organization_id, invoice_id, description, unit_price)
      select organization_id, id, 'Work', 100 from public.invoices where invoice_number = 'RACE-1';
    update public.invoices set status = 'sent', sent_at = now() where invoice_number = 'RACE-1';
    insert into public.kanban_items (id, organization_id, client_id, title, position)
      select n.id::uuid, c.organization_id, c.id, 'Card', n.position from public.clients c, (values
        ('00000000-0000-4000-8000-0000000000d0', 0), ('00000000-0000-4000-8000-0000000000d1', 1),
        ('00000000-0000-4000-8000-0000000000d2', 2)) n (id, position)
      where c.name = 'Race';
    delete from public.focus_sessions;
    insert into public.daily_plans (id, organization_id, user_id, plan_date)
      select n.id::uuid, u.organization_id, u.id, n.day::date from public.users u, (values
        ('00000000-0000-4000-8000-0000000000e1', '2031-01-01'), ('00000000-0000-4000-8000-0000000000e2', '2031-01-02')) n (id, day)
      where u.email = 'member@example.com';
    insert into public.expenses (id, organization_id, created_by, expense_date, category, vendor, description, amount)
      select '00000000-0000-4000-8000-0000000000f1', organization_id, id, '2026-01-05', 'other', 'Shop', 'Chair', 10
      from public.users where email = 'director@example.com';";

/// What came of a call: the answer, or the key of the refusal.
type Outcome = Result<Value, String>;

struct Race {
    rig: Rig,
    watcher: PgConnection,
}

impl Race {
    async fn new() -> Self {
        let rig = Rig::new().await;
        let world =
            format!("begin; select set_config('revos.op', 'start_focus_session', true); {WORLD} commit");
        rig.sql(&world).await;
        let watcher = rig.connection().await;
        Self { rig, watcher }
    }

    /// The first has done it and not committed yet when the second begins; the second has to wait.
    async fn run(&mut self, first: (&str, &str), second: (&str, &str)) -> (Outcome, Outcome) {
        let mut one = self.rig.as_person(first.0).await;
        let mut two = self.rig.as_person(second.0).await;
        let waiting: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut two).await.unwrap();
        one.execute("begin").await.unwrap();
        let done = call(&mut one, first.1).await;
        let statement = second.1.to_owned();
        let other = tokio::spawn(async move { call(&mut two, &statement).await });
        eventually("the second waits for the first", async || {
            sqlx::query_scalar(
                "select true from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'",
            )
            .bind(waiting)
            .fetch_optional(&mut self.watcher)
            .await
            .unwrap()
            .filter(|waits: &bool| *waits)
        })
        .await;
        one.execute("commit").await.unwrap();
        (done, other.await.unwrap())
    }

    async fn value(&self, query: &str) -> String {
        self.rig.value(query).await
    }

    /// How many events of this kind there are about the rows of this test.
    async fn events(&self, key: &str) -> String {
        self.value(&format!(
            "select count(*)::text from public.analytics_events
             where event_key = '{key}' and entity_id::text like '00000000-0000-4000-8000-0000000000__'"
        ))
        .await
    }
}

async fn call(connection: &mut PgConnection, function: &str) -> Outcome {
    let statement = format!("select to_jsonb(f) from {function} f");
    match sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(connection).await {
        Ok(rows) => Ok(Value::Array(rows)),
        Err(sqlx::Error::Database(error)) => {
            assert!(error.code().is_some_and(|code| code.starts_with("PT")), "{function}: {error}");
            Err(error.message().to_owned())
        }
        Err(error) => panic!("{function}: {error}"),
    }
}

fn key(outcome: &Outcome) -> &str {
    outcome.as_ref().map_or_else(String::as_str, |_| "yes")
}

const SALE: &str = "'00000000-0000-4000-8000-0000000000a1'";
const OTHER_SALE: &str = "'00000000-0000-4000-8000-0000000000a2'";
const INVOICE: &str = "'00000000-0000-4000-8000-0000000000b1'";
const CLIENT: &str = "'00000000-0000-4000-8000-0000000000c1'";

fn move_to(sale: &str, stage: &str) -> String {
    format!("public.move_opportunity({sale}, '{stage}', 1)")
}

fn pay(amount: u32, key: &str) -> String {
    format!("public.record_payment({INVOICE}, {amount}, '2026-02-01', 'card', null, '{key}')")
}

#[tokio::test]
async fn an_opportunity_moves_once() {
    let mut race = Race::new().await;
    let (first, second) =
        race.run((MEMBER, &move_to(SALE, "Qualify")), (DIRECTOR, &move_to(SALE, "Proposal"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "stale_version"));
    let left = race
        .value(&format!(
            "select concat_ws(' ', o.stage, o.version, count(h.id)) from public.opportunities o
             join public.opportunity_stage_history h on h.opportunity_id = o.id where o.id = {SALE} group by o.id"
        ))
        .await;
    assert_eq!(left, "Qualify 2 2");
    assert_eq!(race.events("pipeline.opportunity.stage_changed").await, "1");
}

/// Who comes second to the same stage finds it done.
#[tokio::test]
async fn a_sale_is_won_once() {
    let mut race = Race::new().await;
    let won = move_to(SALE, "ClosedWon");
    let (first, second) = race.run((MEMBER, &won), (DIRECTOR, &won)).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    assert_eq!(race.events("client.converted").await, "1");
    assert_eq!(race.events("pipeline.opportunity.stage_changed").await, "1");
    let left = format!("select count(*)::text from public.projects where source_opportunity_id = {SALE}");
    assert_eq!(race.value(&left).await, "1");
}

/// Both want to make the client active, its finance row and its deliverables.
#[tokio::test]
async fn two_sales_of_one_client_are_won_together() {
    let mut race = Race::new().await;
    let (first, second) =
        race.run((MEMBER, &move_to(SALE, "ClosedWon")), (DIRECTOR, &move_to(OTHER_SALE, "ClosedWon"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    let left = race
        .value(&format!(
            "select concat_ws(' ', c.status, c.phase,
               (select count(*) from public.projects p where p.client_id = c.id),
               (select count(*) from public.finance f where f.client_id = c.id),
               (select count(*) from public.client_deliverables d where d.client_id = c.id))
             from public.clients c where c.id = {CLIENT}"
        ))
        .await;
    assert_eq!(left, "active Onboarding 2 1 3");
    assert_eq!(race.events("client.converted").await, "2");
}

/// What the invoice, its payments and the cash say.
async fn money(race: &Race) -> String {
    race.value(&format!(
        "select concat_ws(' ', i.status, i.amount_paid, i.balance,
           (select count(*) from public.invoice_payments p where p.invoice_id = i.id),
           (select coalesce(sum(e.amount), 0) from public.cash_flow_entries e
             join public.invoice_payments p on p.id = e.source_id where p.invoice_id = i.id),
           (select f.ar_outstanding from public.finance f where f.client_id = i.client_id))
         from public.invoices i where i.id = {INVOICE}"
    ))
    .await
}

#[tokio::test]
async fn an_invoice_is_paid_once() {
    let mut race = Race::new().await;
    let (first, second) = race.run((ADMIN, &pay(100, "one")), (ADMIN, &pay(100, "two"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "invalid_transition"));
    assert_eq!(money(&race).await, "paid 100.00 0.00 1 100.00 0.00");
    assert_eq!(race.events("finance.payment.recorded").await, "1");
}

#[tokio::test]
async fn no_more_is_paid_than_is_owed() {
    let mut race = Race::new().await;
    let (first, second) = race.run((ADMIN, &pay(60, "one")), (ADMIN, &pay(60, "two"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "overpayment"));
    assert_eq!(money(&race).await, "sent 60.00 40.00 1 60.00 40.00");
    let (first, second) = race.run((ADMIN, &pay(15, "three")), (ADMIN, &pay(25, "four"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    assert_eq!(money(&race).await, "paid 100.00 0.00 3 100.00 0.00");
}

/// A reply that is slow is asked for again: the second hears what the first did.
#[tokio::test]
async fn a_repeated_payment_is_the_same_payment() {
    let mut race = Race::new().await;
    let (first, second) = race.run((ADMIN, &pay(60, "one")), (ADMIN, &pay(60, "one"))).await;
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(money(&race).await, "sent 60.00 40.00 1 60.00 40.00");
    let (_, other) = race.run((ADMIN, &pay(10, "two")), (ADMIN, &pay(20, "two"))).await;
    assert_eq!(key(&other), "idempotency_mismatch");
}

/// Many at once through the REST service, as they come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_payments_add_up() {
    let race = Race::new().await;
    let gateway = &race.rig.project.gateway;
    let token = race.rig.token(ADMIN).await;
    let mut paying = JoinSet::new();
    for number in 0..8 {
        let request = crate::rig::http()
            .request(Method::POST, format!("{}/rest/v1/rpc/record_payment", gateway.url()))
            .header("apikey", gateway.publishable_key())
            .bearer_auth(&token)
            .json(&json!({
                "p_invoice_id": INVOICE.trim_matches('\''), "p_amount": "30.00", "p_received_on": "2026-02-01",
                "p_method": "card", "p_reference": null, "p_idempotency_key": format!("{number}"),
            }));
        paying.spawn(async move {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
            (status, body["message"].as_str().unwrap_or_default().to_owned())
        });
    }
    let mut answers = paying.join_all().await;
    answers.sort();
    let (paid, refused) = answers.split_at(3);
    assert!(paid.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert!(refused.iter().all(|answer| *answer == (409, "overpayment".to_owned())), "{answers:?}");
    assert_eq!(money(&race).await, "sent 90.00 10.00 3 90.00 10.00");
}

/// Titles of the board in order, with their places.
async fn board(race: &Race) -> String {
    race.value(&format!(
        "select string_agg(concat_ws(' ', title, status, position), ', ' order by status, position, id)
         from public.kanban_items where client_id = {CLIENT}"
    ))
    .await
}

#[tokio::test]
async fn a_board_is_saved_once() {
    let mut race = Race::new().await;
    let save = |title: &str| {
        format!(
            r#"public.sync_kanban({CLIENT}, '[{{"id": "00000000-0000-4000-8000-0000000000d0", "version": 1, "title": "{title}"}}, {{"title": "New {title}"}}]')"#
        )
    };
    let (first, second) = race.run((MEMBER, &save("mine")), (DIRECTOR, &save("yours"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "stale_version"));
    // All or nothing: the second's new card is not there either.
    let left = "mine backlog 0, Card backlog 1, Card backlog 2, New mine backlog 3";
    assert_eq!(board(&race).await, left);
    assert_eq!(race.events("client.kanban.saved").await, "1");
}

#[tokio::test]
async fn cards_that_move_at_once_keep_their_places_apart() {
    let mut race = Race::new().await;
    let to_the_top = |card: u8| {
        format!("public.move_kanban_item('00000000-0000-4000-8000-0000000000d{card}', 'doing', 0, 1)")
    };
    // From the end, so that no other card moves up in the column they leave.
    let (first, second) = race.run((MEMBER, &to_the_top(2)), (DIRECTOR, &to_the_top(1))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    assert_eq!(board(&race).await, "Card backlog 0, Card doing 0, Card doing 1");
    let away = to_the_top(0).replace("doing", "review");
    let (first, second) = race.run((MEMBER, &to_the_top(0)), (DIRECTOR, &away)).await;
    assert_eq!((key(&first), key(&second)), ("yes", "stale_version"));
    assert_eq!(board(&race).await, "Card doing 0, Card doing 1, Card doing 2");
}

fn start(plan: u8) -> String {
    format!("public.start_focus_session('00000000-0000-4000-8000-0000000000e{plan}', null, 50)")
}

#[tokio::test]
async fn a_person_has_one_session() {
    // On one plan the row is waited for, on two the unique key of open sessions.
    for other_plan in [1, 2] {
        let mut race = Race::new().await;
        let (first, second) = race.run((MEMBER, &start(1)), (MEMBER, &start(other_plan))).await;
        assert_eq!((key(&first), key(&second)), ("yes", "session_open"), "plan {other_plan}");
        let open = "select count(*)::text from public.focus_sessions where status = 'running'";
        assert_eq!(race.value(open).await, "1");
    }
}

#[tokio::test]
async fn a_plan_is_locked_once() {
    let mut race = Race::new().await;
    let lock = "public.lock_daily_plan('00000000-0000-4000-8000-0000000000e1', 1)";
    let (first, second) = race.run((MEMBER, lock), (MEMBER, lock)).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    assert_eq!(race.events("plan.locked").await, "1");
    let planned = "select count(*)::text from public.focus_sessions
                   where daily_plan_id = '00000000-0000-4000-8000-0000000000e1'";
    assert_eq!(race.value(planned).await, "2");
}

#[tokio::test]
async fn an_expense_is_approved_once() {
    let mut race = Race::new().await;
    let approve = "public.approve_expense('00000000-0000-4000-8000-0000000000f1', 1)";
    let (first, second) = race.run((ADMIN, approve), (ADMIN, approve)).await;
    assert_eq!(key(&first), "yes");
    assert_eq!(key(&second), "stale_version");
    assert_eq!(race.events("finance.expense.approved").await, "1");
}

#[tokio::test]
async fn invoices_get_numbers_of_their_own() {
    let mut race = Race::new().await;
    let save = format!(r#"public.save_invoice('{{"client_id": "{}"}}', '[]')"#, CLIENT.trim_matches('\''));
    let (first, second) = race.run((ADMIN, &save), (ADMIN, &save)).await;
    let number = |outcome: Outcome| outcome.unwrap()[0]["invoice"]["invoice_number"].clone();
    assert_ne!(number(first), number(second));
}

#[tokio::test]
async fn a_new_company_becomes_one_client() {
    let mut race = Race::new().await;
    let create = |company: &str| {
        format!(r#"public.create_prospect('{{"company": "{company}", "name": "Sale", "amount": 1}}')"#)
    };
    let (first, second) =
        race.run((MEMBER, &create("New company")), (DIRECTOR, &create(" new COMPANY"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "yes"));
    let named = "select concat_ws(' ', count(distinct c.id), count(o.id)) from public.clients c
                 join public.opportunities o on o.client_id = c.id
                 where lower(btrim(c.name)) = 'new company'";
    assert_eq!(race.value(named).await, "1 2");
}

/// Two Admins who demote each other leave one.
#[tokio::test]
async fn an_organization_keeps_an_admin() {
    let mut race = Race::new().await;
    race.rig
        .sql(
            "begin; select set_config('revos.op', 'set_member_role', true);
             update public.users set role = 'Admin' where email = 'director@example.com'; commit",
        )
        .await;
    let mut demote = Vec::new();
    for email in [DIRECTOR, ADMIN] {
        let call = format!(
            "select format('public.set_member_role(%L, ''Member'', null, %s)', id, version)
             from public.users where email = '{email}'"
        );
        demote.push(race.value(&call).await);
    }
    let (first, second) = race.run((ADMIN, &demote[0]), (DIRECTOR, &demote[1])).await;
    assert_eq!(key(&first), "yes");
    // Who is no Admin any more by then has no right; who still were, would hear last_admin.
    assert_eq!(key(&second), "forbidden");
    let left =
        "select count(*)::text from public.users u join public.organizations o on o.id = u.organization_id
                where o.slug = 'marlowick' and u.role = 'Admin' and u.deactivated_at is null";
    assert_eq!(race.value(left).await, "1");
}

/// A change of both clients, named in this order, at this version.
fn change_both(order: [u8; 2], version: u32, phase: &str) -> String {
    let item = |n: u8| format!(r#"{{"id": "00000000-0000-4000-8000-0000000000c{n}", "version": {version}}}"#);
    let [one, two] = order.map(item);
    format!(r#"public.update_clients('[{one}, {two}]', '{{"phase": "{phase}"}}')"#)
}

/// How each row of a change of many went.
fn outcomes(outcome: &Outcome) -> Vec<&str> {
    let rows = outcome.as_ref().unwrap()[0].as_array().unwrap();
    rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn many_clients_are_changed_by_one_of_two() {
    let mut race = Race::new().await;
    let (first, second) = race
        .run((ADMIN, &change_both([1, 2], 1, "Data")), (DIRECTOR, &change_both([2, 1], 1, "Active")))
        .await;
    assert_eq!(outcomes(&first), ["changed", "changed"]);
    assert_eq!(outcomes(&second), ["stale_version", "stale_version"]);
    assert_eq!(race.events("client.phase.changed").await, "2");
}

/// Both name the same clients, in opposite order, as often as they can: nobody blocks anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_many_wait_for_each_other() {
    const ROUNDS: u32 = 15;
    let race = Race::new().await;
    let mut changing = JoinSet::new();
    for (email, order, phases) in
        [(ADMIN, [1, 2], ["Data", "Algorithm"]), (DIRECTOR, [2, 1], ["Active", "Discovery"])]
    {
        let mut session = race.rig.as_person(email).await;
        changing.spawn(async move {
            let mut changed = 0;
            for round in 0..ROUNDS {
                // Whoever is first in a round takes both; the other finds them changed.
                let change = change_both(order, round + 1, phases[(round % 2) as usize]);
                let outcome = call(&mut session, &change).await;
                changed += outcomes(&outcome).iter().filter(|outcome| **outcome == "changed").count();
            }
            changed
        });
    }
    let changed: usize = changing.join_all().await.iter().sum();
    let versions = race
        .value(
            "select string_agg(version::text, ' ') from public.clients
             where id in ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000c2')",
        )
        .await;
    let changes: usize = versions.split(' ').map(|version| version.parse::<usize>().unwrap() - 1).sum();
    assert_eq!(changed, changes, "each row is decided once a version");
    assert_eq!(race.events("client.phase.changed").await, changes.to_string());
}

#[tokio::test]
async fn the_health_of_a_client_is_said_by_one_of_two() {
    let mut race = Race::new().await;
    let say =
        |health: u8, note: &str| format!("public.set_client_health({CLIENT}, 1, {health}, 20, '{note}')");
    let (first, second) = race.run((MEMBER, &say(60, "Mine")), (DIRECTOR, &say(30, "Yours"))).await;
    assert_eq!((key(&first), key(&second)), ("yes", "stale_version"));
    let left = format!(
        "select concat_ws(' ', c.health, c.version, h.health, h.source, h.notes) from public.clients c
         join public.client_health_history h on h.client_id = c.id where c.id = {CLIENT}"
    );
    assert_eq!(race.value(&left).await, "60 2 60 manual Mine");
    // The same once more, as after an answer that was lost: it is so already.
    let (third, fourth) = race.run((MEMBER, &say(60, "Mine")), (MEMBER, &say(60, "Mine"))).await;
    assert_eq!((key(&third), key(&fourth)), ("yes", "yes"));
    assert_eq!(race.value(&left).await, "60 2 60 manual Mine");
    assert_eq!(race.events("client.health.changed").await, "1");
}
