/** A program whose workers would run it again ends with one error, however it was started and whenever it loads. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataLoader } from "epochal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Nested } from "../../fixtures/nested.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
const folder = mkdtempSync(join(tmpdir(), "epochal-nested-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** How a program gets to its loader; `load` is a function that iterates, and prints what it was thrown. */
const bodies = {
  "at once": "await load();",
  "after an await": "async function main() { await wait(50); await load(); } main();",
  "after a timer": "setTimeout(load, 100);",
  "with errors caught, and going on": "await load(); setInterval(() => {}, 1000);",
  "and exits": "await load(); process.exit(5);",
  "without a word": "load = load.bind(null, true); void load();",
};

/** A class and a program in one module. Each run of it leaves a line, and so does each error. */
const program = (body: string): string => `
import { appendFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import { DataLoader, Sequence, tensor } from "epochal";
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const tell = (what) => appendFileSync(process.env.LOG, \`\${process.pid}/\${threadId} \${what}\\n\`);
tell("runs");
export class Slow extends Sequence {
  static module = import.meta.url;
  length = 100;
  async getItem(index) { await wait(20); return tensor([index]); }
}
let load = async (quiet) => {
  try {
    const options = JSON.parse(process.env.OPTIONS);
    for await (const batch of new DataLoader(new Slow(), options)) tell("batch");
    tell("end");
  } catch (error) {
    if (!quiet || threadId === 0) tell(\`\${error.name} \${error.message}\`);
    if (threadId === 0 && process.env.MAIN_EXITS) process.exit(5);
  }
};
${body}
`;

const threads = { workers: 2 };
const processes = { workers: 2, useMultiprocessing: true };

interface Told {
  /** Threads and processes that ran the program. */
  readonly runs: number;
  /** What the program itself was thrown. */
  readonly thrown: string[];
  readonly batches: number;
}

let runs = 0;
/** Runs Node in the folder, beside others, until the program was thrown something, or has ended by itself. */
async function run(args: readonly string[], options: object, env: NodeJS.ProcessEnv = {}): Promise<Told> {
  const log = join(folder, `log-${runs++}`);
  writeFileSync(log, "");
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, LOG: log, OPTIONS: JSON.stringify(options), MAIN_EXITS: "1", ...env },
  });
  await once(child, "exit");
  // Time for what would go on without the program.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const lines = readFileSync(log, "utf8").trim().split("\n");
  // The program's own lines: it ran first.
  const main = lines
    .filter((line) => line.startsWith(`${lines[0]!.split(" ")[0]} `))
    .map((line) => line.split(" ").slice(1));
  return {
    runs: lines.filter((line) => line.endsWith(" runs")).length,
    thrown: main.filter(([what]) => what!.endsWith("Error")).map((words) => words.join(" ")),
    batches: main.filter(([what]) => what === "batch").length,
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(() => {
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["tsx"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  symlinkSync(root, join(folder, "node_modules/epochal"));
  write("package.json", JSON.stringify({ type: "module", main: "./train.mjs" }));
  write("app/package.json", JSON.stringify({ type: "module", main: "./train.mjs" }));
  write("typed/package.json", JSON.stringify({ type: "module", main: "./train.ts" }));
  for (const path of ["train.mjs", "app/train.mjs", "typed/train.ts"])
    write(path, program(bodies["at once"]));
  write("cli.mjs", 'import "./train.mjs";');
  write("typed/cli.ts", 'import "./train.ts";');
  write("require.cjs", 'import("./train.mjs");');
  write("nothing.mjs", "setTimeout(() => {}, 5000);");
  symlinkSync(join(folder, "train.mjs"), join(folder, "link.mjs"));
});

describe.each([
  ["threads", threads],
  ["processes", processes],
] as const)("a program that is run again by its %s", (_, options) => {
  it.concurrent.each([
    ["node cli.mjs", ["cli.mjs"], {}],
    ["node .", ["."], {}],
    ["node app/", ["app/"], {}],
    ["tsx .", [tsx, "typed"], {}],
    ["tsx cli.ts", [tsx, "typed/cli.ts"], {}],
    ["node --import", ["--import", "./train.mjs", "nothing.mjs"], {}],
    ["node --require", ["--require", "./require.cjs", "nothing.mjs"], {}],
    ["NODE_OPTIONS", ["nothing.mjs"], { NODE_OPTIONS: "--import ./train.mjs" }],
    ["node -e", ["-e", 'import("./train.mjs")'], {}],
    ["node --preserve-symlinks-main", ["--preserve-symlinks-main", "link.mjs"], {}],
  ] as const)("is told so where it was started by `%s`", async (_, args, env) => {
    const { runs, thrown, batches } = await run(args, options, env);
    expect(thrown).toEqual([expect.stringMatching(/^PortableError .*Move the class to a module of its own/)]);
    expect(batches).toBe(0);
    expect(runs).toBeLessThanOrEqual(3);
  });

  it.concurrent.each(Object.entries(bodies))("is told so where it loads %s", async (how, body) => {
    const name = how.replace(/\W/g, "-");
    write(`${name}.mjs`, program(body));
    write(`start-${name}.mjs`, `import "./${name}.mjs";`);
    const { runs, thrown } = await run([`start-${name}.mjs`], options);
    expect(thrown).toEqual([expect.stringMatching(/^PortableError .*was run again.*\.mjs/)]);
    expect(runs).toBeLessThanOrEqual(3);
  });

  it.concurrent.each([
    ["thread", "new Worker(new URL('./inner-thread.mjs', import.meta.url))"],
    ["process", "fork(new URL('./inner-process.mjs', import.meta.url), ['inner'])"],
    [
      "process, later",
      "setTimeout(() => fork(new URL('./inner-process--later.mjs', import.meta.url), ['inner']), 1)",
    ],
  ])("does not go on for ever where it starts its loader in a %s of its own", async (where, start) => {
    const name = where.replace(/\W/g, "-");
    // A thread of its own is none of the main thread's, and a process has an argument; workers have neither.
    write(
      `outer-${name}.mjs`,
      `import { fork } from "node:child_process"; import { isMainThread, Worker } from "node:worker_threads";
      ${program("")} export { load, tell };
      if (${where === "thread" ? "isMainThread" : "!process.argv.includes('inner')"}) ${start};`,
    );
    write(
      `inner-${name}.mjs`,
      `import { Slow, tell } from "./outer-${name}.mjs"; import { DataLoader } from "epochal";
      try { for await (const _ of new DataLoader(new Slow(), JSON.parse(process.env.OPTIONS))); tell("end"); }
      catch (error) { tell(\`\${error.name} \${error.message}\`); }`,
    );
    // Ten batches of 20 ms and more: it would go on long enough.
    const { runs } = await run([`outer-${name}.mjs`], options);
    expect(runs).toBeLessThan(20);
  });

  it.concurrent("is told so under `auto`", async () => {
    const { runs, thrown } = await run(["cli.mjs"], { ...options, workers: "auto" });
    // Where it never came to start any, there was nothing to tell.
    expect(thrown).toEqual(runs === 1 ? [] : [expect.stringMatching(/^PortableError .*was run again/)]);
    expect(runs).toBeLessThanOrEqual(3);
  });
});

describe.each([
  ["a thread", { workers: 1 }],
  ["a process", { workers: 1, useMultiprocessing: true }],
] as const)("a loader inside getItem of %s", (_, options) => {
  it.each(["inline", "thread of its own", "process of its own"])("works %s", async (where) => {
    await using loader = new DataLoader(new Nested(2, where), options);
    const sums = [];
    for await (const { data } of loader) sums.push(data[0]);
    expect(sums).toEqual([6, 6]);
  });

  it.each([2, "auto"] as const)("is refused workers: %s, and told what to write", async (workers) => {
    await using loader = new DataLoader(new Nested(2, "inline", workers), options);
    await expect(
      (async () => {
        for await (const _ of loader);
      })(),
    ).rejects.toMatchObject({
      name: "PortableError",
      message: expect.stringMatching(/getItem takes workers: 0/),
    });
    // Nor is it tried again, and the loader can be used again where it is.
    expect(loader.report().workersLost).toBe(0);
  });
});
