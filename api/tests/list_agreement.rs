//! Does the database list the clients that the page would pick from all of them, in the same order?

use crate::rig::{ADMIN, Browser, CLIENT, MEMBER, Rig};
use crate::sql_agreement::Seeded;
use revos_shared::clients::endpoints::{ClientList, ClientSums};
use revos_shared::clients::{
    ClientBand, ClientColumn, ClientRow, ClientSort, ClientStatus, ClientsQuery, Phase, Segment,
};
use revos_shared::kernel::chosen::OrNone;
use revos_shared::kernel::owner::OwnerChoice;
use revos_shared::{ClientId, Envelope, Money, UserId};

/// Names that a locale would put elsewhere, that differ in case only, or whose case is a question.
const NAMES: [&str; 16] = [
    "alpha",
    "Alpha",
    "ALPHA",
    "Äpfel",
    "äpfel",
    "Zeta",
    "zeta",
    "_under",
    "Éclair",
    "eclair",
    "İstanbul",
    "ΣΟΦΟΣ",
    "a b",
    "a-b",
    "ab",
    "100% (x)",
];
const TEXTS: [&str; 14] = [
    "a",
    "ALPHA",
    "ä",
    "Ä",
    "σ",
    "ος",
    "i",
    "%",
    "_",
    " ",
    "b",
    "logistics",
    "Midwest",
    "nothing of the kind",
];

#[tokio::test]
async fn the_database_lists_what_the_page_would_pick() {
    let rig = Rig::of_today().await;
    let mut seeded = Seeded(20_261_122);
    rig.sql(&odd_clients(&mut seeded)).await;
    let stranger = UserId(rig.user_id(crate::rig::MEMBER_B).await.parse().unwrap());
    for (email, rounds) in [(ADMIN, 160), (MEMBER, 120), (CLIENT, 40)] {
        let person = rig.program(email).await;
        let me = UserId(rig.user_id(email).await.parse().unwrap());
        let all = list(&person, &ClientsQuery { limit: Some(10_000), ..ClientsQuery::default() }).await;
        assert_eq!(all.data.rows.len(), if email == CLIENT { 1 } else { 14 + 64 });
        let owners: Vec<_> = all.data.rows.iter().filter_map(|row| row.owner_id).chain([stranger]).collect();
        let (mut found, mut none) = (0, 0);
        for _ in 0..rounds {
            let query = some_query(&mut seeded, &owners);
            let answered = list(&person, &query).await;
            let picked: Vec<_> = all.data.rows.iter().filter(|row| query.matches(row, me)).cloned().collect();
            assert_eq!(answered.total, picked.len() as u64, "{email} {query:?}");
            assert_eq!(answered.data.sums, sums(&picked, email != CLIENT), "{email} {query:?}");
            let sorted = query.sort().sorted(picked);
            let shown: Vec<_> = sorted.iter().take(query.limit() as usize).map(described).collect();
            let listed: Vec<_> = answered.data.rows.iter().map(described).collect();
            assert_eq!(listed, shown, "{email} {query:?}");
            assert_eq!(answered.truncated, listed.len() < sorted.len(), "{email} {query:?}");
            *(if sorted.is_empty() { &mut none } else { &mut found }) += 1;
        }
        assert!(found > rounds / 5 && none > 0, "{email}: {found} with and {none} without clients");
    }
}

/// What a wrong order would be noticed by, and read by whoever sees it.
fn described(row: &ClientRow) -> (ClientId, String) {
    (row.id, row.name.clone())
}

fn sums(rows: &[ClientRow], staff: bool) -> ClientSums {
    // The sum of some of them would look like the sum of all.
    let all = |amount: fn(&ClientRow) -> Option<Money>| {
        rows.iter().map(amount).collect::<Option<Vec<_>>>().map(|amounts| amounts.into_iter().sum::<Money>())
    };
    ClientSums {
        arr: rows.iter().filter_map(|row| row.arr).sum(),
        open_value: all(|row| row.open_value).filter(|_| staff),
        mrr: all(|row| row.mrr),
        ar_outstanding: all(|row| row.ar_outstanding),
    }
}

async fn list(person: &Browser, query: &ClientsQuery) -> Envelope<ClientList> {
    let mut address = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in serde_json::to_value(query).unwrap().as_object().unwrap() {
        address.append_pair(name, value.as_str().unwrap_or(&value.to_string()));
    }
    let reply = person.get(&format!("/api/clients?{}", address.finish())).await;
    assert_eq!(reply.status.as_u16(), 200, "{query:?}: {}", reply.text());
    reply.json()
}

fn some_query(seeded: &mut Seeded, owners: &[UserId]) -> ClientsQuery {
    let phases: Vec<_> = Phase::ALL.iter().map(|phase| OrNone(Some(*phase))).chain([OrNone(None)]).collect();
    let segments: Vec<_> =
        Segment::ALL.iter().map(|segment| OrNone(Some(*segment))).chain([OrNone(None)]).collect();
    let people: Vec<_> = owners.iter().map(|id| OwnerChoice::Person(*id)).collect();
    let whose: Vec<_> = people.into_iter().chain([OwnerChoice::Me, OwnerChoice::Unassigned]).collect();
    ClientsQuery {
        q: (seeded.below(3) == 0).then(|| seeded.one(&TEXTS).to_owned()),
        status: some(seeded, ClientStatus::ALL).into_iter().collect(),
        phase: some(seeded, &phases).into_iter().collect(),
        segment: some(seeded, &segments).into_iter().collect(),
        owner: some(seeded, &whose).into_iter().collect(),
        band: some(seeded, ClientBand::ALL).into_iter().collect(),
        sort: (seeded.below(8) > 0)
            .then(|| ClientSort { column: seeded.one(ClientColumn::ALL), descending: seeded.below(2) == 0 }),
        limit: (seeded.below(3) == 0).then(|| seeded.one(&[1, 2, 5, 20, 10_000])),
        trend: None,
    }
}

/// Often nothing, which is everything.
fn some<T: Copy>(seeded: &mut Seeded, of: &[T]) -> Vec<T> {
    let count = if seeded.below(4) == 0 { 1 + seeded.below(4) } else { 0 };
    (0..count).map(|_| seeded.one(of)).collect()
}

/// Many clients of A that have something in common, so that orders have ties.
fn odd_clients(seeded: &mut Seeded) -> String {
    let mut statements = String::new();
    for _ in 0..64 {
        let name = seeded.one(&NAMES);
        let number = |value: Option<i16>| value.map_or("null".to_owned(), |value| value.to_string());
        let word = |value: Option<&str>| value.map_or("null".to_owned(), |value| format!("'{value}'"));
        let status = seeded.one(ClientStatus::ALL);
        let phase = (seeded.below(4) > 0).then(|| seeded.one(Phase::ALL).as_str());
        let segment = (seeded.below(4) > 0).then(|| seeded.one(Segment::ALL).as_str());
        let arr = (seeded.below(3) > 0).then(|| i16::try_from(seeded.below(4) * 100).unwrap());
        let qbr = (seeded.below(3) > 0).then(|| format!("2026-0{}-01", 1 + seeded.below(4)));
        let owner =
            seeded.one(&["null", "'member@example.com'", "'member2@example.com'", "'director@example.com'"]);
        let region = (seeded.below(2) == 0).then(|| seeded.one(&["MIDWEST", "Ärmelkanal"]));
        statements.push_str(&format!(
            "insert into public.clients
               (organization_id, name, status, phase, segment, arr, health, churn_risk, qbr_date, region, owner_id)
             select o.id, '{name}', '{status}', {}, {}, {}, {}, {}, {}, {},
               (select u.id from public.users u where u.email = {owner})
             from public.organizations o where o.slug = 'marlowick';",
            word(phase),
            word(segment),
            number(arr),
            number(seeded.score()),
            number(seeded.score()),
            word(qbr.as_deref()),
            word(region),
        ));
    }
    statements
}
