/** Files that are compressed as a whole: no row of them can be read by itself. */

/** First bytes of what is compressed, with its name and what unpacks it. */
const magics: readonly (readonly [magic: readonly number[], name: string, command: string])[] = [
  [[0x1f, 0x8b], "gzip", "gunzip"],
  [[0x28, 0xb5, 0x2f, 0xfd], "Zstandard", "unzstd"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz", "unxz"],
  [[0x42, 0x5a, 0x68], "bzip2", "bunzip2"],
];

/** Why a file that begins with `head` cannot be read by rows, if it is compressed; else undefined. */
export function compressedProblem(head: Uint8Array): string | undefined {
  for (const [magic, name, command] of magics)
    if (magic.every((byte, i) => head[i] === byte))
      return `It is compressed with ${name}: no sample of it can be read by itself. Unpack it (${command}).`;
  return undefined;
}
