/** What the entries of worker threads and of worker processes have in common. */
import { importNested } from "../kinds/nested.ts";
import type { WorkerCodec } from "../wire/endpoint.ts";
import { toRecord } from "../wire/error-record.ts";
import { ownMark, postMarked } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";
import { exportsOf } from "../wire/snapshot/revive.ts";
import { answerLoader } from "./answer.ts";
import { importModule } from "./import-module.ts";
import { onUncaught } from "./uncaught.ts";

/** Serves the loader that started this thread or process; returns the function that takes its messages. */
export function serveLoader(codec: WorkerCodec): (message: object) => void {
  const mark = ownMark()!;
  // Stray rejections come here too. The loader hears why before the worker ends; Node's own way to tell of them follows
  // every `cause` as often as it is cited.
  onUncaught((error) => {
    const dying: WorkerReply = { type: "dying", error: toRecord(error) };
    postMarked(mark, dying, [], () => process.exit(1));
  });
  const { receive } = answerLoader({
    post: (message, transfer) => postMarked(mark, message, transfer),
    codec,
    load: async (url) => exportsOf(url, await importNested(url, importModule)),
  });
  return receive;
}
