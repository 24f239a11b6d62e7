/** What a state tells apart of what a sequence holds. */
import { expect, it } from "vitest";
import { DataLoader } from "../../src/loader/data-loader.ts";
import { Sequence } from "../../src/sequence/sequence.ts";

class Held extends Sequence<number> {
  readonly length = 3;
  readonly blob: Blob;
  constructor(blob: Blob) {
    super();
    this.blob = blob;
  }
  getItem(index: number): number {
    return index;
  }
}

const dataOf = (blob: Blob): string => new DataLoader(new Held(blob)).state().data!;

it("tells Blobs and Files apart by size, type and name", () => {
  const blobs = [
    new Blob(["abc"]),
    new Blob(["abcd"]),
    new Blob(["abc"], { type: "image/png" }),
    new File(["abc"], "cat.png"),
    new File(["abc"], "dog.png"),
  ];
  expect(new Set(blobs.map(dataOf)).size).toBe(blobs.length);
  expect(dataOf(new Blob(["abc"]))).toBe(dataOf(new Blob(["abc"])));
  const [once, again] = [1, 2].map((lastModified) => new File(["abc"], "cat.png", { lastModified }));
  expect(dataOf(once!)).toBe(dataOf(again!));
});
