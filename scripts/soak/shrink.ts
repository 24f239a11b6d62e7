/** Makes a failing schedule smaller, as long as it fails in the same way. */
import { faults, type Loop, type Phase, type Schedule } from "./schedule.ts";

/** Schedules that are simpler than this one by one step, those that cut off most first. */
export function* simpler(schedule: Schedule): Generator<Schedule> {
  const { phases } = schedule;
  const withPhases = (changed: readonly Phase[]): Schedule => ({ ...schedule, phases: changed });
  for (const i of phases.keys()) if (phases.length > 1) yield withPhases(phases.toSpliced(i, 1));
  for (const change of [
    { length: Math.ceil(schedule.length / 2) },
    { length: schedule.length - 1 },
    { shuffle: false },
    { size: 1 },
    { sequence: "plain" },
  ] as const) {
    const changed = { ...schedule, ...change };
    if (changed.length > 0 && isNew(schedule, changed)) yield changed;
  }
  for (const [i, phase] of phases.entries()) {
    for (const each of simplerPhases(phase)) yield withPhases(phases.with(i, each));
  }
}

function* simplerPhases(phase: Phase): Generator<Phase> {
  const { loops } = phase;
  for (const i of loops.keys()) yield { ...phase, loops: loops.toSpliced(i, 1) };
  for (const change of [
    ...(phase.kind !== "inline" && survives(phase, "inline")
      ? [{ kind: "inline", workers: 0 } as const]
      : []),
    ...(phase.kind !== "inline" && survives(phase, "thread") ? [{ kind: "thread" } as const] : []),
    { workers: Math.min(phase.workers, 1) },
    { world: 1 },
    { ragged: "uneven" },
    { reuse: false },
    { retryErrors: false },
    { onError: "throw" },
    { retries: 0 },
    { maxQueueSize: 1 },
  ] as const) {
    const changed = { ...phase, ...change };
    if (isNew(phase, changed)) yield changed;
  }
  for (const [i, loop] of loops.entries()) {
    for (const each of simplerLoops(loop)) yield { ...phase, loops: loops.with(i, each) };
  }
}

/** Whether workers of `kind` can suffer all the faults without taking the program along. */
function survives({ loops }: Phase, kind: "inline" | "thread"): boolean {
  return loops.every((loop) =>
    loop.faults.every((fault) => faults[fault.kind].where.some((where) => where === kind)),
  );
}

function* simplerLoops(loop: Loop): Generator<Loop> {
  for (const part of ["faults", "kills", "mutations"] as const) {
    for (const i of loop[part].keys()) yield { ...loop, [part]: loop[part].toSpliced(i, 1) };
  }
  for (const change of [
    { take: null },
    { leave: "return" },
    { overlap: 1 },
    { release: false },
    { second: false },
    { pause: 0 },
  ] as const) {
    const changed = { ...loop, ...change };
    if (isNew(loop, changed)) yield changed;
  }
}

function isNew(before: object, after: object): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

/**
 * The smallest schedule found that fails like `schedule`.
 *
 * @param fails whether a schedule fails in this way
 * @param milliseconds how long to look for it
 */
export async function shrink(
  schedule: Schedule,
  fails: (schedule: Schedule) => Promise<boolean>,
  milliseconds: number,
): Promise<Schedule> {
  const end = performance.now() + milliseconds;
  let smallest = schedule;
  const tried = new Set<string>();
  for (let found = true; found; ) {
    found = false;
    for (const candidate of simpler(smallest)) {
      const key = JSON.stringify(candidate);
      if (tried.has(key)) continue;
      tried.add(key);
      if (performance.now() >= end) return smallest;
      if (await fails(candidate)) {
        smallest = candidate;
        found = true;
        break;
      }
    }
  }
  return smallest;
}
