//! Where is the built page? Makes sure its folder exists, so that the server compiles without it.

use std::{env, fs, path::PathBuf};

fn main() {
    let page = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../app/dist");
    // A missing page is told at run time, by the route that would serve it.
    if let Err(error) = fs::create_dir_all(&page) {
        println!("cargo::warning=cannot create {}: {error}", page.display());
    }
    println!("cargo::rerun-if-changed={}", page.display());
}
