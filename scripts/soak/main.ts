/**
 * `npm run soak -- [--minutes N] [--seed S] [--schedules N] [--lanes N] [--without NAMES] [--shrink SECONDS] [--replay SCHEDULE]`
 *
 * Runs random schedules of faults over the built package until the time is over. Prints the seed, what was done and
 * compared, and for each kind of failure the smallest schedule found; its exit code is 1 if there was one.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { soakMutations } from "./mutations.ts";
import { SoakProgress } from "./progress.ts";
import { features, type Schedule } from "./schedule.ts";
import { type Failure, replay, type SoakResult, soak } from "./soak.ts";
import type { Counts } from "./tally.ts";

/** The soak of training, where there is one, and the part of the time that it gets. */
const trainer = new URL("trainer.ts", import.meta.url);
const trainersPart = 0.15;

/** The part of the time that mutations of images get. */
const mutationsPart = 0.1;

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    // Where the number of schedules is given, they take the time they need.
    schedules: { type: "string" },
    // Schedules side by side. They often wait, so that one more than there are cores is faster still.
    lanes: { type: "string", default: String(availableParallelism()) },
    without: { type: "string", default: "" },
    // Seconds that the smallest failing schedule is looked for, for each kind of failure.
    shrink: { type: "string", default: "60" },
    replay: { type: "string" },
  },
});

if (options.replay !== undefined) {
  const result = await replay(JSON.parse(options.replay) as Schedule);
  if (result.ok) console.log(`It passes.\n${list(result.counts)}`);
  else console.error(`${result.message}`);
  process.exitCode = result.ok ? 0 : 1;
} else {
  await run();
}

async function run(): Promise<void> {
  const without = new Set(options.without.split(",").filter(Boolean));
  const unknown = [...without].find((name) => !(features as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(`--without takes names of ${features.join(", ")}; got "${unknown}".`);
  }
  const seed = number("seed", options.seed ?? String(Date.now()));
  const limit = options.schedules === undefined ? undefined : number("schedules", options.schedules);
  const minutes = number("minutes", options.minutes);
  const training = limit === undefined && existsSync(trainer) ? minutes * trainersPart : 0;
  const mutating = limit === undefined ? minutes * mutationsPart : 0;
  const progress = new SoakProgress(minutes - training - mutating);
  console.log(`seed ${seed}${without.size > 0 ? `, without ${[...without].join(", ")}` : ""}`);
  const result = await soak({
    seed,
    without,
    lanes: number("lanes", options.lanes),
    shrinking: 1000 * number("shrink", options.shrink),
    over: (begun) => (limit === undefined ? progress.over : begun >= limit),
    onProgress: ({ schedules, counts, failed }) =>
      progress.show(schedules, counts["batches compared"] ?? 0, sum(failed)),
    onFailure(failure) {
      progress.clear();
      console.error(describe(failure));
    },
  });
  progress.clear();
  console.log(summary(result, progress.elapsed));
  process.exitCode = sum(result.failed) > 0 ? 1 : 0;
  if (training > 0) await killTrainers(seed, training);
  if (mutating > 0) {
    const { decoded, refused } = await soakMutations({ seed, minutes: mutating });
    console.log(`Mutations of images:\n${list({ decoded, refused })}`);
  }
}

/** Kills trainers, and sees that they go on as if they had not been killed; throws if one does not. */
async function killTrainers(seed: number, minutes: number): Promise<void> {
  const { soakTrainer } = (await import(trainer.href)) as typeof import("./trainer.ts");
  const { seed: _, aimed, ...counts } = await soakTrainer({ seed, minutes });
  const kills = { "kills in a write": aimed.write, "kills after a line": aimed.line };
  console.log(`Trainers, killed again and again:\n${list({ ...counts, ...kills })}`);
}

function describe({ seed, check, message, schedule }: Failure): string {
  return [
    `FAILED: ${check} (seed ${seed})`,
    message,
    `The smallest schedule found:\n  npm run soak -- --replay '${JSON.stringify(schedule)}'`,
    "",
  ].join("\n");
}

function summary({ schedules, counts, failed, rss }: SoakResult, elapsed: number): string {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return [
    list(counts),
    `${schedules} schedules in ${(elapsed / 60_000).toFixed(1)} min; memory ${megabytes(rss.first)} after 20, ${megabytes(rss.most)} at most, ${megabytes(rss.last)} at last`,
    sum(failed) === 0 ? "Nothing failed." : `Failed:\n${list(failed)}`,
  ].join("\n");
}

function list(counts: Counts): string {
  return Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `${String(count).padStart(9)} ${what}`)
    .join("\n");
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text !== "" && value >= 0) return value;
  throw new Error(`--${name} takes a number, got "${text}".`);
}
