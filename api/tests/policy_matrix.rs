//! Who may do what to which row? Tried through the REST service as everybody, and compared with access.md §2.
//!
//! The observed grid is `policy_matrix.txt`, which is reviewed like code. `POLICY_MATRIX=write` writes it anew.

use crate::rig::{ADMIN, ADMIN_B, CLIENT, DIRECTOR, MEMBER, MEMBER_2, Rig, SUPER_ADMIN, http};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The rows of access.md §2 for the tables there are, word for word: table; SuperAdmin, Admin, Director,
/// Member, Client. A view is what the tables below it are.
const ACCESS: [(&str, [&str; 5]); 7] = [
    ("organizations", ["SIU all", "SU org", "S org", "S org", "S org"]),
    ("users", ["S all, U own, fn", "S org, U own, fn", "S org, U own", "S org, U own", "S own, U own"]),
    ("clients", ["SIUD all", "SIUD org", "SIUD org", "S org, IU own", "S acct"]),
    ("contacts", ["SIUD all", "SIUD org", "SIUD org", "S org, IUD own", "—"]),
    ("client_commercials", ["SIUD all", "SIUD org", "SIUD org", "S org, IUD own", "—"]),
    ("client_health_history", ["S all, fn", "S org, fn", "S org", "S org", "S acct"]),
    ("vw_client_overview", ["S all", "S org", "S org", "S org", "S acct"]),
];
/// What each persona gets from each function: fine, or the key of the refusal. `(B)` names organization B.
const FUNCTIONS: [(&str, [&str; 10]); 8] = [
    // anon, nobody, gone, SuperAdmin, Admin, Director, Member, Client, Admin of B, service
    (
        "current_member",
        ["401", "no_membership", "no_membership", "yes", "yes", "yes", "yes", "yes", "yes", "403"],
    ),
    (
        "clients_summary",
        ["401", "no_membership", "no_membership", "yes", "yes", "yes", "yes", "forbidden", "yes", "403"],
    ),
    (
        "clients_summary (B)",
        [
            "401",
            "no_membership",
            "no_membership",
            "yes",
            "forbidden",
            "forbidden",
            "forbidden",
            "forbidden",
            "yes",
            "403",
        ],
    ),
    (
        "client_health_trend",
        ["401", "no_membership", "no_membership", "yes", "yes", "yes", "yes", "forbidden", "yes", "403"],
    ),
    (
        "client_health_trend (B)",
        [
            "401",
            "no_membership",
            "no_membership",
            "yes",
            "forbidden",
            "forbidden",
            "forbidden",
            "forbidden",
            "yes",
            "403",
        ],
    ),
    (
        "clients_digest",
        ["401", "no_membership", "no_membership", "yes", "yes", "yes", "yes", "yes", "yes", "403"],
    ),
    (
        "clients_digest (B)",
        [
            "401",
            "no_membership",
            "no_membership",
            "yes",
            "forbidden",
            "forbidden",
            "forbidden",
            "forbidden",
            "yes",
            "403",
        ],
    ),
    // Helpers are not exposed: there is no such function for anybody.
    ("persona", ["404"; 10]),
];
const TABLES: [&str; 6] =
    ["organizations", "users", "clients", "contacts", "client_commercials", "client_health_history"];
const COMMANDS: [(char, &str); 4] = [('S', "select"), ('I', "insert"), ('U', "update"), ('D', "delete")];

/// Whoever tries, in the order of the grid's columns.
struct Caller {
    name: &'static str,
    token: Option<String>,
    user: Option<String>,
    /// Column of [`ACCESS`]; none for those who may nothing.
    persona: Option<usize>,
    organization: char,
    bypasses: bool,
}

/// A row that is tried, or for an insert the row that would be made like it.
struct Target {
    label: &'static str,
    organization: char,
    /// Who owns it, or whose it is.
    owner: Option<String>,
    /// The account it belongs to.
    client: Option<String>,
    select: String,
    insert: Option<Value>,
}

struct Stage {
    rig: Rig,
    connection: PgConnection,
    ids: HashMap<String, String>,
    restore: String,
    digest: String,
    untouched: String,
    client: reqwest::Client,
}

impl Stage {
    async fn new() -> Self {
        let rig = Rig::new().await;
        // Somebody without a membership, somebody whose membership ended, an address to make a member of; a
        // client without children in each class, and a row of every table under each client that is tried.
        rig.sql(
            "insert into auth.users (id, email) values
               ('00000000-0000-4000-8000-000000000001', 'nobody@example.com'),
               ('00000000-0000-4000-8000-000000000002', 'gone@example.com'),
               ('00000000-0000-4000-8000-000000000003', 'spare@example.com');
             insert into public.users (id, organization_id, email, name, role, deactivated_at)
               select '00000000-0000-4000-8000-000000000002', id, 'gone@example.com', 'Gone', 'Admin', now()
               from public.organizations where slug = 'marlowick';
             insert into public.clients (id, organization_id, name, owner_id)
               select n::uuid, o.id, label, u.id from (values
                 ('00000000-0000-4000-8000-00000000000a', 'marlowick', 'own', 'member@example.com'),
                 ('00000000-0000-4000-8000-00000000000b', 'marlowick', 'colleague', 'member2@example.com'),
                 ('00000000-0000-4000-8000-00000000000c', 'marlowick', 'unassigned', null),
                 ('00000000-0000-4000-8000-00000000000d', 'quillhaven', 'foreign', 'admin.b@example.com')
               ) as t (n, slug, label, email)
               join public.organizations o using (slug) left join public.users u using (email);
             delete from public.client_commercials;
             delete from public.contacts;
             delete from public.client_health_history;
             insert into public.client_commercials (organization_id, client_id, plan, price, term_months)
               select organization_id, id, 'Plan', 1, 12 from public.clients where name not in ('own', 'colleague', 'unassigned', 'foreign');
             insert into public.contacts (organization_id, client_id, name, role)
               select organization_id, id, 'Contact', 'Role' from public.clients;
             insert into public.client_health_history (organization_id, client_id, snapshot_date, health)
               select organization_id, id, '2020-01-01', 50 from public.clients",
        )
        .await;
        let mut connection = rig.connection().await;
        let mut ids = HashMap::new();
        for (query, prefix) in [
            ("select slug, id::text from public.organizations", ""),
            ("select email, id::text from auth.users", ""),
            ("select name, id::text from public.clients", ""),
            (
                "select c.name, k.id::text from public.clients c join public.contacts k on k.client_id = c.id",
                "contacts ",
            ),
            (
                "select c.name, k.id::text from public.clients c join public.client_commercials k on k.client_id = c.id",
                "client_commercials ",
            ),
            (
                "select c.name, k.id::text from public.clients c join public.client_health_history k on k.client_id = c.id",
                "client_health_history ",
            ),
        ] {
            let rows: Vec<(String, String)> = sqlx::query_as(query).fetch_all(&mut connection).await.unwrap();
            ids.extend(rows.into_iter().map(|(key, id)| (format!("{prefix}{key}"), id)));
        }
        let mut restore = "begin; set local session_replication_role = replica;".to_owned();
        let mut digest = Vec::new();
        connection.execute("create schema backup").await.unwrap();
        for table in TABLES {
            let columns: String = sqlx::query_scalar(
                "select string_agg(quote_ident(attname), ',') from pg_attribute
                 where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
            )
            .bind(format!("public.{table}"))
            .fetch_one(&mut connection)
            .await
            .unwrap();
            let copy = format!("create table backup.{table} as select {columns} from public.{table}");
            connection.execute(AssertSqlSafe(copy)).await.unwrap();
            write!(restore, "delete from public.{table}; insert into public.{table} ({columns}) select * from backup.{table};").unwrap();
            digest.push(format!(
                "(select md5(coalesce(string_agg(t::text, '|' order by t.id), '')) from public.{table} t)"
            ));
        }
        restore.push_str("commit");
        let digest = format!("select {}", digest.join(" || "));
        let mut stage =
            Self { rig, connection, ids, restore, digest, untouched: String::new(), client: http() };
        stage.untouched = stage.digest().await;
        stage
    }

    fn id(&self, key: &str) -> String {
        self.ids.get(key).unwrap_or_else(|| panic!("no row {key}")).clone()
    }

    async fn digest(&mut self) -> String {
        sqlx::query_scalar(AssertSqlSafe(self.digest.clone())).fetch_one(&mut self.connection).await.unwrap()
    }

    async fn callers(&self) -> Vec<Caller> {
        let mut callers = vec![Caller {
            name: "anon",
            token: None,
            user: None,
            persona: None,
            organization: '-',
            bypasses: false,
        }];
        for (name, email, persona, organization) in [
            ("nobody", "nobody@example.com", None, '-'),
            ("gone", "gone@example.com", None, 'A'),
            ("SuperAdmin", SUPER_ADMIN, Some(0), 'A'),
            ("Admin", ADMIN, Some(1), 'A'),
            ("Director", DIRECTOR, Some(2), 'A'),
            ("Member", MEMBER, Some(3), 'A'),
            ("Client", CLIENT, Some(4), 'A'),
            ("Admin-B", ADMIN_B, Some(1), 'B'),
        ] {
            let token = Some(self.rig.token(email).await);
            callers.push(Caller {
                name,
                token,
                user: Some(self.id(email)),
                persona,
                organization,
                bypasses: false,
            });
        }
        let token = self
            .rig
            .project
            .gateway
            .mint(&json!({ "role": "service_role", "exp": 4_000_000_000_u32 }))
            .unwrap();
        callers.push(Caller {
            name: "service",
            token: Some(token),
            user: None,
            persona: None,
            organization: '-',
            bypasses: true,
        });
        callers
    }

    /// The rows of a table that are tried: under an own, a colleague's, an unassigned and a foreign client.
    fn targets(&self, table: &str, caller: &Caller) -> Vec<Target> {
        let (a, b) = (self.id("marlowick"), self.id("quillhaven"));
        let organization = |of: char| if of == 'A' { a.clone() } else { b.clone() };
        match table {
            "organizations" => [("A", 'A', &a), ("B", 'B', &b)]
                .map(|(label, of, id)| Target {
                    label,
                    organization: of,
                    owner: None,
                    client: None,
                    select: format!("id=eq.{id}"),
                    // A new one belongs to nobody's organization.
                    insert: (of == 'B').then(|| json!({ "name": "New", "slug": "new" })),
                })
                .into(),
            "users" => {
                let own = caller.user.clone().unwrap_or_else(|| self.id(ADMIN));
                [
                    ("self", caller.organization, own),
                    ("A colleague's", 'A', self.id(MEMBER_2)),
                    ("B's", 'B', self.id("member.b@example.com")),
                ]
                .map(|(label, of, id)| Target {
                    label,
                    organization: of,
                    owner: Some(id.clone()),
                    client: None,
                    select: format!("id=eq.{id}"),
                    insert: (label != "self").then(|| {
                        json!({
                            "id": "00000000-0000-4000-8000-000000000003", "organization_id": organization(of),
                            "email": "spare@example.com", "name": "Spare", "role": "Member",
                        })
                    }),
                })
                .into()
            }
            _ => [
                ("A own", 'A', "Brindlecrest Freight", "own", Some(MEMBER)),
                ("A colleague's", 'A', "Dovemarsh Analytics", "colleague", Some(MEMBER_2)),
                ("A unassigned", 'A', "Nettlewyck Retail", "unassigned", None),
                ("B's", 'B', "Quartzlane Bikes", "foreign", Some(ADMIN_B)),
            ]
            .map(|(label, of, client, spare, owner)| {
                let owner = owner.map(|email| self.id(email));
                let (row, spare) = (self.id(client), self.id(spare));
                let under = |extra: Value| {
                    let mut body = json!({ "organization_id": organization(of), "client_id": spare });
                    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
                    Some(body)
                };
                let child = || format!("id=eq.{}", self.id(&format!("{table} {client}")));
                let (select, insert) = match table {
                    "clients" => {
                        let body =
                            json!({ "organization_id": organization(of), "name": "New", "owner_id": owner });
                        (format!("id=eq.{row}"), Some(body))
                    }
                    "contacts" => (child(), under(json!({ "name": "New", "role": "Role" }))),
                    "client_commercials" => {
                        (child(), under(json!({ "plan": "New", "price": 1, "term_months": 12 })))
                    }
                    "client_health_history" => {
                        (child(), under(json!({ "snapshot_date": "2021-01-01", "health": 1 })))
                    }
                    _ => (format!("client_id=eq.{row}"), under(json!({ "client_name": "New" }))),
                };
                Target { label, organization: of, owner, client: Some(row), select, insert }
            })
            .into(),
        }
    }

    /// Tries it and undoes it: `yes`, `-` for no row, or the status of the refusal.
    async fn attempt(&mut self, caller: &Caller, table: &str, command: char, target: &Target) -> String {
        let gateway = &self.rig.project.gateway;
        let (url, key) = (gateway.url(), gateway.publishable_key().to_owned());
        let changed = match table {
            "organizations" | "users" => json!({ "name": "Changed" }),
            "clients" | "contacts" => json!({ "notes": "Changed" }),
            "client_commercials" => json!({ "plan": "Changed" }),
            "vw_client_overview" => json!({ "client_name": "Changed" }),
            _ => json!({ "health": 1 }),
        };
        let row = format!("{url}/rest/v1/{table}?{}", target.select);
        let request = match command {
            'S' => self.client.get(&row),
            'I' => self.client.post(format!("{url}/rest/v1/{table}")).json(&target.insert),
            'U' => self.client.patch(&row).json(&changed),
            _ => self.client.request(Method::DELETE, &row),
        };
        let request = request.header("apikey", key).header("Prefer", "return=minimal");
        let request = match &caller.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null);
        let has_changed = command != 'S' && self.digest().await != self.untouched;
        if has_changed {
            self.connection.execute(sqlx::raw_sql(AssertSqlSafe(self.restore.clone()))).await.unwrap();
            assert_eq!(self.digest().await, self.untouched, "the rows are as before");
        }
        let what = format!("{} {command} {table} {}: {status} {body}", caller.name, target.label);
        match (status.is_success(), command) {
            (true, 'S') => {
                if body.as_array().is_some_and(|rows| !rows.is_empty()) { "yes" } else { "-" }.to_owned()
            }
            (true, _) => if has_changed { "yes" } else { "-" }.to_owned(),
            (false, _) => {
                assert!(!has_changed, "a refusal changes nothing: {what}");
                assert!(status.is_client_error(), "{what}");
                status.as_u16().to_string()
            }
        }
    }

    async fn call(&self, caller: &Caller, function: &str) -> String {
        let gateway = &self.rig.project.gateway;
        let (name, of_b) = function.strip_suffix(" (B)").map_or((function, false), |name| (name, true));
        let body = if of_b { json!({ "p_organization_id": self.id("quillhaven") }) } else { json!({}) };
        let request = self.client.post(format!("{}/rest/v1/rpc/{name}", gateway.url())).json(&body);
        let request = request.header("apikey", gateway.publishable_key());
        let request = if let Some(token) = &caller.token { request.bearer_auth(token) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status();
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null);
        match (status.is_success(), body["code"].as_str()) {
            (true, _) => "yes".to_owned(),
            (false, Some(code)) if code.starts_with("PT") => body["message"].as_str().unwrap().to_owned(),
            (false, _) => status.as_u16().to_string(),
        }
    }
}

/// Does access.md §2 give this caller this command on this row?
fn is_allowed(caller: &Caller, table: &str, command: char, target: &Target, client_of_caller: &str) -> bool {
    if caller.bypasses {
        return table != "vw_client_overview" || command == 'S';
    }
    let Some(persona) = caller.persona else { return false };
    let (_, cells) = ACCESS.iter().find(|(name, _)| *name == table).unwrap();
    cells[persona].split(", ").any(|part| {
        let Some((letters, scope)) = part.split_once(' ') else { return false };
        let in_organization = target.organization == caller.organization;
        letters.contains(command)
            && match scope {
                "all" => true,
                // Of two organizations the new one is neither.
                "org" => in_organization && !(table == "organizations" && command == 'I'),
                "own" => in_organization && target.owner.is_some() && target.owner == caller.user,
                "acct" => in_organization && target.client.as_deref() == Some(client_of_caller),
                other => panic!("{other} is no scope of access.md"),
            }
    })
}

#[tokio::test]
async fn everybody_may_do_exactly_what_the_access_document_says() {
    let mut stage = Stage::new().await;
    let callers = stage.callers().await;
    let client_of_caller = stage.id("Brindlecrest Freight");
    let mut grid = String::from(
        "Observed through the REST service: yes, - (no row), or the status of the refusal.\n\
         A 409 is a delete that is allowed and held back by a row that refers to it.\n",
    );
    let mut wrong = Vec::new();
    for (table, _) in ACCESS {
        write!(grid, "\n{table:<30}").unwrap();
        for caller in &callers {
            write!(grid, "{:<11}", caller.name).unwrap();
        }
        for (letter, command) in COMMANDS {
            for index in 0..stage.targets(table, &callers[0]).len() {
                let mut line = String::new();
                for caller in &callers {
                    let target = &stage.targets(table, caller)[index];
                    let has_self = caller.user.is_some() || target.label != "self";
                    if line.is_empty() {
                        let label =
                            if letter == 'I' && table == "organizations" { "new" } else { target.label };
                        write!(line, "{:<30}", format!("  {command} {label}")).unwrap();
                    }
                    // A view that nobody can write is tried once.
                    let once = table.starts_with("vw_") && letter != 'S' && index > 0;
                    if !has_self || once || letter == 'I' && target.insert.is_none() {
                        write!(line, "{:<11}", "·").unwrap();
                        continue;
                    }
                    let seen = stage.attempt(caller, table, letter, target).await;
                    let allowed = is_allowed(caller, table, letter, target, &client_of_caller);
                    let right = match seen.as_str() {
                        "yes" => allowed,
                        "409" => allowed && letter == 'D' && (table == "clients" || caller.bypasses),
                        "-" => !allowed && letter != 'I',
                        "401" => !allowed && caller.token.is_none(),
                        _ => !allowed,
                    };
                    if !right {
                        wrong.push(format!("{} {command} {table} {}: {seen}", caller.name, target.label));
                    }
                    write!(line, "{seen:<11}").unwrap();
                }
                if line.contains("yes")
                    || line.split_whitespace().any(|cell| cell == "-" || cell.parse::<u16>().is_ok())
                {
                    write!(grid, "\n{}", line.trim_end()).unwrap();
                }
            }
        }
        grid.push('\n');
    }
    write!(grid, "\n{:<30}", "functions").unwrap();
    for caller in &callers {
        write!(grid, "{:<15}", caller.name).unwrap();
    }
    for (function, expected) in FUNCTIONS {
        write!(grid, "\n{:<30}", format!("  {function}")).unwrap();
        for (caller, expected) in callers.iter().zip(expected) {
            let seen = stage.call(caller, function).await;
            if seen != expected {
                wrong.push(format!("{} calls {function}: {seen}, not {expected}", caller.name));
            }
            write!(grid, "{seen:<15}").unwrap();
        }
    }
    let grid: String = grid.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert!(wrong.is_empty(), "not as access.md §2 says:\n{}", wrong.join("\n"));

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policy_matrix.txt");
    if std::env::var("POLICY_MATRIX").is_ok_and(|value| value == "write") {
        std::fs::write(path, &grid).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let new: Vec<_> = grid.lines().filter(|line| !kept.lines().any(|old| old == *line)).collect();
    assert!(
        kept == grid,
        "policy_matrix.txt is not what is observed (POLICY_MATRIX=write writes it):\n{}",
        new.join("\n")
    );
}

#[tokio::test]
async fn the_grid_knows_every_table_view_and_function() {
    let rig = Rig::new().await;
    let relations = rig
        .value(
            "select string_agg(relname::text, ',' order by relname) from pg_class
             where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')",
        )
        .await;
    let mut known: Vec<_> = ACCESS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(
        relations.split(',').collect::<Vec<_>>(),
        known,
        "a new table or view needs its row of access.md §2 here"
    );
    let functions = rig
        .value(
            "select string_agg(distinct proname::text, ',' order by proname::text) from pg_proc
             where pronamespace = 'public'::regnamespace",
        )
        .await;
    for function in functions.split(',') {
        assert!(FUNCTIONS.iter().any(|(name, _)| *name == function), "{function} is not tried by anybody");
    }
}

#[tokio::test]
async fn a_member_cannot_promote_move_or_impersonate() {
    let mut stage = Stage::new().await;
    let (a, b) = (stage.id("marlowick"), stage.id("quillhaven"));
    let (juno, piers, otto) = (stage.id(MEMBER), stage.id(MEMBER_2), stage.id("member.b@example.com"));
    let own = stage.id("Brindlecrest Freight");
    let token = stage.rig.token(MEMBER).await;
    let foreign_client = stage.id("Quartzlane Bikes");
    let before = stage.digest().await;
    // access.md T5, T7, T8, T9, T10, T11.
    for (path, body) in [
        (format!("users?id=eq.{juno}"), json!({ "role": "Admin" })),
        (format!("users?id=eq.{juno}"), json!({ "organization_id": b })),
        (format!("users?id=eq.{juno}"), json!({ "client_id": own })),
        (format!("users?id=eq.{juno}"), json!({ "deactivated_at": null })),
        (format!("users?id=eq.{juno}"), json!({ "email": "admin@example.com" })),
        (format!("clients?id=eq.{own}"), json!({ "organization_id": b })),
        (format!("clients?id=eq.{own}"), json!({ "owner_id": piers })),
        (format!("clients?id=eq.{own}"), json!({ "owner_id": null })),
        (format!("clients?id=eq.{own}"), json!({ "owner_id": otto })),
        (format!("clients?id=eq.{own}"), json!({ "id": stage.id("Dovemarsh Analytics") })),
        (format!("clients?id=eq.{own}"), json!({ "created_at": "2020-01-01T00:00:00Z" })),
        (format!("contacts?client_id=eq.{own}"), json!({ "client_id": stage.id("Dovemarsh Analytics") })),
        (
            format!("contacts?client_id=eq.{own}"),
            json!({ "organization_id": b, "client_id": foreign_client }),
        ),
        (format!("client_commercials?client_id=eq.{own}"), json!({ "client_id": stage.id("colleague") })),
    ] {
        let status = patch(&stage.rig, &token, &path, &body).await;
        assert!((400..500).contains(&status), "{path} {body}: {status}");
        assert_eq!(stage.digest().await, before, "{path} {body}");
    }
    // References of A's rows to rows of B, by those who may write everything in A: as for an id that is nobody's.
    let admin = stage.rig.token(ADMIN).await;
    let nobodys = "00000000-0000-4000-8000-0000000000ff";
    for (path, column, foreign) in [
        (format!("clients?id=eq.{own}"), "owner_id", &otto),
        (format!("contacts?client_id=eq.{own}"), "client_id", &foreign_client),
        (format!("client_commercials?client_id=eq.{own}"), "client_id", &foreign_client),
    ] {
        let refused = patch(&stage.rig, &admin, &path, &json!({ column: foreign })).await;
        let unknown = patch(&stage.rig, &admin, &path, &json!({ column: nobodys })).await;
        assert!(refused == unknown && (400..500).contains(&refused), "{path} {column}: {refused}, {unknown}");
        assert_eq!(stage.digest().await, before);
    }
    assert_ne!(a, b);
    stage.connection.close().await.unwrap();
}

async fn patch(rig: &Rig, token: &str, path: &str, body: &Value) -> u16 {
    let gateway = &rig.project.gateway;
    let request = http().patch(format!("{}/rest/v1/{path}", gateway.url())).json(body);
    request
        .header("apikey", gateway.publishable_key())
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}
