import { describe, expect, it } from "vitest";
import { openDataFile } from "../../../src/data/data-file.ts";
import { plainLines, type RowSyntax, rowOffsets } from "../../../src/data/text/offsets.ts";
import { createRandom } from "../../../src/random/random.ts";

const csv: RowSyntax = { skip: "empty", delimiter: 44, quote: 34, comment: 35 };
const syntaxes: Readonly<Record<string, RowSyntax>> = {
  lines: plainLines,
  "lines that are not empty": { ...plainLines, skip: "empty" },
  jsonl: { ...plainLines, skip: "space" },
  csv,
  "csv without quotes": { ...csv, quote: -1, comment: -1 },
};

/** The same by one character after the other, of the whole text. */
function plainParse(text: string, { skip, delimiter, quote, comment }: RowSyntax): number[] {
  const [delimiterText, quoteText] = [delimiter, quote].map((byte) =>
    byte < 0 ? "" : String.fromCharCode(byte),
  );
  const starts: number[] = [];
  for (let at = 0; at < text.length; ) {
    const line = text.slice(at, (text.indexOf("\n", at) + 1 || text.length + 1) - 1);
    const content = skip === "space" ? line.trim() : skip === "empty" ? line.replaceAll("\r", "") : "x";
    if (content === "" || line.replace(/^\r+/, "").charCodeAt(0) === comment) {
      at += line.length + 1;
      continue;
    }
    starts.push(at);
    let inside = false;
    let fieldStart = true;
    for (; at < text.length; at++) {
      const character = text[at]!;
      if (inside && character === quoteText && text[at + 1] === quoteText) at++;
      else if (inside) inside = character !== quoteText;
      else if (character === "\n") break;
      else if (character === quoteText && fieldStart) inside = true;
      fieldStart = !inside && character === delimiterText;
    }
    at++;
  }
  return starts;
}

function randomText(seed: number): string {
  const random = createRandom(seed);
  const pieces = [
    "a",
    "bc",
    ",",
    '"',
    '""',
    "\n",
    "\r\n",
    '"x,\ny"',
    "#",
    " ",
    "\t",
    "12345678",
    '\n"',
    '",',
  ];
  let text = "";
  for (let i = 0; i < 60; i++) text += pieces[random.integer(0, pieces.length)]!;
  return `${text}${(text.match(/"/g)?.length ?? 0) % 2 === 0 ? "" : '"'}\n`;
}

describe("offsets of rows", () => {
  it.each(Object.entries(syntaxes))(
    "of %s are those of a plain parse, whatever the pieces",
    async (_, syntax) => {
      let checked = 0;
      for (let seed = 0; seed < 150; seed++) {
        const text = randomText(seed);
        const file = await openDataFile(new TextEncoder().encode(text));
        const expected = plainParse(text, syntax);
        for (const piece of [1, 2, 3, 7, 64, 4096]) {
          const found = await rowOffsets(file, 0, syntax, { piece, dense: 1e7 }).catch(
            (error: Error) => error,
          );
          if (found instanceof Error)
            expect(found.message).toMatch(/A quote is opened here and never closed/);
          else {
            expect([...found.starts], JSON.stringify(text)).toEqual(expected);
            checked++;
          }
        }
      }
      expect(checked).toBeGreaterThan(300);
    },
  );

  it("keep one of 16 where there are very many rows, the same ones", async () => {
    const text = Array.from({ length: 5000 }, (_, i) => `${i}\n`).join("");
    const file = await openDataFile(new TextEncoder().encode(text));
    const all = await rowOffsets(file, 0, plainLines);
    for (const dense of [1, 15, 16, 17, 4999]) {
      const some = await rowOffsets(file, 0, plainLines, { piece: 1000, dense });
      expect(some).toMatchObject({ every: 16, count: 5000 });
      expect([...some.starts]).toEqual([...all.starts].filter((_, i) => i % 16 === 0));
    }
    expect(await rowOffsets(file, 0, plainLines, { piece: 1000, dense: 5000 })).toEqual(all);
  });

  it("begin behind what is no row, and name the quote that is never closed", async () => {
    const file = await openDataFile(new TextEncoder().encode('head\na,b\nc,"d\ne,f\n'));
    await expect(rowOffsets(file, 5, csv)).rejects.toMatchObject({ name: "DataError", row: 1, offset: 11 });
    expect([...(await rowOffsets(file, 5, plainLines)).starts]).toEqual([5, 9, 14]);
  });
});
