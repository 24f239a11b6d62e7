/**
 * The progress line, as a pure function of what is known and of the terminal's width.
 *
 * ```
 *  12/313 ━━━━━━━───────────── 8s 25ms/step - loss: 0.5021 - acc: 0.8125 - wait: 3%
 * ```
 *
 * Lineage: Keras' `Progbar`. While it runs the time is what is left; afterwards, what was used. Invariant: without
 * colour the line has at most `columns` characters; parts go in the order metrics from the last, share of waiting,
 * bar, rate, so that step and total stay longest.
 */
import { formatDuration, formatMetric, formatRate, formatShare } from "./format.ts";

/** What a progress line tells. */
export interface ProgressState {
  /** Text before everything else, such as `Epoch 1/5`. */
  readonly label?: string | undefined;
  /** Steps done. */
  readonly step: number;
  /** Steps in all; undefined or Infinity where unknown. */
  readonly total?: number | undefined;
  /** Milliseconds since the first step began. */
  readonly elapsed: number;
  /** Milliseconds of one step; default `elapsed / step`. */
  readonly stepTime?: number | undefined;
  /** Share of the time spent waiting for data, from 0 to 1. */
  readonly wait?: number | undefined;
  /** Running metrics, in the order in which they are shown. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  /** A word on what goes on besides, such as `validating 3/10`. */
  readonly note?: string | undefined;
  /** Whether this is the last line. */
  readonly done?: boolean | undefined;
  /** What a step is called. Default `step`. */
  readonly unit?: string | undefined;
}

/** How a line is drawn. */
export interface RenderOptions {
  /** Characters that fit in the line. Default 80. */
  readonly columns?: number;
  /** Whether to use colour and bold. Default false. */
  readonly color?: boolean;
  /** Whether the terminal can show `━`; ASCII otherwise. Default true. */
  readonly unicode?: boolean;
  /** Whether to draw a bar. Default true; lines for a log file have none. */
  readonly bar?: boolean;
}

const barWidth = 20;
const smallestBar = 5;

/** The progress line, without line break and, unless `color`, without control characters. */
export function renderProgress(state: ProgressState, options: RenderOptions = {}): string {
  const { columns = 80, color = false, unicode = true, bar = true } = options;
  const total = state.total !== undefined && Number.isFinite(state.total) ? state.total : undefined;
  const count = countText(state.step, total);
  const head = state.label === undefined ? count : `${state.label} ${count}`;
  const time = timeText(state, total);
  const rate = state.step > 0 ? formatRate(stepTimeOf(state), state.unit ?? "step") : "";
  const metrics = Object.entries(state.metrics ?? {}).map(
    ([name, value]) => `${name}: ${formatMetric(value)}`,
  );
  const wait = state.wait === undefined || state.step === 0 ? "" : `wait: ${formatShare(state.wait)}`;

  const text = (shown: Shown): string => {
    const drawn = shown.bar > 0 ? drawBar(state.step / total!, shown.bar, unicode) : "";
    const left = [head, drawn, bar ? time : `- ${time}`, shown.rate].filter((part) => part !== "").join(" ");
    return [left, ...shown.metrics, shown.wait, shown.note].filter((part) => part !== "").join(" - ");
  };

  const full = {
    bar: bar && total !== undefined ? barWidth : 0,
    rate,
    wait,
    metrics,
    note: state.note ?? "",
  };
  const fits = first(reductions(full), (shown) => widthOf(text(shown)) <= columns);
  const line = fits ? text(fits) : truncate(head, columns);
  return color && fits ? paint(line, head, count, fits.bar) : line;
}

function first<T>(items: Iterable<T>, fits: (item: T) => boolean): T | undefined {
  for (const item of items) if (fits(item)) return item;
  return undefined;
}

/** The parts of a line that may be left out. */
interface Shown {
  readonly bar: number;
  readonly rate: string;
  readonly metrics: readonly string[];
  readonly wait: string;
  readonly note: string;
}

/** What may be shown, from everything down to count and time. */
function* reductions(full: Shown): Generator<Shown> {
  const bar = Math.min(full.bar, smallestBar);
  for (let width = full.bar; width >= bar; width--) yield { ...full, bar: width };
  for (let n = full.metrics.length - 1; n >= 1; n--)
    yield { ...full, bar, metrics: [...full.metrics.slice(0, n), "…"] };
  const metrics = full.metrics.slice(0, 1);
  yield { ...full, bar, metrics, wait: "" };
  yield { ...full, bar: 0, metrics, wait: "" };
  yield { ...full, bar: 0, metrics, wait: "", rate: "" };
  yield { bar: 0, rate: "", metrics, wait: "", note: "" };
  yield { bar: 0, rate: "", metrics: [], wait: "", note: "" };
}

function countText(step: number, total: number | undefined): string {
  if (total === undefined) return `${step}/?`;
  return `${String(step).padStart(String(total).length)}/${total}`;
}

function stepTimeOf({ stepTime, elapsed, step }: ProgressState): number {
  return stepTime ?? elapsed / step;
}

/** Time left while it runs and the end is known; else the time used. */
function timeText(state: ProgressState, total: number | undefined): string {
  if (state.done || total === undefined || state.step >= total) return formatDuration(state.elapsed);
  return state.step === 0 ? "?" : formatDuration(stepTimeOf(state) * (total - state.step));
}

function drawBar(share: number, width: number, unicode: boolean): string {
  const filled = Math.min(width, Math.max(0, Math.floor(width * share)));
  const [full, empty] = unicode ? ["━", "─"] : ["=", "."];
  return full.repeat(filled) + empty.repeat(width - filled);
}

/** Bold count, green and grey bar. Works on the finished text, so that colour cannot change its width. */
function paint(line: string, head: string, count: string, bar: number): string {
  const from = head.length - count.length;
  const bold = `${line.slice(0, from)}\x1b[1m${count}\x1b[22m`;
  if (bar === 0) return bold + line.slice(head.length);
  const drawn = line.slice(head.length + 1, head.length + 1 + bar);
  const filled = drawn.search(/[─.]|$/);
  const parts = [`\x1b[32m${drawn.slice(0, filled)}`, `\x1b[90m${drawn.slice(filled)}`];
  const painted = parts.filter((part) => part.length > 5).join("");
  return `${bold} ${painted}\x1b[39m${line.slice(head.length + 1 + bar)}`;
}

/** Columns that a text takes: one for each character, two for East Asian wide ones and emoji. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

function truncate(text: string, columns: number): string {
  let width = 0;
  const characters = [...text];
  const end = characters.findIndex((character) => {
    width += widthOf(character);
    return width > columns;
  });
  return end < 0 ? text : characters.slice(0, end).join("");
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
