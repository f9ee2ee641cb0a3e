//! Where do the parts of the page go that travel later? Beside the first module, under names that change with
//! their content.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// How the parts' files are named, for the budget.
pub(crate) const PART_PREFIX: &str = "part-";
/// Parts with fewer bytes travel together. What two or three parts share is often one function, and there are hundreds
/// of such files: asking for each of them takes longer than all that they hold.
const SMALL_BYTES: usize = 3_584;
/// The script that loads parts, as the splitter calls it.
const LOADER: &str = "__wasm_split.js";

/// Puts the loader and the parts of `from` beside the script of `page`, and lets them know each other's names.
///
/// # Errors
/// A sentence naming the file.
pub(crate) fn place(from: &Path, page: &Path) -> Result<String, String> {
    let script = script_of(page)?;
    let mut loader = read(&from.join(LOADER))?;
    let mut count = 0;
    let entries = fs::read_dir(from).map_err(|error| told(from, &error))?;
    let mut parts: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension() == Some("wasm".as_ref()))
        .collect();
    parts.sort();
    let mut small = Vec::new();
    for part in parts {
        let bytes = fs::read(&part).map_err(|error| told(&part, &error))?;
        let bare = without_names(&bytes).ok_or_else(|| format!("{}: is no module", part.display()))?;
        if bare.len() <= SMALL_BYTES {
            let fetched = format!("fetch(new URL(\"./{}\", import.meta.url))", name_of(&part));
            if !loader.contains(&fetched) {
                return Err(format!("nothing fetches {}", name_of(&part)));
            }
            loader = loader.replace(&fetched, &format!("small({}, {})", small.len(), bare.len()));
            small.extend(bare);
            count += 1;
            continue;
        }
        // Ten digits tell a few hundred files apart; each digit more is in the way of a first visit.
        let name = format!("{PART_PREFIX}{:010x}.wasm", hash(&bytes) >> 24);
        loader = replaced(&loader, &name_of(&part), &name)?;
        fs::write(page.join(&name), bytes).map_err(|error| told(&page.join(&name), &error))?;
        count += 1;
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
    Ok(format!("placed {count} parts"))
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

/// A module without what is not run: the names of its functions, and who made it. None for what is no module.
fn without_names(module: &[u8]) -> Option<Vec<u8>> {
    const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
    const CUSTOM: u8 = 0;
    let mut rest = module.strip_prefix(MAGIC)?;
    let mut bare = MAGIC.to_vec();
    while let [number, tail @ ..] = rest {
        let (mut length, mut bytes) = (0_usize, 0);
        loop {
            let byte = *tail.get(bytes)?;
            length |= usize::from(byte & 127).checked_shl(7 * u32::try_from(bytes).ok()?)?;
            bytes += 1;
            if byte < 128 {
                break;
            }
        }
        let end = 1 + bytes + length;
        let section = rest.get(..end)?;
        if *number != CUSTOM {
            bare.extend(section);
        }
        rest = rest.get(end..)?;
    }
    Some(bare)
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
        // Longer than what travels together.
        fs::write(from.join("split_record.wasm"), module(SMALL_BYTES)).unwrap();
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

    /// A module with one section of code of so many bytes, and one of names.
    fn module(code: usize) -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let length = [(code % 128) as u8 | 128, (code / 128) as u8];
        module.extend([10, length[0], length[1]]);
        module.extend(vec![7; code]);
        module.extend([0, 3, 1, b'n', b'x']);
        module
    }

    #[test]
    fn small_parts_travel_together_and_without_their_names() {
        let (from, page) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, page) = (from.path(), page.path());
        fs::write(page.join("app-1234_bg.wasm"), "first").unwrap();
        fs::write(page.join("app-1234.js"), "import * as a from \"./__wasm_split.js\";").unwrap();
        for (name, code) in [("chunk_1", 5), ("chunk_2", 300), ("split_big", 9_000)] {
            fs::write(from.join(name).with_extension("wasm"), module(code)).unwrap();
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
        let bare = |code: usize| {
            let module = module(code);
            module[..module.len() - 5].to_vec()
        };
        assert_eq!(with(".bin"), [bare(5), bare(300)].concat());
        assert_eq!(with(".wasm"), module(9_000), "the optimiser orders functions by their names");
        let loader = String::from_utf8(with(".js")).unwrap();
        let (first, second) = (bare(5).len(), bare(300).len());
        assert!(loader.contains(&format!("small(0, {first}); small({first}, {second}); fetch(")), "{loader}");
        assert_eq!(without_names(b"no module"), None);
        assert_eq!(without_names(&module(5)[..12]), None, "cut");
    }
}
