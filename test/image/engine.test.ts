import { existsSync, readdirSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/image/engine/engine.ts";
import { sharpEngine } from "../../src/image/engine/sharp.ts";
import { turboEngine } from "../../src/image/engine/turbo.ts";
import { foldPlan } from "../../src/image/plan.ts";

const samples = new URL("../../../shared/data/imagenet-sample/", import.meta.url);

/** A photograph by one engine, as the benchmark asks for it; undefined where the engine declines it. */
async function by(engine: Engine | undefined, bytes: Uint8Array): Promise<Float32Array | undefined> {
  const plan = foldPlan(
    [{ kind: "resize", height: 200, width: 200, antialias: "triangle", dtype: "float32" }],
    3,
  );
  const out = new Float32Array(200 * 200 * 3);
  const took = await engine!.decode(bytes, { plan, orient: true, maxPixels: 1e8, row: () => out });
  return took ? out : undefined;
}

function difference(a: Float32Array, b: Float32Array): { mean: number; worst: number } {
  let sum = 0;
  let worst = 0;
  for (const [i, value] of a.entries()) {
    const d = Math.abs(value - b[i]!);
    sum += d;
    worst = Math.max(worst, d);
  }
  return { mean: sum / a.length, worst };
}

describe("the engines agree", () => {
  it.skipIf(!existsSync(samples))(
    "on photographs, if ../shared/data is there: 0.008 in the mean, 0.08 at worst",
    async () => {
      for (const name of readdirSync(samples).slice(0, 25)) {
        const bytes = readFileSync(new URL(name, samples));
        const { mean, worst } = difference(
          (await by(turboEngine(), bytes))!,
          (await by(sharpEngine(), bytes))!,
        );
        expect(mean).toBeLessThan(0.008);
        expect(worst).toBeLessThan(0.08);
      }
    },
  );

  it("on every orientation and subsampling of a drawn picture", async () => {
    const [height, width] = [150, 210];
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
      return 128 + 100 * Math.sin(x / (5 + 3 * c)) * Math.cos(y / (9 - 2 * c));
    });
    for (let orientation = 1; orientation <= 8; orientation++) {
      for (const chromaSubsampling of ["4:4:4", "4:2:0"]) {
        for (const progressive of [false, true]) {
          const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
            .withMetadata({ orientation })
            .jpeg({ chromaSubsampling, progressive, quality: 92 })
            .toBuffer();
          const { mean, worst } = difference(
            (await by(turboEngine(), bytes))!,
            (await by(sharpEngine(), bytes))!,
          );
          expect(mean).toBeLessThan(0.008);
          expect(worst).toBeLessThan(0.08);
        }
      }
    }
  });

  it("that CMYK is for the general one", async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    expect(await by(turboEngine(), bytes)).toBeUndefined();
    expect(await by(sharpEngine(), bytes)).toBeDefined();
  });
});
