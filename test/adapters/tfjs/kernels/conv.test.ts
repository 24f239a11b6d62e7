import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { registerKernels } from "../../../../src/adapters/tfjs/kernels/kernels.ts";

interface Case {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly channels: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pad: "same" | "valid" | number;
}

/**
 * Whether TensorFlow.js' own forward convolution is right: where the padding is a number, 4.22 takes a filter's height
 * and vertical stride for the horizontal ones too, and then writes past its memory on wasm. Layers never pad so.
 */
function isSound({ pad, kernel, strides }: Case): boolean {
  return typeof pad !== "number" || (kernel[0] === kernel[1] && strides[0] === strides[1]);
}

/** The gradients of x and w, one after the other, of sum(conv2d(x, w) * g) with seeded x, w and g, on `backend`. */
async function gradients(
  backend: string,
  { batch, size, channels, kernel, strides, pad }: Case,
): Promise<Float32Array> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const x = tf.randomUniform([batch, ...size, channels[0]], -1, 1, "float32", 1) as tf.Tensor4D;
    const w = tf.randomUniform([...kernel, ...channels], -1, 1, "float32", 2) as tf.Tensor4D;
    const forward = (input: tf.Tensor4D, filter: tf.Tensor4D) =>
      tf.conv2d(input, filter, [...strides], pad, "NHWC", 1, typeof pad === "number" ? "floor" : undefined);
    const g = tf.randomUniform(forward(x, w).shape, -1, 1, "float32", 3);
    const both = tf.grads((input, filter) => tf.mul(forward(input as tf.Tensor4D, filter as tf.Tensor4D), g))(
      [x, w],
    );
    return tf.concat(both.map((gradient) => gradient.flatten()));
  });
  const data = (await result.data()) as Float32Array;
  result.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return data;
}

async function difference(the: Case): Promise<number> {
  const expected = await gradients("cpu", the);
  const actual = await gradients("wasm", the);
  expect(actual.length).toBe(expected.length);
  // Relative to the largest element, where that is above 1: float32 sums of hundreds of products.
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale;
}

describe("the gradients of convolutions on wasm", () => {
  beforeAll(async () => {
    await tf.setBackend("wasm");
    registerKernels(tf);
  });

  const all: Case[] = [];
  for (const pad of ["same", "valid", 1] as const)
    for (const strides of [
      [1, 1],
      [2, 2],
      [1, 2],
      [3, 1],
    ] as const)
      for (const size of [
        [8, 8],
        [7, 9],
        [5, 6],
      ] as const)
        for (const kernel of [
          [1, 1],
          [3, 3],
          [2, 3],
          [5, 4],
        ] as const)
          all.push({ batch: 3, size, channels: [3, 4], kernel, strides, pad });
  // Padding as wide as the filter: taps, and here all of them, that see no pixel at all.
  for (const size of [
    [2, 1],
    [1, 2],
    [1, 1],
    [2, 2],
    [3, 5],
  ] as const)
    for (const stride of [1, 2, 4, 5])
      for (const side of [1, 2])
        for (const pad of [1, 2, 3, 4])
          all.push({
            batch: 1,
            size,
            channels: [5, 3],
            kernel: [side, side],
            strides: [stride, stride],
            pad,
          });
  const grid = all.filter(isSound);

  it(`equal cpu's within 1e-5 over ${grid.length} cases`, async () => {
    for (const the of grid) {
      const worst = await difference(the);
      expect(worst, JSON.stringify(the)).toBeLessThan(1e-5);
    }
  });

  it("equal cpu's for any sizes", async () => {
    const side = fc.integer({ min: 1, max: 5 });
    const cases = fc
      .record({
        batch: fc.integer({ min: 1, max: 4 }),
        kernel: fc.tuple(side, side),
        grow: fc.tuple(fc.nat(6), fc.nat(6)),
        channels: fc.tuple(side, side),
        strides: fc.tuple(side, side),
        pad: fc.constantFrom("same" as const, "valid" as const, 0, 1, 2, 4),
      })
      .map(
        ({ grow, ...rest }): Case => ({
          ...rest,
          size: [rest.kernel[0] + grow[0], rest.kernel[1] + grow[1]],
        }),
      )
      .filter(isSound);
    await fc.assert(
      fc.asyncProperty(cases, async (the) => {
        expect(await difference(the)).toBeLessThan(1e-5);
      }),
      { numRuns: 200 },
    );
  });

  it("leave a kernel alone that is there already", () => {
    const kernel = tf.getKernel("Conv2DBackpropFilter", "wasm");
    expect(registerKernels(tf)).toBe(false);
    expect(tf.getKernel("Conv2DBackpropFilter", "wasm")).toBe(kernel);
  });
});
