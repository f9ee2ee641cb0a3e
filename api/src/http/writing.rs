//! How is a row changed that somebody else may have changed meanwhile? By naming the version that was read.

use super::failure::Failure;
use super::signed_in::SignedIn;
use super::state::AppState;
use axum::Json;
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use revos_shared::ErrorCode;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};
use std::ops::Deref;
use supabase::Query;
use uuid::Uuid;

/// A member who changes something: the first argument of every handler that does. When it is done, whatever
/// became of it, the person gets no answer any more that was read before.
pub struct Writing(SignedIn);

/// A table, and what an answer holds of its rows.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Columns, separated by commas.
    pub columns: &'static str,
}

/// The row that others belong to: a client, an opportunity.
#[derive(Clone, Copy)]
pub struct Parent {
    /// Where it is.
    pub table: &'static Table,
    /// What the rows that belong to it call it.
    pub column: &'static str,
    /// Which.
    pub id: Uuid,
}

impl Parent {
    /// The keys of a row of it: it belongs to the parent in the path, or it is not there.
    #[must_use]
    pub fn row(&self, id: Uuid) -> [(&'static str, String); 2] {
        [("id", id.to_string()), (self.column, self.id.to_string())]
    }
}

/// Columns and the values that name a row by them. The organization shown is added to each.
pub type Keys<'a> = &'a [(&'static str, String)];

impl Writing {
    /// Adds a row to the organization shown.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert<T: DeserializeOwned>(
        &self,
        table: &Table,
        mut row: Map<String, Value>,
    ) -> Result<T, Failure> {
        row.insert("organization_id".to_owned(), Value::String(self.organization().to_string()));
        row.retain(|_, value| !value.is_null());
        let caller = self.caller()?;
        let query = caller.from(table.name).select(table.columns);
        Ok(caller.insert(query, &Value::Object(row)).await?)
    }

    /// Adds a row under another one. When that is refused, the parent itself says whether it is hidden from the
    /// person.
    ///
    /// # Errors
    /// `not_found` for the parent, and what the database says.
    pub async fn insert_under<T: DeserializeOwned>(
        &self,
        parent: Parent,
        table: &Table,
        mut columns: Map<String, Value>,
    ) -> Result<(StatusCode, Json<T>), Failure> {
        columns.insert(parent.column.to_owned(), parent.id.to_string().into());
        match self.insert(table, columns).await {
            Ok(row) => Ok((StatusCode::CREATED, Json(row))),
            Err(failure) => {
                if matches!(failure.code, ErrorCode::Forbidden | ErrorCode::ReferenceMissing) {
                    self.current::<IgnoredAny>(parent.table, &[("id", parent.id.to_string())]).await?;
                }
                Err(failure)
            }
        }
    }

    /// Calls a function that changes something.
    ///
    /// # Errors
    /// What the function says.
    pub async fn call<T: DeserializeOwned>(&self, function: &str, arguments: Value) -> Result<T, Failure> {
        self.heard(self.caller()?.call(function, arguments).await).await
    }

    /// Changes a row, if it still has this version.
    ///
    /// # Errors
    /// `not_found` when the person does not see it, `stale_version` with the row as it is now,
    /// `forbidden` when it is as it was read, and what the database says.
    pub async fn update<T: DeserializeOwned + Serialize>(
        &self,
        table: &Table,
        keys: Keys<'_>,
        version: u32,
        changes: Map<String, Value>,
    ) -> Result<T, Failure> {
        let query = self.named(table, keys)?.eq("version", version.to_string());
        let touched = self.caller()?.update(query, &Value::Object(changes)).await?;
        self.touched(touched, table, keys, version).await
    }

    /// Removes a row, if it still has this version.
    ///
    /// # Errors
    /// As [`Writing::update`].
    pub async fn delete<T: DeserializeOwned + Serialize>(
        &self,
        table: &Table,
        keys: Keys<'_>,
        version: u32,
    ) -> Result<T, Failure> {
        let query = self.named(table, keys)?.eq("version", version.to_string());
        let touched = self.caller()?.delete(query).await?;
        self.touched(touched, table, keys, version).await
    }

    /// The row as it is now.
    ///
    /// # Errors
    /// `not_found` when the person does not see it, `no_membership` when they see nothing any more.
    pub async fn current<T: DeserializeOwned>(&self, table: &Table, keys: Keys<'_>) -> Result<T, Failure> {
        match self.caller()?.one(self.named(table, keys)?).await.map_err(Failure::from) {
            Err(failure) if failure.code == ErrorCode::NotFound => {
                self.prove_membership().await?;
                Err(failure)
            }
            outcome => outcome,
        }
    }

    /// One row touched is success. No row is no error to the database, so it is asked why (schema, §1.1).
    async fn touched<T: DeserializeOwned + Serialize>(
        &self,
        touched: Vec<T>,
        table: &Table,
        keys: Keys<'_>,
        version: u32,
    ) -> Result<T, Failure> {
        if let Some(row) = touched.into_iter().next() {
            return Ok(row);
        }
        let current = as_json(&self.current::<T>(table, keys).await?)?;
        if current["version"] == version {
            return Err(Failure::new(ErrorCode::Forbidden));
        }
        Err(Failure::stale(current))
    }

    fn named(&self, table: &Table, keys: Keys<'_>) -> Result<Query, Failure> {
        let query = self.caller()?.from(table.name).select(table.columns);
        let query = query.eq("organization_id", self.organization().to_string());
        Ok(keys.iter().fold(query, |query, (column, value)| query.eq(column, value)))
    }
}

impl Deref for Writing {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Ok(upstream) = self.0.state().upstream() {
            upstream.reads.forget(self.0.read_for().user_id);
        }
    }
}

impl FromRequestParts<AppState> for Writing {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        SignedIn::from_request_parts(parts, state).await.map(Self)
    }
}

/// The columns that a body names, as forms mean them: without spaces around texts, and an empty text is no
/// value. Without the version, which is a condition and no column that anybody sets.
///
/// # Errors
/// `internal` for what is not an object in JSON.
pub fn columns_of(body: &impl Serialize) -> Result<Map<String, Value>, Failure> {
    let Value::Object(mut columns) = as_json(body)? else {
        return Err(Failure::new(ErrorCode::Internal).because("a body that is no object"));
    };
    columns.remove("version");
    for value in columns.values_mut() {
        if let Value::String(text) = value {
            let tidy = text.trim();
            *value = if tidy.is_empty() { Value::Null } else { Value::String(tidy.to_owned()) };
        }
    }
    Ok(columns)
}

/// Whoever changes a row has read it.
///
/// # Errors
/// `validation_failed`, when a body names no version.
pub fn read_before(version: Option<u32>) -> Result<u32, Failure> {
    version.ok_or_else(|| Failure::field("version", "required"))
}

/// Does the row hold what a request to add it said? Then it was added by that request, sent before.
///
/// # Errors
/// `internal`.
pub fn holds(row: &impl Serialize, said: &Map<String, Value>) -> Result<bool, Failure> {
    let row = as_json(row)?;
    Ok(said.iter().all(|(name, value)| row[name] == *value))
}

fn as_json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorCode::Internal).because(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_leaves_no_spaces_and_no_empty_texts() {
        let body = json!({ "version": 3, "name": " A b ", "email": "  ", "power": null, "price": "1.00" });
        let columns = Value::Object(columns_of(&body).unwrap());
        assert_eq!(columns, json!({ "name": "A b", "email": null, "power": null, "price": "1.00" }));
    }

    #[test]
    fn a_row_holds_what_was_said_of_it_and_more() {
        let said = columns_of(&json!({ "name": "x", "segment": null })).unwrap();
        assert!(holds(&json!({ "name": "x", "segment": null, "version": 1 }), &said).unwrap());
        assert!(!holds(&json!({ "name": "x", "segment": "smb" }), &said).unwrap());
    }
}
