/** Entry of a worker process. Batches go through shared files, everything else over the channel. */
import { toRecord } from "../error-record.ts";
import type { Reply, Request } from "../protocol.ts";
import { writeShared } from "../shared-file.ts";
import { importModule } from "./import-module.ts";
import { serve } from "./server.ts";

const receive = serve({
  send: (reply) => process.send!(reply),
  sendBatch: (reply, slot) => process.send!(slot === undefined ? reply : writeShared(reply, slot)),
  load: importModule,
});

process.on("message", (request) => receive(request as Request));
// Stray rejections come here too. The loader hears why before the process ends.
process.on("uncaughtException", (error) => {
  process.send!({ type: "dying", error: toRecord(error) } satisfies Reply, () => process.exit(1));
});
// The loader is gone, by whatever end: nobody is left to work for.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole process group, but it is the loader's side that decides what ends and how.
process.on("SIGINT", () => {});
