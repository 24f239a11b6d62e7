/**
 * The far side in a worker that the user's factory started: it serves the classes it is given, and imports nothing of the
 * user's.
 */
import { OptionError } from "../../core/errors.ts";
import { beginServing } from "../kinds/nested.ts";
import { toRecord } from "../wire/error-record.ts";
import { hello } from "../wire/hello.ts";
import { holdLock } from "../wire/lock.ts";
import { isMarked, markServed, ownMark } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";
import type { LoadModule } from "../wire/snapshot/revive.ts";
import { transferToLoader } from "../wire/transfer-codec.ts";
import { answerLoader } from "./answer.ts";
import { ownPort } from "./own-port.ts";

/**
 * Serves the loader that started this worker with what `load` finds.
 *
 * @throws OptionError if this is no worker, or one that serves already.
 */
export function serveFactory(load: LoadModule): void {
  const port = ownPort();
  if (!port) {
    throw new OptionError(
      "serve() belongs into a worker's script, and this is none. In the program itself write new DataLoader(…, { worker: () => new Worker(…) }).",
    );
  }
  if (ownMark()?.serves) throw new OptionError("serve() was called before. Give it all classes at once.");
  const mark = markServed();
  beginServing();
  const post = (message: object, transfer?: readonly ArrayBuffer[]): void =>
    port.post(Object.assign(message, { key: mark.key }), transfer);
  const { receive } = answerLoader({ post, codec: transferToLoader, load });
  port.listen((message) => {
    if (isMarked(message, mark)) receive(message);
  });
  port.onDying((error) => {
    post({ type: "dying", error: toRecord(error) } satisfies WorkerReply);
    port.end();
  });
  holdLock(mark.key, (isHeld) => port.post(hello(mark.key, isHeld)));
}
