/** Whole numbers as files have them, the upper byte first but where `little` says the lower. Past the end are zeros. */

/** One of two bytes. */
export function uint16(bytes: Uint8Array, at: number, little: boolean = false): number {
  return little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

/** One of four bytes. */
export function uint32(bytes: Uint8Array, at: number, little: boolean = false): number {
  const [high, low] = little ? [at + 2, at] : [at, at + 2];
  return uint16(bytes, high, little) * 65536 + uint16(bytes, low, little);
}
