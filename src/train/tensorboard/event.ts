/**
 * TensorBoard's `Event` message in protobuf's wire format: just the fields that scalars and histograms need.
 *
 * Field numbers from tensorboard/compat/proto/event.proto, summary.proto and histogram.proto. Scalars are written as
 * `simple_value` and histograms as `histo`: the oldest forms, which every TensorBoard reads.
 */

/** Counts of values in consecutive ranges, as TensorBoard draws them. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper end of each range; the ranges begin where the one before ends. */
  readonly limits: readonly number[];
  /** Number of values in each range. */
  readonly counts: readonly number[];
}

/** Something to be drawn at a step: a number or a histogram, under its tag. */
export interface SummaryValue {
  readonly tag: string;
  readonly value: number | Histogram;
}

/** One record of an event file: either the file's version, which comes first, or values at a step. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly values?: readonly SummaryValue[];
}

/** An event as protobuf bytes; fields in the order of their numbers. */
export function encodeEvent({ wallTime, step = 0, fileVersion, values }: Event): Uint8Array {
  return join([
    double(1, wallTime),
    // proto3 leaves out a number that is 0.
    step === 0 ? empty : join([tag(2, 0), varint(step)]),
    fileVersion === undefined ? empty : text(3, fileVersion),
    values === undefined
      ? empty
      : message(
          5,
          values.map((value) => message(1, [encodeValue(value)])),
        ),
  ]);
}

function encodeValue({ tag: name, value }: SummaryValue): Uint8Array {
  return join([
    text(1, name),
    typeof value === "number" ? float(2, value) : message(5, [encodeHistogram(value)]),
  ]);
}

function encodeHistogram({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram): Uint8Array {
  const numbers = [min, max, count, sum, sumOfSquares];
  return join([...numbers.map((value, i) => double(i + 1, value)), doubles(6, limits), doubles(7, counts)]);
}

const empty = new Uint8Array(0);

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A whole number of at least 0, seven bits a byte, lowest first. Divides, as `>>>` knows 32 bits only. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

/** A field's number and wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
function tag(field: number, wire: 0 | 1 | 2 | 5): Uint8Array {
  return varint(field * 8 + wire);
}

function double(field: number, value: number): Uint8Array {
  return join([tag(field, 1), fixed(8, (view) => view.setFloat64(0, value, true))]);
}

function float(field: number, value: number): Uint8Array {
  return join([tag(field, 5), fixed(4, (view) => view.setFloat32(0, value, true))]);
}

function doubles(field: number, values: readonly number[]): Uint8Array {
  return bytes(field, join(values.map((value) => fixed(8, (view) => view.setFloat64(0, value, true)))));
}

function fixed(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return new Uint8Array(view.buffer);
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return join([tag(field, 2), varint(content.length), content]);
}

function message(field: number, parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, join(parts));
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}
