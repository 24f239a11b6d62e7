/**
 * The packed package on every Node line that is supported, with threads and processes, as TypeScript and JavaScript.
 * All must print the same: same batches, same bytes. The Nodes come from the registry.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyProject, install, pack, run, writeBoth } from "./packed.ts";

const { folder, remove } = emptyProject();
const versions = [22, 24];
/** Packages of Node binaries exist for these machines. */
const platform = `${process.platform}-${process.arch}`;
const known = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"].includes(platform);
if (!known) console.warn(`Skipped: the registry has no Node for ${platform}.`);

const node = (version: number | "this"): string =>
  version === "this" ? process.execPath : join(folder, `node_modules/node${version}/bin/node`);

const programs: readonly (readonly [what: string, version: number | "this", args: readonly string[]])[] = [
  ["JavaScript", "this", ["main.js"]],
  ["TypeScript through tsx", "this", ["--import", "tsx", "main.ts"]],
  ...versions.flatMap((version) => [
    ["JavaScript", version, ["main.js"]] as const,
    ["TypeScript through tsx", version, ["--import", "tsx", "main.ts"]] as const,
    ["TypeScript, its types stripped by Node", version, ["main.ts"]] as const,
  ]),
];

describe.skipIf(!known)("the packed package", () => {
  beforeAll(async () => {
    for (const name of ["main.ts", "numbers.ts"]) {
      writeBoth(folder, name, readFileSync(new URL(`../fixtures/matrix/${name}`, import.meta.url), "utf8"));
    }
    const nodes = versions.map((version) => `node${version}@npm:node-${platform}@${version}`);
    await install(folder, `./${await pack(folder)}`, "tsx", ...nodes);
  });
  afterAll(remove);

  let first: string | undefined;

  it.each(programs)("gives the same batches from %s on Node %s", async (_, version, args) => {
    const { stdout, stderr } = await run(folder, node(version), ...args);
    expect(stderr).toBe("");
    first ??= stdout;
    expect(stdout).toBe(first);
    expect(JSON.parse(stdout)).toMatchObject({
      kinds: ["inline", "threads", "processes"],
      same: true,
      batches: 18,
    });
  });
});
