//! Who is working here? Persons, personas, capabilities, and signing in and out.

pub mod endpoints;
mod member;
mod return_path;

pub use member::{Capability, Member, Organization, Person, Persona};
pub use return_path::safe_return_path;

/// The password of the demo accounts. It is public, so sign-in refuses it anywhere but on the local stack.
pub const DEMO_PASSWORD: &str = "revos-demo-workspace";
