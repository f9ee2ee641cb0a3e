//! Who is working here? Signing in and out, and staying signed in.

pub mod handlers;
