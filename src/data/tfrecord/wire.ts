/**
 * Protocol buffers, as far as `tf.train.Example` is made of them: numbers of varying length, and fields within fields.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** How a field's value is written. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads one message from its beginning to its end; an Error where it is none. */
export class Wire {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** The number of the field that {@link next} has come to, and how its value is written. */
  field = 0;
  type = 0;
  /** The two halves of the number that {@link varint} has read. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, at: number = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Goes to the next field; false if there is none. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const key = this.varint();
    this.field = Math.floor(key / 8);
    this.type = key & 7;
    if (this.field === 0) throw broken();
    return true;
  }

  /** The value of a field that has fields itself, or bytes: where it ends; it begins where this stands. */
  part(): number {
    if (this.type !== wireType.bytes) throw broken();
    const length = this.varint();
    const end = this.at + length;
    if (!(end <= this.end)) throw broken();
    return end;
  }

  /** The message in the value of a field; goes on behind it. */
  message(): Wire {
    const end = this.part();
    const message = new Wire(this.bytes, this.at, end);
    this.at = end;
    return message;
  }

  /** Goes past the value of a field. */
  skip(): void {
    if (this.type === wireType.varint) this.varint();
    else if (this.type === wireType.bytes) this.at = this.part();
    else if (this.type === wireType.fixed64) this.at += 8;
    else if (this.type === wireType.fixed32) this.at += 4;
    else throw broken();
    if (this.at > this.end) throw broken();
  }

  /** A number of 64 bits: exact up to 2^53, and as {@link low} and {@link high} always. */
  varint(): number {
    const { bytes, end } = this;
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) throw broken();
      const byte = bytes[this.at++]!;
      const seven = byte & 0x7f;
      if (shift < 28) low |= seven << shift;
      else if (shift === 28) {
        low |= seven << 28;
        high = seven >>> 4;
      } else high |= seven << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high;
        return (high >>> 0) * 2 ** 32 + this.low;
      }
    }
    throw broken();
  }
}

function broken(): Error {
  return new Error(
    "It is no tf.train.Example, or damaged. Without fields, tfrecord() gives the bytes of records.",
  );
}
