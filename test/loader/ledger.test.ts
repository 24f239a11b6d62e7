import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/loader/ledger.ts";

describe("Ledger", () => {
  it("accepts each index once, far apart or near", () => {
    const ledger = new Ledger(0);
    for (const index of [0, 31, 32, 65_535, 65_536, 2 ** 40, 2 ** 53 - 1]) ledger.deliver(index);
    expect(() => ledger.deliver(2 ** 40)).toThrow(/batch 1099511627776 a second time/);
    expect(() => ledger.skip(31)).toThrow(/a second time/);
    ledger.skip(1);
    ledger.close(8);
    expect(ledger.delivered).toBe(7);
    expect(ledger.skipped).toEqual([1]);
  });

  it("remembers pages that were full and dropped", () => {
    const ledger = new Ledger(0);
    for (let index = 0; index < 70_000; index++) ledger.deliver(index);
    for (const index of [0, 65_535, 65_536, 69_999])
      expect(() => ledger.deliver(index)).toThrow(/a second time/);
    ledger.close(70_000);
  });

  it("reports an epoch that lost batches", () => {
    const ledger = new Ledger(4);
    ledger.deliver(0);
    expect(() => ledger.close(2)).toThrow(/Epoch 4 should deliver 2 batches but delivered 1/);
  });
});
