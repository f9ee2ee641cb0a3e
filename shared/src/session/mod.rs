//! Who is working here? Persons, personas, capabilities, and signing in and out.

pub mod endpoints;
mod member;
mod return_path;

pub use member::{Capability, Member, Organization, Person, Persona};
pub use return_path::safe_return_path;
