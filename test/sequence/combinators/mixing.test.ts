import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEpochalError } from "../../../src/core/errors.ts";
import { describeSequence } from "../../../src/loader/describe.ts";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { cutmix } from "../../../src/sequence/combinators/cutmix.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import type { LabelledBatch } from "../../../src/sequence/combinators/mixing.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { randomChoice } from "../../../src/sequence/combinators/random-choice.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { zip } from "../../../src/sequence/combinators/zip.ts";
import { Sequence } from "../../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { betaCDF, kolmogorovSmirnov } from "../../random/distributions.ts";
import { Probe } from "../probe.ts";

type F = Tensor<"float32">;
type Mixed = readonly [x: Tensor, y: F, sampleWeight?: F];

/** `length` times the same batch, which must stay as it is. */
class Same<B extends LabelledBatch> extends Sequence<B> {
  readonly batch: B;
  readonly length: number;
  constructor(batch: B, length: number = 1) {
    super();
    this.batch = batch;
    this.length = length;
  }
  getItem(): never {
    return this.batch as never;
  }
}
const same = <B extends LabelledBatch>(batch: B, length?: number): Same<B> => new Same(batch, length);
const at = async (sequence: Sequence<unknown>, index: number = 0, epoch: number = 0): Promise<Mixed> =>
  (await sequence.at(index, { epoch })) as Mixed;

const previous = (row: number, rows: number): number => (row === 0 ? rows : row) - 1;
const row = ({ data, shape }: Tensor, i: number): number[] => {
  const size = data.length / shape[0]!;
  return Array.from(data.subarray(i * size, (i + 1) * size), Number);
};
/** Labels that say how much of each row is its own: row i is of class i. */
const ownClasses = (rows: number): Tensor<"int32"> => tensor(Int32Array.from({ length: rows }, (_, i) => i));
/** Images without two pixels of one value close to each other. */
const images = (rows: number, height: number, width: number, channels: number): Tensor<"uint8"> =>
  tensor(
    Uint8Array.from({ length: rows * height * width * channels }, (_, i) => (i * 37) % 251),
    {
      shape: [rows, height, width, channels],
    },
  );

describe("mixup", () => {
  it("mixes each row with the one before it, labels as much as x, exactly", async () => {
    const dtype = fc.constantFrom("float32" as const, "float64" as const, "uint8" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        dtype,
        fc.nat(),
        async (rows, size, kind, epoch) => {
          const values = Array.from({ length: rows * size }, (_, i) =>
            kind === "uint8" ? (i * 91) % 256 : Math.sin(i * 7) * 100,
          );
          const x = tensor(tensor(values, kind).data, { shape: [rows, size] }) as Tensor;
          const kept = Array.from(x.data as Float32Array);
          const [mixed, y] = await at(
            mixup(same([x, ownClasses(rows)] as const, 5), { alpha: 1, classes: rows + 1 }),
            3,
            epoch,
          );
          const shares = Array.from({ length: rows }, (_, i) => row(y, i)[i]!);
          expect(new Set(shares).size).toBe(1);
          expect(y.shape).toEqual([rows, rows + 1]);
          expect(mixed).toMatchObject({ dtype: kind, shape: [rows, size] });
          for (let i = 0; i < rows; i++) {
            const other = previous(i, rows);
            expect(row(y, i)[other]).toBeCloseTo(1 - shares[0]!, 6);
            expect(row(y, i).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
            // The share is known from the labels as a float32 only.
            const slack = kind === "uint8" ? 0.5 + 1e-4 : 1e-4;
            for (const [k, value] of row(mixed, i).entries()) {
              const exact = shares[0]! * row(x, i)[k]! + (1 - shares[0]!) * row(x, other)[k]!;
              expect(Math.abs(value - exact)).toBeLessThanOrEqual(slack);
            }
          }
          expect(Array.from(x.data as Float32Array)).toEqual(kept);
        },
      ),
    );
  });

  it("rounds products and sum once to float32", async () => {
    // Labels say the share as a float32; of float64 numbers 1 and 0 is left the share itself.
    const x = tensor(Float64Array.of(1, 0.1, 0.7, 0, 0.3, 0.9), { shape: [2, 3] });
    const x32 = tensor(new Float32Array(x.data), { shape: [2, 3] });
    const options = { classes: 2 };
    const [wide] = await at(mixup(same([x, ownClasses(2)] as const), options));
    const [mixed] = await at(mixup(same([x32, ownClasses(2)] as const), options));
    const share = wide.data[0] as number;
    expect(share > 0 && share < 1).toBe(true);
    const [own, other] = [row(x32, 0), row(x32, 1)];
    expect(row(mixed, 0)).toEqual(own.map((v, k) => Math.fround(share * v + (1 - share) * other[k]!)));
    expect(row(mixed, 1)).toEqual(other.map((v, k) => Math.fround(share * v + (1 - share) * own[k]!)));
  });

  it.each([0.2, 1, 4])("draws the share from Beta(%d, %d)", async (alpha) => {
    const mixed = mixup(same([tensor([[1], [0]]), ownClasses(2)] as const, 5000), { alpha, classes: 2 });
    const shares: number[] = [];
    for await (const [, y] of mixed) shares.push(y.data[0]!);
    expect(kolmogorovSmirnov(shares, (share) => betaCDF(alpha, alpha, share))).toBeLessThan(2);
  });

  it("has alpha 0.2 unless told", async () => {
    const source = same([tensor([[1], [0]]), ownClasses(2)] as const, 3);
    expect(await at(mixup(source, { classes: 2 }), 1)).toEqual(
      await at(mixup(source, { classes: 2, alpha: 0.2 }), 1),
    );
  });

  it("takes labels in every form that means the same", async () => {
    const x = tensor([[1], [2], [4]]);
    const expected = await at(mixup(same([x, tensor([2, 0, 1], "int32")] as const), { classes: 3 }));
    const oneHot = [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ];
    const forms: [y: Tensor | Uint8Array, classes?: number][] = [
      [tensor([2, 0, 1]), 3],
      [tensor([[2], [0], [1]], "uint8"), 3],
      [tensor([2n, 0n, 1n]), 3],
      [Uint8Array.of(2, 0, 1), 3],
      [tensor(oneHot)],
      [tensor(oneHot, "uint8"), 3],
      [tensor(oneHot, "bool")],
      [tensor(oneHot, "int64")],
    ];
    for (const [y, classes] of forms)
      expect(await at(mixup(same([x, y] as const), classes ? { classes } : {}))).toEqual(expected);
    // Soft labels are mixed as they are.
    const soft = tensor([
      [0.5, 0.5],
      [0.1, 0.9],
    ]);
    const [, y] = await at(mixup(same([tensor([[1], [0]]), soft] as const)));
    expect(row(y, 0).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });

  it("mixes the labels of a model of one output as they are", async () => {
    const x = tensor([[0], [1]]);
    const [mixed, y] = await at(mixup(same([x, tensor([0, 1], "int32")] as const), { classes: 1 }));
    expect(y).toMatchObject({ dtype: "float32", shape: [2] });
    expect(y.data).toEqual(mixed.data);
    expect((await at(mixup(same([x, tensor([[0], [1]])] as const), { classes: 1 })))[1].shape).toEqual([
      2, 1,
    ]);
  });

  it("has the loss of both rows, each by its share and its sample weight", async () => {
    const weights = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(weights, fc.nat({ max: 50 }), async (given, epoch) => {
        const rows = given.length;
        const x = tensor(given.map((_, i) => [i]));
        const y = ownClasses(rows);
        const options = { classes: rows, alpha: 1 };
        const [, plain] = await at(mixup(same([x, y] as const), options), 0, epoch);
        const share = plain.data[0]!;
        const [, labels, weight] = await at(mixup(same([x, y, tensor(given)] as const), options), 0, epoch);
        // Minus the logarithm of what a model might say of each class.
        const cost = given.map((_, i) => 0.3 + i);
        for (let i = 0; i < rows; i++) {
          const other = previous(i, rows);
          const loss = weight!.data[i]! * row(labels, i).reduce((sum, p, k) => sum + p * cost[k]!, 0);
          const expected = share * given[i]! * cost[i]! + (1 - share) * given[other]! * cost[other]!;
          expect(Math.abs(loss - expected)).toBeLessThan(1e-5 * (1 + expected));
          expect(row(labels, i).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  it("leaves a row of weight 0 out of the labels", async () => {
    const batch = [tensor([[1], [2], [3]]), ownClasses(3), tensor([1, 0, 1])] as const;
    const [, y, weight] = await at(mixup(same(batch), { classes: 3, alpha: 1 }));
    expect(row(y, 2)).toEqual([0, 0, 1]);
    expect(row(y, 1)).toEqual([1, 0, 0]);
    expect(weight!.data[1]! + weight!.data[2]!).toBeCloseTo(1, 6);
  });

  it("keeps what else a record holds", async () => {
    const sequence = map(new Probe("a", 1), () => ({
      x: tensor([[1], [2]]),
      y: tensor([0, 1], "int32"),
      file: ["a", "b"],
    }));
    const batch = await mixup(sequence, { classes: 2 }).at(0);
    expect(Object.keys(batch)).toEqual(["x", "y", "file"]);
    expect(batch.file).toEqual(["a", "b"]);
    expect(batch.y.shape).toEqual([2, 2]);
  });

  it("mixes samples that are batched, and images that are not read yet", async () => {
    const { fromPixels } = await import("../../../src/image/index.ts");
    const image = fromPixels(tensor(new Uint8Array(12).fill(7), { shape: [2, 2, 3] }));
    const dataset = { length: 4, getItem: (i: number) => [image, i] as const };
    const [x, y] = await at(mixup(batches(dataset, { batchSize: 4 }), { classes: 4 }));
    expect(x).toMatchObject({ dtype: "uint8", shape: [4, 2, 2, 3], data: new Uint8Array(48).fill(7) });
    expect(y.shape).toEqual([4, 4]);
    const lazy = await at(mixup(same([image, ownClasses(2)] as const), { classes: 2 }));
    expect(lazy[0]).toMatchObject({ dtype: "uint8", shape: [2, 2, 3] });
  });
});

describe("cutmix", () => {
  /** Where a mixed image of constant rows is the other's. */
  const boxOf = (x: Tensor, i: number): { area: number; rectangle: boolean } => {
    const [, height = 0, width = 0, channels = 0] = x.shape;
    const cells = row(x, i);
    const cut: [y: number, x: number][] = [];
    for (let y = 0; y < height; y++)
      for (let column = 0; column < width; column++)
        if (cells[(y * width + column) * channels] !== i) cut.push([y, column]);
    const [ys, xs] = [new Set(cut.map(([y]) => y)), new Set(cut.map(([, column]) => column))];
    return { area: cut.length, rectangle: cut.length === ys.size * xs.size };
  };
  const constant = (rows: number, height: number, width: number): Tensor<"uint8"> =>
    tensor(
      Uint8Array.from({ length: rows * height * width * 2 }, (_, i) => Math.floor(i / (height * width * 2))),
      { shape: [rows, height, width, 2] },
    );

  it("fills one box of each image from the one before, and mixes labels by its area", async () => {
    const side = fc.integer({ min: 1, max: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 5 }), side, side, fc.nat(), async (rows, h, w, epoch) => {
        const x = constant(rows, h, w);
        const kept = x.data.slice();
        const [mixed, y] = await at(
          cutmix(same([x, ownClasses(rows)] as const), { classes: rows }),
          0,
          epoch,
        );
        expect(x.data).toEqual(kept);
        const areas = Array.from({ length: rows }, (_, i) => boxOf(mixed, i));
        for (const [i, { area, rectangle }] of areas.entries()) {
          expect(rectangle).toBe(true);
          expect(area).toBe(areas[0]!.area);
          expect(row(y, i)[i]).toBeCloseTo(1 - area / (h * w), 6);
          expect(row(y, i)[previous(i, rows)]).toBeCloseTo(area / (h * w), 6);
          expect(new Set(row(mixed, i))).toEqual(
            new Set([...(area < h * w ? [i] : []), ...(area > 0 ? [previous(i, rows)] : [])]),
          );
        }
      }),
    );
  });

  it("takes each pixel from where it was", async () => {
    const x = images(3, 9, 7, 3);
    const [mixed] = await at(cutmix(same([x, ownClasses(3)] as const, 9), { classes: 3 }), 7);
    expect(mixed.data).not.toEqual(x.data);
    for (let i = 0; i < 3; i++) {
      const [own, other] = [row(x, i), row(x, previous(i, 3))];
      expect(row(mixed, i).every((value, k) => value === own[k] || value === other[k])).toBe(true);
    }
  });

  it("draws boxes as torchvision's CutMix does: centres everywhere, areas of 1 − Beta", async () => {
    const size = 20;
    const source = same([constant(2, size, size), ownClasses(2)] as const, 4000);
    const cuts = new Float64Array(size * size);
    let mean = 0;
    for await (const [x, y] of cutmix(source, { classes: 2 })) {
      mean += y.data[0]! / 4000;
      for (let i = 0; i < cuts.length; i++) cuts[i]! += x.data[2 * i]! / 4000;
    }
    // 1/2, and what edges cut off taken away.
    expect(Math.abs(1 - mean - expectedCut(size))).toBeLessThan(0.015);
    // The middle is covered more often than the corners, and all four corners alike.
    const corners = [0, size - 1, size * (size - 1), size * size - 1].map((i) => cuts[i]!);
    expect(Math.max(...corners)).toBeLessThan(cuts[(size / 2) * (size + 1)]!);
    expect(Math.max(...corners) - Math.min(...corners)).toBeLessThan(0.06);
  });

  it("takes pixels of any dtype", async () => {
    for (const dtype of ["float32", "int64", "float16", "uint16"] as const) {
      const data = tensor(images(2, 4, 4, 1).data, dtype === "float16" ? "uint16" : dtype).data;
      const x = { data, shape: [2, 4, 4, 1], dtype } as Tensor;
      const [mixed] = await at(cutmix(same([x, ownClasses(2)] as const), { classes: 2 }));
      expect(mixed).toMatchObject({ dtype, shape: [2, 4, 4, 1] });
    }
  });
});

/** The mean share that boxes cut out of a square, summed over all centres, and over shares as a Riemann sum. */
function expectedCut(size: number): number {
  let sum = 0;
  const steps = 2000;
  for (let step = 0; step < steps; step++) {
    const half = Math.floor(0.5 * Math.sqrt((step + 0.5) / steps) * size);
    let side = 0;
    for (let centre = 0; centre < size; centre++)
      side += Math.min(size, centre + half) - Math.max(0, centre - half);
    sum += (side / size / size) ** 2;
  }
  return sum / steps;
}

describe("both", () => {
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

const constantPair: Tensor<"uint8"> = tensor(
  Uint8Array.from({ length: 128 }, (_, i) => Number(i >= 64)),
  { shape: [2, 8, 8, 1] },
);

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const [a, b] = [mean(pairs.map(([v]) => v)), mean(pairs.map(([, v]) => v))];
  const product = mean(pairs.map(([v, w]) => (v - a) * (w - b)));
  return (
    product / Math.sqrt(mean(pairs.map(([v]) => (v - a) ** 2)) * mean(pairs.map(([, w]) => (w - b) ** 2)))
  );
}

describe("randomChoice", () => {
  const probes = (length: number): Probe[] => ["a", "b", "c"].map((name) => new Probe(name, length));
  const names = async (sequence: Sequence<unknown>, epoch: number = 0): Promise<string[]> => {
    const found: string[] = [];
    for (let i = 0; i < sequence.length; i++)
      found.push(((await sequence.at(i, { epoch })) as { name: string }).name);
    return found;
  };
  const count = (list: readonly string[], name: string): number => list.filter((it) => it === name).length;

  it("chooses each source as often, anew in each epoch, and one that is given twice twice as often", async () => {
    const [a, b, c] = probes(3000) as [Probe, Probe, Probe];
    const chosen = await names(randomChoice(a, b, c));
    for (const name of ["a", "b", "c"]) expect(Math.abs(count(chosen, name) - 1000)).toBeLessThan(130);
    const twice = await names(randomChoice(a, b, a));
    expect(Math.abs(count(twice, "a") - 2000)).toBeLessThan(130);
    expect(await names(randomChoice(a, b, c), 1)).not.toEqual(chosen);
  });

  it("gives the batches that the chosen source gives alone", async () => {
    const [a, b] = probes(20) as [Probe, Probe];
    const either = randomChoice(a, b);
    for (let i = 0; i < 20; i++) {
      const batch = await either.at(i);
      expect(batch).toEqual(await (batch.name === "a" ? a : b).at(i));
    }
  });

  it("chooses among choices independently", async () => {
    const [a, b, c] = probes(4000) as [Probe, Probe, Probe];
    const chosen = await names(randomChoice(a, take(randomChoice(b, c), 4000)));
    expect(Math.abs(count(chosen, "a") - 2000)).toBeLessThan(160);
    expect(Math.abs(count(chosen, "b") - 1000)).toBeLessThan(140);
    expect(Math.abs(count(chosen, "c") - 1000)).toBeLessThan(140);
  });

  it("chooses between mixup and cutmix", async () => {
    const x = tensor(Float32Array.from(constantPair.data), { shape: [2, 8, 8, 1] });
    const source = same([x, ownClasses(2)] as const, 400);
    const options = { classes: 2, alpha: 8 };
    let cut = 0;
    for await (const [mixed] of randomChoice(mixup(source, options), cutmix(source, options)))
      if (mixed.data.every((value) => value === 0 || value === 1)) cut++;
    expect(Math.abs(cut - 200)).toBeLessThan(50);
  });

  it("takes sequences of one length", () => {
    expect(() => randomChoice(new Probe("a", 2), new Probe("b", 3)).length).toThrow(
      "randomChoice() takes sequences of one length, got 2, 3. Cut them with take(), or lengthen one with repeat().",
    );
    expect(() => randomChoice()).toThrow(/randomChoice\(\) needs at least one sequence/);
    expect(() => randomChoice([new Probe("a", 2)] as never)).toThrow(
      /Give them one by one: randomChoice\(a, b\)/,
    );
    expect(() => zip(new Probe("a", 2), new Probe("b", 3)).length).toThrow(
      /zip\(\) takes sequences of one length/,
    );
  });
});
