/** What is published: the tarball's contents, its types and entry points, and what a bundler makes of it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
    const page = ["licences.txt", "page.css", "page.html"].map((name) => `inspect/page/${name}`);
    const others = files.filter((name) => /\.[a-z]+$/.test(name) && !/\.(js|d\.ts)$/.test(name));
    expect(others.sort()).toEqual(page);
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

  it("has types that hold in a page, whose settings know nothing of Node or of `using`", async () => {
    const page = join(folder, "types");
    mkdirSync(page);
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: true, types: [], lib: ["DOM", "ES2023"] },
      ...{ target: "es2023", module: "esnext", moduleResolution: "bundler" },
    };
    writeFileSync(join(page, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["page.ts"] }));
    writeFileSync(
      join(page, "page.ts"),
      `import { DataLoader, tensor } from "epochal";
      const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const loader = new DataLoader({ length: 4, getItem: (i: number) => tensor([i]) }, { batchSize: 2, worker });
      for await (const batch of loader) batch.data satisfies Float32Array;
      // @ts-expect-error a batch is no \`any\`
      for await (const batch of loader) batch.no;
      // @ts-expect-error nor in several epochs
      for await (const batch of loader.epochs(2)) batch.no;
      export {};`,
    );
    await run(folder, bin("tsc"), "-p", page);
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
 * Size limits in KiB, minified and compressed. `first` is what a page pays before it runs; `later` what it has loaded, all
 * in all, once it has used what `uses` names. 6 of a loader's are the picture of its sequence, by which it is known whether a
 * state belongs to the data at hand, 2 are batches, which it makes of samples, 6 say what limits it. Of images it is their
 * description at first, and later the decoder of a format, with what every image needs of the kernel.
 */
const limits: Readonly<Record<string, Budget>> = {
  'export { Sequence, DataLoader, serve } from "epochal";': {
    first: 11,
    later: [
      { what: "an epoch without workers", uses: ["loader/session"], most: 40 },
      { what: "an epoch of samples", uses: ["loader/session", "sequence/batching/gathering"], most: 42 },
      { what: "an epoch with Web Workers", uses: ["loader/session", "worker/kinds/served"], most: 48 },
      { what: "serving in a Web Worker", uses: ["serve/serving"], most: 29 },
    ],
  },
  'export { imread, resize } from "epochal/image";': {
    first: 17.5,
    later: [
      { what: "the first JPEG", uses: ["image/decode/jpeg"], most: 45 },
      { what: "the first PNG", uses: ["image/decode/png"], most: 36 },
      { what: "the first WebP", uses: ["image/decode/webp"], most: 44.5 },
      { what: "the first GIF", uses: ["image/decode/gif"], most: 31 },
    ],
  },
  'export * from "epochal/image";': { first: 29.5 },
};

interface Budget {
  readonly first: number;
  readonly later?: readonly {
    readonly what: string;
    readonly uses: readonly string[];
    readonly most: number;
  }[];
}

/** Names of the files that are loaded before the bundle's entry runs, and once each of the modules `used` was needed. */
function loadedFiles(outputs: Metafile["outputs"], used: readonly string[] = []): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (path: string): void => {
    if (names.has(basename(path))) return;
    names.add(basename(path));
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") add(next);
  };
  const starts = ["<stdin>", ...used.map((name) => `epochal/dist/${name}.js`)];
  const entries = starts.map((start) =>
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(start)),
  );
  for (const [i, entry] of entries.entries()) {
    expect(entry, starts[i]).toBeDefined();
    add(entry![0]);
  }
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
    const size = (used?: readonly string[]): number =>
      kibOf(outputFiles, loadedFiles(metafile.outputs, used));
    const { first, later = [] } = limits[entry]!;
    expect(size()).toBeLessThan(first);
    for (const { what, uses, most } of later) expect(size(uses), what).toBeLessThan(most);
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
  writeFileSync(
    script,
    'import { Sequence, DataLoader, serve } from "epochal"; console.log(Sequence, DataLoader, serve);',
  );
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
