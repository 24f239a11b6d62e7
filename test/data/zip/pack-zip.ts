/** Small zip archives, packed by hand. */
import { crc32, deflateRawSync } from "node:zlib";

/** What becomes a member. */
export interface Packing {
  readonly name: string;
  readonly data: string | Uint8Array;
  readonly method?: number;
  /** What it is packed, where that is not what it should be. */
  readonly packed?: Uint8Array;
  /** Its name as it is written. */
  readonly written?: Uint8Array;
  /** What the directory, and the member's own header, say besides. */
  readonly extra?: Uint8Array;
  readonly localExtra?: Uint8Array;
  /** The system that packed it: 3 is Unix, 0 is Windows. */
  readonly host?: number;
}

/** An archive of `members`. */
export function packZip(members: readonly Packing[], comment: Uint8Array = new Uint8Array(0)): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 0, written = Buffer.from(name), host = 3, ...given } of members) {
    const { extra = new Uint8Array(0), localExtra = extra } = given;
    const content = Buffer.from(data as string);
    const packed = given.packed ?? (method === 8 ? deflateRawSync(content) : content);
    /** What both headers have, from the version that is needed on. */
    const common = Buffer.alloc(24);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(written.length, 22);
    const local = Buffer.concat([
      Buffer.from("PK\x03\x04"),
      common,
      length(localExtra),
      written,
      localExtra,
      packed,
    ]);
    const place = Buffer.alloc(12);
    place.writeUInt32LE(offset, 8);
    const made = Buffer.from([20, host]);
    directory.push(
      Buffer.concat([
        Buffer.from("PK\x01\x02"),
        made,
        common,
        length(extra),
        Buffer.alloc(2),
        place,
        written,
        extra,
      ]),
    );
    files.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...files, entries, end, comment]));
}

function length(bytes: Uint8Array): Buffer {
  const two = Buffer.alloc(2);
  two.writeUInt16LE(bytes.length, 0);
  return two;
}
