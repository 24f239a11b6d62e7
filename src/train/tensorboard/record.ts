/** TFRecord framing: what a TensorBoard event file is made of. */
import { maskedCrc32c } from "../../core/crc32c.ts";

/**
 * One record: its length as 64 bits, the masked CRC of those 8 bytes, the bytes, their masked CRC; little-endian.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function frameRecord(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedCrc32c(bytes), true);
  return record;
}
