import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { hdf5 } from "../../../src/data/hdf5/index.ts";
import { dtypeOf } from "../../../src/tensor/dtype.ts";
import { fetchAll } from "../../sequence/probe.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { scalar } from "../parquet/scalar.ts";

const fixtures = new URL("../../fixtures/data/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(`hdf5-${name}.h5`, fixtures));
const bytesOf = (name: string) => new Uint8Array(readFileSync(pathOf(name)));
/** What h5py wrote. */
const arraysOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`hdf5-${name}.json`, fixtures), "utf8")) as Record<string, never[]>;

const root = mkdtempSync(join(tmpdir(), "epochal-hdf5-"));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => void vi.useRealTimers());

const fields = { x: "/train/images", y: "train/labels" } as const;
const { "train/images": images, "train/labels": labels } = arraysOf("plain");
const samples = (images as unknown as number[][][]).map((image, i) => ({
  x: { data: Uint8Array.from(image.flat()), shape: [2, 3], dtype: "uint8" },
  y: scalar(labels![i]!, "int64"),
}));

keepsContract({
  name: "hdf5",
  open: (files) => hdf5(files, fields),
  files: [bytesOf("plain"), bytesOf("gzip"), bytesOf("latest")],
  samples: [...samples, ...samples, ...samples],
  ending: ".h5",
});

describe("hdf5", () => {
  it.each(Object.keys(arraysOf("types")))("gives numbers as what they are: %s", async (name) => {
    const rows = await fetchAll(await hdf5(pathOf("types"), { x: name }));
    const dtype = { big: "int32", grid: "float64" }[name] ?? name;
    expect(rows).toHaveLength(3);
    rows.forEach(({ x }, i) => {
      const { data, shape } = x as { data: Uint8Array; shape: number[]; dtype: string };
      expect(x).toMatchObject({ dtype, shape: name === "grid" ? [2] : [] });
      expect(dtypeOf(data)).toBe(dtype === "bool" ? "uint8" : dtype);
      expect(Array.from(data, String)).toEqual(
        [arraysOf("types")[name]![i]]
          .flat()
          .map((n) => String(Number(n) === n || typeof n === "string" ? n : Number(n))),
      );
      expect(shape).toHaveLength(name === "grid" ? 1 : 0);
    });
  });

  it.each([
    [{ x: "text" }, /"text" holds no numbers that a tensor takes\. Texts and records are not read/],
    [{ x: "record" }, /"record" holds no numbers/],
    [{ x: "one" }, /"one" holds one number and no rows/],
    [{ x: "none" }, /It has no rows/],
    [{ x: "virtual" }, /"virtual" is put together of arrays in other files/],
    [{ x: "nothing" }, /It has no array "nothing"/],
    [{ x: "ok", y: "long" }, /column "y": It has 3 rows, but "x" has 2/],
  ])("refuses %j, by name", async (asked, message) => {
    const opened = hdf5(pathOf("strange"), asked as Record<string, string>);
    await expect(opened).rejects.toMatchObject({
      name: "DataError",
      path: pathOf("strange"),
      message: expect.stringMatching(message),
    });
  });

  it("refuses fields that are none, and files that are no HDF5", async () => {
    await expect(hdf5(pathOf("plain"), {})).rejects.toMatchObject({ name: "OptionError" });
    await expect(hdf5(pathOf("plain"), { x: 1 } as never)).rejects.toThrow(/takes the paths of arrays/);
    await expect(hdf5(new TextEncoder().encode("no such file"), { x: "x" })).rejects.toThrow(
      /cannot be opened as HDF5: .*signature/,
    );
  });

  it("reads more files than it keeps open", async () => {
    const rows = await hdf5(
      Array.from({ length: 40 }, () => bytesOf("gzip")),
      fields,
    );
    for (const i of [0, 399, 5, 200, 3, 0]) expect(await rows.at(i)).toEqual(samples[i % 10]);
  });

  it("refuses a file that is another one by now", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = join(root, "changes.h5");
    writeFileSync(path, bytesOf("plain"));
    const rows = await hdf5(path, fields);
    await rows.at(0);
    writeFileSync(path, bytesOf("gzip"));
    vi.advanceTimersByTime(100);
    expect(() => rows.getItem(4, {} as never)).toThrow(/not what it was/);
  });
});

describe("a damaged HDF5 file", () => {
  it.each(["plain", "latest"])("is refused wherever it is cut: %s", async (name) => {
    await failsWhereCut(bytesOf(name), (bytes) => hdf5(bytes, fields));
  });

  it("never gives what is no row of it, where its parts have checksums", async () => {
    const bytes = bytesOf("latest");
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      try {
        const rows = await fetchAll(await hdf5(damaged, fields));
        expect(rows, `byte ${at}`).toEqual(samples);
      } catch (error) {
        refused++;
        expect((error as Error).name, `byte ${at}: ${(error as Error).stack}`).toBe("DataError");
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 10);
  });
});
