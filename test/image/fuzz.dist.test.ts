import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { adobeSegment, type JpegPlan, progressiveScans, sequentialScans, writeJpeg } from "./jpeg-writer.ts";

const fixture = fileURLToPath(new URL("../fixtures/fuzz-images.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "epochal-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));

const plain: JpegPlan = {
  height: 37,
  width: 53,
  components: [0, 1, 2].map((c) => ({
    id: c + 1,
    h: c === 0 ? 4 : 1,
    v: c === 0 ? 2 : 1,
    at: (y, x) => 128 + 100 * Math.sin(20 * x + c) * Math.cos(15 * y),
  })),
  scans: sequentialScans(3, true),
  progressive: false,
  restart: 0,
  quantiser: 12,
  skewed: true,
  fill: 0,
  late: false,
  segments: [],
};

/** JPEG files of kinds that sharp does not write. */
const kinds: Record<string, Partial<JpegPlan>> = {
  interleaved: { restart: 2, fill: 2 },
  separate: { scans: sequentialScans(3, false), restart: 3, late: true },
  progressive: { progressive: true, scans: progressiveScans(3), restart: 2 },
  inks: {
    components: [...plain.components, { ...plain.components[0]!, id: 4 }],
    scans: progressiveScans(4).filter(({ parts }) => parts.length === 1),
    progressive: true,
    segments: [adobeSegment(2)],
  },
};
// Eighteen blocks are no unit, so each component comes by itself.
const separately = [0, 1, 2, 3].map((part) => ({ parts: [part], first: 0, last: 0, low: 0, refines: false }));
for (const [name, kind] of Object.entries(kinds)) {
  const scans = name === "inks" ? [...separately, ...kind.scans!] : (kind.scans ?? plain.scans);
  writeFileSync(join(folder, `${name}.jpg`), writeJpeg({ ...plain, ...kind, scans }));
}

it("10,000 mutations of image files: pixels or an ImageError, no crash, no hang, bounded memory", async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  console.log(`images are mutated with seed ${seed}; repeat with FUZZ_SEED=${seed}`);
  // A crash, a hang or an exit code fails here, with what the process printed.
  const { stdout } = await promisify(execFile)(process.execPath, [fixture, String(seed), "10000", folder], {
    timeout: 300_000,
  });
  const { decoded, refused, maxRSS } = JSON.parse(stdout.trim().split("\n").at(-1)!);
  expect(decoded + refused).toBe(10_000);
  expect(decoded).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(500);
  expect(maxRSS).toBeLessThan(600_000);
});
