import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lostNumber, skipSpace, valueEnd } from "../../src/data/json.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the scanner takes all of `text` for a value. */
function isTaken(text: string): boolean {
  try {
    return skipSpace(text, valueEnd(text, skipSpace(text, 0))) === text.length;
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return false;
  }
}

const pieces = [
  ...'{}[]:,"\\ \t\n\r0123456789-+.eEtrufalsn/b\u0000\u001f\u007f\u00a0\u2028\ud800é',
  ...[
    "true",
    "false",
    "null",
    '"a"',
    "\\u00e9",
    "\\u00g9",
    "\\x",
    "1e5",
    "-0",
    "01",
    "1.",
    ".5",
    "{}",
    "[]",
    '"":',
  ],
];

describe("JSON by place", () => {
  it("is taken where JSON.parse takes it, and only there", () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.json({ noUnicodeString: false }), fc.constant("")),
        fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...pieces)), { maxLength: 3 }),
        (json, edits) => {
          let text = json;
          for (const [where, cut, piece] of edits) {
            const at = where % (text.length + 1);
            text = text.slice(0, at) + piece + text.slice(at + cut);
          }
          const valid = isJson(text);
          if (valid) taken++;
          else refused++;
          expect(isTaken(text), text).toBe(valid);
        },
      ),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), (parts) => {
        expect(isTaken(parts.join("")), parts.join("")).toBe(isJson(parts.join("")));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(300);
  });

  it.each<[string, string | undefined, RegExp]>([
    [
      '{"a": [1, {"b": 2}, 12345678901234567890]}',
      "a",
      /12345678901234567890 is too long.*12345678901234567000/,
    ],
    ['{"a": {"b": 1, "c": -9007199254740993}, "d": 1}', "c", /-9007199254740993 is too long/],
    ["[1e400]", undefined, /1e400 is beyond the numbers of JavaScript/],
    ['{"\\u0061": -1E+0400}', "a", /-1E\+0400 is beyond/],
    [`[${"9".repeat(400)}]`, undefined, /is beyond/],
    [`{"a": ${"9".repeat(400)}.5}`, "a", /is beyond/],
  ])("%s has a number that is lost", (json, key, problem) => {
    expect(lostNumber(json)).toEqual({ key, problem: expect.stringMatching(problem) });
  });

  it.each([
    '"12345678901234567890"',
    '{"12345678901234567890": "1e400"}',
    "9007199254740992",
    "1e22",
    "0.12345678901234567890",
    "1e-400",
  ])("%s has none", (json) => expect(lostNumber(json)).toBeUndefined());
});
