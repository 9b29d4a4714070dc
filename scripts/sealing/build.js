// Builds overrides/assets/seal.js and seal.LICENSE.txt; the same input gives the same bytes.
// `node build.js [FOLDER]` writes elsewhere, for the test that compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] || join(here, "../../overrides/assets"));
const LEFT_OUT = /^(@noble\/(post-quantum\/hybrid|curves\/nist|hashes\/scrypt)|\.\/(webauthn|armor))\.js$/;

const leaveOut = {
  name: "leave-out",
  setup(esbuild) {
    esbuild.onResolve({ filter: LEFT_OUT }, () => ({ path: join(here, "left-out.js") }));
  },
};

function packageOf(input) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  return found && found[1];
}

function licences(names) {
  const texts = names.map((name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  return ["seal.js is built from these packages.\n", ...texts].join(`\n${"-".repeat(72)}\n\n`);
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["seal.js"],
  bundle: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  target: "es2017",
  legalComments: "none",
  banner: { js: "/*! Sealing for Xinqiao; licences in seal.LICENSE.txt */" },
  plugins: [leaveOut],
  metafile: true,
  write: false,
  logLevel: "warning",
});

const script = result.outputFiles[0].contents;
// Throws where anything newer than ES2017 is left.
parse(result.outputFiles[0].text, { ecmaVersion: 2017 });
const [bundled] = Object.values(result.metafile.outputs);
const used = Object.entries(bundled.inputs).filter(([, part]) => part.bytesInOutput > 0);
const names = [...new Set(used.map(([input]) => packageOf(input)).filter(Boolean))].sort();
mkdirSync(output, { recursive: true });
writeFileSync(join(output, "seal.js"), script);
writeFileSync(join(output, "seal.LICENSE.txt"), licences(names));
console.log(`seal.js: ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gz; from ${names.join(", ")}`);
