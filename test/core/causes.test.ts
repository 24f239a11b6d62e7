import { expect, it } from "vitest";
import { causesOf } from "../../src/core/causes.ts";

it("tells what was thrown and what caused it, the nearest first", () => {
  const inner = new RangeError("too large");
  expect(causesOf(new Error("unreadable", { cause: inner }))).toEqual([
    "Error: unreadable",
    "RangeError: too large",
  ]);
  expect(causesOf("enough")).toEqual(["enough"]);
  expect(causesOf(undefined)).toEqual([]);
});

it("ends where an error cites itself, or no text can be made of a cause", () => {
  const round = new Error("round");
  round.cause = round;
  expect(causesOf(round)).toHaveLength(8);
  expect(causesOf(new Error("outer", { cause: Object.create(null) }))).toEqual([
    "Error: outer",
    expect.stringMatching(/no text/),
  ]);
});
