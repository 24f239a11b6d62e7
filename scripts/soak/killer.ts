/** Sends signals to worker processes from outside, at the moments that a schedule says. */
import { workerProcesses } from "./handles.ts";
import type { Kill } from "./schedule.ts";
import type { Tally } from "./tally.ts";

/** The signals of one phase. */
export class Killer {
  /** Signals that were sent. */
  sent = 0;
  readonly #tally: Tally;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  aim({ delay, signal, which, lasts }: Kill): void {
    this.#later(delay, () => {
      const found = workerProcesses();
      const pid = found[which % Math.max(1, found.length)];
      if (pid === undefined || !send(pid, signal)) return;
      this.sent++;
      this.#tally.add(`outside ${signal}`);
      if (signal === "SIGSTOP") this.#later(lasts ?? 0, () => send(pid, "SIGCONT"));
    });
  }

  /** Forgets signals that are still to be sent. A process that is stopped remains so; its loader has to end it. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(milliseconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // It has ended by itself.
  }
}
