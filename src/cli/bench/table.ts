/** The settings and what they came to, as lines of text. Pure. */
import { isMeasured, type SettingOutcome } from "./compare.ts";
import { type BenchSetting, settingName } from "./settings.ts";

const head = ["", "batches/s", "spread", "wait", "cores", "memory"];

/** A table, with a star at the best one; what does not work has its reason below. */
export function benchTable(outcomes: readonly SettingOutcome[], best: BenchSetting | undefined): string {
  const rows = outcomes.map((it) => [`${it === best ? "*" : " "} ${nameOf(it)}`, ...cellsOf(it)]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...reasons(outcomes)].join("\n");
}

function nameOf(outcome: SettingOutcome): string {
  const name = settingName(outcome);
  return outcome.workers === "auto" && isMeasured(outcome) ? `${name} (${outcome.workersAtEnd})` : name;
}

function cellsOf(outcome: SettingOutcome): readonly string[] {
  if (!isMeasured(outcome)) return ["failed", "", "", "", ""];
  const { batchesPerSecond: rate, waitShare, cores, memory } = outcome;
  return [
    digits(rate.median),
    `${digits(rate.low)} to ${digits(rate.high)}`,
    `${Math.round(waitShare * 100)} %`,
    cores === null ? "-" : cores.toFixed(1),
    memory === null ? "-" : `+${Math.max(0, Math.round(memory / 2 ** 20))} MB`,
  ];
}

/** Three digits that count. */
function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Rounds of one setting that differ by more are no measurement of it. */
const steady = 1.5;

/** What to tell people where rounds of one setting differ so much that something else must be at work; else undefined. */
export function noiseNote(outcomes: readonly SettingOutcome[]): string | undefined {
  const factors = outcomes.filter(isMeasured).map(({ batchesPerSecond: { low, high } }) => high / low);
  const most = Math.max(1, ...factors);
  if (most < steady) return undefined;
  return `Rounds of one setting differ by a factor of ${most.toFixed(1)}: something else keeps the machine busy. End it, or measure for longer (--seconds).`;
}

/** Why settings failed, each reason once. */
function reasons(outcomes: readonly SettingOutcome[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const it of outcomes) {
    if (isMeasured(it)) continue;
    byReason.set(it.error, [...(byReason.get(it.error) ?? []), settingName(it)]);
  }
  return [...byReason].map(([reason, names]) => `${names.join(", ")}: ${reason}`);
}
