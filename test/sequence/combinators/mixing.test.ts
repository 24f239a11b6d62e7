import { describe, expect, it } from "vitest";
import { isEpochalError } from "../../../src/core/errors.ts";
import { describeSequence } from "../../../src/loader/describe.ts";
import { cutmix } from "../../../src/sequence/combinators/cutmix.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { at, constantPair, images, ownClasses, same } from "../labelled.ts";
import { Probe } from "../probe.ts";

describe("mixup and cutmix", () => {
  const batch = [images(4, 6, 6, 1), ownClasses(4)] as const;

  it.each([mixup, cutmix])("mix as many batches as asked, the labels of others one-hot", async (mixing) => {
    const source = same(batch, 2000);
    let plain = 0;
    for await (const [x, y] of mixing(source, { classes: 4, alpha: 8, probability: 0.3 })) {
      expect(y).toMatchObject({ dtype: "float32", shape: [4, 4] });
      if (!y.data.every((value) => value === 0 || value === 1)) continue;
      expect(x.data).toEqual(batch[0].data);
      plain++;
    }
    expect(Math.abs(plain - 1400)).toBeLessThan(150);
    const [x, y] = await at(mixing(source, { classes: 4, probability: 0 }));
    expect(x.data).toEqual(batch[0].data);
    expect([...y.data]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it("leave a batch of one row as it is", async () => {
    const one = [images(1, 6, 6, 1), tensor([2], "int32")] as const;
    for (const mixing of [mixup, cutmix]) {
      const [x, y] = await at(mixing(same(one), { classes: 3 }));
      expect(x.data).toEqual(one[0].data);
      expect([...y.data]).toEqual([0, 0, 1]);
    }
  });

  it("leave the source's own random numbers as they are", async () => {
    const drawn = map(new Probe("a", 3), ({ random }) => ({
      x: tensor([[0], [1]]),
      y: tensor([0, 1]),
      random,
    }));
    for (const index of [0, 1, 2])
      expect((await mixup(drawn, { classes: 2 }).at(index)).random).toBe((await drawn.at(index)).random);
  });

  it("draw independently of each other", async () => {
    const source = same([constantPair, ownClasses(2)] as const, 3000);
    const options = { classes: 2, alpha: 1 };
    const pairs: [number, number][] = [];
    for (let index = 0; index < 3000; index++) {
      const [, a] = await at(mixup(source, options), index);
      const [, b] = await at(cutmix(source, options), index);
      pairs.push([a.data[0]!, b.data[0]!]);
    }
    expect(Math.abs(correlation(pairs))).toBeLessThan(0.08);
  });

  it("say in the state what they were made with", () => {
    const source = same(batch);
    const words = describeSequence(cutmix(mixup(source, { classes: 4 }), { alpha: 0.5, probability: 0.25 }));
    expect(words).toBe(
      "CutmixSequence(alpha=0.5,probability=0.25,MixupSequence(alpha=0.2,classes=4,probability=1,Same))",
    );
  });

  it("say what is wrong with an option", () => {
    const source = same(batch);
    for (const mixing of [mixup, cutmix]) {
      const { name } = mixing;
      const wrong = (options: object) => expect(() => mixing(source, options as never));
      wrong({ alpha: 0 }).toThrow("`alpha` must be a finite number above 0, got 0.");
      wrong({ alpha: "1" }).toThrow(/`alpha` must be/);
      wrong({ classes: 0 }).toThrow(/`classes` must be a whole number of at least 1, got 0/);
      wrong({ probability: 2 }).toThrow(/`probability` must be a finite number from 0 to 1, got 2/);
      wrong({ numClasses: 3 }).toThrow(`${name}() has no option \`numClasses\`. Its name is \`classes\`.`);
      expect(() => mixing({ length: 3, getItem: () => batch } as never)).toThrow(
        `${name}() takes a Sequence, got an object. A dataset of samples becomes one with batches(dataset, { batchSize }).`,
      );
    }
  });

  const x = tensor([[1], [2], [3]]);
  it.each<[string, unknown, object, RegExp]>([
    [
      "numbers of classes without `classes`",
      [x, tensor([0, 1, 2])],
      {},
      /needs `classes`, the number of classes, as y of shape \[3\]/,
    ],
    [
      "a class too high",
      [x, tensor([0, 1, 5])],
      { classes: 3 },
      /Row 2 of y is 5, but a class is a whole number from 0 to 2/,
    ],
    ["a class that is none", [x, tensor([0, 0.5, 1])], { classes: 3 }, /Row 1 of y is 0.5/],
    [
      "a label above 1",
      [x, tensor([0, 1, 2])],
      { classes: 1 },
      /Row 2 of y is 2, but a label is from 0 to 1, as mixup/,
    ],
    ["a negative class", [x, tensor([0, -1, 1])], { classes: 3 }, /Row 1 of y is -1/],
    [
      "rows of another length",
      [
        x,
        tensor([
          [0, 1],
          [1, 0],
          [1, 0],
        ]),
      ],
      { classes: 3 },
      /given `classes: 3`, but the rows of y have 2/,
    ],
    [
      "a sample",
      [tensor([1, 2, 3]), tensor(1)],
      { classes: 3 },
      /y of shape \[\] for 3 rows of x. If it is one sample, make batches first/,
    ],
    ["too few labels", [x, tensor([0, 1])], { classes: 3 }, /y of shape \[2\] for 3 rows of x/],
    [
      "labels for each pixel",
      [x, tensor([[[0]], [[1]], [[1]]])],
      { classes: 3 },
      /one label for each row.*shape \[3, 1, 1\]/,
    ],
    [
      "labels that are text",
      [x, ["a", "b", "c"]],
      { classes: 3 },
      /takes y as a tensor or a typed array, got an array of 3/,
    ],
    ["no labels", [x], {}, /batches \[x, y\].*got a tuple of 1, its x/],
    ["a tuple of four", [x, x, x, x], {}, /got a tuple of 4/],
    [
      "several inputs",
      [[x, x], tensor([0, 1, 2])],
      {},
      /whose x is one tensor, but got a tuple of 2, its x an array of 2/,
    ],
    ["another record", { image: x, label: x }, {}, /got a record of image, label/],
    ["one tensor", x, {}, /got one tensor of shape \[3, 1\]/],
    [
      "weights for other rows",
      [
        x,
        tensor([0, 1, 2]),
        tensor([
          [1, 2],
          [1, 2],
          [1, 2],
        ]),
      ],
      { classes: 3 },
      /one sample weight for each row, \[3\], but sampleWeight has shape \[3, 2\]/,
    ],
    [
      "whole numbers",
      [tensor([[1], [2]], "int32"), tensor([0, 1])],
      { classes: 2 },
      /float32, float64 or uint8, but x is int32/,
    ],
    [
      "a released tensor",
      [{ data: new Float32Array(0), shape: [3, 1], dtype: "float32" }, tensor([0, 1, 2])],
      { classes: 3 },
      /x has shape \[3, 1\], which holds 3/,
    ],
  ])("say what is wrong with a batch: %s", async (_, wrong, options, message) => {
    const error = await mixup(same(wrong as never), options)
      .at(0)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(message);
    expect(isEpochalError(error, "ShapeError") || isEpochalError(error, "IndexError")).toBe(true);
  });

  it("say that cutmix is for images", async () => {
    await expect(cutmix(same([x, tensor([0, 1, 2])] as const), { classes: 3 }).at(0)).rejects.toThrow(
      /cutmix\(\) mixes images, \[n, height, width, channels\], but x has shape \[3, 1\]/,
    );
  });
});

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const [a, b] = [mean(pairs.map(([v]) => v)), mean(pairs.map(([, v]) => v))];
  const product = mean(pairs.map(([v, w]) => (v - a) * (w - b)));
  return (
    product / Math.sqrt(mean(pairs.map(([v]) => (v - a) ** 2)) * mean(pairs.map(([, w]) => (w - b) ** 2)))
  );
}
