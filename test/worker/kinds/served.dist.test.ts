/** Workers of a factory that cannot be had: what is said, and that none is left. In pages: test/browser/workers.browser.test.ts. */
import { Worker } from "node:worker_threads";
import { DataLoader, type Sequence, type WorkerFactory } from "epochal";
import { expect, it } from "vitest";
import { Numbers } from "../../fixtures/sequences.js";

const script = new URL("../../fixtures/served-sequences.js", import.meta.url);

/** The error of a loader whose workers `worker` makes; undefined where it loads. */
async function problem(worker: unknown, workers: number = 1): Promise<unknown> {
  const sequence = new Numbers(4) as unknown as Sequence<unknown>;
  const loader = new DataLoader(sequence, { workers, worker: worker as WorkerFactory });
  try {
    for await (const _ of loader);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await loader.close();
  }
}

/** A worker that runs `code`. */
const running =
  (code: string): (() => Worker) =>
  () =>
    new Worker(code, { eval: true });
const message = (fields: object): string =>
  `require("worker_threads").parentPort.postMessage(${JSON.stringify({ type: "hello", ...fields })}); setInterval(() => {}, 1000);`;

it.each<[string, unknown, string, RegExp]>([
  ["a script that ends without serve()", running(""), "WorkerError", /ended, and its script.* call serve\(/],
  [
    "another version",
    running(message({ from: "epochal", version: "0.0.1", key: "k", isLocked: false })),
    "WorkerError",
    /has epochal 0\.0\.1, the program that started it \d/,
  ],
  [
    "a function that throws no error",
    () => {
      throw null;
    },
    "WorkerError",
    /could not be started: null\./,
  ],
  ["a function that returns no Worker", () => ({}), "OptionError", /must return a Worker/],
])("%s is said", async (_, worker, name, text) => {
  const error = await problem(worker);
  expect(error).toMatchObject({ name });
  expect(String(error)).toMatch(text);
});

it("a promise of a Worker is refused, and the Worker ended", async () => {
  let made: Worker | undefined;
  const error = await problem(async () => {
    made = new Worker(script);
    return made;
  });
  expect(String(error)).toMatch(/must return a Worker/);
  await new Promise((resolve) => made!.once("exit", resolve));
});

it("one Worker is not taken twice", async () => {
  const only = new Worker(script);
  expect(String(await problem(() => only, 2))).toMatch(/returned before\. Have it make a new one/);
});

it("what a Worker says to the program besides is not taken for a hello", async () => {
  const code = `${message({ version: "1.0", key: "k" })} import(${JSON.stringify(script.href)});`;
  expect(await problem(running(code))).toBeUndefined();
});

it("has workers itself in what getItem starts, as in threads of Node", async () => {
  const code = `import(${JSON.stringify(script.href)}).then(() => require("worker_threads").parentPort.postMessage({ inside: process.env.EPOCHAL_INSIDE }));`;
  const said: unknown[] = [];
  const worker = (): Worker => running(code)().on("message", (each) => said.push(each.inside));
  expect(await problem(worker)).toBeUndefined();
  expect(said).toContain("1");
});
