/** The images of examples/onnx are those of transformers' image processors. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { channelsFirst, imread } from "epochal/image";
import { describe, expect, it } from "vitest";
import { type PreprocessorConfig, preprocess } from "../../examples/onnx/preprocess.ts";

const samples = fileURLToPath(new URL("../../../shared/data/imagenet-sample/", import.meta.url));

/** Made by scripts/image-peers/transformers.py with Pillow: every so many-th value, channels first. */
interface Expected {
  readonly configs: Readonly<Record<string, PreprocessorConfig>>;
  readonly results: readonly {
    readonly config: string;
    readonly file: string;
    readonly shape: readonly number[];
    readonly means: readonly number[];
    readonly every: number;
    readonly values: readonly number[];
  }[];
}
const { configs, results }: Expected = JSON.parse(
  readFileSync(new URL("transformers.json", import.meta.url), "utf8"),
);

/** How much of a value one level of a byte is, in the first channel; the others' are alike. */
function levelOf({ do_normalize, rescale_factor = 1 / 255, image_std = [1] }: PreprocessorConfig): number {
  return rescale_factor / (do_normalize ? Math.min(...image_std) : 1);
}

describe("examples/onnx/preprocess.ts", () => {
  it.each(results)(
    "is as transformers: $config, $file",
    async ({ config, file, shape, means, every, values }) => {
      const settings = configs[config]!;
      const pixels = channelsFirst(await (await preprocess(samples + file, settings)).tensor());
      expect(pixels.shape).toEqual(shape);
      const level = levelOf(settings);
      const differences = values.map((value, i) => Math.abs(value - pixels.data[i * every]!) / level);
      const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
      // Pillow rounds to bytes between its passes and at the end, which is a quarter of a level in the mean.
      expect(mean).toBeLessThan(0.5);
      expect(Math.max(...differences)).toBeLessThan(2.5);
      const area = shape[1]! * shape[2]!;
      for (const [channel, expected] of means.entries()) {
        const part = pixels.data.subarray(channel * area, (channel + 1) * area);
        expect(Math.abs(part.reduce((sum, one) => sum + one, 0) / area - expected) / level).toBeLessThan(0.1);
      }
    },
  );

  it("says which settings it does not know", async () => {
    const file = `${samples}n01440764_tench.JPEG`;
    const filter = preprocess(file, { size: 224, resample: 1 });
    await expect(filter).rejects.toThrow(/^resample 1 is none of 0, 2 and 3\.$/);
    const size = preprocess(file, { size: { longest_edge: 9 } });
    await expect(size).rejects.toThrow(/^There is no such size here: {"longest/);
  });

  it("does nothing that is not asked for", async () => {
    const file = `${samples}n02002724_black_stork.JPEG`;
    const bytes = await imread(file).tensor();
    const settings = { do_resize: false, do_rescale: false, do_normalize: false };
    const plain = await (await preprocess(file, settings)).tensor();
    expect(plain.shape).toEqual(bytes.shape);
    const wrong = plain.data.findIndex((value, i) => Math.abs(value - bytes.data[i]!) > 1e-4);
    expect(wrong).toBe(-1);
  });
});
