import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { fromJax, toJax } from "../../../src/adapters/jax/index.ts";
import { DataLoader, release, Sequence, type Tensor, tensor } from "../../../src/index.ts";

beforeAll(async () => {
  await init("wasm", "cpu");
});

describe.each(["wasm", "cpu"] as const)("toJax on %s", (device) => {
  beforeAll(() => {
    defaultDevice(device);
  });

  it("makes arrays of the nearest dtype", async () => {
    const kinds = {
      float32: "float32",
      float64: "float32",
      int32: "int32",
      uint32: "uint32",
      uint8: "int32",
      int8: "int32",
      int16: "int32",
      uint16: "int32",
      int64: "int32",
      uint64: "int32",
      bool: "bool",
    } as const;
    for (const [dtype, expected] of Object.entries(kinds)) {
      const batch = { x: tensor([[0, 1, 1]], dtype as "int32"), name: "a" };
      const { x, name } = toJax(np, batch);
      expect([x.shape, x.dtype, name]).toEqual([[1, 3], expected, "a"]);
      const back = await fromJax(x);
      expect([back.shape, back.dtype, [...back.data].map(Number)]).toEqual([[1, 3], expected, [0, 1, 1]]);
    }
    const halves = toJax(np, tensor(Uint16Array.of(0x3c00, 0xc100), "float16"));
    expect([...(await fromJax(halves)).data]).toEqual([1, -2.5]);
  });

  it("refuses what does not fit", () => {
    expect(() => toJax(np, tensor([2 ** 31], "int64"))).toThrow(/2147483648.*int32.*jax-js/);
  });

  it("leaves no array where one of a batch fails", () => {
    const made: np.Array[] = [];
    const noting = {
      array: (...given: Parameters<typeof np.array>) => {
        made.push(np.array(...given));
        return made.at(-1)!;
      },
    };
    const wrong = tensor([2 ** 31], "int64");
    expect(() => toJax(noting, { x: [tensor([1]), tensor([2, 3])], y: wrong })).toThrow(
      /does not fit into int32/,
    );
    expect(made.map(({ refCount }) => refCount)).toEqual([0, 0]);
  });

  it.each([undefined, null, tensor([1]), Promise.resolve()])(
    "says that %o is no array of its",
    async (other) => {
      const back = fromJax(other as never);
      await expect(back).rejects.toThrow(/^fromJax takes an array of jax-js, or .*, got /);
      await expect(back).rejects.toMatchObject({ name: "OptionError" });
    },
  );

  it("takes a scalar, and says that jax-js has no empty arrays", async () => {
    const scalar = toJax(np, tensor(5));
    expect([scalar.shape, [...(await fromJax(scalar)).data]]).toEqual([[], [5]]);
    expect(() => toJax(np, tensor([], "float32"))).toThrow(/shape \[0\].*empty/);
  });

  it("copies: the batch may be overwritten at once", async () => {
    const x = tensor([1, 2, 3]);
    const array = toJax(np, x);
    x.data.fill(9);
    expect([...(await fromJax(array)).data]).toEqual([1, 2, 3]);
  });

  it("copies: the batch may be released at once", async () => {
    const size = 5000; // large enough to be used again
    class Counting extends Sequence<[x: Tensor<"float32">]> {
      readonly length = 6;
      getItem(index: number) {
        return [tensor(new Float32Array(size).fill(index))];
      }
    }
    const arrays = [];
    for await (const batch of new DataLoader(new Counting())) {
      const [x] = toJax(np, batch);
      release(batch);
      expect(batch[0].data.length).toBe(0);
      arrays.push(x);
    }
    for (const [index, array] of arrays.entries()) {
      const { data } = await fromJax(array);
      expect([data[0], data[size - 1]]).toEqual([index, index]);
    }
  });
});

describe("the type of toJax", () => {
  it("keeps tuples, records and what is no tensor", () => {
    type Batch = [x: Tensor<"float32">, y: { label: Tensor<"int32">; file: string; raw: Uint8Array }];
    const convert = (batch: Batch) => toJax(np, batch);
    const leased = (batch: Batch & Disposable) => toJax(np, batch);
    type Expected = [x: np.Array, y: { label: np.Array; file: string; raw: Uint8Array }];
    expectTypeOf(convert).returns.toEqualTypeOf<Expected>();
    expectTypeOf(leased).returns.toEqualTypeOf<Expected>();
  });
});
