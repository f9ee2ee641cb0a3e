//! How do the pure parts meet Leptos and the browser? This module obeys; it decides nothing.
//!
//! [`LiveQueries`] is made once per scope (who looks at what) and put into context. A component asks
//! it for a [`LiveQuery`]: signals to read and a few wishes to make. Everything is single-threaded.

mod age;
mod face;
mod hub;
mod storage;
mod store;
mod surroundings;
mod tabs;
mod telemetry;

pub use age::{use_age, use_countdown};
pub use face::{Extent, FetchRequest, LiveQuery, Query, Rows};
pub use hub::{LiveQueries, Settings};
pub use surroundings::{now, wall_now};
pub use tabs::share;
pub use telemetry::Telemetry;
