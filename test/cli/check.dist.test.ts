/** `npx epochal check` as it is called: exit codes, streams, JSON, TypeScript. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function start(...args: string[]) {
  return spawn(process.execPath, [at("../../dist/cli/main.js"), "check", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      // This repository's own tsconfig.json takes `epochal` for its sources.
      TSX_TSCONFIG_PATH: at("../../examples/tsconfig.json"),
      // On a busy machine a worker may take five seconds to start, which is said, and rightly so.
      NODE_OPTIONS: "--disable-warning=EPOCHAL_STALL",
    },
  });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code };
}

it("exits with 0 where a TypeScript target is sound, in workers too, and prints one object", async () => {
  const { stdout, stderr, code } = await run(`${at("fixtures/typed.ts")}#train`, "--json", "--seed", "3");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    command: "check",
    target: expect.stringContaining("typed.ts#train"),
    ok: true,
    name: "Typed",
    seed: 3,
    length: 6,
    looked: 6,
    complete: true,
    compared: ["again", "2 threads (6 batches)"],
    leaves: [
      {
        path: "[0]",
        role: "vector",
        dtype: "float32",
        shape: [1, 2],
        values: { min: 0.5, max: 5.5, mean: 2, std: expect.any(Number) },
      },
      {
        path: "[1]",
        role: "classes",
        dtype: "int32",
        shape: [1],
        values: expect.anything(),
        classes: { 0: 3, 1: 3 },
      },
    ],
    notes: [],
    findings: [],
  });
});

it("exits with 1 where workers give something else, and names the element and the cause", async () => {
  const { stdout, code } = await run(`${at("fixtures/faulty.js")}#Remembering`);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^error workers: batch 0 is another one with 2 threads than without workers: x\[0, 1\] is 0\.\d+ once and .*; so in 4 of the 4 batches compared\. Cause: Math\.random\(\) at faulty\.js:12\. .*context\.random/m,
  );
  expect(stdout).toMatch(/^1 problem in all 4 batches, fetched again and by 2 threads/m);
});

it("exits with 2 where it cannot be done, and with 130 after Ctrl-C", async () => {
  const wrong = await run(`${at("fixtures/faulty.js")}#Slaw`);
  expect({ ...wrong }).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("#Slow?") });
  const child = start(`${at("fixtures/faulty.js")}#Slow`, "--seconds", "600");
  // However long it takes to start.
  await once(child.stderr, "data");
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
});
