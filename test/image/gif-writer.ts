/** Writes GIF files of every kind, for tests. */

/** What a file is to say of itself. */
export interface GifKind {
  /** Size of the canvas. */
  readonly canvas: readonly [height: number, width: number];
  /** Place and size of the picture. */
  readonly picture: readonly [top: number, left: number, height: number, width: number];
  readonly interlaced: boolean;
  /** RGB of as many colours as a power of two, for all pictures, and for this one. */
  readonly global: Uint8Array | undefined;
  readonly own: Uint8Array | undefined;
  readonly transparent: number | undefined;
  /** Bits of an index. */
  readonly bits: number;
  /** Most bytes of a part of the codes. */
  readonly part: number;
}

const word = (value: number): number[] => [value & 255, value >> 8];

const flags = (palette: Uint8Array | undefined): number =>
  palette === undefined ? 0 : 0x80 | (Math.log2(palette.length / 3) - 1);

/** A file of a picture with these indices, by rows from the top. */
export function writeGif(indices: Uint8Array, kind: GifKind): Uint8Array {
  const { canvas, picture, interlaced, global, own, transparent, bits, part } = kind;
  const [top, left, height, width] = picture;
  const bytes = [...Buffer.from("GIF89a"), ...word(canvas[1]), ...word(canvas[0]), flags(global), 0, 0];
  bytes.push(...(global ?? []), ...[0x21, 0xfe, 3, 0x2c, 0x3b, 0x21, 1, 0x2c, 0]);
  if (transparent !== undefined) bytes.push(0x21, 0xf9, 4, 1, 0, 0, transparent, 0);
  bytes.push(0x2c, ...word(left), ...word(top), ...word(width), ...word(height));
  bytes.push(flags(own) | (interlaced ? 0x40 : 0), ...(own ?? []));
  const starts = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  const stored: number[] = [];
  for (const [first, step] of interlaced ? starts : ([[0, 1]] as const))
    for (let y = first; y < height; y += step) stored.push(...indices.subarray(y * width, (y + 1) * width));
  const least = Math.max(2, bits);
  const codes = compress(stored, least);
  bytes.push(least);
  for (let at = 0; at < codes.length; at += part) {
    const some = codes.slice(at, at + part);
    bytes.push(some.length, ...some);
  }
  return Uint8Array.from([...bytes, 0, 0x3b]);
}

/** LZW as GIF has it; the list is emptied some time after it is full. */
function compress(indices: readonly number[], least: number): number[] {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  let size = least + 1;
  const emit = (code: number): void => {
    buffer |= code << bits;
    for (bits += size; bits >= 8; bits -= 8, buffer >>>= 8) bytes.push(buffer & 255);
  };
  const clear = 1 << least;
  let strings = new Map<string, number>();
  let next = clear + 2;
  const codeOf = (string: readonly number[]): number | undefined =>
    string.length === 1 ? string[0] : strings.get(string.join());
  emit(clear);
  let string: number[] = [];
  for (const index of indices) {
    const longer = [...string, index];
    if (codeOf(longer) !== undefined) {
      string = longer;
      continue;
    }
    emit(codeOf(string)!);
    string = [index];
    if (next < 4096) {
      strings.set(longer.join(), next);
      if (next === 1 << size && size < 12) size++;
      next++;
    } else if (index === 0) {
      emit(clear);
      strings = new Map();
      next = clear + 2;
      size = least + 1;
    }
  }
  emit(codeOf(string)!);
  emit(clear + 1);
  if (bits > 0) bytes.push(buffer & 255);
  return bytes;
}
