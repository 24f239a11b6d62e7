import { describe, expect, it } from "vitest";
import { cutmix } from "../../../src/sequence/combinators/cutmix.ts";
import { mixup } from "../../../src/sequence/combinators/mixup.ts";
import { randomChoice } from "../../../src/sequence/combinators/random-choice.ts";
import { take } from "../../../src/sequence/combinators/take.ts";
import { zip } from "../../../src/sequence/combinators/zip.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { constantPair, ownClasses, same } from "../labelled.ts";
import { Probe } from "../probe.ts";

describe("randomChoice", () => {
  const probes = (length: number): Probe[] => ["a", "b", "c"].map((name) => new Probe(name, length));
  const names = async (sequence: Sequence<unknown>, epoch: number = 0): Promise<string[]> => {
    const found: string[] = [];
    for (let i = 0; i < sequence.length; i++)
      found.push(((await sequence.at(i, { epoch })) as { name: string }).name);
    return found;
  };
  const count = (list: readonly string[], name: string): number => list.filter((it) => it === name).length;

  it("chooses each source as often, anew in each epoch, and one that is given twice twice as often", async () => {
    const [a, b, c] = probes(3000) as [Probe, Probe, Probe];
    const chosen = await names(randomChoice(a, b, c));
    for (const name of ["a", "b", "c"]) expect(Math.abs(count(chosen, name) - 1000)).toBeLessThan(130);
    const twice = await names(randomChoice(a, b, a));
    expect(Math.abs(count(twice, "a") - 2000)).toBeLessThan(130);
    expect(await names(randomChoice(a, b, c), 1)).not.toEqual(chosen);
  });

  it("gives the batches that the chosen source gives alone", async () => {
    const [a, b] = probes(20) as [Probe, Probe];
    const either = randomChoice(a, b);
    for (let i = 0; i < 20; i++) {
      const batch = await either.at(i);
      expect(batch).toEqual(await (batch.name === "a" ? a : b).at(i));
    }
  });

  it("chooses among choices independently", async () => {
    const [a, b, c] = probes(4000) as [Probe, Probe, Probe];
    const chosen = await names(randomChoice(a, take(randomChoice(b, c), 4000)));
    expect(Math.abs(count(chosen, "a") - 2000)).toBeLessThan(160);
    expect(Math.abs(count(chosen, "b") - 1000)).toBeLessThan(140);
    expect(Math.abs(count(chosen, "c") - 1000)).toBeLessThan(140);
  });

  it("chooses between mixup and cutmix", async () => {
    const x = tensor(Float32Array.from(constantPair.data), { shape: [2, 8, 8, 1] });
    const source = same([x, ownClasses(2)] as const, 400);
    const options = { classes: 2, alpha: 8 };
    let cut = 0;
    for await (const [mixed] of randomChoice(mixup(source, options), cutmix(source, options)))
      if (mixed.data.every((value) => value === 0 || value === 1)) cut++;
    expect(Math.abs(cut - 200)).toBeLessThan(50);
  });

  it("takes sequences of one length", () => {
    expect(() => randomChoice(new Probe("a", 2), new Probe("b", 3)).length).toThrow(
      "randomChoice() takes sequences of one length, got 2, 3. Cut them with take(), or lengthen one with repeat().",
    );
    expect(() => randomChoice()).toThrow(/randomChoice\(\) needs at least one sequence/);
    expect(() => randomChoice([new Probe("a", 2)] as never)).toThrow(
      /Give them one by one: randomChoice\(a, b\)/,
    );
    expect(() => zip(new Probe("a", 2), new Probe("b", 3)).length).toThrow(
      /zip\(\) takes sequences of one length/,
    );
  });
});
