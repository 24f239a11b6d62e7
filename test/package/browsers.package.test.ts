/**
 * The packed package in pages, as their authors build them: with each bundler as it comes, without a setting for this
 * package, opened in every engine. All of them, and Node, must give the same bytes.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Program, start } from "../browser/engines/program.ts";
import { inEveryEngine } from "../browser/engines.ts";
import { serveFolder } from "../browser/site.ts";
import { emptyProject, environment, install, pack, run } from "./packed.ts";

const { folder, remove } = emptyProject();
const photographs = fileURLToPath(new URL("../../../shared/data/imagenet-sample/", import.meta.url));
const ended: (() => unknown)[] = [];

/** Runs a bundler as it is run by hand. */
const bundle = (command: string): Promise<unknown> => {
  const [name, ...args] = command.split(" ");
  return run(folder, join(folder, "node_modules/.bin", name!), ...args);
};

/** Serves what a bundler wrote into `out`, with the page and the photographs beside it. */
const serve = async (out: string): Promise<string> => {
  const to = join(folder, out);
  if (!existsSync(join(to, "index.html"))) cpSync(join(folder, "index.html"), join(to, "index.html"));
  const { url, server } = await serveFolder(to, join(folder, "public"));
  ended.push(() => server.close());
  return url;
};

/** Starts a bundler's own server, and waits until it names its address. */
const started = async (command: string): Promise<string> => {
  const [name, ...args] = command.split(" ");
  const program: Program = start(join(folder, "node_modules/.bin", name!), () => args, {
    cwd: folder,
    // Where CI is set, addresses are printed in colours.
    env: { ...environment, NO_COLOR: "1" },
  });
  ended.push(() => program.end());
  return `${await program.printed(/(http:\/\/[\w.]+:\d+)/)}/`;
};

/** Address of the page, once it is built. */
const bundlers: Readonly<Record<string, () => Promise<string>>> = {
  "Vite's server": () => started("vite --host 127.0.0.1 --port 0"),
  async Vite() {
    await bundle("vite build --outDir out/vite");
    return serve("out/vite");
  },
  async webpack() {
    await bundle("webpack --mode production --entry ./main.js -o out/webpack");
    return serve("out/webpack");
  },
  async esbuild() {
    await bundle("esbuild main.js worker.js --bundle --minify --splitting --format=esm --outdir=out/esbuild");
    return serve("out/esbuild");
  },
  async Rollup() {
    await bundle("rollup -p node-resolve main.js worker.js -d out/rollup -f es");
    return serve("out/rollup");
  },
  async Next() {
    await bundle("next build");
    return started("next start --hostname 127.0.0.1 --port 0");
  },
};

const urls = new Map<string, string>();
let inNode: readonly { readonly batches: number; readonly digest: string }[];

describe("a page with the packed package", () => {
  beforeAll(async () => {
    cpSync(new URL("../fixtures/pages", import.meta.url), folder, { recursive: true });
    mkdirSync(join(folder, "public"));
    const names = await images(join(folder, "public/data"));
    writeFileSync(join(folder, "names.js"), `export const names = ${JSON.stringify(names)};`);
    const tools = [
      "vite",
      "webpack@5",
      "webpack-cli@6",
      "esbuild",
      "rollup@4",
      "@rollup/plugin-node-resolve",
    ];
    const next = ["next@16", "react@19", "react-dom@19"];
    await install(folder, `./${await pack(folder)}`, ...tools, ...next);
    const { stdout } = await run(folder, process.execPath, "node.js", join(folder, "public/data"));
    inNode = JSON.parse(stdout) as typeof inNode;
    expect(inNode).toEqual([inNode[0], inNode[0]]);
    expect(inNode[0]!.batches).toBe(3);
  });
  afterAll(async () => {
    await Promise.all(ended.map((end) => end()));
    remove();
  });

  it.each(Object.keys(bundlers))("is built by %s", async (name) => {
    urls.set(name, await bundlers[name]!());
  });

  inEveryEngine((open) => {
    it.each(Object.keys(bundlers))("gives the batches of Node when built by %s", async (name) => {
      const page = await open(urls.get(name)!);
      await page.evaluate(ready);
      for (const workers of [0, 1, 2])
        expect(await page.evaluate(`scenario.digest(${workers})`)).toEqual(inNode[0]);
      expect(await page.evaluate("scenario.started")).toBe(3);
      expect(page.problems).toEqual([]);
      await page.close();
    });
  });
});

/** Waits until the page's program ran: some frameworks start it after the page is loaded. */
const ready = `new Promise((resolve) => {
  const look = () => (globalThis.scenario ? resolve() : setTimeout(look, 10));
  look();
})`;

/** Names of 48 images in `to`: photographs where they are at hand, else noise of many sizes. */
async function images(to: string): Promise<readonly string[]> {
  if (existsSync(photographs)) {
    symlinkSync(photographs, to);
  } else {
    mkdirSync(to);
    for (let i = 0; i < 48; i++) {
      const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
      const image = {
        width: 300 + 7 * i,
        height: 500 - 5 * i,
        channels: 3,
        background: "black",
        noise,
      } as const;
      await sharp({ create: image })
        .jpeg()
        .toFile(join(to, `${100 + i}.jpg`));
    }
  }
  return readdirSync(to).sort().slice(0, 48);
}
