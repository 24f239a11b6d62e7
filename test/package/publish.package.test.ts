/** What is published: the tarball's contents, its types and entry points, and what a bundler makes of it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as esbuild, type Metafile, type OutputFile } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stats, webpack } from "webpack";
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
    const named = JSON.stringify([manifest.exports, manifest.sideEffects, manifest.bin ?? {}]).match(
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
 * which it is known whether a state belongs to the data at hand, 2 are batches, which it makes of samples. Of images it
 * is their description.
 */
const limits: Readonly<Record<string, number>> = {
  'export { Sequence, DataLoader } from "epochal";': 20,
  'export { imread, resize } from "epochal/image";': 19,
  'export * from "epochal/image";': 31,
};

/** The same once the first file of a format was decoded: with its decoder, and what every image needs of the kernel. */
const limitsOnceDecoded: Readonly<Record<string, number>> = { jpeg: 48, png: 40, webp: 49, gif: 34 };

/** Names of the files that the bundle's entry and those of modules that `also` matches load before they run. */
function loadedBy(outputs: Metafile["outputs"], also?: RegExp): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (path: string): void => {
    if (names.has(basename(path))) return;
    names.add(basename(path));
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") add(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint !== undefined && (entryPoint === "<stdin>" || also?.test(entryPoint))) add(path);
  return names;
}

/** What esbuild makes of `entry` for a browser. */
function bundle(entry: string) {
  return esbuild({
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
}

/** KiB of some of its files, compressed. */
function kibOf(outputFiles: readonly OutputFile[], names: ReadonlySet<string>): number {
  const texts = outputFiles.filter(({ path }) => names.has(basename(path))).map((file) => file.text);
  return gzipSync(texts.join("\n")).length / 1024;
}

describe("a bundle for the browser", () => {
  it.each(Object.keys(limits))("of `%s` builds with esbuild, small and without Node", async (entry) => {
    const { outputFiles, warnings, metafile } = await bundle(entry);
    const text = outputFiles.map((file) => file.text).join("\n");
    expect(leftovers(text)).toEqual([]);
    expect(warnings).toEqual([]);
    expect(kibOf(outputFiles, loadedBy(metafile.outputs))).toBeLessThan(limits[entry]!);
  });

  it("fetches the decoders of the formats that it meets, and no other", async () => {
    const { outputFiles, metafile } = await bundle('export { imread, resize } from "epochal/image";');
    for (const [name, limit] of Object.entries(limitsOnceDecoded)) {
      const names = loadedBy(metafile.outputs, new RegExp(`image/decode/${name}\\.js$`));
      expect(kibOf(outputFiles, names), name).toBeLessThan(limit);
    }
  });

  it.each(Object.keys(bundlers))("builds with %s, without settings and without a warning", async (name) => {
    const warnings: string[] = [];
    const text = await bundlers[name]!(page(), warnings);
    expect(text).toContain("maxQueueSize");
    expect(leftovers(text)).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

/** Builds the page at `entry` with no settings but where things are, and returns all code that came out. */
type Bundle = (entry: string, warnings: string[]) => Promise<string>;

/** As the first page of each bundler's own guide has it. */
const bundlers: Readonly<Record<string, Bundle>> = {
  async Vite(_, warnings) {
    const { build } = await import("vite");
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
    return output.output.map(({ code }) => code ?? "").join("\n");
  },
  async Rollup(entry, warnings) {
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const build = await rollup({
      input: entry,
      plugins: [nodeResolve()],
      onwarn: ({ message }) => void warnings.push(message),
    });
    const { output } = await build.generate({ format: "es" });
    return output.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
  },
  async webpack(entry, warnings) {
    const out = join(folder, "webpack");
    const compiler = webpack({ mode: "production", context: folder, entry, output: { path: out } });
    const stats = await new Promise<Stats>((resolve, reject) => {
      compiler.run((error, result) => (result ? resolve(result) : reject(error)));
    });
    const { errors, warnings: others } = stats.compilation;
    warnings.push(...[...errors, ...others].map(({ message }) => message));
    return readdirSync(out)
      .map((name) => readFileSync(join(out, name), "utf8"))
      .join("\n");
  },
};

/** A page that imports the package, as Vite looks for it; its script. */
function page(): string {
  const script = join(folder, "main.js");
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
  writeFileSync(script, 'import { Sequence, DataLoader } from "epochal"; console.log(Sequence, DataLoader);');
  return script;
}

/** What a page cannot load, or should not: imports of Node's modules, and the code that starts its workers. */
function leftovers(text: string): string[] {
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](node:[\w/]+)["']/g)].map(
    ([, name]) => name!,
  );
  const words = ["child_process", "execArgv", "__vite-browser-external"];
  return [...imports, ...words.filter((name) => text.includes(name))];
}
