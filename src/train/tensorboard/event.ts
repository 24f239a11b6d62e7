/**
 * TensorBoard's `Event` message in protobuf's wire format: just the fields that scalars, histograms, pictures and texts
 * need.
 *
 * Field numbers from tensorboard/compat/proto/event.proto, summary.proto, histogram.proto and tensor.proto. Scalars are
 * written as `simple_value`, histograms as `histo` and pictures as `image`: the oldest forms, which every TensorBoard
 * reads. Texts have one form only: a tensor of strings, for the plugin that shows them.
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

/** A picture, as TensorBoard takes it: a PNG, and what is in it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green and blue, 4 with opacity. */
  readonly channels: 1 | 3 | 4;
  readonly png: Uint8Array;
}

/** Something to be shown at a step under its tag: a number, a histogram, a picture, or a text in Markdown. */
export interface SummaryValue {
  readonly tag: string;
  readonly value: number | Histogram | Picture | string;
  /** What is shown beside the tag, in Markdown. TensorBoard takes that of a tag's first step. */
  readonly description?: string;
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
    step === 0 ? empty : number(2, step),
    fileVersion === undefined ? empty : text(3, fileVersion),
    values === undefined
      ? empty
      : message(
          5,
          values.map((value) => message(1, [encodeValue(value)])),
        ),
  ]);
}

function encodeValue({ tag: name, value, description }: SummaryValue): Uint8Array {
  const parts = [text(1, name)];
  if (typeof value === "number") parts.push(float(2, value));
  else if (typeof value === "string") parts.push(message(8, [encodeText(value)]));
  else if ("png" in value) parts.push(message(4, [encodePicture(value)]));
  else parts.push(message(5, [encodeHistogram(value)]));
  const metadata = [
    ...(typeof value === "string" ? [message(1, [text(1, "text")])] : []),
    ...(description === undefined ? [] : [text(3, description)]),
    // DATA_CLASS_TENSOR
    ...(typeof value === "string" ? [number(4, 2)] : []),
  ];
  return join(metadata.length === 0 ? parts : [...parts, message(9, metadata)]);
}

/** A tensor without axes (its shape is an empty message) of one string: dtype 7 is DT_STRING. */
function encodeText(value: string): Uint8Array {
  return join([number(1, 7), message(2, []), text(8, value)]);
}

function encodePicture({ height, width, channels, png }: Picture): Uint8Array {
  return join([number(1, height), number(2, width), number(3, channels), bytes(4, png)]);
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

/** A whole number of at least 0. */
function number(field: number, value: number): Uint8Array {
  return join([tag(field, 0), varint(value)]);
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
