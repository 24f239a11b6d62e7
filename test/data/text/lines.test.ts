import { describe, expect, it } from "vitest";
import { openDataFile } from "../../../src/data/data-file.ts";
import { LinesReader, lines } from "../../../src/data/text/lines.ts";
import { plainLines, rowOffsets } from "../../../src/data/text/offsets.ts";
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

  it("refuses bytes that are no text, with the place", async () => {
    const reader = await lines(Uint8Array.of(97, 10, 0xff, 10));
    expect(() => read(reader)).toThrow(/row 1, byte 2: It is no text in utf-8/);
    await expect(lines(bytes("a"), { skipEmpty: 1 as never })).rejects.toThrow(
      /`skipEmpty` must be true or false/,
    );
    await expect(lines(bytes("a"), { cache: "" })).rejects.toThrow(/`cache` must be a folder/);
  });
});
