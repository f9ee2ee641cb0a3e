// How short can the names be by which the first module asks for what the browser does? wasm-bindgen puts a hash into each
// of them, which no packing makes smaller; nobody but the module and its script reads them.
//
// node short_names.mjs DIRECTORY

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SCRIPT = "./revos_app_bg.js";
/** The number of the section with the imports. */
const IMPORTS = 2;
/** The first section stands behind the magic word and the version. */
const SECTIONS = 8;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Walks through bytes as WebAssembly writes them. */
class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }

  limits() {
    const isBounded = this.bytes[this.at++] & 1;
    this.number();
    if (isBounded) this.number();
  }

  /** What is imported: function, table, memory, global or tag. */
  kind() {
    const kind = this.bytes[this.at++];
    if (kind === 0) return void this.number();
    if (kind === 1) return void (this.at++, this.limits());
    if (kind === 2) return this.limits();
    if (kind === 3) return void (this.at += 2);
    if (kind === 4) return void (this.at++, this.number());
    throw new Error(`an import of a kind that is not known: ${kind}`);
  }
}

function number(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

function text(value) {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([number(bytes.length), bytes]);
}

/** The module with other names of its imports. */
function renamed(bytes, rename) {
  const reader = new Reader(bytes, SECTIONS);
  while (reader.at < bytes.length) {
    const start = reader.at;
    const section = bytes[reader.at++];
    const end = reader.number() + reader.at;
    if (section === IMPORTS) {
      const count = reader.number();
      const body = [number(count)];
      for (let left = count; left > 0; left -= 1) {
        const [module, name, from] = [reader.text(), reader.text(), reader.at];
        reader.kind();
        body.push(text(module), text(module === SCRIPT ? rename(name) : name), bytes.subarray(from, reader.at));
      }
      const section = Buffer.concat(body);
      return Buffer.concat([bytes.subarray(0, start), Buffer.from([IMPORTS]), number(section.length), section, bytes.subarray(end)]);
    }
    reader.at = end;
  }
  return bytes;
}

/** `a` to `Z`, then `aa` and so on. */
function short(at) {
  const rest = Math.floor(at / LETTERS.length);
  return (rest > 0 ? short(rest - 1) : "") + LETTERS[at % LETTERS.length];
}

const [directory] = process.argv.slice(2);
const files = (ending) => readdirSync(directory).filter((file) => file.endsWith(ending)).sort().map((file) => join(directory, file));
const names = new Map();
for (const file of files(".wasm")) {
  const bytes = readFileSync(file);
  // What a module gives has its name in the script as well.
  const given = new Set(WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name));
  const rename = (name) => {
    if (given.has(name)) throw new Error(`${name} is given and asked for`);
    if (!names.has(name)) names.set(name, short(names.size));
    return names.get(name);
  };
  writeFileSync(file, renamed(bytes, rename));
}
for (const file of files(".js")) {
  const script = readFileSync(file, "utf8");
  writeFileSync(file, script.replaceAll(/\b__wb\w+/g, (word) => names.get(word) ?? word));
}
