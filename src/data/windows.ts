/** Windows that slide over a series: each a sample, with what comes after it as its target. */
import { checkIndex, checkInteger, checkKnown, show } from "../core/check.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { Sequence } from "../sequence/sequence.ts";
import type { DType } from "../tensor/dtype.ts";
import { isTensor, showShape, type Tensor } from "../tensor/tensor.ts";
import { type ArrayType, shared } from "./memory.ts";

/** How a series is cut by {@link windows}. */
export interface WindowsOptions {
  /** Steps in a window. */
  readonly length: number;
  /** Steps from the start of one window to that of the next. Default 1. */
  readonly stride?: number;
  /** Steps from one element of a window to the next. Default 1: each step. */
  readonly rate?: number;
}

/** What a window is to tell: see {@link windows}. */
export interface WindowTarget<T extends DType = DType> {
  /** The series that it is taken from, of as many steps. Default: the series itself. */
  readonly series?: Tensor<T>;
  /** Steps from a window's last element to the target. Default 1: what comes next. */
  readonly ahead?: number;
  /** Steps that the target has. Default: one, without an axis of its own. */
  readonly length?: number;
}

/** A window, and its target. */
export type WindowSample<D extends DType, T extends DType> = [x: Tensor<D>, y: Tensor<T>];

/** What each of two series is cut to. */
interface CutSeries {
  readonly series: Tensor;
  /** From a window's start to the first step taken. */
  readonly from: number;
  /** Steps taken; undefined for one without an axis. */
  readonly length: number | undefined;
  readonly rate: number;
}

/** The windows of a series; made by {@link windows}. */
export class WindowsSequence<S> extends Sequence<S> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/windows#WindowsSequence";
  readonly length: number;
  readonly stride: number;
  readonly cuts: readonly CutSeries[];

  constructor(length: number, stride: number, cuts: readonly CutSeries[]) {
    super();
    this.length = length;
    this.stride = stride;
    this.cuts = cuts;
  }

  getItem(index: number): never {
    checkIndex("windows(…)", index, this.length);
    const parts = this.cuts.map((cut) => take(cut, index * this.stride));
    return (parts.length === 1 ? parts[0] : parts) as never;
  }
}

/**
 * The windows of a series of shape [steps, …], as Keras' `timeseries_dataset_from_array`: window i begins at step i ·
 * stride. With `target`, samples are `[window, target]`, and windows whose target would lie beyond the end are left out.
 *
 * The series is shared with workers, not copied. Split it by time, and window each part: windows overlap, so parts of
 * windows would share steps.
 *
 * @throws OptionError if an option is not what it should be, or the series is too short for a window; ShapeError if the
 *   target's series has another number of steps.
 * @example
 * // 24 hours of 5 sensors, to tell the pressure of the next hour: x [24, 5], y []
 * const train = windows(sensors, { length: 24, target: { series: pressure } });
 * batches(train, { batchSize: 32, shuffle: true });
 */
export function windows<D extends DType>(series: Tensor<D>, options: WindowsOptions): Sequence<Tensor<D>>;
export function windows<D extends DType, T extends DType = D>(
  series: Tensor<D>,
  options: WindowsOptions & { readonly target: WindowTarget<T> },
): Sequence<WindowSample<D, T>>;
export function windows(
  series: Tensor,
  options: WindowsOptions & { readonly target?: WindowTarget },
): Sequence<unknown> {
  const steps = stepsOf("windows()", series);
  checkKnown("windows()", options, ["length", "stride", "rate", "target"]);
  const { length, stride = 1, rate = 1, target } = options;
  checkInteger("length", length, 1);
  checkInteger("stride", stride, 1);
  checkInteger("rate", rate, 1);
  const last = (length - 1) * rate;
  const kept = keep(series);
  const cuts: CutSeries[] = [{ series: kept, from: 0, length, rate }];
  let needed = last + 1;
  if (target !== undefined) {
    checkKnown("`target`", target, ["series", "ahead", "length"]);
    const { series: other, ahead = 1, length: targetLength } = target;
    checkInteger("ahead", ahead, 0);
    if (targetLength !== undefined) checkInteger("length", targetLength, 1);
    if (other !== undefined && stepsOf("`target.series`", other) !== steps) {
      throw new ShapeError(
        `\`target.series\` has shape ${showShape(other.shape)}, the series ${showShape(series.shape)}: they need as many steps.`,
      );
    }
    const of = other === undefined ? kept : keep(other);
    cuts.push({ series: of, from: last + ahead, length: targetLength, rate: 1 });
    needed = Math.max(needed, last + ahead + (targetLength ?? 1));
  }
  if (steps < needed)
    throw new OptionError(
      `A window takes ${needed} steps here, with its target, and the series has ${steps}.`,
    );
  return new WindowsSequence(Math.floor((steps - needed) / stride) + 1, stride, cuts);
}

function stepsOf(what: string, series: unknown): number {
  if (isTensor(series) && series.shape.length > 0) return series.shape[0]!;
  throw new OptionError(
    `${what} takes a tensor of shape [steps, …], got ${isTensor(series) ? "a tensor of shape []" : show(series)}.`,
  );
}

/** The series in memory that threads share. */
function keep<D extends DType>(series: Tensor<D>): Tensor<D> {
  const type = series.data.constructor as ArrayType<Tensor<D>["data"]>;
  const data = shared(type, series.data.length);
  data.set(series.data as never);
  return { ...series, data };
}

function take({ series, from, length, rate }: CutSeries, start: number): Tensor {
  const [, ...shape] = series.shape;
  const size = shape.reduce((product, axis) => product * axis, 1);
  const count = length ?? 1;
  const at = (start + from) * size;
  // A batch is given away: its memory is its own.
  const data = (
    rate === 1 ? series.data.slice(at, at + count * size) : sparse(series.data, { at, count, size, rate })
  ) as Tensor["data"];
  return { data, shape: length === undefined ? shape : [length, ...shape], dtype: series.dtype };
}

function sparse(
  data: Tensor["data"],
  { at, count, size, rate }: Readonly<Record<"at" | "count" | "size" | "rate", number>>,
): Tensor["data"] {
  const result = new (data.constructor as new (length: number) => Tensor["data"])(count * size);
  for (let i = 0; i < count; i++) {
    const from = at + i * rate * size;
    result.set(data.subarray(from, from + size) as never, i * size);
  }
  return result;
}
