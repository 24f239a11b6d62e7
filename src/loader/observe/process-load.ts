/**
 * What the program had of the cores of late: how much of their time it has used, its workers in threads and its packages'
 * own threads included, its processes not; and how long the loader's own thread was ready to work and had none.
 */
import { withoutCore } from "#core/thread-meter";

/** Milliseconds between two notes, and for how long they are kept. */
const every = 1000;
const kept = 10_000;

interface CpuTimes {
  /** Microseconds. */
  cpuUsage?(): { readonly user: number; readonly system: number };
}

interface Note {
  readonly time: number;
  /** Milliseconds on cores since the program began. */
  readonly used: number;
  /** Milliseconds without one. */
  readonly starved: number | undefined;
}

/** What the program had of the cores, as parts of a time; undefined where nobody tells. */
export interface CoreShares {
  /** Of all cores' time what it used. */
  readonly load: number | undefined;
  /** Part of the time in which the loader's thread was ready to work and had no core. */
  readonly starved: number | undefined;
}

function noteNow(time: number): Note | undefined {
  const times = (globalThis as { process?: CpuTimes }).process?.cpuUsage?.();
  return times && { time, used: (times.user + times.system) / 1000, starved: withoutCore() };
}

/** Remembers what the program had used when. */
export class ProcessLoad {
  readonly #notes: Note[] = [];

  /** Takes a note, if it is time for one. */
  note(now: number): void {
    if (now - (this.#notes.at(-1)?.time ?? Number.NEGATIVE_INFINITY) < every) return;
    const note = noteNow(now);
    if (note === undefined) return;
    this.#notes.push(note);
    // Not by their number: between two epochs a program may do something else for an hour.
    while (this.#notes[0]!.time < now - kept) this.#notes.shift();
  }

  /** What it had of so many cores since the oldest note; unknown where there is none, or it is too young. */
  read(cores: number): CoreShares {
    const [first] = this.#notes;
    const last = noteNow(performance.now());
    const elapsed = first && last ? last.time - first.time : 0;
    if (elapsed < every / 4) return { load: undefined, starved: undefined };
    const { used, starved } = last!;
    return {
      load: (used - first!.used) / (elapsed * cores),
      starved:
        starved === undefined || first!.starved === undefined
          ? undefined
          : (starved - first!.starved) / elapsed,
    };
  }
}
