import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../fixtures/train-forever.js", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in `folder`; kills it with SIGKILL once its log has `lines` lines. */
function train(folder: string, lines: number): Promise<Run> {
  const child = spawn(process.execPath, [program, folder]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  const watch = setInterval(() => {
    if (readLog(folder).length >= lines) child.kill("SIGKILL");
  }, 5);
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, out, err });
    }),
  );
}

function readLog(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, "log.txt"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

describe("a training run with worker threads on wasm", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "epochal-resume-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("killed twice at any step, has the loss curve of a run that was not", async () => {
    const whole = await mkdtemp(join(folder, "whole-"));
    const killed = await mkdtemp(join(folder, "killed-"));
    const { out, err } = await train(whole, Number.POSITIVE_INFINITY);
    expect(err).toBe("");
    // Every epoch ends with as many tensors as the first.
    const { tensors } = JSON.parse(out) as { tensors: readonly number[] };
    expect(new Set(tensors).size).toBe(1);

    expect((await train(killed, 17)).code).toBe(null);
    expect((await train(killed, 40)).code).toBe(null);
    expect((await train(killed, Number.POSITIVE_INFINITY)).code).toBe(0);
    const expected = readLog(whole);
    const resumed = readLog(killed);
    expect(expected).toHaveLength(60);
    // Steps after the last checkpoint were done twice; both times they had the same loss.
    expect(resumed.length).toBeGreaterThan(60);
    expect(new Set(resumed)).toEqual(new Set(expected));
    // Only the one file: what two kills may have left of files being written is gone too.
    expect((await readdir(killed)).sort()).toEqual(["last.safetensors", "log.txt"]);
  });
});
