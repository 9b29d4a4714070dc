// Builds scripts/xinqiao/templates/editor/sveltia.js with its fonts and licences; the same input gives the same bytes.
// `node build.js [FOLDER]` writes elsewhere, for the test that compares.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] || join(here, "../xinqiao/templates/editor"));
const source = join(here, "node_modules/@sveltia/cms/npm");
// What the portal's content never needs: colours of code, maps, drawings in SVG, pictures of Apple's own kind, previews
// that others program, languages of the interface besides Chinese and English.
const LEFT_OUT = new RegExp(
  "^(@shikijs/|leaflet|terra-draw|svgo)|/(shiki-engine|heic|react-dom)-[^/]+\\.js$|/locales/(?!zh-CN\\.json)[^/]+\\.json$",
);
const ASSETS = /^(material-symbols|source-sans|noto-mono|webp_enc)/;

function replaced(text, pattern, by) {
  if (!pattern.test(text)) {
    throw new Error(`The editor's source has no ${pattern} any more: read what has changed.`);
  }
  return text.replace(pattern, by);
}

const fitted = {
  name: "fitted",
  setup(esbuild) {
    esbuild.onResolve({ filter: /./ }, ({ path }) => (LEFT_OUT.test(path) ? { path: join(here, "left-out.js") } : null));
    esbuild.onLoad({ filter: /@sveltia\/cms\/npm\/index\.js$/ }, ({ path }) => {
      const spoken = replaced(readFileSync(path, "utf8"), /`ar,bg,[A-Za-z,-]+`\.split/, "`en-US,zh-CN`.split");
      // A picture says in words what it shows.
      const described = replaced(spoken, /(\{name:`alt`,[^}]*required:)!1/g, "$1!0");
      const pointed = replaced(described, /Check the browser console for details\./g, "The page “Check” says where.");
      // The fonts come from beside the script, by another rule; a third party is never asked for them.
      const contents = replaced(pointed, /url\(https:\/\/cdn\.jsdelivr\.net\/fontsource\/[^)]+\)/g, 'local("-")');
      return { contents, loader: "js" };
    });
    // What the editor's own translation lacks or says to programmers.
    esbuild.onLoad({ filter: /@sveltia\/cms\/locales\/zh-CN\.json$/ }, ({ path }) => {
      const words = JSON.parse(readFileSync(path, "utf8"));
      for (const [name, text] of Object.entries(JSON.parse(readFileSync(join(here, "zh-CN.json"), "utf8")))) {
        const parts = name.split(".");
        const last = parts.pop();
        parts.reduce((part, key) => (part[key] = part[key] || {}), words)[last] = text;
      }
      return { contents: JSON.stringify(words), loader: "json" };
    });
    // A chunk stands beside its files once all of it is one script.
    esbuild.onLoad({ filter: /@sveltia\/cms\/npm\/chunks\/webp_enc.*\.js$/ }, ({ path }) => {
      return { contents: replaced(readFileSync(path, "utf8"), /\.\.\/assets\//g, "assets/"), loader: "js" };
    });
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
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return ["sveltia.js is built from these packages.\n", ...texts].join(`\n${"-".repeat(72)}\n\n`);
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["editor.js"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: { js: "/*! Sveltia CMS for Xinqiao; licences in sveltia.LICENSE.txt */" },
  plugins: [fitted],
  metafile: true,
  write: false,
  logLevel: "warning",
});

const script = result.outputFiles[0].contents;
const [bundled] = Object.values(result.metafile.outputs);
const used = Object.entries(bundled.inputs).filter(([, part]) => part.bytesInOutput > 0);
const names = [...new Set(used.map(([input]) => packageOf(input)).filter(Boolean))].sort();
rmSync(join(output, "assets"), { recursive: true, force: true });
mkdirSync(join(output, "assets"), { recursive: true });
writeFileSync(join(output, "sveltia.js"), script);
writeFileSync(join(output, "sveltia.LICENSE.txt"), licences(names));
for (const name of readdirSync(join(source, "assets"))) {
  if (ASSETS.test(name)) {
    copyFileSync(join(source, "assets", name), join(output, "assets", name));
  }
}
console.log(`sveltia.js: ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gz; from ${names.join(", ")}`);
