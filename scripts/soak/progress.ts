/** How far a soak is: a bar with a rate on a terminal, else a line a minute. */
export class SoakProgress {
  readonly #started = performance.now();
  readonly #end: number;
  #lastLine = performance.now();

  /** @param minutes how long it shall take */
  constructor(minutes: number) {
    this.#end = minutes * 60_000;
  }

  get elapsed(): number {
    return performance.now() - this.#started;
  }

  get over(): boolean {
    return this.elapsed >= this.#end;
  }

  show(schedules: number, batches: number, failures: number): void {
    const { elapsed } = this;
    const text = `${schedules} schedules, ${batches} batches compared, ${failures} failures, ${((schedules / elapsed) * 60_000).toFixed(0)} schedules/min`;
    if (process.stderr.isTTY) {
      const width = 24;
      const full = Math.min(width, Math.round((elapsed / this.#end) * width));
      const bar = `${"█".repeat(full)}${"░".repeat(width - full)}`;
      process.stderr.write(`\r\x1b[K${bar} ${clock(elapsed)} of ${clock(this.#end)}  ${text}`);
    } else if (performance.now() - this.#lastLine >= 60_000) {
      this.#lastLine = performance.now();
      console.log(`${clock(elapsed)}: ${text}`);
    }
  }

  /** Takes the bar away. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
