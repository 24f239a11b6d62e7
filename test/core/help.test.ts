/** What an error or a warning prints leads to the page that tells of it; its message, which others cite, does not. */
import { inspect } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import { helpFor, isEpochalError, ShapeError } from "../../src/core/errors.ts";
import { warn } from "../../src/core/warn.ts";

afterEach(() => vi.restoreAllMocks());

it("stands below the message of an error that is printed, once, whatever the message holds", () => {
  for (const message of ["y is wrong.", "costs $& and $1", "two\nlines"]) {
    const error = new ShapeError(message, { cause: new Error("first") });
    expect(error.message).toBe(message);
    expect(isEpochalError(error) && error.help).toBe(helpFor("ShapeError"));
    expect(inspect(error)).toContain(`ShapeError: ${message}\n  See ${helpFor("ShapeError")}\n    at `);
    expect(inspect(error).split(helpFor("ShapeError"))).toHaveLength(2);
  }
});

it("stands below a warning, by its code", () => {
  const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  warn("EPOCHAL_ONE_CLASS", "batches hold one class.");
  expect(emit.mock.calls).toEqual([
    [
      "batches hold one class.",
      { type: "EpochalWarning", code: "EPOCHAL_ONE_CLASS", detail: `See ${helpFor("EPOCHAL_ONE_CLASS")}` },
    ],
  ]);
});
