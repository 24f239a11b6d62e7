import { describe, expect, it } from "vitest";
import { tensor } from "../../src/tensor/tensor.ts";
import { keptBuffers, ownBuffers } from "../../src/tensor/transfer.ts";

describe("ownBuffers", () => {
  it("copies what the sequence keeps, and views of part of a buffer; all else goes as it is", () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    const kept = keptBuffers({ nested: [{ whole }] });
    const fresh = tensor(new Float32Array([5]));
    const batch = [tensor(whole), tensor(whole.subarray(1, 3)), fresh] as const;
    const owned = ownBuffers(batch, kept);
    expect(owned.map(({ data }) => [...data])).toEqual([[1, 2, 3, 4], [2, 3], [5]]);
    expect(owned[0].data.buffer).not.toBe(whole.buffer);
    expect(owned[1].data.buffer.byteLength).toBe(8);
    expect(owned[2]).toBe(fresh);
  });

  it("copies what other threads share: a consumer's own batch changes under nobody", () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    const [view] = ownBuffers([shared], keptBuffers({}));
    view!.fill(1);
    expect(view!.buffer).toBeInstanceOf(ArrayBuffer);
    expect([...shared]).toEqual([0, 0]);
  });
});
