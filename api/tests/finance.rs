//! What does each person read of the money, and what becomes of their changes?

use crate::client_changes::{field, problems};
use crate::rig::{ADMIN, ADMIN_B, Browser, CLIENT, DIRECTOR, MEMBER, Reply, Rig, SUPER_ADMIN};
use reqwest::{Method, StatusCode, header};
use revos_shared::finance::{
    FinanceFigures, InvoiceList, InvoiceRecord, InvoiceRow, InvoiceState, InvoiceStatus, PaymentState,
};
use revos_shared::{Envelope, ErrorCode, Money};
use serde_json::{Value, json};

const LIST: &str = "/api/finance/invoices";
const FIGURES: &str = "/api/finance/figures";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn money(whole: i64) -> Money {
    Money::from_minor(whole * 100)
}

fn key(number: usize) -> String {
    format!("e1000000-0000-4000-8000-{number:012}")
}

async fn read<T: serde::de::DeserializeOwned>(person: &Browser, path: &str) -> Envelope<T> {
    let reply = person.get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    reply.json()
}

async fn client_of(rig: &Rig, number: &str) -> String {
    rig.value(&format!("select client_id::text from public.invoices where invoice_number = '{number}'")).await
}

async fn invoice(person: &Browser, number: &str) -> InvoiceRow {
    let list: Envelope<InvoiceList> = read(person, &format!("{LIST}?q={number}")).await;
    list.data.rows.into_iter().next().unwrap()
}

async fn draft(rig: &Rig, person: &Browser, lines: Value) -> InvoiceState {
    let client = client_of(rig, "INV-1001").await;
    let made = person.post(LIST, &json!({ "client_id": client, "lines": lines })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    made.json()
}

async fn sent(rig: &Rig, person: &Browser, price: &str) -> InvoiceState {
    let made = draft(rig, person, json!([{ "description": "Work", "unit_price": price }])).await;
    let reply =
        person.post(&format!("{LIST}/{}/sending", made.id), &json!({ "version": made.version })).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

async fn pay(person: &Browser, id: &str, request: usize, amount: &str) -> Reply {
    let body = json!({
        "request_id": key(request), "amount": amount, "received_on": "2026-02-01", "method": "card",
    });
    person.post(&format!("{LIST}/{id}/payments"), &body).await
}

/// What became of requests that were under way at the same time.
async fn all_of(tasks: Vec<tokio::task::JoinHandle<Reply>>) -> Vec<Reply> {
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.unwrap());
    }
    replies
}

#[tokio::test]
async fn the_list_and_the_figures_say_the_same_of_the_demo_data() {
    let rig = Rig::of_today().await;
    let director = rig.program(DIRECTOR).await;
    let all: Envelope<InvoiceList> = read(&director, LIST).await;
    let figures: Envelope<FinanceFigures> = read(&director, FIGURES).await;
    assert_eq!((all.total, all.truncated), (19, false));
    // Demo data, section 8.
    let owed = figures.data.receivables;
    assert_eq!((all.data.sums.balance, all.data.sums.overdue), (money(110_812), money(17_412)));
    assert_eq!((owed.ar, owed.overdue, owed.aging.total()), (money(110_812), money(17_412), owed.ar));
    assert_eq!(figures.data.recurring.mrr.value(), Some(&money(63_650)));
    assert_eq!(figures.data.cash.balance.value(), Some(&money(367_570)));
    let week: Envelope<FinanceFigures> = read(&director, &format!("{FIGURES}?scope=7d")).await;
    assert_eq!(week.data.collected, money(23_000));
    let today = all.today;
    let sum = |rows: &[InvoiceRow], of: &dyn Fn(&InvoiceRow) -> Money| rows.iter().map(of).sum::<Money>();
    for (query, count) in [
        ("?status=overdue", 2),
        ("?status=draft", 1),
        ("?status=sent", 6),
        ("?status=draft,cancelled", 2),
        ("?q=INV-100", 9),
        ("?q=%25", 0),
        ("?sort=-urgency&status=overdue", 2),
        (&format!("?from={today}"), 1),
        (&format!("?to={}", today.yesterday().unwrap()), 18),
    ] {
        let found: Envelope<InvoiceList> = read(&director, &format!("{LIST}{query}")).await;
        assert_eq!(found.total, count, "{query}");
        assert_eq!(found.data.sums.balance, sum(&found.data.rows, &InvoiceRow::owed), "{query}");
        let late = sum(&found.data.rows, &|row| {
            if row.days_past_due(today) > 0 { row.balance } else { Money::ZERO }
        });
        assert_eq!(found.data.sums.overdue, late, "{query}");
    }
    for column in
        ["number", "client", "issue", "due", "total", "paid", "balance", "status", "urgency", "updated"]
    {
        let up: Envelope<InvoiceList> = read(&director, &format!("{LIST}?sort={column}")).await;
        let down: Envelope<InvoiceList> = read(&director, &format!("{LIST}?sort=-{column}")).await;
        assert_eq!((up.total, down.total), (19, 19), "{column}");
        if column != "updated" {
            assert_ne!(up.data.rows, down.data.rows, "{column}");
        }
    }
    let cut: Envelope<InvoiceList> = read(&director, &format!("{LIST}?limit=2")).await;
    assert!(cut.truncated && cut.data.rows.len() == 2 && cut.data.sums == all.data.sums, "sums are of all");
    let other: Envelope<InvoiceList> = read(&rig.program(ADMIN_B).await, LIST).await;
    assert_eq!((other.total, other.data.sums.balance), (2, money(6_000)));
    for (path, name) in
        [("?sort=age", "sort"), ("?limit=0", "limit"), ("?status=late", "status"), ("?x=1", "x")]
    {
        let reply = director.get(&format!("{LIST}{path}")).await;
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidArgument), "{name}");
    }
    assert_eq!(
        director.get(&format!("{FIGURES}?scope=x")).await.refusal(),
        (400, ErrorCode::InvalidArgument)
    );
}

#[tokio::test]
async fn money_is_for_directors_and_admins() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let row = invoice(&admin, "INV-1014").await;
    let one = format!("{LIST}/{}", row.id);
    for email in [MEMBER, CLIENT] {
        let person = rig.program(email).await;
        for path in [LIST, FIGURES, one.as_str()] {
            assert_eq!(person.get(path).await.refusal(), (403, ErrorCode::Forbidden), "{email} {path}");
        }
    }
    let director = rig.program(DIRECTOR).await;
    let record: Envelope<InvoiceRecord> = read(&director, &one).await;
    assert!(!record.data.writable && record.data.changes.is_empty());
    for person in [&director, &rig.program(MEMBER).await, &rig.program(CLIENT).await] {
        let refused = pay(person, &row.id.to_string(), 1, "1.00").await;
        assert_eq!(refused.refusal(), (403, ErrorCode::Forbidden));
        let body = json!({ "client_id": row.client_id, "lines": [] });
        assert_eq!(person.post(LIST, &body).await.refusal(), (403, ErrorCode::Forbidden));
        let away = json!({ "version": row.version, "reason": "No" });
        assert_eq!(
            person.post(&format!("{one}/cancellation"), &away).await.refusal(),
            (403, ErrorCode::Forbidden)
        );
    }
    let stranger = rig.program(ADMIN_B).await;
    assert_eq!(stranger.get(&one).await.refusal(), (404, ErrorCode::NotFound));
    assert_eq!(pay(&stranger, &row.id.to_string(), 1, "1.00").await.refusal(), (404, ErrorCode::NotFound));
    let above: Envelope<InvoiceRecord> = read(&rig.program(SUPER_ADMIN).await, &one).await;
    assert!(above.data.writable);
}

#[tokio::test]
async fn an_invoice_goes_from_draft_to_paid_and_back() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let client = client_of(&rig, "INV-1001").await;
    let new = json!({
        "request_id": key(1), "client_id": client, "issue_date": "2026-02-01", "payment_term": "net_15",
        "tax": "8.00",
        "lines": [
            { "description": "Work", "quantity": "2.5", "unit_price": "40.00" },
            { "description": "Discount", "unit_price": "-0.01" },
        ],
    });
    let made = admin.post(LIST, &new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made: InvoiceState = made.json();
    assert_eq!((made.invoice_number.as_str(), made.total.minor()), ("INV-1020", 10_799));
    let again: InvoiceState = admin.post(LIST, &new).await.json();
    assert_eq!(again, made, "a repeated request makes no second draft");

    let one = format!("{LIST}/{}", made.id);
    let record: Envelope<InvoiceRecord> = read(&admin, &one).await;
    assert_eq!(record.data.row.due_date.to_string(), "2026-02-16");
    assert_eq!(record.data.lines.iter().map(|line| line.total.minor()).collect::<Vec<_>>(), [10_000, -1]);
    assert!(record.data.writable && !record.data.changes.is_empty());

    let change = |version: u32, note: &str| json!({ "version": version, "client_id": client, "notes": note, "lines": new["lines"], "tax": "8.00" });
    let saved: InvoiceState = admin.put(&one, &change(made.version, "One")).await.json();
    assert_eq!(saved.invoice_number, made.invoice_number);
    let stale = admin.put(&one, &change(made.version, "Two")).await;
    assert_eq!(stale.refusal(), (409, ErrorCode::StaleVersion));
    let now: InvoiceState = serde_json::from_value(stale.error().details.unwrap()).unwrap();
    assert_eq!(now.version, saved.version, "with the invoice as it is now");

    let sending = admin.post(&format!("{one}/sending"), &json!({ "version": saved.version })).await;
    let sent: InvoiceState = sending.json();
    assert_eq!(sent.status, InvoiceStatus::Sent);
    assert_eq!(
        admin.put(&one, &change(sent.version, "Late")).await.refusal(),
        (409, ErrorCode::InvalidTransition)
    );

    let id = made.id.to_string();
    assert_eq!(pay(&admin, &id, 2, "108.00").await.refusal(), (409, ErrorCode::Overpayment));
    let part: PaymentState = pay(&admin, &id, 3, "7.99").await.json();
    assert_eq!((part.invoice.status, part.invoice.balance), (InvoiceStatus::Sent, money(100)));
    let twice: PaymentState = pay(&admin, &id, 3, "7.99").await.json();
    assert_eq!(twice.payment, part.payment, "a repeated request pays once");
    assert_eq!(pay(&admin, &id, 3, "8.99").await.refusal(), (409, ErrorCode::IdempotencyMismatch));
    let away = json!({ "version": part.invoice.version, "reason": "Wrong client" });
    assert_eq!(
        admin.post(&format!("{one}/cancellation"), &away).await.refusal(),
        (409, ErrorCode::HasPayments)
    );
    let rest: PaymentState = pay(&admin, &id, 4, "100.00").await.json();
    assert_eq!((rest.invoice.status, rest.invoice.balance), (InvoiceStatus::Paid, Money::ZERO));
    assert_eq!(pay(&admin, &id, 5, "0.01").await.refusal(), (409, ErrorCode::InvalidTransition));

    let reversal = format!("/api/finance/payments/{}/reversal", rest.payment.id);
    let body = json!({ "version": rest.payment.version, "reason": "Bounced" });
    let back: PaymentState = admin.post(&reversal, &body).await.json();
    assert_eq!((back.invoice.status, back.invoice.balance), (InvoiceStatus::Sent, money(100)));
    assert_eq!(admin.post(&reversal, &body).await.refusal(), (409, ErrorCode::StaleVersion));
    let record: Envelope<InvoiceRecord> = read(&admin, &one).await;
    let reversed = record.data.payments.iter().filter(|payment| payment.reversed_at.is_some()).count();
    assert_eq!((record.data.payments.len(), reversed), (2, 1));

    // Neither a reversed payment nor one that stands lets the cash drift.
    let cash = rig
        .value(&format!(
            "select coalesce(sum(case type when 'inflow' then amount else -amount end), 0)::text
             from public.cash_flow_entries where source_id in
               (select id from public.invoice_payments where invoice_id = '{id}')"
        ))
        .await;
    assert_eq!(cash, "7.99");
}

#[tokio::test]
async fn a_withdrawn_invoice_asks_for_nothing() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let before: Envelope<FinanceFigures> = read(&admin, FIGURES).await;
    let made = sent(&rig, &admin, "100.00").await;
    let one = format!("{LIST}/{}", made.id);
    let blank = json!({ "version": made.version, "reason": " " });
    let refused = admin.post(&format!("{one}/cancellation"), &blank).await;
    assert_eq!(field(&refused), ("reason".to_owned(), "required".to_owned()));
    let owed: Envelope<FinanceFigures> = read(&admin, FIGURES).await;
    assert_eq!(owed.data.receivables.ar, before.data.receivables.ar + money(100));
    let away = json!({ "version": made.version, "reason": "Wrong client" });
    let gone: InvoiceState = admin.post(&format!("{one}/cancellation"), &away).await.json();
    assert_eq!(gone.status, InvoiceStatus::Cancelled);
    let after: Envelope<FinanceFigures> = read(&admin, FIGURES).await;
    assert_eq!(after.data.receivables, before.data.receivables);
    assert_eq!(
        pay(&admin, &made.id.to_string(), 1, "1.00").await.refusal(),
        (409, ErrorCode::InvalidTransition)
    );
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let client = client_of(&rig, "INV-1001").await;
    let one = |name: &str, key: &str| vec![(0, name.to_owned(), key.to_owned())];
    let with = async |rest: Value| {
        let mut body = json!({ "client_id": client, "lines": [] });
        rest.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        admin.post(LIST, &body).await
    };
    let line = |quantity: &str, price: &str| json!({ "lines": [{ "description": "Work", "quantity": quantity, "unit_price": price }] });
    let early = with(json!({ "issue_date": "2026-02-02", "due_date": "2026-02-01" })).await;
    assert_eq!(problems(&early), one("due_date", "before_issue_date"));
    // The day of issue may be the server's.
    let early = with(json!({ "due_date": "2001-02-01" })).await;
    assert_eq!(problems(&early), one("due_date", "before_issue_date"));
    let huge = with(line("9999999999.99", "999999999.00")).await;
    assert_eq!(problems(&huge), one("lines.unit_price", "out_of_range"));
    assert_eq!(problems(&with(line("0", "1.00")).await), one("lines.quantity", "out_of_range"));
    assert_eq!(problems(&with(line("1", "-1.00")).await), one("lines", "out_of_range"));
    let unfit = |reply: &Reply| {
        assert_eq!(reply.refusal(), (400, ErrorCode::InvalidJson));
        reply.error().details
    };
    let named = |row: u32, name: &str, key: &str| Some(json!([{ "row": row, "field": name, "key": key }]));
    let half = with(line("1", "0.005")).await;
    assert_eq!(unfit(&half), named(0, "lines.unit_price", "too_many_decimals"), "half a cent");
    assert_eq!(unfit(&with(line("1.005", "1.00")).await), named(0, "lines.quantity", "too_many_decimals"));
    let second = json!({ "lines": [{ "description": "A", "unit_price": "1.00" }, { "description": "B", "unit_price": true }] });
    assert_eq!(unfit(&with(second).await), named(1, "lines.unit_price", "too_many_decimals"));
    let nothing = json!({ "lines": [{ "description": "A" }] });
    assert_eq!(unfit(&with(nothing).await), named(0, "lines.unit_price", "required"));
    assert_eq!(unfit(&with(json!({ "colour": "red" })).await), named(0, "colour", "not_understood"));
    assert_eq!(
        unfit(&with(json!({ "due_date": "2026-02-30" })).await),
        named(0, "due_date", "not_understood")
    );
    assert_eq!(unfit(&admin.post(LIST, &json!("x")).await), None, "no field of it");
    let taken = with(json!({ "invoice_number": "INV-1001" })).await;
    assert_eq!((taken.refusal().1, field(&taken).0), (ErrorCode::Duplicate, "invoice_number".to_owned()));
    // Of another client: they belong to whoever they belong to.
    for (name, table) in [("subscription_id", "subscriptions"), ("project_id", "projects")] {
        let other = rig
            .value(&format!(
                "select id::text from public.{table} where client_id <> '{client}' order by id limit 1"
            ))
            .await;
        let foreign = with(json!({ name: other })).await;
        assert_eq!(
            (foreign.refusal(), field(&foreign)),
            ((404, ErrorCode::NotFound), (name.to_owned(), "not_found".to_owned()))
        );
    }
    let mut stranger = json!({ "lines": [] });
    stranger["client_id"] = json!(NOBODY);
    assert_eq!(admin.post(LIST, &stranger).await.refusal(), (404, ErrorCode::NotFound));

    let empty = draft(&rig, &admin, json!([])).await;
    let sending =
        admin.post(&format!("{LIST}/{}/sending", empty.id), &json!({ "version": empty.version })).await;
    assert_eq!(problems(&sending), one("lines", "required"), "an invoice without lines");
    let free = draft(&rig, &admin, json!([{ "description": "Gift", "unit_price": "0.00" }])).await;
    let sending =
        admin.post(&format!("{LIST}/{}/sending", free.id), &json!({ "version": free.version })).await;
    assert_eq!(problems(&sending), one("total", "out_of_range"));

    let made = sent(&rig, &admin, "100.00").await;
    let paying = async |amount: &str, day: &str| {
        let body = json!({ "request_id": key(9), "amount": amount, "received_on": day, "method": "card" });
        admin.post(&format!("{LIST}/{}/payments", made.id), &body).await
    };
    assert_eq!(problems(&paying("1.00", "2999-01-01").await), one("received_on", "in_the_future"));
    assert_eq!(problems(&paying("0.00", "2026-02-01").await), one("amount", "out_of_range"));
    assert_eq!(unfit(&paying("0.005", "2026-02-01").await), named(0, "amount", "too_many_decimals"));
    let over = paying("100.01", "2026-02-01").await;
    assert_eq!(over.refusal(), (409, ErrorCode::Overpayment));
    assert_eq!(over.error().details.unwrap()["balance"].as_f64(), Some(100.0), "and how much is owed");
    assert_eq!(pay(&admin, NOBODY, 1, "1.00").await.refusal(), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn many_at_once_neither_overpay_nor_leave_gaps() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let made = sent(&rig, &admin, "100.00").await;
    let id = made.id.to_string();
    let payments = (0..8).map(|request| {
        let (person, id) = (admin.copy(), id.clone());
        tokio::spawn(async move { pay(&person, &id, request, "30.00").await })
    });
    let replies = all_of(payments.collect()).await;
    let paid = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
    assert_eq!(paid, 3, "90 of 100");
    assert!(
        replies
            .iter()
            .filter(|reply| reply.status != StatusCode::CREATED)
            .all(|reply| reply.refusal() == (409, ErrorCode::Overpayment))
    );
    let record: Envelope<InvoiceRecord> = read(&admin, &format!("{LIST}/{id}")).await;
    assert_eq!((record.data.row.amount_paid, record.data.row.balance), (money(90), money(10)));

    let client = client_of(&rig, "INV-1001").await;
    let drafts = (0..12).map(|number| {
        // Some are refused on the way; their numbers go to others.
        let tax = if number % 4 == 3 { "999999999999.99" } else { "1.00" };
        let lines = json!([{ "description": "Work", "unit_price": "1.00" }]);
        let (person, body) = (admin.copy(), json!({ "client_id": client, "tax": tax, "lines": lines }));
        tokio::spawn(async move { person.post(LIST, &body).await })
    });
    let made = all_of(drafts.collect()).await.into_iter().filter(|reply| reply.status == StatusCode::CREATED);
    let number = |reply: Reply| {
        let state: InvoiceState = reply.json();
        state.invoice_number.trim_start_matches("INV-").parse::<u32>().unwrap()
    };
    let mut numbers: Vec<u32> = made.map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1021..1030).collect::<Vec<_>>(), "without a gap");
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let rig = Rig::new().await;
    let admin = rig.program(ADMIN).await;
    let etag = admin.get(LIST).await.etag();
    let ask =
        async || admin.send(admin.request(Method::GET, LIST).header(header::IF_NONE_MATCH, &etag)).await;
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask().await.status, StatusCode::NOT_MODIFIED, "by its digest");
    draft(&rig, &admin, json!([])).await;
    assert_eq!(ask().await.status, StatusCode::OK);
}
