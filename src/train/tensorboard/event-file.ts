/**
 * The smallest correct writer of TensorBoard event files.
 *
 * Lineage: TensorFlow's `EventsWriter`. Invariant: records are appended whole and in the order of the calls; no file
 * handle stays open between writes, so a run that ends early leaves none.
 */
import { makeFolder } from "../folder.ts";
import { encodeEvent, type SummaryValue } from "./event.ts";
import { frameRecord } from "./record.ts";

/** An event file that is being written. */
export interface EventFile {
  /** Notes values at a step; {@link EventFile.flush} writes them. */
  add(step: number, values: readonly SummaryValue[]): void;
  /** Appends what was noted; makes the folder and the file the first time. */
  flush(): Promise<void>;
  /** Records noted and not yet written. */
  readonly pending: number;
}

let opened = 0;

/**
 * An event file in folder `dir`, under the name that TensorBoard looks for. Nothing is written before the first
 * {@link EventFile.flush}.
 *
 * @param now the time in milliseconds since 1970; for tests.
 */
export function openEventFile(dir: string, now: () => number = Date.now): EventFile {
  const seconds = (): number => now() / 1000;
  const number = opened++;
  const records: Uint8Array[] = [
    frameRecord(encodeEvent({ wallTime: seconds(), fileVersion: "brain.Event:2" })),
  ];
  let path: string | undefined;
  let last: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const [{ appendFile }, { hostname }, { join }] = await Promise.all([
      import("node:fs/promises"),
      import("node:os"),
      import("node:path"),
    ]);
    if (path === undefined) {
      await makeFolder(dir);
      const stamp = String(Math.floor(seconds())).padStart(10, "0");
      path = join(dir, `events.out.tfevents.${stamp}.${hostname()}.${process.pid}.${number}.v2`);
    }
    const batch = records.splice(0);
    if (batch.length > 0) await appendFile(path, Buffer.concat(batch));
  };
  return {
    add(step, values) {
      records.push(frameRecord(encodeEvent({ wallTime: seconds(), step, values })));
    },
    flush() {
      // One write after the other, also when the one before failed.
      last = last.then(write, write);
      return last;
    },
    get pending() {
      return records.length;
    },
  };
}
