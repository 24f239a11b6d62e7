import { describe, expect, it } from "vitest";
import { bestOf, type Round, type SettingOutcome, sumUp } from "../../../src/cli/bench/compare.ts";
import {
  type BenchSetting,
  settingCode,
  settingName,
  settingsOf,
  triedOn,
} from "../../../src/cli/bench/settings.ts";
import { benchTable, noiseNote } from "../../../src/cli/bench/table.ts";

const none: BenchSetting = { workers: 0, worker: "thread" };
const threads = (workers: number): BenchSetting => ({ workers, worker: "thread" });
const processes = (workers: number): BenchSetting => ({ workers, worker: "process" });
const auto: BenchSetting = { workers: "auto", worker: "thread" };

/** A setting with rounds of these rates. */
function measured(setting: BenchSetting, rates: readonly number[], workers: number = 0): SettingOutcome {
  const rounds = rates.map((rate): Round => ({ rate, wait: 0.5, cores: 1.25, memory: 3 * 2 ** 20, workers }));
  return sumUp(setting, rounds);
}

describe("the settings", () => {
  it("are none, threads and processes, two a core at most, and auto", () => {
    expect(settingsOf(triedOn(1)).map(settingName)).toEqual([
      "no workers",
      "1 thread",
      "2 threads",
      '"auto"',
      "1 process",
      "2 processes",
    ]);
    expect(settingsOf(triedOn(8))).toHaveLength(8);
  });

  it.each([
    [none, "train", undefined, "new DataLoader(train)"],
    [threads(2), "train", undefined, "new DataLoader(train, { workers: 2 })"],
    [processes(1), "photos", 32, 'new DataLoader(photos, { batchSize: 32, workers: 1, worker: "process" })'],
    [auto, "train", undefined, 'new DataLoader(train, { workers: "auto" })'],
  ])("are code to paste", (setting, name, batchSize, code) => {
    expect(settingCode(setting, name, batchSize)).toBe(code);
  });
});

describe("the best setting", () => {
  it.each([
    [
      "the fastest",
      [measured(none, [50]), measured(threads(1), [60]), measured(threads(2), [100])],
      threads(2),
    ],
    [
      "of those as fast, the one with fewer workers",
      [measured(threads(2), [96]), measured(threads(4), [100])],
      threads(2),
    ],
    [
      "of those that differ by their noise, the one with fewer workers",
      [measured(threads(1), [60, 88, 95]), measured(threads(2), [90, 100, 110])],
      threads(1),
    ],
    [
      "not one that is much slower, however noisy",
      [measured(threads(1), [10, 80, 120]), measured(threads(2), [90, 100, 110])],
      threads(2),
    ],
    ["threads before processes", [measured(processes(2), [100]), measured(threads(2), [99])], threads(2)],
    ["a number before auto", [measured(auto, [100], 2), measured(threads(2), [98])], threads(2)],
    ["auto, where it needs fewer", [measured(auto, [100], 1), measured(threads(2), [98])], auto],
    ["none that fails", [{ ...threads(2), error: "no" }, measured(none, [1])], none],
  ])("is %s", (_, outcomes, best) => {
    expect(bestOf(outcomes as SettingOutcome[])).toMatchObject(best);
  });
});

it("the table shows each setting, the best with a star, and why others failed, once", () => {
  const slow = measured(none, [3.12, 4, 5]);
  const best = measured(threads(2), [1234.5, 1300, 1100]);
  const error = "Workers cannot find it.";
  const outcomes = [
    slow,
    { ...processes(1), error },
    best,
    { ...processes(2), error },
    measured(auto, [20], 2),
  ];
  expect(benchTable(outcomes, best)).toBe(
    [
      "               batches/s          spread  wait  cores  memory",
      "  no workers        4.00    3.12 to 5.00  50 %    1.3   +3 MB",
      "  1 process       failed",
      "* 2 threads        1,235  1,100 to 1,300  50 %    1.3   +3 MB",
      "  2 processes     failed",
      '  "auto" (2)        20.0    20.0 to 20.0  50 %    1.3   +3 MB',
      "1 process, 2 processes: Workers cannot find it.",
    ].join("\n"),
  );
  expect(noiseNote(outcomes)).toContain("by a factor of 1.6");
  expect(noiseNote([best])).toBeUndefined();
});
