/**
 * How much of the cores' time the program has used of late: its workers in threads and its packages' own threads included,
 * its processes not.
 */

/** Milliseconds between two notes, and how many of them are kept. */
const every = 1000;
const kept = 10;

interface CpuTimes {
  /** Microseconds. */
  cpuUsage?(): { readonly user: number; readonly system: number };
}

/** Milliseconds on cores since the program began; undefined where nobody tells. */
function used(): number | undefined {
  const times = (globalThis as { process?: CpuTimes }).process?.cpuUsage?.();
  return times && (times.user + times.system) / 1000;
}

/** Remembers what the program had used when. */
export class ProcessLoad {
  readonly #notes: { readonly time: number; readonly used: number }[] = [];

  /** Takes a note, if it is time for one. */
  note(now: number): void {
    if (now - (this.#notes.at(-1)?.time ?? Number.NEGATIVE_INFINITY) < every) return;
    const value = used();
    if (value === undefined) return;
    this.#notes.push({ time: now, used: value });
    if (this.#notes.length > kept) this.#notes.shift();
  }

  /** Part of the time of so many cores since the oldest note; undefined where there is none, or it is too young. */
  read(cores: number): number | undefined {
    const [first] = this.#notes;
    const value = used();
    const now = performance.now();
    if (first === undefined || value === undefined || now - first.time < every / 4) return undefined;
    return (value - first.used) / ((now - first.time) * cores);
  }
}
