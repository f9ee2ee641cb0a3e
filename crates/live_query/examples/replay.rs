//! The machine in a browser: a module whose one function plays the trace of a number (`e2e/tests/replay`).
#![allow(unreachable_pub, reason = "shared with the test that plays the same here")]
#![allow(unsafe_code, reason = "the function's name is how the browser finds it")]

#[path = "../tests/replay/trace.rs"]
mod trace;

/// Plays a trace.
#[unsafe(no_mangle)]
pub extern "C" fn replay(seed: u32) -> u32 {
    trace::replay(seed)
}
