//! Where are attempts made, and how are they undone? A database of its own with the rows of `world.sql`.

use super::access::TABLES;
use super::functions::calls;
use crate::rig::{
    ADMIN, ADMIN_B, CLIENT, CLIENT_B, DIRECTOR, MEMBER, MEMBER_2, MEMBER_B, Rig, SUPER_ADMIN, http,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use std::collections::HashMap;

const WORLD: &str = include_str!("world.sql");
/// How people are called in the data; `gone@example.com` is an address of the world.
const PEOPLE: [(&str, &str); 9] = [
    ("SuperAdmin", SUPER_ADMIN),
    ("Admin", ADMIN),
    ("Director", DIRECTOR),
    ("Member", MEMBER),
    ("colleague", MEMBER_2),
    ("Client", CLIENT),
    ("Admin B", ADMIN_B),
    ("Member B", MEMBER_B),
    ("Client B", CLIENT_B),
];

/// Whoever tries, in the order of the grid's columns.
pub(super) struct Caller {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) organization: char,
    /// Column of a table's cells; none for those who may nothing.
    pub(super) column: Option<usize>,
    pub(super) token: Option<String>,
}

/// What the REST service said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Answer {
    /// `yes`, the key that one of our functions raised, or the status.
    pub(super) fn outcome(&self) -> String {
        match (self.status.is_success(), self.body["code"].as_str()) {
            (true, _) => "yes".to_owned(),
            (false, Some("23505")) => "duplicate".to_owned(),
            (false, Some(code)) if code.starts_with("PT") => {
                self.body["message"].as_str().unwrap_or_default().to_owned()
            }
            (false, _) => self.status.as_u16().to_string(),
        }
    }
}

pub(super) struct Stage {
    pub(super) rig: Rig,
    pub(super) connection: PgConnection,
    ids: HashMap<String, String>,
    /// Tables, each with the columns that can be written.
    tables: Vec<(String, String)>,
    digests: String,
    untouched: Vec<String>,
    client: reqwest::Client,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let rig = Rig::new().await;
        let mut connection = rig.connection().await;
        let ids = ids(&mut connection).await;
        let world = format!(
            "begin; set local session_replication_role = replica; {} commit; create schema backup;",
            filled(&ids, WORLD)
        );
        connection.execute(sqlx::raw_sql(AssertSqlSafe(world))).await.unwrap();
        let tables: Vec<(String, String)> = sqlx::query_as(
            "select c.oid::regclass::text, string_agg(quote_ident(a.attname), ',')
             from pg_class c join pg_attribute a on a.attrelid = c.oid
             where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
               and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             group by c.oid order by 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let mut digests = Vec::new();
        for (table, columns) in &tables {
            let copy = format!("create table {} as select {columns} from {table}", kept(table));
            connection.execute(AssertSqlSafe(copy)).await.unwrap();
            digests.push(format!(
                "(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t)"
            ));
        }
        let digests = format!("select array[{}]", digests.join(","));
        let mut stage = Self { rig, connection, ids, tables, digests, untouched: Vec::new(), client: http() };
        stage.untouched = stage.digest().await;
        stage
    }

    /// Everybody who tries, in the order of the grid.
    pub(super) async fn callers(&self) -> Vec<Caller> {
        let mut callers = Vec::new();
        for (name, email, organization, column) in [
            ("anon", "", '-', None),
            ("nobody", "nobody@example.com", '-', None),
            ("gone", "gone@example.com", 'A', None),
            ("SuperAdmin", SUPER_ADMIN, 'A', Some(0)),
            ("Admin", ADMIN, 'A', Some(1)),
            ("Director", DIRECTOR, 'A', Some(2)),
            ("Member", MEMBER, 'A', Some(3)),
            ("Client", CLIENT, 'A', Some(4)),
            ("Admin-B", ADMIN_B, 'B', Some(1)),
            ("service", "", '-', Some(5)),
        ] {
            let token = match name {
                "anon" => None,
                "service" => {
                    let claims = json!({ "role": "service_role", "exp": 4_000_000_000_u32 });
                    Some(self.rig.project.gateway.mint(&claims).unwrap())
                }
                _ => Some(self.rig.token(email).await),
            };
            callers.push(Caller { name, email, organization, column, token });
        }
        callers
    }

    /// The text with ids for names in braces.
    pub(super) fn fill(&self, text: &str) -> String {
        filled(&self.ids, text)
    }

    pub(super) async fn ask(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> Answer {
        let gateway = &self.rig.project.gateway;
        let mut request = self
            .client
            .request(method, format!("{}/rest/v1/{path}", gateway.url()))
            .header("apikey", gateway.publishable_key())
            .header("Prefer", "return=minimal");
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_owned());
        }
        if let Some(token) = &caller.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let body = serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null);
        assert!(!status.is_server_error(), "{} {path}: {status} {body}", caller.name);
        Answer { status, body }
    }

    async fn digest(&mut self) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(self.digests.clone())).fetch_one(&mut self.connection).await.unwrap()
    }

    /// Has any row of any table changed since the beginning? Makes it as it was.
    pub(super) async fn undo(&mut self) -> bool {
        let now = self.digest().await;
        if now == self.untouched {
            return false;
        }
        let mut restore = "begin; set local session_replication_role = replica;".to_owned();
        for (index, (table, columns)) in self.tables.iter().enumerate() {
            if now[index] != self.untouched[index] {
                let kept = kept(table);
                restore.push_str(&format!(
                    "delete from {table}; insert into {table} ({columns}) select * from {kept};"
                ));
            }
        }
        restore.push_str("commit");
        self.connection.execute(sqlx::raw_sql(AssertSqlSafe(restore))).await.unwrap();
        assert_eq!(self.digest().await, self.untouched, "the rows are as before");
        true
    }
}

fn kept(table: &str) -> String {
    format!("backup.{}", table.replace('.', "_"))
}

/// The names in braces. An object of JSON begins with a quotation mark, an empty one with nothing.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
    })
}

fn filled(ids: &HashMap<String, String>, text: &str) -> String {
    let mut out = text.to_owned();
    for name in names(text) {
        let id = ids.get(name).unwrap_or_else(|| panic!("no row {name}"));
        out = out.replace(&format!("{{{name}}}"), id);
    }
    out
}

/// Ids of all rows that the data names.
async fn ids(connection: &mut PgConnection) -> HashMap<String, String> {
    let mut texts = vec![WORLD.to_owned()];
    texts.extend(calls().map(|call| call.arguments.to_owned()));
    for table in TABLES {
        texts.extend(table.rows.iter().map(|row| table.name_of(row)));
        texts.extend(table.new.iter().map(|row| table.body_of(row)));
    }
    let mut named: Vec<&str> = texts.iter().flat_map(|text| names(text)).collect();
    named.extend(["nobody@example.com", "gone@example.com"]);
    named.sort_unstable();
    named.dedup();
    let query = "select n, md5(split_part(n, '@', 1))::uuid::text from unnest($1::text[]) n";
    let rows: Vec<(String, String)> =
        sqlx::query_as(query).bind(&named).fetch_all(&mut *connection).await.unwrap();
    let mut ids: HashMap<_, _> = rows.into_iter().collect();
    let known = "select email, id::text from auth.users union all
                 select case slug when 'marlowick' then 'A' when 'quillhaven' then 'B' end, id::text
                 from public.organizations";
    let known: Vec<(String, String)> = sqlx::query_as(known).fetch_all(connection).await.unwrap();
    ids.extend(known);
    for (name, email) in PEOPLE {
        ids.insert(name.to_owned(), ids[email].clone());
    }
    ids
}
