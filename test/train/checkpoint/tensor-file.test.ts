import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataLoader } from "../../../src/loader/data-loader.ts";
import { bytesPerElement, dtypes, viewOf } from "../../../src/tensor/dtype.ts";
import { type Tensor, tensor } from "../../../src/tensor/tensor.ts";
import { encodeSafetensors } from "../../../src/train/checkpoint/safetensors.ts";
import { loadTensors, saveTensors } from "../../../src/train/checkpoint/tensor-file.ts";
import { Points } from "../points.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "epochal-tensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Tensors of any dtype and any bits, also as parts of larger memory and of shared memory. */
const tensors: fc.Arbitrary<unknown> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    before: fc.integer({ min: 0, max: 2 }),
    shared: fc.boolean(),
    byte: fc.nat(255),
  })
  .map(({ dtype, shape, before, shared, byte }) => {
    const length = shape.reduce((product, axis) => product * axis, 1);
    const size = bytesPerElement(dtype);
    const buffer = new (shared ? SharedArrayBuffer : ArrayBuffer)((before + length + 1) * size);
    new Uint8Array(buffer).forEach((_, i, bytes) => {
      bytes[i] = byte * (i + 1);
    });
    return { data: viewOf(dtype, buffer, before * size, length), shape, dtype };
  });

const names = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom("a", "a/b", "b", "$tensor", "$number", "__proto__", "__metadata__", "tensor", "tree"),
);

const { tree: trees } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tensors,
    fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null)),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** The bits of a tree's tensors, so that each NaN is compared with itself. */
function bits(tree: unknown): unknown {
  if (ArrayBuffer.isView(tree)) return [...new Uint8Array(tree.buffer, tree.byteOffset, tree.byteLength)];
  if (Array.isArray(tree)) return tree.map(bits);
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.entries(tree).map(([name, child]) => [name, bits(child)]);
}

describe("saveTensors and loadTensors", () => {
  it("give back any tree, bit by bit", async () => {
    const path = join(folder, "any", "tree.safetensors");
    await fc.assert(
      fc.asyncProperty(fc.oneof(tensors, fc.array(trees), fc.dictionary(names, trees)), async (tree) => {
        await saveTensors(path, tree as object);
        expect(bits(await loadTensors(path))).toEqual(bits(tree));
      }),
    );
    // Nothing of the writing is left.
    expect(await readdir(join(folder, "any"))).toEqual(["tree.safetensors"]);
  });

  it("keep apart tensors whose paths are the same", async () => {
    const path = join(folder, "same.safetensors");
    const tree = { "a/b": tensor([1]), a: { b: tensor([2]) }, "a/b'": tensor([3]) };
    await saveTensors(path, tree);
    expect(await loadTensors<typeof tree>(path)).toEqual(tree);
  });

  it("name tensors by their paths, for other readers of the format", async () => {
    const path = join(folder, "named.safetensors");
    await saveTensors(path, { params: [{ kernel: tensor([[1, 2]]) }], step: 3 });
    const bytes = await readFile(path);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
    expect(header["params/0/kernel"]).toEqual({ dtype: "F32", shape: [1, 2], data_offsets: [0, 8] });
    expect(Object.keys(header)).toEqual(["__metadata__", "params/0/kernel"]);
  });

  it("keep where a loader stands", async () => {
    const path = join(folder, "state.safetensors");
    const loader = new DataLoader(new Points(6), { shuffle: true, seed: 5 });
    for await (const _ of loader) break;
    await saveTensors(path, { data: loader.state() });
    const { data } = await loadTensors<{ data: ReturnType<typeof loader.state> }>(path);
    expect(data).toEqual(loader.state());
  });

  it("read the files of others as a record by name", async () => {
    const path = join(folder, "other.safetensors");
    const weights: Record<string, Tensor> = { "layer.0": tensor([1, 2]), "layer.1": tensor([3], "int64") };
    await writeFile(path, encodeSafetensors({ tensors: weights, metadata: { format: "pt", tree: "[1]" } }));
    const loaded = await loadTensors(path);
    expect(loaded).toEqual(weights);
    expect(loaded["layer.0"]!.dtype).toBe("float32");
  });

  it("take no cut-off file for a whole one", async () => {
    const path = join(folder, "cut.safetensors");
    await saveTensors(path, { x: tensor([1, 2, 3]) });
    for (let size = (await readFile(path)).length - 1; size >= 0; size--) {
      await truncate(path, size);
      const loading = loadTensors(path);
      await expect(loading).rejects.toThrow(/cut\.safetensors cannot be loaded\. .* Name another file/);
      await expect(loading).rejects.toMatchObject({ name: "StateError" });
    }
  });

  it("say what is wrong", async () => {
    const path = join(folder, "wrong.safetensors");
    await expect(loadTensors(path)).rejects.toMatchObject({ name: "FileError", path });
    await expect(saveTensors(path, { a: [new Map()] })).rejects.toThrow(/holds an instance of Map at a\/0,/);
    await expect(saveTensors(path, undefined as never)).rejects.toThrow(
      /^saveTensors takes a tensor, or .*, got undefined/,
    );
    class Theirs {}
    await expect(saveTensors(path, new Theirs())).rejects.toMatchObject({ name: "OptionError" });
    await expect(saveTensors(join(folder, "cut.safetensors", "x"), [])).rejects.toMatchObject({
      name: "FileError",
    });
    expect(await readdir(folder)).not.toContain("wrong.safetensors");
  });
});
