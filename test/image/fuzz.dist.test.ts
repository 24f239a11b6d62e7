import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const fixture = fileURLToPath(new URL("../fixtures/fuzz-images.js", import.meta.url));

it("10,000 mutations of image files: pixels or an ImageError, no crash, no hang, bounded memory", async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  console.log(`images are mutated with seed ${seed}; repeat with FUZZ_SEED=${seed}`);
  // A crash, a hang or an exit code fails here, with what the process printed.
  const { stdout } = await promisify(execFile)(process.execPath, [fixture, String(seed), "10000"], {
    timeout: 300_000,
  });
  const { decoded, refused, maxRSS } = JSON.parse(stdout.trim().split("\n").at(-1)!);
  expect(decoded + refused).toBe(10_000);
  expect(decoded).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(500);
  expect(maxRSS).toBeLessThan(600_000);
});
