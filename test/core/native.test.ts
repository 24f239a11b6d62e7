import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { isNativePrototype } from "../../src/core/native.ts";

it("knows the built-in classes of any realm, by name or not", () => {
  for (const prototype of [Map.prototype, runInNewContext("Map.prototype") as object]) {
    expect(isNativePrototype(prototype)).toBe(true);
    expect(isNativePrototype(prototype, "Map")).toBe(true);
    expect(isNativePrototype(prototype, "Set")).toBe(false);
  }
});

it("is not taken in by names", () => {
  const Impostor = Object.defineProperty(class {}, "name", { value: "Map" });
  expect(isNativePrototype(Impostor.prototype, "Map")).toBe(false);
  class Longer extends Map {}
  expect(isNativePrototype(Longer.prototype)).toBe(false);
  expect(isNativePrototype(Object.create(Map.prototype))).toBe(false);
  expect(isNativePrototype({ constructor: Map })).toBe(false);
  expect(isNativePrototype(null)).toBe(false);
});
