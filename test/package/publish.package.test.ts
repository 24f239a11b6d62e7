/** What is published: the tarball's contents, its types and entry points, and what a bundler makes of it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as esbuild, type Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyProject, install, pack, root, run } from "./packed.ts";

const { folder, remove } = emptyProject();
let tarball: string;

beforeAll(async () => {
  tarball = await pack(folder);
  await install(folder, `./${tarball}`);
});
afterAll(remove);

const installed = (): string => join(folder, "node_modules/epochal");
const bin = (name: string): string => join(root, "node_modules/.bin", name);

describe("the tarball", () => {
  it("holds the build and nothing else", () => {
    expect(readdirSync(installed()).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "package.json",
    ]);
    const files = readdirSync(join(installed(), "dist"), { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => /\.[a-z]+$/.test(name) && !/\.(js|d\.ts)$/.test(name))).toEqual([]);
  });

  it("brings no other package with it", () => {
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "epochal",
    ]);
  });

  it("has every file that package.json names", () => {
    const manifest = JSON.parse(readFileSync(join(installed(), "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const named = JSON.stringify([manifest.exports, manifest.browser, manifest.bin ?? {}]).match(
      /\.\/dist\/[^"]+/g,
    )!;
    expect(named.filter((path) => !existsSync(join(installed(), path)))).toEqual([]);
  });

  it("satisfies publint", async () => {
    await run(folder, bin("publint"), "--level", "warning", installed());
  });

  it("has types that resolve for everyone who imports it (attw)", async () => {
    await run(folder, bin("attw"), "--profile", "esm-only", join(folder, tarball));
  });
});

describe("every entry point", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const subpaths = Object.keys(manifest.exports).filter((path) => path !== "./package.json");

  it.each(subpaths)("%s loads without any peer, and exports something", async (subpath) => {
    const name = subpath.replace(".", "epochal");
    const program = `const names = Object.keys(await import("${name}")); if (names.length === 0) throw names;`;
    await run(folder, process.execPath, "--input-type=module", "--eval", program);
  });
});

/**
 * Size limits in KiB, minified and compressed: what a page pays at first, without what is loaded when it is used. 6 of a loader's are the picture of its sequence, by
 * which it is known whether a state belongs to the data at hand, 2 are batches, which it makes of samples. 24 of the
 * images' are the kernel, two thirds of it the decoders of JPEG, PNG and WebP; 12 are the steps.
 */
const limits: Readonly<Record<string, number>> = {
  'export { Sequence, DataLoader } from "epochal";': 34,
  'export { imread, resize } from "epochal/image";': 63,
  'export * from "epochal/image";': 74,
};

/** Names of the files that the bundle's entry loads before it runs. */
function loadedFirst(outputs: Metafile["outputs"]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (path: string): void => {
    if (names.has(basename(path))) return;
    names.add(basename(path));
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") add(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint === "<stdin>") add(path);
  return names;
}

describe("a bundle for the browser", () => {
  it.each(Object.keys(limits))("of `%s` builds with esbuild, small and without Node", async (entry) => {
    const { outputFiles, warnings, metafile } = await esbuild({
      stdin: { contents: entry, resolveDir: folder },
      bundle: true,
      format: "esm",
      platform: "browser",
      splitting: true,
      metafile: true,
      minify: true,
      write: false,
      outdir: folder,
      logLevel: "silent",
    });
    const text = outputFiles.map((file) => file.text).join("\n");
    expect(leftovers(text)).toEqual([]);
    expect(warnings).toEqual([]);
    const first = loadedFirst(metafile.outputs);
    const loaded = outputFiles.filter(({ path }) => first.has(basename(path))).map((file) => file.text);
    expect(gzipSync(loaded.join("\n")).length).toBeLessThan(limits[entry]! * 1024);
  });

  it("builds with Vite, and without a warning", async () => {
    const { build } = await import("vite");
    writeFileSync(
      join(folder, "index.html"),
      '<!doctype html><script type="module" src="./main.js"></script>',
    );
    writeFileSync(
      join(folder, "main.js"),
      'import { Sequence, DataLoader } from "epochal"; console.log(Sequence, DataLoader);',
    );
    const warnings: string[] = [];
    const result = await build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      build: {
        write: false,
        rolldownOptions: { onwarn: (warning) => void warnings.push(String(warning.message)) },
      },
    });
    const output = (Array.isArray(result) ? result[0]! : result) as { output: { code?: string }[] };
    const text = output.output.map(({ code }) => code ?? "").join("\n");
    expect(leftovers(text)).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

/** What a page cannot load, or should not: imports of Node's modules, and the code that starts its workers. */
function leftovers(text: string): string[] {
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](node:[\w/]+)["']/g)].map(
    ([, name]) => name!,
  );
  return [...imports, ...["child_process", "__vite-browser-external"].filter((name) => text.includes(name))];
}
