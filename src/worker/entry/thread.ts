/** Entry of a worker thread. */
import { parentPort } from "node:worker_threads";
import { transferables } from "../../tensor/transfer.ts";
import type { Reply } from "../protocol.ts";
import { importModule } from "./import-module.ts";
import { serve } from "./server.ts";

const port = parentPort!;

port.on(
  "message",
  serve({
    send: (reply: Reply) => port.postMessage(reply),
    sendBatch: (reply) => port.postMessage(reply, transferables(reply.batch)),
    load: importModule,
  }),
);
