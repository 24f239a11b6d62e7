/** Without free file descriptors, at any moment and for any number that is left: a typed error, no leak, and a next try. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { share } from "../../deep.ts";

const program = fileURLToPath(new URL("../../fixtures/programs/descriptors.mjs", import.meta.url));

const seed = Number(process.env.EPOCHAL_SEED ?? Date.now());
console.log(`A part of all numbers of descriptors: EPOCHAL_SEED=${seed}`);

interface Attempt {
  /** Descriptors that were left. */
  readonly spare: number;
  readonly first: {
    readonly count: number;
    readonly name?: string;
    readonly message?: string;
    readonly cause?: string;
  };
  /** Batches of the epoch after that, with all descriptors. */
  readonly again: number;
}

if (!existsSync("/proc/self/fd"))
  console.warn("Skipped: descriptors are counted in /proc, which is not here.");

describe.skipIf(!existsSync("/proc/self/fd")).each(["thread", "process"])(
  "a %s without descriptors",
  (kind) => {
    it.concurrent.each(["at the start", "in the middle", "at a replacement"])("%s", async (moment) => {
      const limited = 'ulimit -n 400; exec "$0" "$@"';
      const spares = share([1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 40], 3, seed);
      const args = ["-c", limited, process.execPath, program, kind, moment, JSON.stringify(spares)];
      const { stdout } = await promisify(execFile)("sh", args);
      const { results, left } = JSON.parse(stdout) as { results: Attempt[]; left: number };
      for (const { first, again } of results) {
        if (first.count < 12) {
          // A getItem that opens files has an error of its own.
          expect(first.name).toMatch(/^(Worker|Batch)Error$/);
          expect(first.message).toMatch(/EMFILE|no files left/);
          expect(first.cause).toBeTruthy();
        }
        expect(again).toBe(12);
      }
      // Else it was no trial.
      if (moment === "at the start") expect(results[0]!.first.count).toBe(0);
      expect(left).toBeLessThanOrEqual(0);
    });
  },
);
