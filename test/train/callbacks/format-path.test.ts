import { describe, expect, it } from "vitest";
import { formatPath } from "../../../src/train/callbacks/format-path.ts";

describe("formatPath", () => {
  it.each([
    ["{epoch}", "7"],
    ["{epoch:02d}-{val_loss:.2f}", "07-0.12"],
    ["a/{epoch:4d}b", "a/   7b"],
    ["{val_loss:.3e}", "1.235e-01"],
    ["{val_loss}", "0.123456"],
    ["{val_loss:f}", "0.123456"],
    ["{bad:.2f}", "nan"],
    ["plain", "plain"],
  ])("fills %s as Python does", (path, filled) => {
    expect(formatPath(path, { epoch: 7, val_loss: 0.123456, bad: Number.NaN })).toBe(filled);
  });

  it("refuses unknown names and formats", () => {
    expect(() => formatPath("{acc}", { epoch: 1, loss: 2 })).toThrow("There is: epoch, loss.");
    expect(() => formatPath("{epoch:>8}", { epoch: 1 })).toThrow("has the format {…:>8}");
  });
});
