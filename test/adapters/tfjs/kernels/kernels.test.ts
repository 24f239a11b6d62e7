import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { borrowKernel } from "../../../../src/adapters/tfjs/kernels/borrowed.ts";
import { registerKernels } from "../../../../src/adapters/tfjs/kernels/kernels.ts";
import { difference, gradientsOf, on, uniform, wasmFromCpu } from "./gradients.ts";

let first: boolean;
beforeAll(async () => {
  await tf.setBackend("wasm");
  first = registerKernels(tf);
});

describe("registerKernels", () => {
  it("leaves no kernel of cpu that wasm lacks, and those alone that are there", () => {
    const kernels = () =>
      new Map(tf.getKernelsForBackend("wasm").map((kernel) => [kernel.kernelName, kernel]));
    const before = kernels();
    expect(first).toBe(true);
    expect(tf.getKernelsForBackend("cpu").filter(({ kernelName }) => !before.has(kernelName))).toEqual([]);
    expect(registerKernels(tf)).toBe(false);
    expect(kernels()).toEqual(before);
  });

  it("says of complex numbers that wasm has none, and leaves no tensor", () => {
    const { numTensors } = tf.memory();
    const cpu = tf.findBackend("cpu");
    const held = cpu.numDataIds();
    const compute = () => tf.tidy(() => tf.spectral.rfft(tf.ones([8])));
    expect(compute).toThrow(
      expect.objectContaining({
        name: "TrainingError",
        message: expect.stringMatching(/has no numbers of complex64, which .*setBackend\("cpu"\)/),
      }),
    );
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(cpu.numDataIds()).toBe(held);
  });
});

describe("rows summed by number on wasm", () => {
  it("equal a sum by hand, of floats and whole numbers, with ids that are none", async () => {
    await tf.setBackend("wasm");
    const rows = fc.array(
      fc.tuple(
        fc.integer({ min: -2, max: 6 }),
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 }),
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom("float32" as const, "int32" as const),
        (list, segments, dtype) => {
          const expected = Array.from({ length: segments }, (_, id) =>
            [0, 1, 2].map((i) => list.reduce((sum, [of, row]) => (of === id ? sum + row[i]! : sum), 0)),
          );
          tf.tidy(() => {
            const sums = tf.unsortedSegmentSum(
              tf.tensor2d(
                list.map(([, row]) => row),
                undefined,
                dtype,
              ),
              tf.tensor1d(
                list.map(([id]) => id),
                "int32",
              ),
              segments,
            );
            expect([sums.dtype, sums.arraySync()]).toEqual([dtype, expected]);
          });
        },
      ),
    );
  });

  it("are the gradient of gather, along any axis", async () => {
    for (const axis of [0, 1, 2]) {
      const compute = () => {
        const indices = tf.tensor2d(
          [
            [0, 2],
            [2, 2],
            [1, 0],
          ],
          undefined,
          "int32",
        );
        return gradientsOf([uniform([3, 4, 5], 1)], (x) => tf.gather(x, indices, axis));
      };
      expect(await wasmFromCpu(compute), `axis ${axis}`).toBeLessThan(1e-6);
    }
  });

  it("stay exact where one token fills the batch", async () => {
    const ids = tf.zeros([100_000], "int32") as tf.Tensor1D;
    const rows = tf.fill([100_000, 1], 0.1);
    const [sum] = await on("wasm", () => tf.unsortedSegmentSum(rows, ids, 1));
    tf.dispose([ids, rows]);
    expect(Math.abs(sum! / (100_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
  });
});

describe("a kernel of cpu at work for wasm", () => {
  /** `compute` by a kernel of cpu's in place of wasm's own. */
  async function borrowed(kernelName: string, compute: () => tf.Tensor): Promise<Float32Array> {
    const own = tf.getKernel(kernelName, "wasm");
    tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel(borrowKernel(tf, tf.getKernel(kernelName, "cpu")));
    const held = tf.findBackend("cpu").numDataIds();
    try {
      return await on("wasm", compute);
    } finally {
      expect(tf.findBackend("cpu").numDataIds()).toBe(held);
      tf.unregisterKernel(kernelName, "wasm");
      tf.registerKernel(own);
    }
  }

  it.each<[string, () => tf.Tensor]>([
    ["Multiply", () => tf.mul(uniform([3, 4], 1), uniform([4], 2))],
    ["Concat", () => tf.concat([uniform([3, 4], 1), uniform([3, 2], 2)], 1)],
    ["Cast", () => tf.cast(tf.tensor1d([0.5, -1.7, 3]), "int32")],
    ["Identity", () => tf.clone(tf.tensor1d([1, 2]))],
    ["Greater", () => tf.greater(uniform([5], 1), uniform([5], 2))],
    ["Add", () => tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, -9], "int32"))],
    ["Unpack", () => tf.add(...(tf.unstack(uniform([2, 3], 1)) as [tf.Tensor, tf.Tensor]))],
    ["SplitV", () => tf.split(uniform([6, 2], 3), 3)[1]!],
  ])("%s gives the same, and leaves nothing behind", async (kernelName, compute) => {
    const expected = await on("cpu", compute);
    const actual = await borrowed(kernelName, compute);
    expect(difference(expected, actual)).toBeLessThan(1e-6);
    expect(actual.constructor).toBe(expected.constructor);
  });

  it("Einsum, which only cpu has, gives cpu's", async () => {
    const compute = () => tf.einsum("ij,jk->ik", uniform([3, 4], 1), uniform([4, 5], 2));
    expect(await wasmFromCpu(compute)).toBeLessThan(1e-6);
  });
});
