/**
 * Letting the event loop turn: timers, signals, servers and pages in this thread wait while code runs on.
 *
 * Awaiting a promise that is settled already lets nothing else run. So whoever does many pieces of work in a row asks
 * {@link yieldIfDue} before each: it costs a look at the clock, and every {@link slice} milliseconds a turn, which takes
 * microseconds. The longest time between two turns is then a slice and the longest piece. Limit: when the loop turned
 * by itself is not seen; the turn that is then taken needlessly is one in each slice.
 */

/** Milliseconds of work between two turns: less than a frame of a screen. */
const slice = 10;

/** When the event loop was last seen to turn. */
let turned = 0;

/** The turn that is waited for. */
let turn: Promise<void> | undefined;

/**
 * A promise to await before the next piece of work, where a turn of the event loop is due; undefined where it is not.
 * Whoever waits is let go in order of coming, one slice after the other.
 */
export function yieldIfDue(): Promise<void> | undefined {
  return isDue() ? lineUp() : undefined;
}

/**
 * A {@link yieldIfDue} for a loop over pieces that may be as short as a microsecond: while they are, it looks at the
 * clock at each eighth.
 */
export function pacer(): typeof yieldIfDue {
  let last = Number.NEGATIVE_INFINITY;
  let unseen = 0;
  return () => {
    if (unseen > 0) {
      unseen--;
      return undefined;
    }
    const now = performance.now();
    const turn = isDue(now) ? lineUp() : undefined;
    // What comes after a turn has not been seen yet.
    unseen = turn === undefined && now - last < 0.1 ? 7 : 0;
    last = turn === undefined ? now : Number.NEGATIVE_INFINITY;
    return turn;
  };
}

/**
 * Calls `run` when the event loop has turned and nobody was waiting for that: for work ahead of those who ask for it.
 * Keeps the program alive until then.
 */
export function whenIdle(run: () => void): void {
  void nextTurn().then(() => (inLine === 0 ? run() : whenIdle(run)));
}

function isDue(now: number = performance.now()): boolean {
  return now - turned >= slice;
}

/** The last in the line. Whoever it is goes on at once when it resolves, or else the next in the line is before it. */
let last: Promise<void> = Promise.resolve();

/** How many are in the line. */
let inLine = 0;

function lineUp(): Promise<void> {
  inLine++;
  last = last
    .then(() => (isDue() ? nextTurn() : undefined))
    .then(() => {
      inLine--;
    });
  return last;
}

function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    afterOthers(() => {
      turn = undefined;
      turned = performance.now();
      resolve();
    });
  });
  return turn;
}

/**
 * Calls `callback` after what the event loop has to do; only one waits at a time. By an immediate, as it is now: a test
 * that fakes timers later shall not stop the loading. In a page by a message: a timer would wait for 4 ms.
 */
const afterOthers: (callback: () => void) => void =
  typeof setImmediate === "function" ? setImmediate : byMessage();

function byMessage(): (callback: () => void) => void {
  let channel: { port1: { onmessage?: () => void }; port2: { postMessage(message: null): void } } | undefined;
  return (callback) => {
    channel ??= new MessageChannel() as object as NonNullable<typeof channel>;
    channel.port1.onmessage = callback;
    channel.port2.postMessage(null);
  };
}
