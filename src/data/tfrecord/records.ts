/**
 * Records of a TFRecord file, by their heads: a length, its checksum, the bytes, their checksum.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
import { maskedCrc32c } from "../../core/crc32c.ts";
import { isThenable } from "../../core/settle.ts";
import { uint32 } from "../../image/header/integers.ts";
import { compressedProblem } from "../compressed.ts";
import { type DataFile, dataError } from "../data-file.ts";
import { Heads } from "../heads.ts";
import { shared } from "../memory.ts";

/** Bytes in front of a record: its length and the checksum of that. */
export const headSize = 12;

/** Bytes behind a record: its checksum. */
export const tailSize = 4;

/**
 * Where the bytes of each record of `file` begin.
 *
 * @throws DataError if it is no such file, damaged, or was cut off within a record.
 */
export async function indexRecords(file: DataFile, signal: AbortSignal | undefined): Promise<Float64Array> {
  const starts: number[] = [];
  const heads = new Heads(file, signal);
  const { path, byteLength } = file;
  let row = 0;
  for (let offset = 0; offset < byteLength; row++) {
    const reading = heads.read(offset, headSize);
    const head = isThenable(reading) ? await reading : (reading as Uint8Array);
    const compressed = row === 0 ? (compressedProblem(head) ?? zlibProblem(head)) : undefined;
    const isWhole = head.length === headSize;
    if (isWhole && maskedCrc32c(head.subarray(0, 8)) !== uint32(head, 8, true)) {
      const none = row === 0 ? "It is no TFRecord file" : "The file is damaged";
      throw dataError(compressed ?? `${none}: the length of a record and its checksum differ.`, {
        path,
        row,
        offset,
      });
    }
    const size = isWhole ? uint32(head, 0, true) + uint32(head, 4, true) * 2 ** 32 : 0;
    const next = offset + headSize + size + tailSize;
    if (!isWhole || next > byteLength) {
      throw dataError(
        compressed ??
          `It was cut off: it has ${byteLength} bytes, and the last record has more. Copy or download it again.`,
        { path, row, offset },
      );
    }
    starts.push(offset + headSize);
    offset = next;
  }
  const index = shared(Float64Array, row);
  index.set(starts);
  return index;
}

/** TensorFlow's other compression, which has no more to be known by than two bytes. */
function zlibProblem(head: Uint8Array): string | undefined {
  return head[0] === 0x78 &&
    ((head[0]! << 8) | head[1]!) % 31 === 0 &&
    head.subarray(2, 8).some((byte) => byte > 0)
    ? "It is no TFRecord file, or compressed with zlib: no sample of that can be read by itself. Write it without compression."
    : undefined;
}
