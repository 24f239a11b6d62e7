import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { limitFlags } from "../../../src/worker/kinds/limit-flags.ts";

/** What a process with those limits has. */
function measure(limits: Parameters<typeof limitFlags>[0], expression: string): number {
  const { stdout } = spawnSync(process.execPath, [...limitFlags(limits), "-p", expression], {
    encoding: "utf8",
  });
  return Number(stdout);
}

const heap = "v8.getHeapStatistics().heap_size_limit / 2 ** 20";
const depth = "(function f(n) { try { return f(n + 1); } catch { return n; } })(0)";

describe("the limits of a worker process", () => {
  it("are those of a thread, as far as Node has flags", () => {
    expect(limitFlags({})).toEqual([]);
    const old = measure({ maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 48 }, heap);
    expect(old).toBeGreaterThanOrEqual(64);
    expect(old).toBeLessThanOrEqual(64 + 48 + 16);
    expect(measure({ maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 3 }, heap)).toBeLessThan(old);
    expect(measure({ stackSizeMb: 4 }, depth)).toBeGreaterThan(2 * measure({ stackSizeMb: 1 }, depth));
  });

  it("are refused by name where there is none, or the system gives less", () => {
    for (const name of ["codeRangeSizeMb", "stackSizeMb"] as const) {
      expect(() => limitFlags({ [name]: name === "stackSizeMb" ? 1e6 : 8 })).toThrow(
        expect.objectContaining({
          name: "OptionError",
          message: expect.stringContaining(`resourceLimits.${name}`),
        }),
      );
    }
  });
});
