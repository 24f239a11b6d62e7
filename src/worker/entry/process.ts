/** Entry of a worker process. Batches go through shared files, everything else over the channel. */
import { Worker as Thread } from "node:worker_threads";
import { recycle } from "../../tensor/arena.ts";
import { transferables } from "../../tensor/transfer.ts";
import { toRecord } from "../error-record.ts";
import type { Reply, Request } from "../protocol.ts";
import { writeShared } from "../shared-file.ts";
import { importModule } from "./import-module.ts";
import { serve } from "./server.ts";

const receive = serve({
  send: (reply) => process.send!(reply),
  sendBatch: (reply, slot) => {
    process.send!(slot === undefined ? reply : writeShared(reply, slot));
    // Copied by now, and given away by getItem: the next batch may have the memory. Moved out of the batch, so that a
    // sequence that kept it against the rules finds it empty, as in a thread, and not full of another batch.
    for (const buffer of transferables(reply.batch)) recycle(structuredClone(buffer, { transfer: [buffer] }));
  },
  load: importModule,
});

process.on("message", (request) => receive(request as Request));
// Stray rejections come here too. The loader hears why before the process ends.
process.on("uncaughtException", (error) => {
  process.send!({ type: "dying", error: toRecord(error) } satisfies Reply, () => process.exit(1));
});
// The loader is gone, by whatever end: nobody is left to work for.
process.on("disconnect", () => process.exit());
// If it goes while this process is in an endless loop, nothing here would hear of it.
if (process.platform !== "win32")
  new Thread(new URL("./watchdog.js", import.meta.url), { execArgv: [] }).unref();
// Ctrl-C reaches the whole process group, but it is the loader's side that decides what ends and how.
process.on("SIGINT", () => {});
