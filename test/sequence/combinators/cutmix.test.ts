import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutmix } from "../../../src/sequence/combinators/cutmix.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { at, images, ownClasses, previous, row, same } from "../labelled.ts";

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
