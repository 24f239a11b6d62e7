/** What modules of `src` keep and change while the program runs, each with the reason why no object owns it. */

const ofThread = "the thread has one of it";
const beside = "is kept beside an object whose fields travel to workers, and goes with it";
const known = "is what was found out of an object, and goes with it";
const scratch = "is memory for one call, which no other can come between";

/** By path and name. */
export const moduleState: Readonly<Record<string, string>> = {
  "src/adapters/tfjs/peer.ts loading": "the program has one TensorFlow.js",
  "src/core/counters.ts open": "costs of all loaders in the thread, also of another copy of the package",
  "src/core/counters.ts shared": "the place on globalThis where copies of the package find it",
  "src/core/event-loop.ts inLine": ofThread,
  "src/core/event-loop.ts last": ofThread,
  "src/core/event-loop.ts turn": ofThread,
  "src/core/event-loop.ts turned": ofThread,
  "src/core/native.ts natives": known,
  "src/core/peer.ts peers": "a package is there or not for as long as the program runs",
  "src/core/warn.ts said": known,
  "src/loader/caches.ts sources": beside,
  "src/loader/contents.ts changing": beside,
  "src/loader/contents.ts hashes": known,
  "src/loader/describe.ts hashes": known,
  "src/loader/dropped.ts registry": "is told by the garbage collector of loaders and loops that nobody holds",
  "src/random/log.ts bits": scratch,
  "src/random/random.ts block": scratch,
  "src/sequence/batching/batches.ts orders": beside,
  "src/sequence/combinators/cache.ts stores": beside,
  "src/sequence/combinators/leak.ts byDataset": beside,
  "src/sequence/combinators/leak.ts bySlice": beside,
  "src/sequence/combinators/mix.ts patterns": beside,
  "src/sequence/context.ts never": "is given to nobody who could abort it",
  "src/tensor/arena.ts idle": "batches of one loader are made in memory that another gave back",
  "src/tensor/arena.ts reused": "goes with the memory that it knows",
  "src/tensor/arena.ts reuses": "saves a look where there is nothing in it",
  "src/train/callbacks/backup-and-restore.ts inUse": "two runs of the program may not keep one backup",
  "src/train/files/leftovers.ts self": "a process stays what it is",
  "src/train/tensorboard/crc32c.ts table": "is filled once, as the module loads",
  "src/train/tensorboard/event-file.ts opened": "names of files differ in a thread",
  "src/train/tensorboard/event.ts empty": "has no bytes that could change",
  "src/worker/entry/guard.ts guarded": "is all that the guard's process is there for",
  "src/worker/entry/import-module.ts registered": "a loader of TypeScript is registered once in a thread",
  "src/worker/kinds/exit.ts living": "is needed when the program exits, whoever started the threads",
  "src/worker/kinds/exit.ts uncaught": "a program ends by one error",
  "src/worker/kinds/guard.ts guard": "a program has one guard",
  "src/worker/kinds/guard.ts living": "the guard is told of all processes of the program",
  "src/worker/wire/mark.ts port": ofThread,
  "src/worker/wire/snapshot/kinds.ts plainly": known,
  "src/bytes/file.ts shared": scratch,
  "src/image/kernel/assembly/scan.ts marker": "the reader's place in the scan that is decoded",
  "src/image/kernel/assembly/scan.ts position": "the reader's place in the scan that is decoded",
  "src/image/kernel/kernel.ts #module": "is compiled once",
  "src/image/kernel/thread.ts current": ofThread,
  "src/image/pipeline.ts pipelines":
    "images of the next batches have the same steps; at most so many are kept",
};
