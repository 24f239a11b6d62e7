import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { registerKernels } from "../../../../src/adapters/tfjs/kernels/kernels.ts";
import { gradientsOf, uniform, wasmFromCpu } from "./gradients.ts";

interface Case {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly channels: readonly [channels: number, multiplier: number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
}

/** Whether TensorFlow.js' own forward convolution is right: see conv.test.ts. */
function isSound({ pad, kernel, strides }: Case): boolean {
  return typeof pad !== "number" || (kernel[0] === kernel[1] && strides[0] === strides[1]);
}

function gradients({ batch, size, channels, kernel, strides, pad }: Case): tf.Tensor {
  const x = uniform([batch, ...size, channels[0]], 1);
  const filter = uniform([...kernel, ...channels], 2);
  return gradientsOf([x, filter], (input, weights) =>
    tf.depthwiseConv2d(
      input as tf.Tensor4D,
      weights as tf.Tensor4D,
      [...strides],
      pad,
      "NHWC",
      1,
      typeof pad === "number" ? "floor" : undefined,
    ),
  );
}

describe("the gradients of depthwise convolutions on wasm", () => {
  beforeAll(async () => {
    await tf.setBackend("wasm");
    registerKernels(tf);
  });

  it("equal cpu's within 1e-5 for all paddings, strides and multipliers", async () => {
    const explicit: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [1, 0],
      [0, 2],
      [0, 0],
    ];
    for (const pad of ["same", "valid", 1, explicit] as const)
      for (const stride of [1, 2, 3])
        for (const multiplier of [1, 2, 3])
          for (const kernel of [
            [3, 3],
            [1, 1],
            [5, 5],
            [2, 3],
          ] as const) {
            const the: Case = {
              batch: 2,
              size: [7, 6],
              channels: [3, multiplier],
              kernel,
              strides: [stride, stride],
              pad,
            };
            if (isSound(the))
              expect(await wasmFromCpu(() => gradients(the)), JSON.stringify(the)).toBeLessThan(1e-5);
          }
  });

  it("equal cpu's for any sizes", async () => {
    const side = fc.integer({ min: 1, max: 5 });
    const cases = fc
      .record({
        batch: fc.integer({ min: 1, max: 3 }),
        kernel: fc.tuple(side, side),
        grow: fc.tuple(fc.nat(6), fc.nat(6)),
        channels: fc.tuple(side, fc.integer({ min: 1, max: 3 })),
        strides: fc.tuple(side, side),
        pad: fc.constantFrom("same" as const, "valid" as const, 0, 1, 2),
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
        expect(await wasmFromCpu(() => gradients(the))).toBeLessThan(1e-5);
      }),
      { numRuns: 150 },
    );
  });
});
