//! What does Auth read and write in the schema `auth`?

use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool, Row as _};
use uuid::Uuid;

/// The JSON of a user, in the names and the time format of Supabase Auth.
macro_rules! user_json {
    () => {
        "jsonb_build_object(
            'id', u.id, 'aud', coalesce(u.aud, ''), 'role', coalesce(u.role, ''),
            'email', coalesce(u.email, ''), 'phone', coalesce(u.phone, ''),
            'app_metadata', coalesce(u.raw_app_meta_data, '{}'),
            'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
            'is_anonymous', u.is_anonymous,
            'identities', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id,
                    'identity_data', i.identity_data, 'provider', i.provider, 'email', i.email)
                    || jsonb_strip_nulls(jsonb_build_object(
                        'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at,
                        'updated_at', i.updated_at)) order by i.created_at)
                from auth.identities i where i.user_id = u.id), '[]'))
        || jsonb_strip_nulls(jsonb_build_object(
            'email_confirmed_at', u.email_confirmed_at, 'phone_confirmed_at', u.phone_confirmed_at,
            'confirmed_at', u.confirmed_at, 'invited_at', u.invited_at,
            'last_sign_in_at', u.last_sign_in_at, 'banned_until', u.banned_until,
            'created_at', u.created_at, 'updated_at', u.updated_at))"
    };
}

/// A person who may sign in, as far as Auth needs it.
pub(super) struct User {
    pub(super) id: Uuid,
    pub(super) password_hash: String,
    pub(super) confirmed: bool,
    pub(super) banned: bool,
    pub(super) body: Value,
}

/// A refresh token with what hangs on it, locked for the transaction.
pub(super) struct Refresh {
    pub(super) user: User,
    pub(super) session: Option<Uuid>,
    pub(super) signed_in_at: i64,
    pub(super) session_over: bool,
    pub(super) revoked: bool,
    pub(super) reuse_over: bool,
}

const USER_COLUMNS: &str = concat!(
    "select u.id, coalesce(u.encrypted_password, '') as password_hash,
        u.confirmed_at is not null as confirmed,
        coalesce(u.banned_until > now(), false) as banned, ",
    user_json!(),
    " as body from auth.users u where u.deleted_at is null and "
);

fn user(row: &PgRow) -> Result<User, sqlx::Error> {
    let Json(body) = row.try_get("body")?;
    Ok(User {
        id: row.try_get("id")?,
        password_hash: row.try_get("password_hash")?,
        confirmed: row.try_get("confirmed")?,
        banned: row.try_get("banned")?,
        body,
    })
}

pub(super) async fn user_by_email(pool: &PgPool, email: &str) -> Result<Option<User>, sqlx::Error> {
    let sql = format!(
        "{USER_COLUMNS} u.aud = 'authenticated' and not u.is_sso_user and lower(u.email) = lower($1)"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email).fetch_optional(pool).await?;
    row.as_ref().map(user).transpose()
}

pub(super) async fn user_by_id(pool: &PgPool, id: Uuid) -> Result<Option<User>, sqlx::Error> {
    let sql = format!("{USER_COLUMNS} u.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(pool).await?;
    row.as_ref().map(user).transpose()
}

/// Opens a session with its first refresh token. Returns the user as signed in now, and when that
/// was in seconds.
pub(super) async fn open_session(
    pool: &PgPool,
    user: Uuid,
    session: Uuid,
    token: &str,
    agent: Option<&str>,
    address: &str,
) -> Result<(Value, i64), sqlx::Error> {
    let row = sqlx::query(concat!(
        "with opened as (
            insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
            values ($2, $1, now(), now(), 'aal1', $4, $5::inet)
        ), granted as (
            insert into auth.refresh_tokens
                (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
            values ('00000000-0000-0000-0000-000000000000', $3, $1, false, now(), now(), '', $2)
        )
        update auth.users u set last_sign_in_at = now(), updated_at = now() where u.id = $1
        returning extract(epoch from now())::bigint as at, ",
        user_json!(),
        " as body"
    ))
    .bind(user)
    .bind(session)
    .bind(token)
    .bind(agent)
    .bind(address)
    .fetch_one(pool)
    .await?;
    let Json(body) = row.try_get("body")?;
    Ok((body, row.try_get("at")?))
}

/// Finds a refresh token and locks it and its session, so that two exchanges at the same time
/// happen one after the other.
pub(super) async fn lock_refresh(
    connection: &mut PgConnection,
    token: &str,
    reuse_seconds: f64,
) -> Result<Option<Refresh>, sqlx::Error> {
    let locked = sqlx::query(
        "select t.user_id::uuid as user_id, s.id as session,
            coalesce(extract(epoch from s.created_at), 0)::bigint as signed_in_at,
            coalesce(s.not_after < clock_timestamp(), false) as session_over,
            coalesce(t.revoked, false) as revoked,
            coalesce(t.updated_at + make_interval(secs => $2) < clock_timestamp(), true) as reuse_over
        from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id
        where t.token = $1 for update of t, s",
    )
    .bind(token)
    .bind(reuse_seconds)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = locked else { return Ok(None) };
    let sql = format!("{USER_COLUMNS} u.id = $1");
    let owner: Uuid = row.try_get("user_id")?;
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(owner).fetch_optional(connection).await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(Refresh {
        user: user(&found)?,
        session: row.try_get("session")?,
        signed_in_at: row.try_get("signed_in_at")?,
        session_over: row.try_get("session_over")?,
        revoked: row.try_get("revoked")?,
        reuse_over: row.try_get("reuse_over")?,
    }))
}

/// The token of a session that is good now, with the one it was exchanged for.
pub(super) async fn active_token(
    connection: &mut PgConnection,
    session: Uuid,
) -> Result<Option<(String, String)>, sqlx::Error> {
    let row = sqlx::query(
        "select token, coalesce(parent, '') as parent from auth.refresh_tokens
        where session_id = $1 and not revoked order by id desc limit 1",
    )
    .bind(session)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("token")?, row.try_get("parent")?))).transpose()
}

/// Exchanges a token for a new one.
pub(super) async fn swap_token(
    connection: &mut PgConnection,
    old: &str,
    new: &str,
    session: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with spent as (
            update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1
            returning user_id
        )
        insert into auth.refresh_tokens
            (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
        select '00000000-0000-0000-0000-000000000000', $2, user_id, false, now(), now(), $1, $3 from spent",
    )
    .bind(old)
    .bind(new)
    .bind(session)
    .execute(connection)
    .await
    .map(|_| ())
}

/// Makes every token of a session worthless, after a sign of theft.
pub(super) async fn revoke_family(connection: &mut PgConnection, session: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update auth.refresh_tokens set revoked = true, updated_at = now()
        where session_id = $1 and not revoked",
    )
    .bind(session)
    .execute(connection)
    .await
    .map(|_| ())
}

/// Notes that a session was used, by whom.
pub(super) async fn touch_session(
    connection: &mut PgConnection,
    session: Uuid,
    agent: Option<&str>,
    address: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now(),
            user_agent = $2, ip = $3::inet where id = $1",
    )
    .bind(session)
    .bind(agent)
    .bind(address)
    .execute(connection)
    .await
    .map(|_| ())
}

pub(super) async fn session_exists(pool: &PgPool, session: Uuid, user: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from auth.sessions where id = $1 and user_id = $2)")
        .bind(session)
        .bind(user)
        .fetch_one(pool)
        .await
}

/// Which sessions of a person end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Global,
    Local,
    Others,
}

/// Ends sessions; their refresh tokens go with them.
pub(super) async fn close_sessions(
    pool: &PgPool,
    user: Uuid,
    session: Option<Uuid>,
    scope: Scope,
) -> Result<(), sqlx::Error> {
    let only = match (scope, session) {
        (Scope::Local, Some(_)) => "id = $2",
        (Scope::Others, Some(_)) => "id <> $2",
        _ => "$2::uuid is null or true",
    };
    let sql = format!("delete from auth.sessions where user_id = $1 and ({only})");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(user).bind(session).execute(pool).await.map(|_| ())
}

/// Writes a new password hash and merges metadata, each when given.
pub(super) async fn change_user(
    pool: &PgPool,
    user: Uuid,
    password_hash: Option<&str>,
    metadata: Option<&Value>,
) -> Result<Value, sqlx::Error> {
    let row = sqlx::query(concat!(
        "update auth.users u set
            encrypted_password = coalesce($2, u.encrypted_password),
            raw_user_meta_data = jsonb_strip_nulls(coalesce(u.raw_user_meta_data, '{}') || coalesce($3, '{}')),
            updated_at = now()
        where u.id = $1 returning ",
        user_json!(),
        " as body"
    ))
    .bind(user)
    .bind(password_hash)
    .bind(metadata.map(Json))
    .fetch_one(pool)
    .await?;
    let Json(body) = row.try_get("body")?;
    Ok(body)
}
