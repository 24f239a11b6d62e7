/** A look at the clock from time to time, which keeps no program alive unless it is asked to. */

/** A running {@link watchEvery}. */
export interface Watch {
  ref(): void;
  unref(): void;
  stop(): void;
}

/** Calls `turn` every `step` milliseconds with the time since the last call; does not keep the program alive. */
export function watchEvery(step: number, turn: (elapsed: number) => void): Watch {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    turn(elapsed);
  }, step) as ReturnType<typeof setInterval> & { ref?(): void; unref?(): void };
  timer.unref?.();
  return { ref: () => timer.ref?.(), unref: () => timer.unref?.(), stop: () => clearInterval(timer) };
}

/** A duration for people. */
export function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
