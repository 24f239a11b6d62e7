/**
 * How much of a span of time this thread worked, in Node.
 *
 * Two instruments. The event loop knows how long it slept, as while a getItem awaits the network: exact, in every Node. And
 * Linux tells each thread how long it was on a core, and how long it was ready and had none: what is left of the clock's
 * time was spent blocked, as in a synchronous read of a slow disk. Linux brings the time on a core up to date with each of
 * its ticks only, so it counts where a span is much longer than that. Limit: work of a package's own threads, as of
 * sharp's, is waiting here, but in a worker process, which has all its time on cores counted.
 */

import { imitator, node } from "./node.ts";
import type { ReadMeter } from "./thread-meter.ts";
import { startMeter as startTicking } from "./thread-meter.web.ts";

/** Milliseconds between two ticks of Linux, at most. */
const tick = 10;

/** Milliseconds of a span in which a thread may have been without a core: it is without one for a few at a time. */
const slice = 2;

/** Milliseconds on a core, and ready without one. */
interface Scheduled {
  readonly running: number;
  readonly ready: number;
}

/** Reads what Linux says of this thread; undefined where that cannot be had. */
const scheduled: () => Scheduled | undefined = process.platform === "linux" ? schedstat() : () => undefined;

/** https://docs.kernel.org/scheduler/sched-stats.html */
function schedstat(): () => Scheduled | undefined {
  const fs = node("fs");
  const line = Buffer.alloc(64);
  let file: number | undefined;
  let usable = true;
  return () => {
    if (!usable) return undefined;
    try {
      // Kept open: it costs a microsecond and a half to read it, ten times that to open it.
      file ??= fs.openSync("/proc/thread-self/schedstat", "r");
      const [running, ready] = line
        .toString("latin1", 0, fs.readSync(file, line, 0, 64, 0))
        .split(" ")
        .map(Number);
      // Kernels that do not count say nothing but zeros.
      usable = running! > 0;
      return { running: running! / 1e6, ready: ready! / 1e6 };
    } catch {
      usable = false;
      return undefined;
    }
  };
}

/** Whether what other threads of the process do is done for this one. */
let isAlone = false;

/** From now on the work of any thread of this process counts as this one's: it is all that the process is for. */
export function meterProcess(): void {
  isAlone = true;
}

/** What is on a core for this thread; undefined where that cannot be had. */
function atWork(): Scheduled | undefined {
  if (!isAlone) return scheduled();
  const { user, system } = process.cpuUsage();
  return { running: (user + system) / 1000, ready: scheduled()?.ready ?? 0 };
}

function startHere(blocking: boolean): ReadMeter {
  const start = performance.now();
  const slept = performance.eventLoopUtilization().idle;
  const before = blocking || isAlone ? atWork() : undefined;
  return () => {
    const asleep = performance.eventLoopUtilization().idle - slept;
    const wall = performance.now() - start;
    const after = before && wall > slice ? atWork() : undefined;
    if (!before || !after) return { waited: asleep, starved: 0 };
    const starved = after.ready - before.ready;
    if (wall <= 2 * tick) return { waited: asleep, starved };
    const idle = Math.max(0, wall - (after.running - before.running) - starved);
    // While this thread sleeps, others of the process may work.
    return { waited: isAlone ? idle : Math.max(asleep, idle > tick ? idle : 0), starved };
  };
}

/**
 * Measures from now on, with `blocking` also what blocks the thread. Bun and Deno have the event loop's times by name only.
 */
export const startMeter: (blocking: boolean) => ReadMeter = imitator === undefined ? startHere : startTicking;

/** Milliseconds that this thread has been ready to work and had no core; undefined where that is not told. */
export function withoutCore(): number | undefined {
  return scheduled()?.ready;
}
