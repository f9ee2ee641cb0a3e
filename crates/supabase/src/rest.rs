//! How does one caller read and write rows? PostgREST requests under the caller's own token.

use crate::error::{Refusal, RestError};
use crate::token::AccessToken;
use crate::transport::{Answer, Deadline, NoAnswer, Outgoing, Transport};
use crate::{Project, Query};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use postgrest::Postgrest;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// The project's REST service.
#[derive(Clone)]
pub struct Rest {
    queries: Arc<Postgrest>,
    transport: Transport,
}

/// The REST service as one caller sees it.
#[derive(Clone)]
pub struct Caller<'a> {
    rest: &'a Rest,
    token: &'a AccessToken,
    deadline: Option<Deadline>,
    request_id: Option<&'a str>,
}

/// Rows, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The rows of this answer.
    pub rows: Vec<T>,
    /// All rows that match, as counted by the database.
    pub total: u64,
}

impl<T> List<T> {
    /// The rows, if these are all of them. Use it before summing anything up.
    ///
    /// # Errors
    /// [`RestError::Cut`] when rows are missing.
    pub fn complete(self) -> Result<Vec<T>, RestError> {
        if self.rows.len() as u64 == self.total {
            Ok(self.rows)
        } else {
            Err(RestError::Cut { got: self.rows.len(), total: self.total })
        }
    }
}

impl Rest {
    /// The REST service of `project`, reached through `transport`.
    #[must_use]
    pub fn new(project: &Project, transport: Transport) -> Self {
        // `Project::new` has checked that the key can stand in a header.
        let queries =
            Postgrest::new(project.part("rest/v1")).insert_header("apikey", &project.publishable_key);
        Self { queries: Arc::new(queries), transport }
    }

    /// The service as the owner of `token` sees it.
    #[must_use]
    pub fn as_caller<'a>(&'a self, token: &'a AccessToken) -> Caller<'a> {
        Caller { rest: self, token, deadline: None, request_id: None }
    }

    /// Does a PostgREST service answer? Any answer in its language will do, a refusal included.
    ///
    /// # Errors
    /// [`RestError`] when nobody answers, or somebody else.
    pub async fn probe(&self) -> Result<(), RestError> {
        let request = outgoing(self.queries.from("").select("").limit(1), true)?;
        let answer = self.transport.send(&request, None).await.map_err(no_answer)?;
        let json = answer
            .headers
            .get(http::header::CONTENT_TYPE)
            .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
        match answer.outage() {
            Some(outage) => Err(RestError::Unreachable(outage)),
            None if json => Ok(()),
            None => Err(RestError::NotPostgrest { status: answer.status }),
        }
    }
}

impl<'a> Caller<'a> {
    /// Gives up at `deadline`, even if the transport would wait longer.
    #[must_use]
    pub fn until(mut self, deadline: Option<Deadline>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sends this id along, so that the database's log and audit name it.
    #[must_use]
    pub fn request_id(mut self, id: &'a str) -> Self {
        self.request_id = Some(id);
        self
    }

    /// A query on a table or view.
    #[must_use]
    pub fn from(&self, table: &str) -> Query {
        self.rest.queries.from(table)
    }

    /// Reads the first `limit` rows of a list; the database counts all that match.
    ///
    /// The limit travels as a parameter and not as [`Query::limit`]'s `Range` header, which not every
    /// PostgREST-compatible service reads alike.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn list<T: DeserializeOwned>(&self, query: Query, limit: u32) -> Result<List<T>, RestError> {
        let mut request = outgoing(query.exact_count(), true)?;
        request.url.query_pairs_mut().append_pair("limit", &limit.to_string());
        let answer = self.send(request).await?;
        let total = total_of(&answer.headers).ok_or_else(|| {
            RestError::Unreadable("the answer does not say how many rows there are".to_owned())
        })?;
        Ok(List { rows: parse(&answer.body)?, total })
    }

    /// Reads the one row that the query names; none is [`StatusCode::NOT_ACCEPTABLE`] `PGRST116`.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn one<T: DeserializeOwned>(&self, query: Query) -> Result<T, RestError> {
        parse(&self.send(outgoing(query.single(), true)?).await?.body)
    }

    /// Calls a function that changes nothing, so that it may be asked twice. An argument that is null
    /// is left out and takes the function's default.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn read<T: DeserializeOwned>(&self, function: &str, arguments: Value) -> Result<T, RestError> {
        parse(&self.send(outgoing(self.function(function, arguments), true)?).await?.body)
    }

    pub(crate) fn function(&self, name: &str, mut arguments: Value) -> Query {
        if let Some(named) = arguments.as_object_mut() {
            named.retain(|_, value| !value.is_null());
        }
        self.rest.queries.rpc(name, arguments.to_string())
    }

    pub(crate) async fn send(&self, mut request: Outgoing) -> Result<Answer, RestError> {
        request.header("authorization", &format!("Bearer {}", self.token.expose()));
        if let Some(id) = self.request_id {
            request.header("x-request-id", id);
        }
        let answer = self.rest.transport.send(&request, self.deadline).await.map_err(no_answer)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        if let Some(refusal) = Refusal::read(answer.status, &answer.body) {
            return Err(RestError::Refused(Refusal { retry_in: answer.retry_in, ..refusal }));
        }
        // The gateway in front of PostgREST refuses tokens and keys in its own words.
        match answer.status {
            StatusCode::UNAUTHORIZED => Err(RestError::Refused(Refusal {
                status: answer.status,
                code: "PGRST301".to_owned(),
                message: "refused by the gateway".to_owned(),
                detail: None,
                retry_in: None,
            })),
            StatusCode::TOO_MANY_REQUESTS => Err(RestError::Busy(answer.retry_after())),
            status => Err(answer.outage().map_or(RestError::NotPostgrest { status }, RestError::Unreachable)),
        }
    }
}

/// Keeps the rows whose `column` contains `text`, in upper or lower case. No character of `text` has a meaning.
#[must_use]
pub fn contains(query: Query, column: &str, text: &str) -> Query {
    if !text.contains('*') {
        return query.ilike(column, like_contains(text));
    }
    // PostgREST reads `*` in `ilike` as "anything" and knows no way around it. After `***=` a regular
    // expression is plain text (PostgreSQL, 9.7.3.4); inside quotes only `\` and `"` need care.
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    query.and(format!("{column}.imatch.\"***={quoted}\""))
}

/// A pattern for `ilike` that matches any text containing `text`, which holds no `*`: PostgREST knows no
/// escape for its own wildcard.
fn like_contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        match character {
            '%' | '_' | '\\' => {
                pattern.push('\\');
                pattern.push(character);
            }
            other => pattern.push(other),
        }
    }
    pattern.push('%');
    pattern
}

/// The request that `postgrest` describes, ready for our own client.
pub(crate) fn outgoing(query: Query, safe: bool) -> Result<Outgoing, RestError> {
    let described = query.build().build().map_err(|error| RestError::Unreadable(error.to_string()))?;
    let mut headers = HeaderMap::with_capacity(described.headers().len() + 2);
    for (name, value) in described.headers() {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_str().as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.append(name, value);
        }
    }
    let method = Method::from_bytes(described.method().as_str().as_bytes())
        .map_err(|error| RestError::Unreadable(error.to_string()))?;
    let body =
        described.body().and_then(|body| body.as_bytes()).map(Bytes::copy_from_slice).unwrap_or_default();
    let mut url = described.url().clone();
    // A space may be written as `+` or as `%20`; only the second is read alike by every service.
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    Ok(Outgoing { method, url, headers, body, safe })
}

fn no_answer(reason: NoAnswer) -> RestError {
    match reason {
        NoAnswer::Unreachable(outage) => RestError::Unreachable(outage),
        NoAnswer::TimedOut(retry_in) => RestError::TimedOut(retry_in),
        NoAnswer::TooLarge => RestError::Unreadable("the answer is larger than allowed".to_owned()),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|error| RestError::Unreadable(error.to_string()))
}

/// `0-24/573` says 573; `*/0` says 0.
fn total_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(http::header::CONTENT_RANGE)?.to_str().ok()?.rsplit_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_text_is_never_a_pattern() {
        assert_eq!(like_contains("50%_a\\b"), "%50\\%\\_a\\\\b%");
        let stars =
            outgoing(contains(Postgrest::new("http://x").from("t"), "name", "a*\"b\\"), true).unwrap();
        let (_, filter) = stars.url.query_pairs().find(|(name, _)| name == "and").unwrap();
        assert_eq!(filter, "(name.imatch.\"***=a*\\\"b\\\\\")");
    }

    #[test]
    fn a_cut_list_is_not_summed_up() {
        let list = List { rows: vec![1, 2], total: 3 };
        assert!(matches!(list.complete(), Err(RestError::Cut { got: 2, total: 3 })));
    }

    #[test]
    fn totals_come_from_the_content_range() {
        let range = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::CONTENT_RANGE, HeaderValue::from_static(text));
            total_of(&headers)
        };
        assert_eq!((range("0-24/573"), range("*/0"), range("0-24/*")), (Some(573), Some(0), None));
    }
}
