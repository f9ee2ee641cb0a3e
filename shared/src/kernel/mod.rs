//! What does every slice of the business share? Ids, money, errors, envelopes, endpoint descriptions, limits.

pub mod bulk;
pub mod check;
pub mod chosen;
pub mod endpoint;
pub mod envelope;
pub mod error;
pub mod figure;
pub mod fiscal;
pub mod ids;
pub mod instants;
pub mod json;
pub mod limits;
pub mod list;
pub mod money;
pub mod order;
pub mod owner;
pub mod patch;
pub mod percent;
pub mod separated;
pub mod telemetry;
mod value_set;
pub mod work;
pub mod workspace;

pub(crate) use value_set::value_set;
