/**
 * Flatbuffers, in which Arrow's messages say what they are: tables of fields, each at a place that the table says.
 *
 * Whatever is read lies in the bytes, or is an error: offsets only go forwards, and a list is not longer than what is left.
 */

/** A table: its fields by their numbers, each with what it is where the table does not have it. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #fields: number;

  /** @param at where it begins */
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
  }

  /** The table that `bytes` are. */
  static of(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  int8(field: number, otherwise = 0): number {
    const at = this.#place(field);
    return at === undefined ? otherwise : this.#view.getInt8(at);
  }

  int16(field: number, otherwise = 0): number {
    const at = this.#place(field);
    return at === undefined ? otherwise : this.#view.getInt16(at, true);
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#place(field);
    return at === undefined ? otherwise : this.#view.getInt32(at, true);
  }

  int64(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : this.#tableAt(at);
  }

  tables(field: number): FlatTable[] {
    const [at, length] = this.#list(field, 4);
    return Array.from({ length }, (_, i) => this.#tableAt(at + 4 * i));
  }

  /** Whole numbers of 64 bits, which a list has `width` of in each of its parts. */
  int64s(field: number, width: number): number[] {
    const [at, length] = this.#list(field, 8 * width);
    return Array.from({ length: length * width }, (_, i) => Number(this.#view.getBigInt64(at + 8 * i, true)));
  }

  string(field: number): string {
    const [at, length] = this.#list(field, 1);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  /** Where a field is; undefined where the table does not have it. */
  #place(field: number): number | undefined {
    const at = 4 + 2 * field;
    if (at >= this.#view.getUint16(this.#fields, true)) return undefined;
    const offset = this.#view.getUint16(this.#fields + at, true);
    return offset === 0 ? undefined : this.#at + offset;
  }

  #tableAt(place: number): FlatTable {
    return new FlatTable(this.#view, place + this.#view.getUint32(place, true));
  }

  /** Where the parts of a list begin, of `size` bytes each, and how many there are. */
  #list(field: number, size: number): [at: number, length: number] {
    const place = this.#place(field);
    if (place === undefined) return [0, 0];
    const at = place + this.#view.getUint32(place, true);
    const length = this.#view.getUint32(at, true);
    if (at + 4 + length * size > this.#view.byteLength) throw new RangeError("A list is longer than all");
    return [at + 4, length];
  }
}
