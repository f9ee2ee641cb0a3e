//! What is an operation? Its name, method, path and types, said once for server, page and tests.

use serde::{Serialize, de::DeserializeOwned};

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads; changes nothing.
    Get,
    /// Creates or acts.
    Post,
    /// Makes a thing, or a set of things, as the body says.
    Put,
    /// Changes the fields that the body names.
    Patch,
    /// Ends or removes.
    Delete,
}

/// Who may call an operation at all; what they see is decided by the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A signed-in member of an organization.
    Member,
}

/// One operation of the API. Parameters and bodies refuse unknown fields.
pub trait Endpoint {
    /// Verb and noun, the same word in SQL, handler, action and spec.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// The path. A part in braces is filled with the parameter of that name: `/api/clients/{client_id}`.
    const PATH: &'static str;
    /// Who may call it.
    const ACCESS: Access;
    /// What it does, in one sentence.
    const SUMMARY: &'static str;
    /// The parameters, in the path or else in the query string.
    type Query: Serialize + DeserializeOwned;
    /// The JSON body of the request; `()` for none.
    type Body: Serialize + DeserializeOwned;
    /// The JSON body of the answer; `()` for 204.
    type Reply: Serialize + DeserializeOwned;

    /// The operation without its types.
    #[must_use]
    fn info() -> EndpointInfo {
        EndpointInfo {
            name: Self::NAME,
            method: Self::METHOD,
            path: Self::PATH,
            access: Self::ACCESS,
            summary: Self::SUMMARY,
        }
    }
}

/// An operation as a value, for lists of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointInfo {
    /// See [`Endpoint::NAME`].
    pub name: &'static str,
    /// See [`Endpoint::METHOD`].
    pub method: Method,
    /// See [`Endpoint::PATH`].
    pub path: &'static str,
    /// See [`Endpoint::ACCESS`].
    pub access: Access,
    /// See [`Endpoint::SUMMARY`].
    pub summary: &'static str,
}

/// No parameters: any parameter is an unknown one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The header that only script of our own page can set; with it a write is no cross-site request.
pub const CSRF_HEADER: &str = "x-revos-request";
/// The header with the server's time of reading, on 200 and on 304.
pub const AS_OF_HEADER: &str = "x-revos-as-of";
/// The header in which a SuperAdmin names the organization to show.
pub const ORGANIZATION_HEADER: &str = "x-revos-organization";
/// The header with the caller's remaining time in milliseconds.
pub const DEADLINE_HEADER: &str = "x-revos-deadline-ms";

/// Declares an [`Endpoint`]; its summary is its documentation, and what is said before its name goes below it.
macro_rules! endpoint {
    ($(#[$meta:meta])* $type:ident = $name:literal $method:ident $path:literal $access:ident,
     query: $query:ty, body: $body:ty, reply: $reply:ty, summary: $summary:literal) => {
        #[doc = $summary]
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $type;

        impl $crate::kernel::endpoint::Endpoint for $type {
            const NAME: &'static str = $name;
            const METHOD: $crate::kernel::endpoint::Method = $crate::kernel::endpoint::Method::$method;
            const PATH: &'static str = $path;
            const ACCESS: $crate::kernel::endpoint::Access = $crate::kernel::endpoint::Access::$access;
            const SUMMARY: &'static str = $summary;
            type Query = $query;
            type Body = $body;
            type Reply = $reply;
        }
    };
}

/// Declares which row an operation is about: the ids of its path, and the version that was read where it needs one.
macro_rules! row_query {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                #[doc = concat!("The parameter `", stringify!($field), "`.")]
                pub $field: $type,
            )+
        }
    };
}

pub(crate) use {endpoint, row_query};
