// Bundles the inspector's page, with all that it needs, into dist/inspect/page: a page, a script and a sheet, nothing else.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const source = new URL("../src/inspect/page/", import.meta.url);
const target = new URL("../dist/inspect/page/", import.meta.url);

/** Packages that are bundled, whose licences ask to be kept with them. */
const packages = ["preact", "uplot"];

/** Leaves out what hangs on uPlot for others to use: kinds of paths and dates, an eighth of it. */
const withoutHelpers = {
  name: "uPlot without helpers",
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(/^uPlot\.assign = [\s\S]*?(?=^export )/m, "");
      if (contents === text) throw new Error(`${path} has no helpers where they were looked for.`);
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
  plugins: [withoutHelpers],
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
