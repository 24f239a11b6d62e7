import fs, {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { type RecordMember, Segments } from "../../../src/data/disk-cache/segments.ts";
import { tar } from "../../../src/data/tar/tar.ts";

const root = mkdtempSync(join(tmpdir(), "epochal-segments-"));
afterAll(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, "folder-"));

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const recordOf = (index: number, content = `text ${index}`): RecordMember[] => [
  { name: `${index}.txt`, body: [text(content)] },
  { name: `${index}.bin`, body: [new Uint8Array(600).fill(index), Uint8Array.of(1)] },
];

it("give back what was added, to whoever has the folder, and are archives", async () => {
  const folder = newFolder();
  const [one, two] = [new Segments(fs, folder, Number.POSITIVE_INFINITY), new Segments(fs, folder, 1e9)];
  const places = [0, 1, 2, 3].map((i) => (i % 2 ? one : two).append(recordOf(i), 0)!);
  for (const segments of [one, two, new Segments(fs, folder, 1)]) {
    for (const [i, place] of places.entries()) {
      const members = segments.read(place)!;
      expect([...members.keys()]).toEqual([`${i}.txt`, `${i}.bin`]);
      expect(new TextDecoder().decode(members.get(`${i}.txt`))).toBe(`text ${i}`);
      expect(members.get(`${i}.bin`)).toEqual(Uint8Array.of(...new Array(600).fill(i), 1));
    }
    segments.close();
  }
  const names = readdirSync(folder);
  expect(names).toHaveLength(2);
  const samples: unknown[] = [];
  for await (const sample of await tar(
    names.map((name) => join(folder, name)),
    { text: { type: "string", from: ["txt"] } },
  ))
    samples.push((sample as { readonly text: string }).text);
  expect(samples.sort()).toEqual(["text 0", "text 1", "text 2", "text 3"]);
});

it("have nothing where a place is torn, or the archive is another", () => {
  const folder = newFolder();
  const segments = new Segments(fs, folder, Number.POSITIVE_INFINITY);
  const [first, second] = [segments.append(recordOf(1), 0)!, segments.append(recordOf(2), 0)!];
  for (const torn of [
    { ...second, segment: 1 },
    { ...second, offset: 1 },
    { ...second, offset: second.offset + 512 },
    { ...second, bytes: second.bytes - 512 },
    { ...second, bytes: second.bytes + 512 },
    { ...second, bytes: 2 ** 50 },
    { ...second, offset: 2 ** 50 },
  ])
    expect(segments.read(torn)).toBeUndefined();
  expect([...segments.read({ ...first, bytes: first.bytes + second.bytes })!.keys()]).toHaveLength(4);
});

it("end before a record whose writer was killed", () => {
  const folder = newFolder();
  const segments = new Segments(fs, folder, Number.POSITIVE_INFINITY);
  segments.append(recordOf(1), 0);
  const path = join(folder, readdirSync(folder)[0]!);
  // But for the zeros at its end.
  const before = readFileSync(path).subarray(0, -1024);
  const write = writeSync as (...all: unknown[]) => number;
  for (let written = 0; written < 3000; written += 100) {
    let left = written;
    const killed = vi.spyOn(fs, "writeSync").mockImplementation(((...all: unknown[]) => {
      if (left === 0) throw new Error("killed");
      const [file, bytes, at, length, to] = all as [number, Uint8Array, number, number, number];
      const fits = Math.min(left, length);
      left -= fits;
      return write(file, bytes, at, fits, to);
    }) as never);
    let done = false;
    try {
      segments.append(recordOf(2), 0);
      done = true;
    } catch {
      // Killed.
    } finally {
      killed.mockRestore();
    }
    if (done) break;
    const after = readFileSync(path);
    expect(after.subarray(0, before.length)).toEqual(before);
    const header = after.subarray(before.length, before.length + 512);
    // Nothing, or a part of a header, which is none as its sum is not right.
    if (written <= 512 + 512 + 1024) expect(header.every((byte) => byte === 0)).toBe(true);
  }
});

it("take no more room together than they may, however many write at once", () => {
  for (const most of [0, 2047, 2560, 10_000, 50_000]) {
    const folder = newFolder();
    const writers = Array.from({ length: 5 }, () => new Segments(fs, folder, most));
    let kept = 0;
    for (let i = 0; i < 100; i++) {
      const record = recordOf(i, "x".repeat((i * 137) % 3000));
      if (writers[i % 5]!.append(record, 100) !== undefined) kept++;
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(most);
    }
    expect(kept > 0).toBe(most > 3171);
    for (const writer of writers) writer.close();
  }
});

it("are never written over", () => {
  const folder = newFolder();
  const taken = vi
    .spyOn(Math, "random")
    .mockReturnValueOnce(0)
    .mockReturnValueOnce(0)
    .mockReturnValueOnce(0.5);
  const file = openSync(join(folder, "segment-00000001.tar"), "w");
  writeSync(file, "mine");
  closeSync(file);
  const place = new Segments(fs, folder, Number.POSITIVE_INFINITY).append(recordOf(1), 0)!;
  taken.mockRestore();
  expect(place.segment).not.toBe(1);
  expect(readFileSync(join(folder, "segment-00000001.tar"), "utf8")).toBe("mine");
});
