//! Is an import looked at before it is made, made once, and taken back as far as nobody has worked with it?

use crate::client_changes::problems;
use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, Rig};
use reqwest::StatusCode;
use revos_shared::ErrorCode;
use revos_shared::kernel::limits::BULK_MAX;
use revos_shared::pipeline::import::{
    BATCH_MAX_BYTES, BatchCheck, ImportedBatch, KeptReason, KeptRow, MadeKind, UndoneImport,
};
use serde_json::{Value, json};

const IMPORTS: &str = "/api/opportunities/imports";
const CHECKS: &str = "/api/opportunities/imports/checks";
const UNDOS: &str = "/api/opportunities/imports/undos";

fn batch(rows: Value) -> Value {
    json!({ "key": "file-0", "rows": rows })
}

fn two_rows() -> Value {
    batch(json!([
        { "company": " Harrowmere Tea ", "name": "First order", "amount": "10.00", "next_step": "=1+1" },
        { "company": "harrowmere tea", "name": "Second order", "amount": "20.00", "contact_name": "Ada",
          "contact_email": "ada@example.com", "expected_close_date": "2026-12-31" },
    ]))
}

async fn count(rig: &Rig) -> String {
    rig.value("select concat_ws(' ', (select count(*) from public.opportunities where source = 'import' and name in ('First order', 'Second order', 'x')), (select count(*) from public.clients where name = 'Harrowmere Tea'), (select count(*) from public.contacts where name = 'Ada'))").await
}

#[tokio::test]
async fn an_import_is_made_once_and_taken_back() {
    let rig = Rig::new().await;
    let director = rig.program(DIRECTOR).await;
    let looked: BatchCheck = director.post(CHECKS, &two_rows()).await.json();
    assert_eq!(looked, BatchCheck { imported: None, problems: vec![], known: vec![] });
    assert_eq!(count(&rig).await, "0 0 0", "a look makes nothing");

    let reply = director.post(IMPORTS, &two_rows()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let made: ImportedBatch = reply.json();
    assert_eq!((made.opportunities, made.clients_created, made.repeated), (2, 1, false));
    assert_eq!((made.ids.len(), made.clients[0].name.as_str()), (2, "Harrowmere Tea"));
    assert_eq!(count(&rig).await, "2 1 1");
    let text = "select next_step from public.opportunities where name = 'First order'";
    assert_eq!(rig.value(text).await, "=1+1", "a formula is a text");

    let again = director.post(IMPORTS, &two_rows()).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json::<ImportedBatch>(), ImportedBatch { repeated: true, ..made.clone() });
    assert_eq!(count(&rig).await, "2 1 1", "twice makes nothing twice");
    let looked: BatchCheck = director.post(CHECKS, &two_rows()).await.json();
    assert_eq!(looked.imported, Some(ImportedBatch { repeated: true, ..made }));
    let mut other = two_rows();
    other["rows"][0]["amount"] = json!("11.00");
    assert_eq!(director.post(IMPORTS, &other).await.refusal(), (409, ErrorCode::IdempotencyMismatch));

    let undo = json!({ "key": "file-0" });
    let undone: UndoneImport = director.post(UNDOS, &undo).await.json();
    assert_eq!(undone, UndoneImport { opportunities: 2, clients: 1, contacts: 1, kept: vec![] });
    assert_eq!(count(&rig).await, "0 0 0");
    let undone: UndoneImport = director.post(UNDOS, &undo).await.json();
    assert_eq!(undone, UndoneImport::default(), "nothing is there any more");
    assert_eq!(director.post(IMPORTS, &two_rows()).await.status, StatusCode::CREATED, "the key is free");
}

#[tokio::test]
async fn what_was_worked_with_stays_and_says_why() {
    let rig = Rig::new().await;
    let (member, admin) = (rig.program(MEMBER).await, rig.program(ADMIN).await);
    let made: ImportedBatch = member.post(IMPORTS, &two_rows()).await.json();
    let path = format!("/api/opportunities/{}", made.ids[0]);
    let changed = admin.patch(&path, &json!({ "version": 1, "next_step": "Call" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    assert_eq!(
        admin.post(UNDOS, &json!({ "key": "file-0" })).await.json::<UndoneImport>(),
        UndoneImport::default()
    );
    let undone: UndoneImport = member.post(UNDOS, &json!({ "key": "file-0" })).await.json();
    assert_eq!((undone.opportunities, undone.clients, undone.contacts), (1, 0, 0));
    let kept: Vec<_> = undone
        .kept
        .iter()
        .map(|KeptRow { kind, name, reason, .. }| (*kind, name.as_str(), *reason))
        .collect();
    let expected = [
        (MadeKind::Client, "Harrowmere Tea", KeptReason::InUse),
        (MadeKind::Contact, "Ada", KeptReason::InUse),
        (MadeKind::Opportunity, "First order", KeptReason::Changed),
    ];
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn every_problem_of_a_batch_is_named_and_nothing_is_made() {
    let rig = Rig::new().await;
    let member = rig.program(MEMBER).await;
    let bad = batch(json!([
        { "company": "Fine", "name": "x", "amount": "1.00" },
        { "name": " ", "amount": "0.00", "contact_email": "nobody" },
    ]));
    for path in [CHECKS, IMPORTS] {
        let named: Vec<_> = problems(&member.post(path, &bad).await);
        let named: Vec<_> =
            named.iter().map(|(row, field, key)| (*row, field.as_str(), key.as_str())).collect();
        let expected = [
            (1, "company", "required"),
            (1, "name", "required"),
            (1, "amount", "out_of_range"),
            (1, "contact_email", "not_an_address"),
        ];
        assert_eq!(named, expected, "{path}");
    }
    // What only the database knows.
    let colleague = batch(json!([
        { "company": "Dovemarsh Analytics", "name": "x", "amount": "1.00", "contact_name": "Ada", "contact_phone": "1" },
        { "company": "Brindlecrest Freight", "name": "x", "amount": "1.00" },
    ]));
    let looked: BatchCheck = member.post(CHECKS, &colleague).await.json();
    assert_eq!(
        (looked.problems.len(), looked.problems[0].key.as_str(), looked.problems[0].row),
        (1, "forbidden", 0)
    );
    assert_eq!(looked.known.iter().map(|known| known.row).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(member.post(IMPORTS, &colleague).await.refusal(), (403, ErrorCode::Forbidden));
    let row = json!({ "company": "x", "name": "x", "amount": "1.00" });
    for (body, code) in [
        (json!({ "key": "", "rows": [row] }), (422, ErrorCode::ValidationFailed)),
        (json!({ "key": "k".repeat(201), "rows": [row] }), (422, ErrorCode::ValidationFailed)),
        (batch(json!([])), (422, ErrorCode::ValidationFailed)),
        (batch(json!(vec![row.clone(); BULK_MAX + 1])), (422, ErrorCode::ValidationFailed)),
        (batch(json!([{ "company": "x", "name": "x", "amount": "1,5" }])), (400, ErrorCode::InvalidJson)),
        (
            batch(json!([{ "company": "x", "name": "x", "amount": "1.00", "stage": "Qualify" }])),
            (400, ErrorCode::InvalidJson),
        ),
        (
            batch(json!([{ "company": "x", "name": "x".repeat(BATCH_MAX_BYTES * 2), "amount": "1.00" }])),
            (413, ErrorCode::PayloadTooLarge),
        ),
    ] {
        assert_eq!(member.post(IMPORTS, &body).await.refusal(), code);
    }
    assert_eq!(
        member.post(UNDOS, &json!({ "key": " " })).await.refusal(),
        (422, ErrorCode::ValidationFailed)
    );
    assert_eq!(count(&rig).await, "0 0 0");
}

#[tokio::test]
async fn an_import_is_for_staff_and_of_one_person() {
    let rig = Rig::new().await;
    let client = rig.program(CLIENT).await;
    for (path, body) in [(CHECKS, two_rows()), (IMPORTS, two_rows()), (UNDOS, json!({ "key": "file-0" }))] {
        assert_eq!(client.post(path, &body).await.refusal(), (403, ErrorCode::Forbidden), "{path}");
    }
    assert_eq!(rig.program(MEMBER).await.post(IMPORTS, &two_rows()).await.status, StatusCode::CREATED);
    // The same key elsewhere is another one.
    let stranger = rig.program(ADMIN_B).await;
    assert_eq!(stranger.post(CHECKS, &two_rows()).await.json::<BatchCheck>().imported, None);
    assert_eq!(
        stranger.post(UNDOS, &json!({ "key": "file-0" })).await.json::<UndoneImport>(),
        UndoneImport::default()
    );
    assert_eq!(count(&rig).await, "2 1 1");
}
