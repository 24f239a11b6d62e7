/**
 * The packed package wherever programs run: every Node line that is supported, Bun, and Deno. All give the same bytes,
 * from threads and processes, as TypeScript and as JavaScript; in Bun and Deno, workers keep the contract, and the
 * README's example trains. They all come from the registry.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyProject, install, pack, root, run, withoutStalls, writeBoth } from "./packed.ts";
import { checkTraining, packages, writeExample } from "./readme.ts";

const { folder, remove } = emptyProject();
const nodes = [22, 24];
/** Packages with programs for these machines exist. */
const platform = `${process.platform}-${process.arch}`;
const known = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"].includes(platform);
if (!known) console.warn(`Skipped: the registry has no Node for ${platform}.`);

/** Those that are no Node, and how each runs a program that may do everything. */
const others = { Bun: ["bun"], Deno: ["deno", "run", "--allow-all"] } as const;
type Other = keyof typeof others;

const node = (version: number | "this"): string =>
  version === "this" ? process.execPath : join(folder, `node_modules/node${version}/bin/node`);
const other = (name: Other): readonly [file: string, ...args: string[]] => {
  const [bin, ...args] = others[name];
  return [join(folder, "node_modules/.bin", bin), ...args];
};

beforeAll(async () => {
  if (!known) return;
  const programs = nodes.map((version) => `node${version}@npm:node-${platform}@${version}`);
  await install(folder, `./${await pack(folder)}`, ...packages, ...programs, "bun@1.4", "deno@2.9");
  await writeExample(folder);
  for (const name of ["main.ts", "numbers.ts", "pictures.ts", "worker.ts"])
    writeBoth(folder, name, fixture(name));
  await writeContract();
});
afterAll(remove);

const fixture = (name: string): string => readFileSync(join(root, "test/fixtures/runtimes", name), "utf8");

/** The suite of test/contracts as one file for any runtime, beside the sequences that it sends. */
async function writeContract(): Promise<void> {
  const fixtures = join(root, "test/fixtures");
  mkdirSync(join(folder, "fixtures"));
  for (const name of ["sequences.js", "served-sequences.js"])
    copyFileSync(join(fixtures, name), join(folder, "fixtures", name));
  // Here by the front door, as users do.
  writeFileSync(join(folder, "fixtures", "epochal.js"), 'export * from "epochal";\n');
  await build({
    entryPoints: [join(fixtures, "runtimes/contract.ts")],
    outfile: join(folder, "suite/contract.js"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    alias: { vitest: join(fixtures, "runtimes/vitest.ts") },
    external: ["epochal", "node:*", "../fixtures/sequences.js"],
    mainFields: ["module", "main"],
  });
}

describe.skipIf(!known)("one stream", () => {
  const programs: readonly (readonly [what: string, where: string, command: () => readonly string[]])[] = [
    ["JavaScript", "this Node", () => [node("this"), "main.js"]],
    ["TypeScript through tsx", "this Node", () => [node("this"), "--import", "tsx", "main.ts"]],
    ...nodes.flatMap((version) => [
      ["JavaScript", `Node ${version}`, () => [node(version), "main.js"]] as const,
      [
        "TypeScript through tsx",
        `Node ${version}`,
        () => [node(version), "--import", "tsx", "main.ts"],
      ] as const,
      ["TypeScript, its types stripped,", `Node ${version}`, () => [node(version), "main.ts"]] as const,
    ]),
    ...(["Bun", "Deno"] as const).flatMap((name) => [
      ["JavaScript", name, () => [...other(name), "main.js"]] as const,
      ["TypeScript", name, () => [...other(name), "main.ts"]] as const,
    ]),
  ];
  let first: string | undefined;

  it.each(programs)("from %s in %s", async (_what, where, command) => {
    const webWorkers = where in others;
    const [file, ...args] = command();
    const { stdout, stderr } = await run(folder, file!, ...args);
    expect(withoutStalls(stderr)).toBe("");
    const digests = JSON.parse(stdout) as Record<string, string>;
    const kinds = ["inline", "threads", "processes", "threads of a factory", "Web Workers"];
    expect(Object.keys(digests)).toEqual(webWorkers ? kinds : kinds.slice(0, -1));
    first ??= digests.inline;
    for (const digest of Object.values(digests)) expect(digest).toBe(first);
  });

  it("from Deno that may read files, and nothing else", async () => {
    const [file] = other("Deno");
    const reads = ["run", "--no-prompt", "--allow-read", "main.ts"];
    const { stdout } = await run(folder, file, ...reads, "threads", "Web Workers");
    expect(JSON.parse(stdout)).toEqual({ threads: first, "Web Workers": first });
  });
});

interface Guest {
  readonly name: Other;
  readonly kind: string;
  readonly memory: "limited" | "unlimited";
  readonly faults: readonly string[];
}

/**
 * What a worker survives there. Bun has no memory limits; in Deno a thread whose heap is full stops without a word, and
 * a process does not heed a SIGSEGV that it is sent.
 */
const guests: readonly Guest[] = [
  { name: "Bun", kind: "thread", memory: "unlimited", faults: ["exit", "rejection"] },
  { name: "Bun", kind: "process", memory: "unlimited", faults: ["exit", "rejection", "kill", "segfault"] },
  { name: "Deno", kind: "thread", memory: "unlimited", faults: ["exit", "rejection"] },
  { name: "Deno", kind: "process", memory: "limited", faults: ["exit", "rejection", "kill"] },
  ...["web worker", "thread of a factory"].flatMap((kind) =>
    (["Bun", "Deno"] as const).map((name) => ({
      name,
      kind,
      memory: "unlimited" as const,
      faults: ["exit", "rejection"],
    })),
  ),
];

describe.skipIf(!known)("the contract of workers", () => {
  it.each(guests)("holds in $name for a $kind of $memory memory", async ({ name, kind, memory, faults }) => {
    const [file, ...args] = other(name);
    const { stdout } = await run(folder, file, ...args, "suite/contract.js", kind, memory, ...faults);
    const { passed, failed } = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
      readonly passed: readonly string[];
      readonly failed: Readonly<Record<string, string>>;
    };
    expect(failed).toEqual({});
    expect(passed).toHaveLength(10 + faults.length + (memory === "limited" ? 1 : 0));
  });
});

describe.skipIf(!known)("the README's example", () => {
  const programs: readonly (readonly [where: string, command: () => readonly [string, ...string[]]])[] = [
    ["Bun", () => other("Bun")],
    ["Deno", () => other("Deno")],
    ["Node 24, which strips its types", () => [node(24)]],
  ];

  it.each(programs)("trains in %s", async (_, command) => {
    const [file, ...args] = command();
    checkTraining(await run(folder, file, ...args, "train.ts"));
  });
});
