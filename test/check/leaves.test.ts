import { expect, it } from "vitest";
import { type LeafRole, leavesOf } from "../../src/check/leaves.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { tensor, zeros } from "../../src/tensor/tensor.ts";

const roles = (batch: unknown): [path: string, role: LeafRole][] =>
  leavesOf(batch).map(({ path, role }) => [path, role]);

it("names leaves by their path, as a program would write it", () => {
  const batch = [
    zeros([2, 3]),
    { label: tensor([1, 2], "int32"), "two words": ["a", "b"], deep: [{ x: 1n }] },
  ];
  expect(leavesOf(batch).map(({ path, dtype, shape }) => [path, dtype, shape])).toEqual([
    ["[0]", "float32", [2, 3]],
    ["[1].label", "int32", [2]],
    ['[1]["two words"]', "string", [2]],
    ["[1].deep[0].x", "bigint", []],
  ]);
  expect(leavesOf({ image: new Uint8Array(4) })[0]).toMatchObject({
    path: "image",
    dtype: "uint8",
    shape: [4],
  });
});

it.each<[LeafRole, DType, number[]]>([
  ["image", "float32", [2, 28, 28, 1]],
  ["image", "uint8", [2, 64, 200, 3]],
  ["image", "float32", [2, 28, 28]],
  ["series", "float32", [2, 300, 13]],
  ["other", "float32", [2, 3, 224, 224]],
  ["series", "int32", [2, 10]],
  ["vector", "float32", [2, 13]],
  ["series", "float32", [2, 1000]],
  ["audio", "float32", [2, 16000]],
  ["series", "float32", [2, 100, 4]],
])("takes for %s: %s %j", (role, dtype, shape) => {
  expect(roles(zeros(shape, dtype))).toEqual([["", role]]);
});

it("takes for classes whole numbers of any dtype, and for numbers what is measured", () => {
  expect(roles([tensor([0, 3, 2]), tensor([0n, 1n]), tensor([true, false]), tensor([[3], [1]])])).toEqual([
    ["[0]", "classes"],
    ["[1]", "classes"],
    ["[2]", "classes"],
    ["[3]", "classes"],
  ]);
  expect(roles([tensor([0.5, 3]), tensor([208_500, 181_500], "int32"), tensor([-5, 3])])).toEqual([
    ["[0]", "number"],
    ["[1]", "number"],
    ["[2]", "number"],
  ]);
});

it("tells one-hot rows from vectors, a faulty row among them too", () => {
  const rows = [0, 1, 2, 1].map((label) => [0, 1, 2].map((column) => (column === label ? 1 : 0)));
  expect(roles(tensor([...rows, [0, 0, 0]]))).toEqual([["", "oneHot"]]);
  expect(
    roles(
      tensor([
        [1, 1, 0],
        [0, 0, 0],
        [1, 1, 1],
        [0, 1, 0],
      ]),
    ),
  ).toEqual([["", "vector"]]);
});

it("tells masks and boxes by the image before them", () => {
  const image = zeros([2, 32, 32, 3]);
  expect(roles({ image, mask: zeros([2, 32, 32, 1], "uint8"), boxes: zeros([2, 5, 4]) })).toEqual([
    ["image", "image"],
    ["mask", "mask"],
    ["boxes", "boxes"],
  ]);
  expect(roles([zeros([2, 28, 28, 1], "uint8"), zeros([2, 28, 28], "int32")])).toEqual([
    ["[0]", "image"],
    ["[1]", "mask"],
  ]);
  expect(roles([image, zeros([2, 32, 32, 3], "uint8")])).toEqual([
    ["[0]", "image"],
    ["[1]", "image"],
  ]);
});
