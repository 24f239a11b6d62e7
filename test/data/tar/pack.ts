/** Small archives, packed by hand. */

/** What a header says. */
export interface Header {
  readonly name: string;
  readonly size: number;
  readonly type?: string;
  /** What a link leads to. */
  readonly link?: string;
  /** The field of the size, as it is. */
  readonly raw?: Uint8Array;
}

/** A header's block. */
export function block({ name, size, type = "0", link = "", raw }: Header): Uint8Array {
  const bytes = new Uint8Array(512);
  const put = (text: string, at: number) => bytes.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put(`${size.toString(8).padStart(11, "0")}\0`, 124);
  if (raw !== undefined) bytes.set(raw, 124);
  put("        ", 148);
  put(`${type}`, 156);
  put(link, 157);
  put("ustar\u000000", 257);
  put(
    `${bytes
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return bytes;
}

/** `parts`, each filled up to whole blocks, and the two blocks of zeros with which an archive ends. */
export function padded(parts: readonly Uint8Array[]): Uint8Array {
  const whole = parts.flatMap((part) => [part, new Uint8Array(-part.length & 511)]);
  return new Uint8Array(Buffer.concat([...whole, new Uint8Array(1024)]));
}

/** A record of PAX. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length++;
  return `${length}${rest}`;
}

/** An archive of files. */
export function pack(members: readonly (readonly [name: string, data: string | Uint8Array])[]): Uint8Array {
  return padded(
    members.flatMap(([name, data]) => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      return [block({ name, size: bytes.length }), bytes];
    }),
  );
}
