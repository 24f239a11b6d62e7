/** Entry of a worker thread. */
import { parentPort } from "node:worker_threads";
import { transferables } from "../../tensor/transfer.ts";
import { tellRunning } from "../kinds/exit.ts";
import { toRecord } from "../wire/error-record.ts";
import { ownMark, reply } from "../wire/mark.ts";
import { importModule } from "./import-module.ts";
import { serve } from "./server.ts";

const mark = ownMark()!;
tellRunning(mark.descriptor!);

parentPort!.on(
  "message",
  serve({
    send: (message) => reply(mark, message),
    sendBatch: (message) => reply(mark, message, transferables(message.batch)),
    load: importModule,
  }),
);
// Stray rejections come here too. Node's own way to tell of them follows every `cause` as often as it is cited.
process.on("uncaughtException", (error) => {
  reply(mark, { type: "dying", error: toRecord(error) }, [], () => process.exit(1));
});
