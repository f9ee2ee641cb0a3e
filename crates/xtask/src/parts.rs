//! Where do the parts of the page go that travel later? Beside the first module, under names that change with
//! their content.

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// How the parts' files are named, for the budget.
pub(crate) const PART_PREFIX: &str = "part-";
/// Parts travel together, as many as fit into so many bytes: packed, they are one part within its budget. Those come first
/// that are small for how many need them. What two or three parts share is often one function, and there are hundreds of
/// such files: asking for each of them takes longer than all that they hold.
const TOGETHER_BYTES: usize = 180_000;
/// The script that loads parts, as the splitter calls it.
const LOADER: &str = "__wasm_split.js";

/// Puts the loader and the parts of `from` beside the script of `page`, and lets them know each other's names.
///
/// # Errors
/// A sentence naming the file.
pub(crate) fn place(from: &Path, page: &Path) -> Result<String, String> {
    let script = script_of(page)?;
    let mut loader = read(&from.join(LOADER))?;
    let entries = fs::read_dir(from).map_err(|error| told(from, &error))?;
    let mut parts: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension() == Some("wasm".as_ref()))
        .collect();
    parts.sort();
    let contents = parts.iter().map(|part| fs::read(part).map_err(|error| told(part, &error)));
    let contents = contents.collect::<Result<Vec<_>, _>>()?;
    let sizes: Vec<_> =
        parts.iter().zip(&contents).map(|(part, bytes)| (bytes.len(), needed_by(&loader, part))).collect();
    let together = together(&sizes);
    let mut small = Vec::new();
    for (at, (part, bytes)) in parts.iter().zip(contents).enumerate() {
        if together.contains(&at) {
            let fetched = format!("fetch(new URL(\"./{}\", import.meta.url))", name_of(part));
            if !loader.contains(&fetched) {
                return Err(format!("nothing fetches {}", name_of(part)));
            }
            loader = loader.replace(&fetched, &format!("small({}, {})", small.len(), bytes.len()));
            small.extend(bytes);
            continue;
        }
        // Ten digits tell a few hundred files apart; each digit more is in the way of a first visit.
        let name = format!("{PART_PREFIX}{:010x}.wasm", hash(&bytes) >> 24);
        loader = replaced(&loader, &name_of(part), &name)?;
        fs::write(page.join(&name), bytes).map_err(|error| told(&page.join(&name), &error))?;
    }
    if !small.is_empty() {
        let name = format!("{PART_PREFIX}{:010x}.bin", hash(&small) >> 24);
        loader += &small_loader(&name);
        fs::write(page.join(&name), small).map_err(|error| told(&page.join(&name), &error))?;
    }
    let script_name = name_of(&script);
    let (stem, _) = script_name.rsplit_once('-').ok_or("the page's script has no hash in its name")?;
    loader = replaced(&loader, &format!("{stem}.js"), &script_name)?;
    // It names every part, and is not needed before the first of them: it travels like one.
    let loader_name = format!("{PART_PREFIX}{:010x}.js", hash(loader.as_bytes()) >> 24);
    write(&page.join(&loader_name), &loader)?;
    let gate = gate(&script_name, &loader_name, &loads(&loader));
    let gate_name = format!("parts-{:010x}.js", hash(gate.as_bytes()) >> 24);
    write(&page.join(&gate_name), &gate)?;
    write(&script, &imported(&read(&script)?, &gate_name)?)?;
    Ok(format!("placed {} parts", parts.len()))
}

/// How the loader gets a small part: out of one file, which is asked for again when it did not arrive.
fn small_loader(name: &str) -> String {
    format!(
        "let together;\n\
         async function small(from, length) {{\n\
         \x20 together ??= fetch(new URL(\"./{name}\", import.meta.url)).then((answer) => {{\n\
         \x20   if (answer.ok) return answer.arrayBuffer();\n\
         \x20   throw new Error(`small parts: ${{answer.status}}`);\n\
         \x20 }});\n\
         \x20 const bytes = await together.catch((error) => {{\n\
         \x20   together = undefined;\n\
         \x20   throw error;\n\
         \x20 }});\n\
         \x20 const headers = {{ \"content-type\": \"application/wasm\" }};\n\
         \x20 return new Response(bytes.slice(from, from + length), {{ headers }});\n\
         }}\n"
    )
}

/// How many views need a part: as often the loader names it among what is to be there first, or once.
fn needed_by(loader: &str, part: &Path) -> usize {
    let name = format!("__{}", part.file_stem().unwrap_or_default().to_string_lossy());
    let is_end = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let named = loader.split(&name).skip(1).filter(|rest| is_end(rest)).count();
    // Once it is named where it is made.
    named.saturating_sub(1).max(1)
}

/// Which of these parts travel together, told by their bytes and how many need them.
fn together(parts: &[(usize, usize)]) -> HashSet<usize> {
    let mut lightest: Vec<usize> = (0..parts.len()).collect();
    lightest.sort_by_key(|at| parts.get(*at).map(|(bytes, needed_by)| bytes / needed_by));
    let mut total = 0;
    let fits = |at: &usize| {
        total += parts.get(*at).map_or(0, |(bytes, _)| *bytes);
        total <= TOGETHER_BYTES
    };
    lightest.into_iter().take_while(fits).collect()
}

/// The names under which the first module asks for parts.
fn loads(loader: &str) -> Vec<&str> {
    let names = loader.split("export const ").skip(1).filter_map(|rest| rest.split([' ', '=']).next());
    names.filter(|name| name.starts_with("__wasm_split_load_")).collect()
}

/// What stands in the loader's place until a part is asked for. A loader that does not arrive is told as the loader
/// itself tells a part that does not, and asked for again the next time.
fn gate(script: &str, loader: &str, names: &[&str]) -> String {
    let mut text = format!(
        "import {{ initSync }} from \"./{script}\";\n\
         let there;\n\
         const load = (name) => async (callback, data) => {{\n\
         \x20 there ??= import(\"./{loader}\");\n\
         \x20 const loader = await there.catch((error) => void console.error(error));\n\
         \x20 if (loader) return loader[name](callback, data);\n\
         \x20 there = undefined;\n\
         \x20 initSync(undefined, undefined).__indirect_function_table.get(callback)(data, false);\n\
         }};\n"
    );
    for name in names {
        text.push_str(&format!("export const {name} = load(\"{name}\");\n"));
    }
    text
}

/// The script that Trunk made: the one beside the module of its name.
fn script_of(page: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(page).map_err(|error| told(page, &error))?;
    let module = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| name_of(path).ends_with("_bg.wasm"))
        .ok_or_else(|| format!("{}: no module is built", page.display()))?;
    Ok(module.with_file_name(name_of(&module).replace("_bg.wasm", ".js")))
}

/// A name that does not occur was meant for something else.
fn replaced(text: &str, from: &str, to: &str) -> Result<String, String> {
    let (from, to) = (format!("./{from}"), format!("./{to}"));
    if text.contains(&from) { Ok(text.replace(&from, &to)) } else { Err(format!("nothing names {from}")) }
}

/// The script with its imports of the loader renamed. The module asks for the loader by its old name, so what answers
/// it keeps that.
fn imported(script: &str, loader_name: &str) -> Result<String, String> {
    let import = format!("from \"./{LOADER}\"");
    if script.contains(&import) {
        Ok(script.replace(&import, &format!("from \"./{loader_name}\"")))
    } else {
        Err(format!("nothing imports {LOADER}"))
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| told(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| told(path, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_scripts_know_each_other_by_their_new_names() {
        let (from, page) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, page) = (from.path(), page.path());
        assert!(place(from, page).is_err(), "nothing is built");
        fs::write(page.join("app-1234_bg.wasm"), "first").unwrap();
        let script = "import * as a from \"./__wasm_split.js\"; ({ \"./__wasm_split.js\": a })";
        fs::write(page.join("app-1234.js"), script).unwrap();
        // More than what travels together.
        fs::write(from.join("split_record.wasm"), vec![7; TOGETHER_BYTES + 1]).unwrap();
        let loader = |part: &str| {
            format!(
                "import {{ initSync }} from \"./app.js\"; export const __wasm_split_load_x = load(\"./{part}.wasm\")"
            )
        };
        fs::write(from.join(LOADER), loader("split_other")).unwrap();
        assert!(place(from, page).is_err(), "a part that nobody loads");
        fs::write(from.join(LOADER), loader("split_record")).unwrap();
        place(from, page).unwrap();

        let names: Vec<String> =
            fs::read_dir(page).unwrap().map(|entry| name_of(&entry.unwrap().path())).collect();
        let named = |start: &str| names.iter().find(|name| name.starts_with(start)).unwrap();
        let script = read(&page.join("app-1234.js")).unwrap();
        let wanted = format!("import * as a from \"./{}\"; ({{ \"./{LOADER}\": a }})", named("parts-"));
        assert_eq!(script, wanted, "imported from its new place, known to the module by its old name");
        let gate = read(&page.join(named("parts-"))).unwrap();
        let loader_name =
            names.iter().find(|name| name.starts_with(PART_PREFIX) && name.ends_with(".js")).unwrap();
        assert!(gate.contains("export const __wasm_split_load_x = load(\"__wasm_split_load_x\")"), "{gate}");
        assert!(
            gate.contains("./app-1234.js") && gate.contains(&format!("import(\"./{loader_name}\")")),
            "{gate}"
        );
        let loader = read(&page.join(loader_name)).unwrap();
        let part =
            names.iter().find(|name| name.ends_with(".wasm") && name.starts_with(PART_PREFIX)).unwrap();
        assert!(loader.contains("./app-1234.js") && loader.contains(part), "{loader}");
    }

    #[test]
    fn what_many_need_travels_before_what_is_as_small() {
        let loader = "const __chunk_1 = make(); const __chunk_12 = make(); const __chunk_3 = make();\n\
                      const a = [__chunk_1, __chunk_12]; const b = [__chunk_12];";
        let needed = |name: &str| needed_by(loader, Path::new(name));
        assert_eq!([needed("chunk_1.wasm"), needed("chunk_12.wasm"), needed("chunk_3.wasm")], [1, 2, 1]);
        let half = TOGETHER_BYTES / 2;
        assert_eq!(together(&[(half, 1), (half + 2, 2), (half, 1)]), HashSet::from([1]));
        assert_eq!(together(&[(half, 1), (half, 1), (half, 2)]), HashSet::from([0, 2]));
    }

    #[test]
    fn the_smallest_parts_travel_together() {
        let (from, page) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, page) = (from.path(), page.path());
        fs::write(page.join("app-1234_bg.wasm"), "first").unwrap();
        fs::write(page.join("app-1234.js"), "import * as a from \"./__wasm_split.js\";").unwrap();
        let parts = [("chunk_1", 5), ("chunk_2", 300), ("split_big", TOGETHER_BYTES - 304)];
        for (name, bytes) in parts {
            fs::write(from.join(name).with_extension("wasm"), vec![bytes as u8; bytes]).unwrap();
        }
        let fetched = |name: &str| format!("fetch(new URL(\"./{name}.wasm\", import.meta.url))");
        let loader = ["chunk_1", "chunk_2", "split_big"].map(fetched).join("; ");
        fs::write(from.join(LOADER), format!("import {{}} from \"./app.js\"; {loader}")).unwrap();
        place(from, page).unwrap();
        let files: Vec<PathBuf> = fs::read_dir(page).unwrap().map(|entry| entry.unwrap().path()).collect();
        let with = |ending: &str| {
            let of =
                |path: &&PathBuf| name_of(path).starts_with(PART_PREFIX) && name_of(path).ends_with(ending);
            let found: Vec<_> = files.iter().filter(of).collect();
            assert_eq!(found.len(), 1, "{files:?}");
            fs::read(found[0]).unwrap()
        };
        assert_eq!(with(".bin"), [vec![5; 5], vec![300_usize as u8; 300]].concat());
        assert_eq!(with(".wasm").len(), TOGETHER_BYTES - 304, "one byte more than there is room for");
        let loader = String::from_utf8(with(".js")).unwrap();
        assert!(loader.contains("small(0, 5); small(5, 300); fetch("), "{loader}");
    }
}
