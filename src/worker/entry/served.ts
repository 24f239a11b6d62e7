/**
 * The far side in a worker that the user's factory started: it serves the classes it is given, and imports nothing of the
 * user's.
 */
import { OptionError } from "../../core/errors.ts";
import { imitator, isNode } from "../../core/node.ts";
import { beginServing } from "../kinds/nested.ts";
import { toRecord } from "../wire/error-record.ts";
import { hello } from "../wire/hello.ts";
import { isMarked, markServed, ownMark } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";
import type { LoadModule } from "../wire/snapshot/revive.ts";
import { transferToLoader } from "../wire/transfer-codec.ts";
import { answerLoader } from "./answer.ts";
import { ownPort } from "./own-port.ts";

/** A lock manager of the platform, as far as it is needed here. */
interface Locks {
  request(name: string, callback: () => Promise<void>): Promise<void>;
}

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
  void holdLock(mark.key).then((isHeld) => port.post(hello(mark.key, isHeld)));
}

/** Milliseconds in which a platform gives a lock that nobody else knows of. */
const lockPatience = 500;

/** Whether a lock of that name is held from now on, for as long as this worker lives. */
async function holdLock(name: string): Promise<boolean> {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  const locks = navigator?.locks;
  // Node and Bun tell of the end of their threads themselves.
  if ((isNode && imitator !== "Deno") || locks === undefined) return false;
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), lockPatience);
    locks
      .request(name, () => {
        resolve(true);
        return new Promise(() => {});
      })
      // Not given to a page of an opaque origin.
      .catch(() => resolve(false));
  });
}
