/** Programs that a bundler has put together for Node: what works, and what the others are told. */
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { linkedProject } from "./linked.ts";
import { run } from "./packed.ts";

const program = (worker: string): string => `
import { Worker } from "node:worker_threads";
import { DataLoader } from "epochal";
import { Numbers } from "./numbers.js";

async function read() {
  const loader = new DataLoader(new Numbers(), { workers: 2, worker: ${worker} });
  const batches = [];
  for await (const batch of loader) batches.push(batch);
  await loader.close();
  return batches.join();
}
read().then(console.log, ({ name, message }) => console.log(name + ": " + message));
`;

const { folder, remove } = linkedProject({
  "numbers.js": `
import { Sequence } from "epochal";
export class Numbers extends Sequence {
  static module = import.meta.url;
  length = 4;
  getItem(index) {
    return 10 * index;
  }
}`,
  "worker.js": 'import { serve } from "epochal"; import { Numbers } from "./numbers.js"; serve({ Numbers });',
  "thread.js": program('"thread"'),
  "process.js": program('"process"'),
  "factory.js": program('() => new Worker(new URL("./worker.mjs", import.meta.url))'),
});
afterAll(remove);

/** Bundles `entries` in a folder of their own, runs the first, and gives what it printed. */
async function bundled(entries: readonly string[], options: BuildOptions): Promise<string> {
  const name = `out-${entries.join("-")}-${JSON.stringify(options).replace(/\W+/g, "-")}`;
  const extension = options.format === "cjs" ? ".cjs" : ".mjs";
  await build({
    absWorkingDir: folder,
    entryPoints: entries.map((entry) => `${entry}.js`),
    outdir: name,
    outExtension: { ".js": extension },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    ...options,
  });
  const { stdout } = await run(folder, process.execPath, join(name, `${entries[0]}${extension}`));
  return stdout.trim();
}

const remedy =
  /If a bundler .*external: \["epochal"\].* serverExternalPackages.*an entry of its own.* worker: \(\) =>/;

describe.each(["thread", "process"])("worker: %j", (kind) => {
  it.each([false, true])("says what to do where all is one file (minified: %s)", async (minify) => {
    const printed = await bundled([kind], { minify });
    expect(printed).toMatch(/^PortableError: Workers cannot load .* the program's entry script/);
    expect(printed).toMatch(remedy);
  });

  it("says what to do where epochal is in a chunk", async () => {
    const printed = await bundled([kind, "numbers"], { splitting: true, minify: true });
    expect(printed).toMatch(
      new RegExp(`^WorkerError: Workers cannot be started, as epochal's file entry/${kind}\\.js is not`),
    );
    expect(printed).toMatch(remedy);
  });

  it("says what to do where the bundle is CommonJS", async () => {
    const printed = await bundled([kind], { format: "cjs" });
    expect(printed).toMatch(/^PortableError: .*`module` is undefined.*pathToFileURL\(__filename\)\.href/);
    expect(printed).toMatch(remedy);
  });

  it.each([false, true])("runs with the first remedy (minified: %s)", async (minify) => {
    const options = { splitting: true, external: ["epochal"], minify };
    expect(await bundled([kind, "numbers"], options)).toBe("0,10,20,30");
  });
});

it.each([{ minify: false }, { minify: true }, { minify: true, splitting: true }])(
  "runs with the second remedy, %o",
  async (options) => {
    expect(await bundled(["factory", "worker"], options)).toBe("0,10,20,30");
  },
);
