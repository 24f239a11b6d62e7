import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";
import { makeModels } from "../../examples/onnx/make-models.ts";
import { keyedRandom } from "../../src/random/random.ts";
import { killAfter, type OnOutput, runExample } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-onnx-"));
const models = join(folder, "models");
let images: string;

beforeAll(async () => {
  images = await drawImages(3, { train: 12, test: 3 });
  await makeModels(models);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = (name: string, onOutput?: OnOutput) => ReturnType<typeof runExample>;

const onImages: Run = (name, onOutput) =>
  runExample(
    "onnx/main.ts",
    [join(models, "image"), images, join(folder, name), "--batch-size", "8"],
    onOutput,
  );

/** The rows of a file of results. */
function rowsOf(name: string): Record<string, unknown>[] {
  return readFileSync(join(folder, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Kills a run after each `times`-th note, until it comes to its end: its results are those of `whole`. */
async function expectSurvival(run: Run, name: string, whole: string, times: number): Promise<void> {
  let kills = 0;
  for (let ended = false; !ended; ) {
    const { code, signal } = await run(name, killAfter(times, join(folder, `${name}.state.json`)));
    ended = signal !== "SIGKILL";
    if (ended) expect(code).toBe(0);
    else {
      kills++;
      // As if killed between the rows and the note.
      appendFileSync(join(folder, name), '{"row":');
    }
  }
  expect(kills).toBeGreaterThan(1);
  expect(readFileSync(join(folder, name), "utf8")).toBe(readFileSync(join(folder, whole), "utf8"));
  // Now there is nothing left to do.
  expect((await run(name)).stdout).toBe("Everything is there already.\n");
}

describe("examples/onnx/main.ts", () => {
  it("writes a row for each file, in order", async () => {
    const { code, stdout, stderr } = await onImages("whole.jsonl");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^19\/19 - .*\n$/) });
    expect(stdout).toContain("19 batches: every batch index was delivered exactly once");
    const rows = rowsOf("whole.jsonl");
    const files = rows.map(({ file }) => file as string);
    expect(files).toHaveLength(150);
    expect(files).toEqual([...files].sort());
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set(["red", "green", "blue"]));
    for (const { score } of rows) expect(score).toBeGreaterThan(1 / 3);
  });

  it("loses no row and writes none twice, however often it is killed", () =>
    expectSurvival(onImages, "killed.jsonl", "whole.jsonl", 7));

  it("says in one sentence what is wrong", async () => {
    const cases = [
      [["only"], /^Usage: main\.ts MODEL FOLDER/],
      [["/nowhere", images, "a.jsonl"], /^There is no folder \/nowhere\.\n$/],
      [[models, images, "a.jsonl", "--workers", "two"], /^--workers takes a whole number.*got "two"\.\n$/],
      [["--worker", "2"], /^Unknown option '--worker'\. See --help\.\n$/],
    ] as const;
    const runs = await Promise.all(cases.map(([args]) => runExample("onnx/main.ts", args)));
    for (const [i, { code, stderr }] of runs.entries()) {
      expect(stderr).toMatch(cases[i]![1]);
      expect(code).toBe(1);
    }
  });
});

describe("examples/onnx/texts.ts", () => {
  const file = join(folder, "texts.jsonl");
  const onTexts =
    (window: number): Run =>
    (name, onOutput) =>
      runExample(
        "onnx/texts.ts",
        [join(models, "text"), file, join(folder, name), "--batch-size", "8", "--window", `${window}`],
        onOutput,
      );
  /** What the model of make-models.ts thinks of the words, whose pieces are added. */
  const moods: Readonly<Record<string, number>> = {
    film: 0,
    unknown: 0,
    Good: 1,
    lovely: 1.1,
    loved: 0.9,
    boredom: -0.9,
    bad: -1,
  };
  let expected: { row: number; label: string }[];

  beforeAll(() => {
    const random = keyedRandom(5, "batch", 0, 0);
    const draw = (end: number) => Math.floor(random.uniform() * end);
    const texts = Array.from({ length: 200 }, () =>
      Array.from({ length: 1 + draw(draw(60) + 1) }, () => Object.keys(moods)[draw(7)]!),
    );
    const sums = texts.map((words) => words.reduce((sum, word) => sum + moods[word]!, 0.55));
    expected = sums.map((sum, row) => ({ row, label: sum > 0 ? "good" : "bad" }));
    writeFileSync(
      file,
      texts.map((words) => `${JSON.stringify({ text: `${words.join(" ")} fine.` })}\n`).join(""),
    );
  });

  it("classifies by word pieces, and gives the rows in their order", async () => {
    const { code, stdout } = await onTexts(4)("texts-whole.jsonl");
    expect(code).toBe(0);
    expect(stdout).toContain("25 batches: every batch index was delivered exactly once");
    const rows = rowsOf("texts-whole.jsonl");
    expect(rows).toEqual(expected.map((row) => ({ ...row, score: expect.any(Number) })));
    for (const { score } of rows) expect(score).toBeGreaterThanOrEqual(0.5);
  });

  it("pads less, the larger the windows are, and says the same", async () => {
    const padding = async (window: number): Promise<number> => {
      const { stdout } = await onTexts(window)(`texts-${window}.jsonl`);
      return Number(/^([\d.]+) % of what/.exec(stdout)![1]);
    };
    const [none, some, all] = [await padding(1), await padding(4), await padding(25)];
    expect(some).toBeLessThan(none);
    expect(all).toBeLessThan(some);
    const labels = (name: string) => rowsOf(name).map(({ row, label }) => ({ row, label }));
    expect(labels("texts-1.jsonl")).toEqual(expected);
    expect(labels("texts-25.jsonl")).toEqual(expected);
  });

  it("loses no row and writes none twice, however often it is killed", () =>
    expectSurvival(onTexts(4), "texts-killed.jsonl", "texts-whole.jsonl", 3));
});
