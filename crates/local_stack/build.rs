//! Which SQL files does the binary carry? Lists `sql/demo/*.sql` so that they are compiled in.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let demo = Path::new(&here).join("sql/demo");
    println!("cargo:rerun-if-changed=sql/demo");
    let mut files: Vec<PathBuf> = Vec::new();
    if demo.is_dir() {
        for entry in fs::read_dir(&demo)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut code = String::from("&[\n");
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.to_string_lossy();
        writeln!(code, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("demo_files.rs"), code)
}
