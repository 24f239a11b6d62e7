/**
 * How a batch comes from a worker process: its arrays through shared memory, the rest over the channel.
 *
 * Node cannot map memory, but a file in /dev/shm is memory, and one write and one read of it are two copies at memory
 * speed: 1,790 batches of 3.84 MB a second, where the channel carries 265. Each worker has one file per slot, opened by
 * the loader and passed on as an inherited descriptor; its name is removed at once, so that nothing is left behind
 * whoever is killed. A slot's file is written by the worker while its ticket is open and read by the loader before the
 * slot is used again, so no locks are needed.
 *
 * Limits: a full /dev/shm (64 MB in a container by default) sends that batch over the channel instead.
 */
import { WorkerError } from "../../core/errors.ts";
import { node } from "../../core/node.ts";
import { allocate } from "../../tensor/arena.ts";
import { type Kept, mapViews, own } from "../../tensor/transfer.ts";
import type { Reply } from "./protocol.ts";

type BatchReply = Extract<Reply, { type: "batch" }>;

/** The first inherited descriptor: 0 to 2 are the standard streams, 3 is the channel. */
export const firstDescriptor = 4;

/** Files per worker: as many as tickets it may hold. */
export const slots = 2;

/** Where an array of the batch lies in the slot's file; null where it came inside the message. */
type Range = { readonly offset: number; readonly byteLength: number } | null;

/** A batch whose larger arrays are empty in the message and lie in the file of `slot`, in the order of `mapViews`. */
export interface SharedBatchReply extends BatchReply {
  readonly slot: number;
  readonly ranges: readonly Range[];
}

/** Below this size an array is quicker inside the message. */
const smallest = 1024;

/** In the worker: moves the arrays of a batch to the file of `slot`. The reply itself where the file cannot grow. */
export function writeShared(reply: BatchReply, slot: number): BatchReply | SharedBatchReply {
  const file = firstDescriptor + slot;
  const ranges: Range[] = [];
  let end = 0;
  try {
    const batch = mapViews(reply.batch, (view) => {
      const { byteLength } = view;
      if (byteLength < smallest) {
        ranges.push(null);
        return view;
      }
      writeAll(file, view, end);
      ranges.push({ offset: end, byteLength });
      end += byteLength;
      return new (view.constructor as new (length: number | ArrayBuffer) => ArrayBufferView)(
        new ArrayBuffer(0),
      );
    });
    return end === 0 ? reply : { ...reply, batch, slot, ranges };
  } catch (error) {
    if (!isFull(error)) throw error;
    node("fs").ftruncateSync(file, 0);
    return reply;
  }
}

/** In the loader: the batch of `reply`, its arrays read from `file` into memory of their own. */
export function readShared(reply: BatchReply | SharedBatchReply, file: number): unknown {
  if (!("ranges" in reply)) return apart(reply.batch);
  let i = 0;
  const batch = mapViews(reply.batch, (view) => {
    const range = reply.ranges[i++];
    if (!range) return view;
    const buffer = allocate(range.byteLength);
    readAll(file, new Uint8Array(buffer), range.offset);
    return new (view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView)(buffer);
  });
  return apart(batch);
}

/** In the loader: a batch that came inside a message, where all arrays are views of the message, apart from it. */
export function apart<B>(batch: B): B {
  return own(batch, none);
}

const none: Kept = new Set();

/** Opens one file per slot, without a name that could be left behind. Throws as the system does, and leaves none open. */
export function openSharedFiles(): number[] {
  const { existsSync, openSync, unlinkSync } = node("fs");
  const folder = existsSync("/dev/shm") ? "/dev/shm" : node("os").tmpdir();
  const files: number[] = [];
  try {
    while (files.length < slots) {
      const path = node("path").join(folder, `epochal-${process.pid}-${crypto.randomUUID()}`);
      files.push(openSync(path, "wx+", 0o600));
      unlinkSync(path);
    }
    return files;
  } catch (error) {
    closeFiles(files);
    throw error;
  }
}

/** Closes what {@link openSharedFiles} opened. */
export function closeFiles(files: readonly number[]): void {
  for (const file of files) node("fs").closeSync(file);
}

/** A short write is how a file system says that it is nearly full; the next one says so aloud. */
function writeAll(file: number, view: ArrayBufferView, position: number): void {
  const { writeSync } = node("fs");
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}

function readAll(file: number, bytes: Uint8Array, position: number): void {
  const { readSync } = node("fs");
  for (let done = 0; done < bytes.byteLength; ) {
    const count = readSync(file, bytes, done, bytes.byteLength - done, position + done);
    if (count === 0) throw new WorkerError(`A shared file ended ${bytes.byteLength - done} bytes early.`);
    done += count;
  }
}

function isFull(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}
