import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches } from "../../../src/sequence/batching/batches.ts";
import { map } from "../../../src/sequence/combinators/map.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { betaCDF, kolmogorovSmirnov } from "../../random/distributions.ts";
import { at, ownClasses, previous, row, same } from "../labelled.ts";
import { Probe } from "../probe.ts";

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
