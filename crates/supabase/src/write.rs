//! How does one caller change rows? Requests that are never sent twice.

use crate::Query;
use crate::error::RestError;
use crate::rest::{Caller, outgoing, parse};
use serde::de::DeserializeOwned;
use serde_json::Value;

impl Caller<'_> {
    /// Calls a function that changes something. An argument that is null is left out and takes the
    /// function's default.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn call<T: DeserializeOwned>(&self, function: &str, arguments: Value) -> Result<T, RestError> {
        parse(&self.send(outgoing(self.function(function, arguments), false)?).await?.body)
    }

    /// Adds `row` to the table of the query and answers it as it is now, with the columns that the query
    /// selects.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn insert<T: DeserializeOwned>(&self, query: Query, row: &Value) -> Result<T, RestError> {
        let answer = self.send(outgoing(query.insert(row.to_string()), false)?).await?;
        let [row] = parse::<[T; 1]>(&answer.body)?;
        Ok(row)
    }

    /// Adds `row` without reading it back, for those who may add rows that they may not read.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn add(&self, query: Query, row: &Value) -> Result<(), RestError> {
        let mut request = outgoing(query.insert(row.to_string()), false)?;
        request.header("prefer", "return=minimal");
        self.send(request).await.map(|_| ())
    }

    /// Changes the rows that the query names, and answers those that were changed. A row that the caller
    /// may not change is none of them, and no error.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn update<T: DeserializeOwned>(
        &self,
        query: Query,
        changes: &Value,
    ) -> Result<Vec<T>, RestError> {
        parse(&self.send(outgoing(query.update(changes.to_string()), false)?).await?.body)
    }

    /// Removes the rows that the query names, and answers those that went.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn delete<T: DeserializeOwned>(&self, query: Query) -> Result<Vec<T>, RestError> {
        parse(&self.send(outgoing(query.delete(), false)?).await?.body)
    }
}
