/**
 * The smallest correct writer of TensorBoard event files.
 *
 * Lineage: TensorFlow's `EventsWriter`. Invariant: records are appended whole and in the order of the calls, to a file
 * that nobody else writes; no file handle stays open between writes, so a run that ends early leaves none.
 */

import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { appendWhole } from "../files/append-file.ts";
import { makeFolder } from "../files/folder.ts";
import { encodeEvent, type SummaryValue } from "./event.ts";
import { frameRecord } from "./record.ts";

/** An event file that is being written. */
export interface EventFile {
  /** Notes values at a step; {@link EventFile.flush} writes them. */
  add(step: number, values: readonly SummaryValue[]): void;
  /**
   * Appends what was noted; makes the folder and the file the first time.
   *
   * @throws FileError if the folder cannot be made or the file cannot be written.
   */
  flush(): Promise<void>;
  /** Records noted and not yet written. */
  readonly pending: number;
}

/** Numbers that were given to files of this thread. */
let opened = 0;

/**
 * An event file in folder `dir`, under the name that TensorBoard looks for. Nothing is written before the first
 * {@link EventFile.flush}.
 *
 * @param now the time in milliseconds since 1970; for tests.
 */
export function openEventFile(dir: string, now: () => number = Date.now): EventFile {
  const seconds = (): number => now() / 1000;
  const records: Uint8Array[] = [
    frameRecord(encodeEvent({ wallTime: seconds(), fileVersion: "brain.Event:2" })),
  ];
  let path: string | undefined;
  let last: Promise<void> = Promise.resolve();

  const create = async (bytes: Uint8Array): Promise<string> => {
    const { hostname } = node("os");
    const { join } = node("path");
    await makeFolder(dir);
    const stamp = String(Math.floor(seconds())).padStart(10, "0");
    for (;;) {
      const name = `events.out.tfevents.${stamp}.${hostname()}.${process.pid}.${opened++}.v2`;
      try {
        await appendWhole(join(dir, name), bytes, "ax");
        return join(dir, name);
      } catch (error) {
        // Another thread, or a container of the same name, has this one.
        if (codeOf((error as Error).cause) !== "EEXIST") throw error;
      }
    }
  };

  const write = async (): Promise<void> => {
    const count = records.length;
    if (count === 0) return;
    const bytes = Buffer.concat(records);
    if (path === undefined) path = await create(bytes);
    else await appendWhole(path, bytes);
    // Only now: what could not be written is tried again with the next flush.
    records.splice(0, count);
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
