/** Entry of a worker process. Batches go through shared files, everything else over the channel. */
import { recycle } from "../../tensor/arena.ts";
import { transferables } from "../../tensor/transfer.ts";
import { toRecord } from "../wire/error-record.ts";
import { ownMark, reply } from "../wire/mark.ts";
import type { Request } from "../wire/protocol.ts";
import { writeShared } from "../wire/shared-file.ts";
import { importModule } from "./import-module.ts";
import { serve } from "./server.ts";

const mark = ownMark()!;

const receive = serve({
  send: (message) => reply(mark, message),
  sendBatch: (message, slot) => {
    reply(mark, slot === undefined ? message : writeShared(message, slot));
    // Copied by now, and given away by getItem: the next batch may have the memory. Moved out of the batch, so that a
    // sequence that kept it against the rules finds it empty, as in a thread, and not full of another batch.
    for (const buffer of transferables(message.batch)) {
      recycle(structuredClone(buffer, { transfer: [buffer] }));
    }
  },
  load: importModule,
});

process.on("message", (request) => receive(request as Request));
// Stray rejections come here too. The loader hears why before the process ends.
process.on("uncaughtException", (error) => {
  reply(mark, { type: "dying", error: toRecord(error) }, [], () => process.exit(1));
});
// The loader is gone, by whatever end: nobody is left to work for.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole process group, but it is the loader's side that decides what ends and how.
process.on("SIGINT", () => {});
