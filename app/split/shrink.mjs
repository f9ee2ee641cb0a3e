// How small does a module get? What counts is the size after brotli, which likes repetition: so nothing is inlined, passes
// that make like code differ are left out, and functions of like names, which have like bodies, lie side by side.
//
// node shrink.mjs DIRECTORY MODULE...: writes each module into the directory, under its own name. All of them in one
// process: starting it takes longer than one of the hundreds of parts.

import binaryen from "../../e2e/node_modules/binaryen/index.js";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const MORE_THAN_USUAL = 2;
const SIZE_FIRST = 1;
const UNLIKE = ["local-cse", "merge-locals", "code-pushing", "code-folding", "simplify-locals"];
/** How a value is aligned in memory is a hint that no browser needs; without it like instructions are alike. */
const LAST = ["dealign", "reorder-functions-by-name", "strip-debug", "strip-producers", "strip-target-features"];
/** What the compiler makes use of; every browser of the last years knows it. */
const BROWSERS_KNOW = [
  "BulkMemory",
  "BulkMemoryOpt",
  "NontrappingFPToInt",
  "SignExt",
  "MutableGlobals",
  "ReferenceTypes",
  "Multivalue",
  "CallIndirectOverlong",
];

const features = BROWSERS_KNOW.reduce((all, name) => {
  const feature = binaryen.Features[name];
  if (feature === undefined) throw new Error(`binaryen knows no ${name}`);
  return all | feature;
}, 0);

binaryen.setOptimizeLevel(MORE_THAN_USUAL);
binaryen.setShrinkLevel(SIZE_FIRST);
binaryen.setDebugInfo(false);
binaryen.setAlwaysInlineMaxSize(0);
binaryen.setFlexibleInlineMaxSize(0);
binaryen.setOneCallerInlineMaxSize(0);
for (const pass of UNLIKE) binaryen.addPassToSkip(pass);

const [directory, ...files] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
for (const file of files) {
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(features);
  module.optimize();
  module.runPasses(LAST);
  writeFileSync(join(directory, basename(file)), module.emitBinary());
  module.dispose();
}
