import { describe, expect, it } from "vitest";
import { writeNpyHeader } from "../../../src/data/array/npy-header.ts";
import { npz } from "../../../src/data/array/npz.ts";
import { failsWhereCut, keepsContract } from "../contract.ts";
import { packZip } from "../zip/pack-zip.ts";
import { type Expected, goldens, rowsOf, samplesOf } from "./golden.ts";

const cases = goldens<{ members: Readonly<Record<string, Expected>> }>("npz");
type Case = (typeof cases)[number];

/** The rows of the members side by side. */
function records(members: Case["members"], names: Readonly<Record<string, string>>) {
  const columns = Object.entries(names).map(([field, name]) => [field, rowsOf(members[name]!)] as const);
  return columns[0]![1].map((_, row) =>
    Object.fromEntries(columns.map(([field, rows]) => [field, rows[row]])),
  );
}
const all = { x: "x", y: "y", z: "z" };
const named = (name: string) => cases.find((each) => each.name === name)!;
const stored = named("savez");
const packed = named("savez_compressed");

describe("npz", () => {
  it.each(cases)("reads $name", async ({ bytes, members }) => {
    expect(await samplesOf(await npz(bytes))).toEqual(records(members, all));
    const fields = { image: "z", label: "y" } as const;
    expect(await samplesOf(await npz(bytes, fields))).toEqual(records(members, fields));
  });

  it("fails wherever a file is cut, and where packed data are damaged", async () => {
    for (const { bytes } of [stored, packed, named("zip64")]) await failsWhereCut(bytes, (cut) => npz(cut));
    const broken = packed.bytes.slice();
    broken[150]! ^= 1;
    await expect(npz(broken)).rejects.toMatchObject({ name: "DataError", column: "x" });
  });

  it("unpacks no more than memory allows", async () => {
    await expect(npz(packed.bytes, all, { memory: 300 })).rejects.toThrow(
      /column "y": It is compressed, and unpacked it has 160 bytes, of 124 .* Save it with np\.savez/,
    );
    expect(await npz(stored.bytes, all, { memory: 0 })).toHaveLength(4);
  });

  it("refuses an array whose name no field can have", async () => {
    const npy = Buffer.concat([writeNpyHeader({ dtype: "uint8", shape: [3] }), Buffer.from([1, 2, 3])]);
    const x = packZip([{ name: "__proto__.npy", data: npy }]);
    await expect(npz(x)).rejects.toThrow(/a field cannot be called "__proto__"/);
    await expect(npz(x, { y: "__proto__" })).resolves.toHaveLength(3);
  });

  it("refuses what is none, arrays that are not there, and options that are none", async () => {
    await expect(npz(new TextEncoder().encode("a,b\n".repeat(20)))).rejects.toThrow(/It is no zip archive/);
    await expect(npz(stored.bytes, { x: "w" })).rejects.toThrow('It has no array "w", but "x", "y", "z".');
    await expect(npz(stored.bytes, {})).rejects.toThrow(/takes the names of arrays by field/);
    await expect(npz(stored.bytes, { x: 1 } as never)).rejects.toThrow(/takes the names of arrays by field/);
    await expect(npz(stored.bytes, all, { memory: -1 })).rejects.toThrow(/`memory`/);
    await expect(npz(stored.bytes, all, { mmap: true } as never)).rejects.toThrow(/no option `mmap`/);
  });
});

const twice = [...records(stored.members, all), ...records(stored.members, all)];
const of = (name: string, { bytes }: Case) =>
  keepsContract({ name, open: (files) => npz(files), files: [bytes, bytes], samples: twice });
of("npz", stored);
of("npz, compressed", packed);
