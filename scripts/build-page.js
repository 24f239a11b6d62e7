// Bundles the inspector's page, with all that it needs, into dist/inspect/page: a page, a script and a sheet, nothing else.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const source = new URL("../src/inspect/page/", import.meta.url);
const target = new URL("../dist/inspect/page/", import.meta.url);

/** Packages that are bundled, whose licences ask to be kept with them. */
const packages = ["preact", "uplot"];

/** What the page has no use for in uPlot, a seventh of it: what hangs on it for others, and axes of dates. */
const unused = [
  [/^uPlot\.assign = [\s\S]*?(?=^export )/m, ""],
  [
    /^const \[ timeIncrsMs, [\s\S]*?genTimeStuffs\(1e-3\);$/m,
    "const timeIncrsMs = numIncrs, timeIncrsS = numIncrs;",
  ],
  [
    /^\tconst _timeAxisSplits = [\s\S]*?^\tconst _timeSeriesVal .*$/m,
    "\tconst _timeAxisSplits = numAxisSplits;",
  ],
  [/isTime \? \(isStr\(sv\).*?\) : sv \|\| numSeriesVal/, "sv || numSeriesVal"],
  [/isTime \? \(\s*\/\/ config array[\s\S]*?\) : av \|\| numAxisVals/, "av || numAxisVals"],
];

const lean = {
  name: "uPlot without what is not used",
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [part, instead] of unused) {
        if (!part.test(contents)) throw new Error(`${path} has nothing like ${part}.`);
        contents = contents.replace(part, instead);
      }
      return { contents };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("main.tsx", source))],
  bundle: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [lean],
  legalComments: "none",
  write: false,
  logLevel: "warning",
});
const script = await minify(outputFiles[0].text, {
  ecma: 2022,
  compress: { passes: 3, unsafe_arrows: true },
  format: { preamble: `/* With ${packages.join(" and ")}, whose licences are in licences.txt. */` },
});
const sheet = await transform(readFileSync(new URL("page.css", source), "utf8"), {
  loader: "css",
  minify: true,
});

mkdirSync(target, { recursive: true });
writeFileSync(new URL("page.js", target), script.code);
writeFileSync(new URL("page.css", target), sheet.code);
copyFileSync(new URL("page.html", source), new URL("page.html", target));
writeFileSync(new URL("licences.txt", target), packages.map(licence).join("\n"));

function licence(name) {
  return `${name}\n\n${readFileSync(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), "utf8")}`;
}
