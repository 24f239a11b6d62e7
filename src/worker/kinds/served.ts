/**
 * Workers that the user's factory makes: Web Workers of a page, of Bun and of Deno, and threads of a bundled program. Their
 * script calls `serve` and holds the user's classes, so that nothing is imported by its URL.
 *
 * Invariant: nothing is sent before the worker has said hello, as what comes while a script still loads is lost on some
 * platforms. Its end is heard by an event, by its own last word, or by a lock that it held; where none of these comes, as
 * of one that never says hello, by patience.
 */

import { baseUrl } from "../../bytes/base.ts";
import { show } from "../../core/check.ts";
import { OptionError, WorkerError } from "../../core/errors.ts";
import { waitAtMost } from "../../core/settle.ts";
import { watchEvery } from "../../core/watch.ts";
import { copiesOf, type MakeCopies } from "../copies.ts";
import type { EndpointListener, FarSide } from "../wire/endpoint.ts";
import { toRecord } from "../wire/error-record.ts";
import { diedOf, notStarted } from "../wire/failure.ts";
import { type Hello, isHello, misfit } from "../wire/hello.ts";
import { isMarked } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";
import { byServedName } from "../wire/served-names.ts";
import { transferToWorker } from "../wire/transfer-codec.ts";
import { endPatience } from "../worker.ts";
import { farPort, isWorkerLike, type WorkerFactory, type WorkerLike } from "./far-port.ts";
import { watchLock } from "./lock.ts";
import { checkNotNested, startNested } from "./nested.ts";
import { whyNotLoaded } from "./script.ts";

/** Milliseconds within which a worker's script calls `serve`. */
const helloPatience = 5000;

/** Milliseconds that messages take to arrive which a worker sent before its end. */
const lastWords = 50;

/** The kind of worker that a factory makes. */
export function servedWorkers(factory: WorkerFactory): MakeCopies {
  return (sequence, seed) => {
    checkNotNested();
    const locate = byServedName();
    const known = { serves: false };
    return copiesOf(sequence, seed, {
      name: "worker",
      recipient: { sharesMemory: true, clones: true, locate },
      base: baseUrl(),
      open: (name) => openServed(name, factory, known),
    });
  };
}

/**
 * Starts a worker. `known` says whether one of this factory has ever served.
 *
 * One long function, as what is sent, what comes and each way in which it can end share one state.
 */
function openServed(name: string, factory: WorkerFactory, known: { serves: boolean }): FarSide {
  const { worker, url } = start(name, factory);
  const port = farPort(worker);
  /** What waits for the hello. */
  const waiting: (() => void)[] = [];
  let listener: EndpointListener | undefined;
  let greeting: Hello | undefined;
  let isDying = false;
  let over = false;
  /** What it said to be dying of. */
  let cause: Error | undefined;
  let settle: () => void;
  const ended = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const releaseLock = new AbortController();
  let waited = 0;
  const patience = watchEvery(helloPatience / 20, (elapsed) => {
    // A turn that came late was held up by this thread: the hello may lie in the queue.
    waited += Math.min(elapsed, helloPatience / 10);
    if (waited < helloPatience) return;
    if (known.serves) finish(new Error(`has not started within ${helloPatience / 1000} s`));
    else giveUp(silent(url));
  });

  function finish(reason: Error): void {
    if (over) return;
    over = true;
    patience.stop();
    releaseLock.abort();
    void port.terminate();
    settle();
    listener!.onEnd(cause ?? reason);
  }

  /** No other worker of this factory would do better. */
  function giveUp(why: string): void {
    if (over) return;
    const error = toRecord(new WorkerError(said(name, why)));
    listener!.onMessage({ type: "broken", error } satisfies WorkerReply);
    finish(new Error(why));
  }

  function greet(message: Hello): void {
    const why = misfit(message);
    if (why !== undefined) {
      giveUp(`cannot be talked to. ${why}`);
      return;
    }
    greeting = message;
    known.serves = true;
    patience.stop();
    if (message.isLocked) watchLock(message.key, releaseLock.signal, () => lost(new Error(withoutWord)));
    try {
      for (const send of waiting.splice(0)) send();
    } catch (cause) {
      giveUp(`cannot be sent the sequence: ${(cause as Error).message}`);
    }
  }

  function receive(message: unknown): void {
    if (over || isDying) return;
    if (greeting === undefined) {
      if (isHello(message)) greet(message);
      return;
    }
    if (!isMarked(message, greeting)) return;
    listener!.onMessage(message);
    // What it does until it is gone is of no interest any more.
    isDying = (message as WorkerReply).type === "dying";
    if (isDying) lost(new Error("has ended"));
  }

  /** It is gone; what it sent before is on its way. */
  function lost(reason: Error): void {
    cause ??= reason;
    setTimeout(() => finish(reason), lastWords);
  }

  function failed(error: unknown): void {
    if (error !== undefined || greeting !== undefined) lost(diedOf(error));
    else void whyNotLoaded(url).then((why) => giveUp(why));
  }

  return {
    codec: transferToWorker(),
    endpoint: {
      name,
      post(message, transfer = []) {
        const send = (): void => {
          if (!over) port.post(Object.assign(message, { key: greeting!.key }), transfer);
        };
        if (greeting) send();
        else waiting.push(send);
      },
      listen(own) {
        listener = own;
        port.listen({ onMessage: receive, onError: failed, onEnd: finish });
      },
      ref() {
        port.ref();
        patience.ref();
      },
      unref() {
        port.unref();
        patience.unref();
      },
      end() {
        const gone = port.terminate().then(() => finish(new Error("was stopped")));
        return waitAtMost(Promise.race([gone, ended]), endPatience);
      },
    },
  };
}

/** As a sentence: `worker 1` begins it. */
function said(name: string, what: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)} ${what}`;
}

/** Why a browser does not let a page start the worker; undefined where it is not that. */
function refusedBy(cause: unknown): string | undefined {
  const { name, message } = cause as Error;
  if (name !== "SecurityError") return undefined;
  return `may not be started: ${message.replace(/\.?$/, ".")} Its script must be of the page's own origin, and the page's Content-Security-Policy allow it by worker-src.`;
}

const withoutWord = "ended without a word: it was closed or terminated, or the browser has taken its memory";

function silent(url: string | undefined): string {
  return `has not called serve() within ${helloPatience / 1000} s. Its script${url === undefined ? "" : `, ${url},`} must import { serve } from "epochal" and call serve({ YourSequence }) when it is loaded; also, it may load slowly, or load another copy of epochal that is older.`;
}

/** Workers that factories gave, so that none is taken twice. */
const taken = new WeakSet<WorkerLike>();

function start(
  name: string,
  factory: WorkerFactory,
): { readonly worker: WorkerLike; readonly url: string | undefined } {
  let started: { readonly worker: unknown; readonly url: string | undefined };
  try {
    started = startNested(factory, name);
  } catch (cause) {
    throw new WorkerError(said(name, refusedBy(cause) ?? notStarted(cause)), { cause });
  }
  const { worker, url } = started;
  if (!isWorkerLike(worker)) {
    throw new OptionError(
      `\`worker\` must return a Worker, as () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }) does, got ${show(worker)}.`,
    );
  }
  if (taken.has(worker)) {
    throw new OptionError(
      "`worker` returned a Worker that it has returned before. Have it make a new one at each call.",
    );
  }
  taken.add(worker);
  const { unref } = farPort(worker);
  unref();
  return { worker, url };
}
