//! What becomes of subscriptions, expenses and cash, for whom, and do their sums hold?

use crate::client_changes::{field, problems};
use crate::rig::{ADMIN, ADMIN_B, Browser, CLIENT, DIRECTOR, MEMBER, Rig, SUPER_ADMIN};
use reqwest::StatusCode;
use revos_shared::finance::changes::{CashDetail, ChangedTerms, ExpenseDetail, SubscriptionState};
use revos_shared::finance::{
    CashList, ExpenseList, ExpenseRow, ExpenseState, FinanceFigures, SubscriptionList, SubscriptionStatus,
};
use revos_shared::{Envelope, ErrorCode, Money};
use serde_json::{Value, json};

const SUBSCRIPTIONS: &str = "/api/finance/subscriptions";
const EXPENSES: &str = "/api/finance/expenses";
const CASH: &str = "/api/finance/cash";

fn money(whole: i64) -> Money {
    Money::from_minor(whole * 100)
}

async fn read<T: serde::de::DeserializeOwned>(person: &Browser, path: &str) -> Envelope<T> {
    let reply = person.get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    reply.json()
}

#[tokio::test]
async fn the_books_of_the_demo_add_up() {
    let rig = Rig::of_today().await;
    let director = rig.program(DIRECTOR).await;
    let figures: Envelope<FinanceFigures> = read(&director, "/api/finance/figures").await;
    let all: Envelope<SubscriptionList> = read(&director, SUBSCRIPTIONS).await;
    assert_eq!(Some(&all.data.sums.mrr), figures.data.recurring.mrr.value());
    assert_eq!(Some(&all.data.sums.arr), figures.data.recurring.arr.value());
    assert_eq!((all.data.sums.past_due, all.data.sums.trials), (money(3_400), 1));
    let counted: Money = all.data.rows.iter().filter(|row| row.counts).map(|row| row.mrr).sum();
    assert_eq!(counted, all.data.sums.mrr);
    // Demo data, D7: what the terms bring is what recurs.
    let terms: Vec<_> =
        all.data.arrangements.iter().map(revos_shared::finance::ArrangementRow::terms).collect();
    assert_eq!(revos_shared::finance::ArrangementTotal::of(&terms).amount, all.data.sums.mrr);
    let past: Envelope<SubscriptionList> =
        read(&director, &format!("{SUBSCRIPTIONS}?status=past_due&sort=-mrr")).await;
    assert_eq!((past.total, past.data.sums.mrr), (1, money(3_400)));

    let spent: Envelope<ExpenseList> = read(&director, &format!("{EXPENSES}?limit=1000")).await;
    let sum = |state: Option<ExpenseState>| -> Money {
        let rows = spent.data.rows.iter().filter(|row| state.is_none_or(|state| row.state() == state));
        rows.map(|row| row.amount).sum()
    };
    let sums = spent.data.sums;
    assert_eq!((spent.total, sums.amount), (72, sum(None)));
    assert_eq!((sums.unapproved, sums.unapproved), (money(800), sum(Some(ExpenseState::Unapproved))));
    assert_eq!((sums.unpaid, sums.unpaid), (money(410), sum(Some(ExpenseState::Approved))));
    let month = figures.data.profit.iter().rev().nth(1).unwrap();
    let path = format!("{EXPENSES}?month={}&state=approved,paid", month.month);
    let of_month: Envelope<ExpenseList> = read(&director, &path).await;
    assert_eq!(of_month.data.sums.amount, month.spent, "what a cell of the profit and loss opens");
    for (query, count) in
        [("?state=unapproved", 1), ("?q=INSURANCE", 6), ("?q=%25", 0), ("?category=other", 6)]
    {
        let found: Envelope<ExpenseList> = read(&director, &format!("{EXPENSES}{query}")).await;
        assert_eq!(found.total, count, "{query}");
    }

    let cash: Envelope<CashList> = read(&director, &format!("{CASH}?limit=1000")).await;
    assert_eq!(cash.total, 90);
    assert_eq!(
        Some(&cash.data.rows[0].balance),
        figures.data.cash.balance.value(),
        "what is left is the cash"
    );
    let sums = cash.data.sums;
    assert_eq!(sums.cash_in.minor() - sums.cash_out.minor(), cash.data.rows[0].balance.minor());
    let hand: Envelope<CashList> = read(&director, &format!("{CASH}?type=inflow&source=manual")).await;
    assert_eq!((hand.total, hand.data.sums.cash_in), (5, money(39_000)));

    for bad in [
        format!("{SUBSCRIPTIONS}?sort=age"),
        format!("{SUBSCRIPTIONS}?limit=0"),
        format!("{EXPENSES}?month=2026-04-02"),
        format!("{EXPENSES}?state=late"),
        format!("{CASH}?type=both"),
    ] {
        assert_eq!(director.get(&bad).await.refusal(), (400, ErrorCode::InvalidArgument), "{bad}");
    }
}

#[tokio::test]
async fn the_books_are_for_directors_and_admins() {
    let rig = Rig::new().await;
    let new = json!({
        "expense_date": "2026-01-05", "vendor": "V", "category": "other", "description": "D", "amount": "1.00",
    });
    for email in [MEMBER, CLIENT] {
        let person = rig.program(email).await;
        for path in [SUBSCRIPTIONS, EXPENSES, CASH] {
            assert_eq!(person.get(path).await.refusal(), (403, ErrorCode::Forbidden), "{email} {path}");
        }
        assert_eq!(person.post(EXPENSES, &new).await.refusal(), (403, ErrorCode::Forbidden), "{email}");
    }
    let director = rig.program(DIRECTOR).await;
    assert_eq!(director.post(EXPENSES, &new).await.refusal(), (403, ErrorCode::Forbidden));
    let other: Envelope<ExpenseList> = read(&rig.program(ADMIN_B).await, EXPENSES).await;
    assert_eq!(other.total, 6, "B's own");
    // Cash and expenses are hidden in the feed of events too.
    let seen = "select count(*)::text from public.analytics_events
                where event_key like 'finance.expense.%' or event_key like 'finance.cash_entry.%'";
    let admin = rig.program(ADMIN).await;
    assert_eq!(admin.post(EXPENSES, &new).await.status, StatusCode::CREATED);
    for (email, none) in [(ADMIN, false), (MEMBER, true), (CLIENT, true)] {
        let mut connection = rig.as_person(email).await;
        let count: String = sqlx::query_scalar(seen).fetch_one(&mut connection).await.unwrap();
        assert_eq!(count == "0", none, "{email} sees {count}");
    }
}

async fn subscribe(person: &Browser, client: &str, rest: &Value) -> crate::rig::Reply {
    let mut body = json!({
        "client_id": client, "product_name": "Care", "status": "active", "amount": "100.00",
        "billing_frequency": "monthly", "activated_on": "2026-01-01",
    });
    rest.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
    person.post(SUBSCRIPTIONS, &body).await
}

#[tokio::test]
async fn terms_begin_change_pause_and_end_by_the_day() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let client =
        rig.value("select client_id::text from public.invoices where invoice_number = 'INV-1001'").await;
    let made = subscribe(&admin, &client, &json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made: SubscriptionState = made.json();
    assert_eq!((made.status, made.mrr), (SubscriptionStatus::Active, money(100)));

    let twice =
        subscribe(&admin, &client, &json!({ "product_name": " care ", "activated_on": "2026-05-01" })).await;
    assert_eq!(problems(&twice), [(0, "activated_on".to_owned(), "overlapping".to_owned())]);

    let one = format!("{SUBSCRIPTIONS}/{}", made.id);
    let terms = |version: u32, day: &str| json!({ "version": version, "amount": "120.00", "billing_frequency": "monthly", "effective_on": day });
    let early = admin.post(&format!("{one}/terms"), &terms(made.version, "2025-12-31")).await;
    assert_eq!(field(&early), ("effective_on".to_owned(), "out_of_range".to_owned()));
    let stale = admin.post(&format!("{one}/terms"), &terms(9, "2026-03-01")).await;
    assert_eq!(stale.refusal(), (409, ErrorCode::StaleVersion));
    let changed: ChangedTerms =
        admin.post(&format!("{one}/terms"), &terms(made.version, "2026-03-01")).await.json();
    assert_eq!((changed.ended.status, changed.started.mrr), (SubscriptionStatus::Replaced, money(120)));

    let now = format!("{SUBSCRIPTIONS}/{}/status", changed.started.id);
    let to = |version: u32, status: &str, rest: Value| {
        let mut body = json!({ "version": version, "status": status });
        rest.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    let day = |day: &str| json!({ "effective_on": day });
    let none = admin.post(&now, &to(changed.started.version, "paused", json!({}))).await;
    assert_eq!(field(&none), ("effective_on".to_owned(), "required".to_owned()));
    let paused: SubscriptionState =
        admin.post(&now, &to(changed.started.version, "paused", day("2026-04-01"))).await.json();
    assert_eq!(paused.status, SubscriptionStatus::Paused);
    let back: SubscriptionState =
        admin.post(&now, &to(paused.version, "active", day("2026-05-01"))).await.json();
    assert_eq!(back.status, SubscriptionStatus::Active);
    assert_ne!(back.id, paused.id, "the days of the pause stay uncounted");
    let last = format!("{SUBSCRIPTIONS}/{}/status", back.id);
    let gone = to(back.version, "cancelled", json!({ "effective_on": "2026-06-01", "reason": "price" }));
    let gone: SubscriptionState = admin.post(&last, &gone).await.json();
    assert_eq!(gone.status, SubscriptionStatus::Cancelled);
    let again = admin.post(&last, &to(gone.version, "active", day("2026-07-01"))).await;
    assert_eq!(again.refusal(), (409, ErrorCode::InvalidTransition));

    let trial = json!({ "product_name": "Try", "status": "trial", "trial_ends_on": "2026-02-01", "activated_on": null });
    assert_eq!(subscribe(&admin, &client, &trial).await.status, StatusCode::CREATED);
    let huge = subscribe(&admin, &client, &json!({ "product_name": "X", "amount": "100000000000.00" })).await;
    assert_eq!(field(&huge), ("amount".to_owned(), "out_of_range".to_owned()));
    let half = subscribe(&admin, &client, &json!({ "product_name": "X", "amount": "0.005" })).await;
    assert_eq!(half.refusal(), (400, ErrorCode::InvalidJson));
}

#[tokio::test]
async fn an_expense_takes_two_people() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let above = rig.program(SUPER_ADMIN).await;
    let fields = |version: Option<u32>, amount: &str| {
        json!({
            "version": version, "expense_date": "2026-01-05", "vendor": "Shop", "category": "other",
            "description": "Chair", "amount": amount, "recurring_frequency": "monthly",
        })
    };
    let made: ExpenseDetail = admin.post(EXPENSES, &fields(None, "10.00")).await.json();
    let one = format!("{EXPENSES}/{}", made.id);
    let changed: ExpenseDetail = admin.put(&one, &fields(Some(made.version), "12.00")).await.json();
    assert_eq!(changed.amount, money(12));
    assert_eq!(
        admin.put(&one, &fields(Some(made.version), "13.00")).await.refusal(),
        (409, ErrorCode::StaleVersion)
    );
    let at = json!({ "version": changed.version });
    assert_eq!(admin.post(&format!("{one}/approval"), &at).await.refusal(), (403, ErrorCode::SelfApproval));
    let pay = |version: u32, day: &str| json!({ "version": version, "paid_on": day });
    let early = admin.post(&format!("{one}/payment"), &pay(changed.version, "2026-01-06")).await;
    assert_eq!(early.refusal(), (409, ErrorCode::InvalidTransition), "not approved yet");
    let list: Envelope<ExpenseList> = read(&admin, &format!("{EXPENSES}?q=chair")).await;
    assert_eq!(list.data.rows.iter().map(ExpenseRow::state).collect::<Vec<_>>(), [ExpenseState::Unapproved]);

    let approved = above.post(&format!("{one}/approval"), &at).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    let approved: ExpenseDetail = approved.json();
    let other = admin.put(&one, &fields(Some(approved.version), "14.00")).await;
    assert_eq!(other.refusal(), (409, ErrorCode::InvalidTransition), "what was approved stays");
    let future = admin.post(&format!("{one}/payment"), &pay(approved.version, "2999-01-01")).await;
    assert_eq!(field(&future), ("paid_on".to_owned(), "in_the_future".to_owned()));
    let before: Envelope<CashList> = read(&admin, CASH).await;
    let paid: ExpenseDetail =
        admin.post(&format!("{one}/payment"), &pay(approved.version, "2026-01-06")).await.json();
    let after: Envelope<CashList> = read(&admin, CASH).await;
    assert_eq!(after.data.sums.cash_out, before.data.sums.cash_out + money(12), "the cash goes out");
    let removal = admin.delete(&format!("{one}?version={}", paid.version)).await;
    assert_eq!(removal.refusal(), (409, ErrorCode::InvalidTransition));

    let entry = |version: Option<u32>, amount: &str| {
        json!({
            "version": version, "entry_date": "2026-01-05", "type": "inflow", "category": "Workshop",
            "description": "Fee", "amount": amount, "source": "manual",
        })
    };
    let made: CashDetail = admin.post(CASH, &entry(None, "5.00")).await.json();
    let own = format!("{CASH}/{}", made.id);
    let changed: CashDetail = admin.put(&own, &entry(Some(made.version), "6.00")).await.json();
    assert_eq!(changed.amount, money(6));
    assert_eq!(
        admin.delete(&format!("{own}?version={}", changed.version)).await.status,
        StatusCode::NO_CONTENT
    );
    let posted = rig
        .value("select id || ':' || version from public.cash_flow_entries where source = 'invoice_payment' limit 1")
        .await;
    let (id, version) = posted.split_once(':').unwrap();
    let refused = admin.delete(&format!("{CASH}/{id}?version={version}")).await;
    assert_eq!(refused.refusal(), (400, ErrorCode::UseFunction), "what was posted stays");
    let wrong = admin.post(CASH, &entry(None, "-5.00")).await;
    assert_eq!(field(&wrong), ("amount".to_owned(), "out_of_range".to_owned()));
}
