/**
 * How a batch comes from a worker process: its arrays through shared memory, the rest over the channel.
 *
 * Node cannot map memory, but a file in /dev/shm is memory, and one write and one read of it are two copies at memory
 * speed: 1,790 batches of 3.84 MB a second, where the channel carries 265. Each worker has a file for each batch in
 * flight, opened by the loader and passed on as an inherited descriptor; its name is removed at once, so that nothing is
 * left behind whoever is killed.
 *
 * Invariant: a file is either free, and the worker's to write, or on its way to the loader and back. The worker names the
 * file that holds a batch; the loader reads it when the message comes, and names it again in its next request. So no
 * locks are needed.
 *
 * Limits: Windows and macOS have no such folder, and the files lie in the system's for temporary files. A full /dev/shm (64 MB in a container by default) sends that batch over the channel instead; so does a worker
 * that has no free file.
 */
import { WorkerError } from "../../core/errors.ts";
import { batchesInFlight } from "../../core/in-flight.ts";
import { node } from "../../core/node.ts";
import { allocate, recycle } from "../../tensor/arena.ts";
import { allocatedFor } from "../../tensor/costs.ts";
import { type Kept, mapViews, ownBuffers, transferables } from "../../tensor/transfer.ts";
import { plainType } from "../../tensor/view.ts";
import type { LoaderCodec, WorkerCodec } from "./endpoint.ts";
import { toRecord } from "./error-record.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** The first inherited descriptor: 0 to 2 are the standard streams, 3 is the channel. */
const firstDescriptor = 4;

/** The descriptors of the shared files in a worker process, which inherits them in this order behind the channel. */
export const inheritedFiles: readonly number[] = Array.from(
  { length: batchesInFlight },
  (_, i) => firstDescriptor + i,
);

/** A request, and the numbers of the files that are free again. */
type WithFiles = WorkerRequest & { readonly free?: readonly number[] };

/** Where an array of the batch lies in the file; null where it came inside the message. */
type Range = { readonly offset: number; readonly byteLength: number } | null;

type BatchReply = Extract<WorkerReply, { type: "batch" }>;

/** A batch whose larger arrays are empty in the message and lie in a file, in the order of `mapViews`. */
interface SharedBatch {
  readonly batch: unknown;
  /** Number of the file, from 0; undefined where nothing lies in one. */
  readonly file?: number;
  readonly ranges?: readonly Range[];
}

/** Below this size an array is quicker inside the message. */
const smallest = 1024;

/** The loader's half, over descriptors that {@link openSharedFiles} has opened. */
export function filesToWorker(files: readonly number[]): LoaderCodec {
  let free: number[] = [];
  return {
    send(request, post) {
      if (free.length === 0) {
        post(request);
        return;
      }
      const freed = free;
      free = [];
      post({ ...request, free: freed } satisfies WithFiles);
    },
    receive(message) {
      const reply = message as WorkerReply & { readonly file?: number };
      if (reply.type !== "batch") return reply;
      try {
        const batch = readShared(reply, files);
        // Memory that is taken here counts as if the worker had allocated it.
        reply.counters.allocated += allocatedFor(batch);
        return { ...reply, batch };
      } catch (error) {
        return { type: "error", id: reply.id, error: toRecord(error) };
      } finally {
        if (reply.file !== undefined) free.push(reply.file);
      }
    },
    // What is read from a file lies in this process's memory.
    recycle: (buffers) => buffers.forEach(recycle),
  };
}

/** The worker's half, over the same files. */
export function filesToLoader(files: readonly number[]): WorkerCodec {
  const free = [...files.keys()];
  return {
    send(reply, post) {
      if (reply.type !== "batch") {
        post(reply);
        return;
      }
      const file = free.at(-1);
      const shared = file === undefined ? reply : writeShared(reply, file, files[file]!);
      post(shared);
      if ("file" in shared) free.pop();
      // Copied by now, and given away by getItem: the next batch may have the memory. Moved out of the batch, so that a
      // sequence that kept it against the rules finds it empty, as in a thread, and not full of another batch.
      for (const buffer of transferables(reply.batch)) {
        recycle(structuredClone(buffer, { transfer: [buffer] }));
      }
    },
    receive(message) {
      const request = message as WithFiles;
      if (request.free) free.push(...request.free);
      return request;
    },
  };
}

/** Moves the arrays of a batch to a file. The reply itself where they are few, or the file cannot grow. */
function writeShared(
  reply: BatchReply,
  file: number,
  descriptor: number,
): BatchReply | (BatchReply & SharedBatch) {
  const ranges: Range[] = [];
  let end = 0;
  try {
    const batch = mapViews(reply.batch, (view) => {
      const { byteLength } = view;
      if (byteLength < smallest) {
        ranges.push(null);
        return view;
      }
      writeAll(descriptor, view, end);
      ranges.push({ offset: end, byteLength });
      end += byteLength;
      return new (plainType(view))(new ArrayBuffer(0));
    });
    return end === 0 ? reply : { ...reply, batch, file, ranges };
  } catch (error) {
    if (!isFull(error)) throw error;
    node("fs").ftruncateSync(descriptor, 0);
    return reply;
  }
}

/** The batch, its arrays read into memory of their own, and the rest apart from the message that it came in. */
function readShared({ batch, file, ranges = [] }: SharedBatch, files: readonly number[]): unknown {
  if (file === undefined) return ownBuffers(batch, none);
  const descriptor = files[file]!;
  let i = 0;
  const read = mapViews(batch, (view) => {
    const range = ranges[i++];
    if (!range) return view;
    const buffer = allocate(range.byteLength);
    readAll(descriptor, new Uint8Array(buffer), range.offset);
    return new (plainType(view))(buffer);
  });
  return ownBuffers(read, none);
}

const none: Kept = new Set();

/**
 * Opens the files of one worker in `folder`, without names that could be left behind. Throws as the system does, and leaves
 * none open.
 */
export function openSharedFiles(folder: string = sharedMemory()): number[] {
  const { openSync, unlinkSync } = node("fs");
  const files: number[] = [];
  try {
    while (files.length < batchesInFlight) {
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

/** The folder whose files are memory; where there is none, as on Windows and macOS, one on disk, most often cached. */
function sharedMemory(): string {
  return process.platform !== "win32" && node("fs").existsSync("/dev/shm") ? "/dev/shm" : node("os").tmpdir();
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
