/**
 * Where progress lines go: a terminal, on which the line is drawn again and again, or a log, which gets plain lines.
 *
 * The only place that knows `process`, and through `globalThis`, so that the package loads in a browser.
 */
import { checkBoolean, checkNumber } from "../core/check.ts";
import { type Environment, environment } from "../core/node.ts";
import { type ProgressState, renderProgress } from "./render.ts";

/** What is needed of `process.stdout` and `process.stderr`. */
export interface ProgressStream {
  /** Takes text as it is, line breaks and control characters included. */
  write(text: string): unknown;
  /** Whether it is a terminal; only there a line is drawn over. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
}

/** How a stream can be written to. */
export interface TerminalStyle {
  /** Whether a line can be drawn over; otherwise only finished lines are written, without control characters. */
  readonly live: boolean;
  readonly color: boolean;
  readonly unicode: boolean;
}

/**
 * What a stream can show. A line is drawn over only on a terminal, and neither in CI nor with `TERM=dumb`; colour
 * follows `NO_COLOR` (https://no-color.org), which any text but the empty one sets, and `FORCE_COLOR=0`.
 */
export function styleOf(stream: ProgressStream, env: Environment): TerminalStyle {
  const ci = env.CI !== undefined && env.CI !== "" && env.CI !== "false" && env.CI !== "0";
  const live = stream.isTTY === true && !ci && env.TERM !== "dumb";
  const color = live && !env.NO_COLOR && env.FORCE_COLOR !== "0";
  return { live, color, unicode: live && env.TERM !== "linux" };
}

/** One line that changes until it is finished. */
export interface ProgressLine {
  readonly live: boolean;
  /** Draws the line anew; on a log, or sooner than the interval after the last time, does nothing. */
  update(state: ProgressState): void;
  /** Writes the final line. */
  finish(state: ProgressState): void;
  /** Ends an unfinished line, so that what is printed next begins in a line of its own. */
  break(): void;
  /** Writes a line of text; on a log, does nothing. */
  header(text: string): void;
}

/** How a progress line is drawn. */
export interface ProgressLineOptions {
  /** Never draw over: finished lines only. Default false. */
  readonly plain?: boolean | undefined;
  /** Milliseconds between two drawings. Default 100. */
  readonly interval?: number | undefined;
}

/** Names of {@link ProgressLineOptions}. */
export const lineOptionNames: readonly (keyof ProgressLineOptions)[] = ["plain", "interval"];

/**
 * Checks what a progress line is told.
 *
 * @throws OptionError if one of the options is not what it should be.
 */
export function checkLineOptions({ plain = false, interval = 0 }: ProgressLineOptions): void {
  checkNumber("interval", interval, 0);
  checkBoolean("plain", plain);
}

/** Where a line is drawn, and by which clock. */
export interface Terminal {
  readonly stream: ProgressStream;
  readonly env: Environment;
  /** Milliseconds, as `performance.now()`. */
  now(): number;
}

/** The terminal of this process behind one of its streams; the console where there is no process. */
export function processTerminal(name: "stdout" | "stderr"): Terminal {
  const { process } = globalThis as { readonly process?: ProcessLike };
  return {
    stream: process?.[name] ?? { write: (text) => console.log(text.trimEnd()) },
    env: environment(),
    now: () => performance.now(),
  };
}

interface ProcessLike {
  readonly stdout?: ProgressStream;
  readonly stderr?: ProgressStream;
}

/** A progress line on `terminal`. */
export function openProgressLine(
  { plain = false, interval = 100 }: ProgressLineOptions,
  { stream, env, now }: Terminal,
): ProgressLine {
  const style = styleOf(stream, env);
  const live = style.live && !plain;
  const columns = (): number => Math.max(1, (stream.columns || 80) - 1);
  let drawnAt = Number.NEGATIVE_INFINITY;
  let open = false;

  const draw = (state: ProgressState, end: string): void => {
    drawnAt = now();
    open = end === "";
    // Carriage return and "erase to the end of the line".
    stream.write(`\r${renderProgress(state, { ...style, columns: columns() })}\x1b[K${end}`);
  };
  return {
    live,
    update(state) {
      if (live && now() - drawnAt >= interval) draw(state, "");
    },
    finish(state) {
      const finished = { ...state, done: true };
      if (live) draw(finished, "\n");
      else stream.write(`${renderProgress(finished, { columns: Number.POSITIVE_INFINITY, bar: false })}\n`);
      drawnAt = Number.NEGATIVE_INFINITY;
    },
    break() {
      if (open) stream.write("\n");
      open = false;
    },
    header(text) {
      if (live) stream.write(`${text}\n`);
    },
  };
}
