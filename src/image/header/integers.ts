/** Whole numbers as files have them, the upper byte first but where `little` says the lower. Past the end are zeros. */

/** One of two bytes. */
export function uint16(bytes: Uint8Array, at: number, little: boolean = false): number {
  return little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

/** One of four bytes. */
export function uint32(bytes: Uint8Array, at: number, little: boolean = false): number {
  const first = uint16(bytes, at, little);
  const second = uint16(bytes, at + 2, little);
  return little ? second * 65536 + first : first * 65536 + second;
}

/** The number that four letters are, as names of chunks stand in files. */
export function lettersAsNumber(name: string): number {
  return [...name].reduce((number, letter) => number * 256 + letter.charCodeAt(0), 0);
}
