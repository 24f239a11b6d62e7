import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsv, parseCsv } from "../../../src/train/callbacks/csv.ts";

describe("CSV", () => {
  it("gives back the cells that were written, whatever is in them (property)", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', ",", ";", "|", "\n", "\r", "a", ".") }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 4 }),
        fc.constantFrom(",", ";", "\t", "||", "."),
        fc.constantFrom("\n", "\r\n", "\r"),
        (rows, separator, lineBreak) => {
          const text = rows.map((cells) => formatCsv(cells, separator) + lineBreak).join("");
          const records = parseCsv(text, separator);
          expect(records.map(({ cells }) => cells)).toEqual(rows);
          expect(records.every(({ ended }) => ended)).toBe(true);
          expect(records.map((record) => record.text + lineBreak).join("")).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads any text to its end (property)", () => {
    const text = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a"), maxLength: 30 });
    fc.assert(
      fc.property(text, (given) => {
        const seen = parseCsv(given, ",")
          .map((record) => record.text)
          .join("");
        expect(seen.replace(/[\r\n]/g, "")).toBe(given.replace(/[\r\n]/g, ""));
      }),
      { numRuns: 1000 },
    );
  });
});
