/** Runs the schedules that its parent sends, one after the other, and counts what each leaves behind. */
import { countHandles, type Handles, handlesLeft } from "./handles.ts";
import { runSchedule } from "./run.ts";
import type { Phase, Schedule } from "./schedule.ts";
import type { Counts } from "./tally.ts";
import { Violation } from "./violation.ts";

/** What a parent sends. */
export interface Order {
  readonly schedule: Schedule;
  readonly folder: string;
  readonly images: string;
}

/** What it gets back. `rss` is in bytes; a program is `spent` that can run no other schedule, as something was left. */
export type Result =
  | { readonly ok: true; readonly counts: Counts; readonly rss: number }
  | { readonly ok: false; readonly check: string; readonly message: string; readonly spent: boolean };

/** What reached nobody since the last schedule. */
const stray: string[] = [];
process.on("unhandledRejection", (reason) => stray.push(`unhandled rejection: ${text(reason)}`));
process.on("warning", (warning) => {
  if (warning.name === "MaxListenersExceededWarning") stray.push(text(warning));
});

let warm: Promise<unknown> | undefined;

async function run({ schedule, folder, images }: Order): Promise<Result> {
  let before: Handles | undefined;
  try {
    warm ??= runSchedule(warmUp, folder, images);
    await warm;
    before = countHandles();
    const counts = await runSchedule(schedule, folder, images);
    const left = await handlesLeft(before);
    if (left !== undefined) throw new Violation("left behind", left);
    if (stray.length > 0) throw new Violation("reached nobody", stray.join("\n"));
    return { ok: true, counts, rss: process.memoryUsage.rss() };
  } catch (error) {
    const check = error instanceof Violation ? error.check : "the harness failed";
    const spent = !before || (await handlesLeft(before)) !== undefined;
    return { ok: false, check, message: text(error), spent };
  } finally {
    stray.length = 0;
  }
}

/** What Node itself opens once and keeps is open after this. */
const warmUp: Schedule = {
  seed: 0,
  sequence: "images",
  length: 2,
  size: 1,
  shuffle: false,
  phases: (["inline", "thread", "process"] as const).map(
    (kind): Phase => ({
      kind,
      workers: kind === "inline" ? 0 : 1,
      world: 1,
      ragged: "uneven",
      maxQueueSize: 1,
      retries: 0,
      retryErrors: false,
      onError: "throw",
      reuse: false,
      endOnFailure: true,
      loops: [
        {
          take: null,
          leave: "return",
          overlap: 1,
          release: false,
          second: false,
          pause: 1,
          faults: [],
          kills: [],
          mutations: [],
        },
      ],
    }),
  ),
};

function text(error: unknown): string {
  return error instanceof Error ? `${error.stack ?? error.message}` : String(error);
}

process.on("message", async (order: Order) => process.send?.(await run(order)));
