/**
 * How much of a span of time this thread worked, where nobody tells: a timer that comes late was held up by work. Limit:
 * pieces of work shorter than its step, with turns of the event loop between them, are taken for waiting.
 */
import type { ReadMeter } from "./thread-meter.ts";
import { watchEvery } from "./watch.ts";

/** Milliseconds between two turns of the timer: browsers have no shorter ones. */
const step = 5;

/** There are no processes of workers. */
export function meterProcess(): void {}

/** Measures from now on; work that does not wait and work that does are measured alike. */
export function startMeter(_blocking: boolean): ReadMeter {
  let waited = 0;
  const watch = watchEvery(step, (elapsed) => {
    // Work delays a turn by half of itself on average.
    waited += Math.max(0, Math.min(elapsed, 2 * step - elapsed));
  });
  return () => {
    watch.stop();
    return { waited, starved: 0 };
  };
}

/** Milliseconds that this thread has been ready to work and had no core: nobody tells. */
export function withoutCore(): number | undefined {
  return undefined;
}
