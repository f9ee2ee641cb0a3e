// Which exports of a module does somebody ask for? All but the classes of streams as bodies of requests: the framework
// brings them along for server functions, which RevOS does not have. Printed as wasm-metadce reads it.

import { readFileSync } from "node:fs";

const unused = /^(__wbg_)?intounderlying/;
const exports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(process.argv[2])));
const asked = exports.map(({ name }) => name).filter((name) => !unused.test(name));
console.log(JSON.stringify(asked.map((name) => ({ name, root: true, export: name }))));
