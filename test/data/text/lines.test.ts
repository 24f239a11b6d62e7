import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataFile } from "../../../src/data/data-file.ts";
import { LinesReader, lines } from "../../../src/data/text/lines.ts";
import { plainLines, rowOffsets } from "../../../src/data/text/offsets.ts";
import { createRandom } from "../../../src/random/random.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { keepsContract } from "../contract.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (reader: Sequence<string>) =>
  Array.from({ length: reader.length }, (_, index) =>
    reader.getItem(index, createContext({ epoch: 0, index, seed: 0 })),
  );

keepsContract({
  name: "lines()",
  open: (files) => lines(files, { cache: false }),
  files: [bytes("one\r\n\ntwo"), bytes("\ufeffthrée 😀\n"), bytes("")],
  samples: ["one", "", "two", "thrée 😀"],
});

describe("lines", () => {
  it("counts a last line that does not end, and none behind the last newline", async () => {
    expect(read(await lines(bytes("a\nb")))).toEqual(["a", "b"]);
    expect(read(await lines(bytes("a\nb\n")))).toEqual(["a", "b"]);
    expect(read(await lines(bytes("a\n\n")))).toEqual(["a", ""]);
    expect(read(await lines(bytes("\n\r\n")))).toEqual(["", ""]);
    expect(read(await lines(bytes("")))).toEqual([]);
    expect(read(await lines(bytes("\n a\n\r\n\nb\n"), { skipEmpty: true }))).toEqual([" a", "b"]);
  });

  it("reads any row where the index has one of 16", async () => {
    const texts = Array.from({ length: 1000 }, (_, i) => "é".repeat(i % 40));
    const file = await openDataFile(bytes(texts.join("\n")));
    const offsets = [await rowOffsets(file, 0, plainLines, { piece: 333, dense: 10 })];
    const reader = new LinesReader({
      files: [file],
      offsets,
      syntax: plainLines,
      encoding: "utf-8",
      skipped: 0,
    });
    expect(offsets[0]!.every).toBe(16);
    expect(read(reader)).toEqual(texts);
  });

  it("reads any row after any other, of several files that rows are read of together", async () => {
    const root = mkdtempSync(join(tmpdir(), "epochal-lines-"));
    const random = createRandom(7);
    const texts = [0, 1].map(() =>
      Array.from({ length: 3000 }, (_, i) => `${i}${"é".repeat(random.integer(0, random.integer(1, 300)))}`),
    );
    const readers = await Promise.all(
      texts.map(async (rows, i) => {
        writeFileSync(join(root, `${i}.txt`), rows.join("\n"));
        return lines(join(root, `${i}.txt`), { cache: false });
      }),
    );
    let [which, index] = [0, 0];
    for (let i = 0; i < 40_000; i++) {
      // Most often the next, as in order; at times another one, or another file.
      if (random.integer(0, 50) === 0) index = random.integer(0, 3000);
      if (random.integer(0, 100) === 0) which = 1 - which;
      expect(readers[which]!.getItem(index, createContext({ epoch: 0, index, seed: 0 }))).toBe(
        texts[which]![index],
      );
      index = (index + 1) % 3000;
    }
    rmSync(root, { recursive: true });
  });

  it("refuses bytes that are no text, with the place", async () => {
    const reader = await lines(Uint8Array.of(97, 10, 0xff, 10));
    expect(() => read(reader)).toThrow(/row 1, byte 2: It is no text in utf-8/);
    await expect(lines(bytes("a"), { skipEmpty: 1 as never })).rejects.toThrow(
      /`skipEmpty` must be true or false/,
    );
    await expect(lines(bytes("a"), { cache: "" })).rejects.toThrow(/`cache` must be a folder/);
  });
});
