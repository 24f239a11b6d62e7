/** Labels that begin at 1, where nobody has said how many classes there are: a note, as they may be ratings or counts. */
import { describe, expect, it } from "vitest";
import { type CheckOptions, type CheckReport, runCheck } from "../../src/check/check.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";

/** Ten batches of 32 labels each, each by its number, with inputs that say nothing. */
class Labelled extends Sequence<[Tensor, Tensor]> {
  readonly length = 10;
  readonly label: (sample: number) => number;
  readonly dtype: DType;
  constructor(label: (sample: number) => number, dtype: DType = "int32") {
    super();
    this.label = label;
    this.dtype = dtype;
  }
  getItem(index: number): [Tensor, Tensor] {
    const samples = Array.from({ length: 32 }, (_, i) => 32 * index + i);
    return [tensor(samples.map((i) => [i, 0.5])), tensor(samples.map(this.label), this.dtype)];
  }
}

const report = (label: (sample: number) => number, options: CheckOptions = {}, dtype?: DType) =>
  runCheck(new Labelled(label, dtype), { seconds: Number.POSITIVE_INFINITY, workers: [], ...options });

const notesOf = async (given: Promise<CheckReport>): Promise<readonly string[]> => {
  const { findings, notes } = await given;
  expect(findings).toEqual([]);
  return notes;
};

describe("labels 1 to n", () => {
  it.each<DType>(["int32", "uint8", "float32"])("are noted, as %s", async (dtype) => {
    const notes = await notesOf(report((i) => 1 + (i % 4), {}, dtype));
    expect(notes).toEqual([
      expect.stringMatching(/^\[1\] goes from 1 to 4 in 320 samples, and is never 0\. .*sparseCategorical/),
    ]);
  });

  it("are a note no more where it is left out, and an error where the number of classes is known", async () => {
    expect(await notesOf(report((i) => 1 + (i % 4), { ignore: ["labels"] }))).toEqual([]);
    const { findings, notes } = await report((i) => 1 + (i % 4), { classes: 4 });
    expect(findings).toMatchObject([{ check: "labels", cause: "labels begin at 1" }]);
    expect(notes).toEqual([]);
  });

  it.each<[string, (sample: number) => number]>([
    ["that begin at 0", (i) => i % 4],
    ["that begin at 2", (i) => 2 + (i % 4)],
    ["with -1 for those that do not count", (i) => (i % 9 === 0 ? -1 : 1 + (i % 4))],
    ["of which one is not there, as ages are", (i) => [1, 2, 4, 5][i % 4]!],
    ["of so many that 0 may be there yet", (i) => 1 + (i % 40)],
    ["of which some are so rare that 0 may be too", (i) => (i === 77 ? 3 : 1 + (i % 2))],
  ])("are not taken for labels %s", async (_, label) => {
    expect(await notesOf(report(label))).toEqual([]);
  });
});
