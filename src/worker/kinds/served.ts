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
import { availableCores } from "../../core/cores.ts";
import { OptionError, WorkerError } from "../../core/errors.ts";
import { isNode } from "../../core/node.ts";
import { waitAtMost } from "../../core/settle.ts";
import { seconds, watchEvery } from "../../core/watch.ts";
import { copiesOf, type MakeCopies } from "../copies.ts";
import type { EndpointListener, FarSide } from "../wire/endpoint.ts";
import { toRecord } from "../wire/error-record.ts";
import { diedOf, notStarted } from "../wire/failure.ts";
import { type Hello, isHello, misfit } from "../wire/hello.ts";
import { watchLock } from "../wire/lock.ts";
import { isMarked } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";
import { byServedName } from "../wire/served-names.ts";
import { transferToWorker } from "../wire/transfer-codec.ts";
import { endPatience } from "../worker.ts";
import { farPort, isWorkerLike, type WorkerFactory, type WorkerLike } from "./far-port.ts";
import { checkNotNested, startNested } from "./nested.ts";
import { whyNotLoaded } from "./script.ts";

/** Milliseconds within which a worker's script calls `serve`. */
const helloPatience = 10_000;

/** The same, at least, for a script that has served before: the slowest hello so far says more. */
const knownPatience = 2000;

/** Milliseconds that messages take to arrive which a worker sent before its end. */
const lastWords = 50;

/** The kind of worker that a factory makes. */
export function servedWorkers(factory: WorkerFactory): MakeCopies {
  return (sequence, seed) => {
    checkNotNested();
    const locate = byServedName();
    const known: Known = { slowest: undefined, unheard: 0, starting: 0 };
    return copiesOf(sequence, seed, {
      name: "worker",
      recipient: { sharesMemory: true, clones: true, locate },
      base: baseUrl(),
      open: (name) => openServed(name, factory, known),
    });
  };
}

/** What is known of a factory's workers. */
interface Known {
  /** Milliseconds that the slowest hello took; undefined where none has ever served. */
  slowest: number | undefined;
  /** How many in a row did not serve since. */
  unheard: number;
  /** How many have been started and have not said hello. */
  starting: number;
}

/**
 * Starts a worker.
 *
 * One long function, as what is sent, what comes and each way in which it can end share one state.
 */
function openServed(name: string, factory: WorkerFactory, known: Known): FarSide {
  const { worker, url } = start(name, factory);
  known.starting++;
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
    // Many that start at once take turns.
    const turns = Math.max(1, known.starting / availableCores());
    if (known.slowest === undefined) {
      if (waited >= helloPatience * turns) giveUp(silent(url));
      return;
    }
    // It was ended while it loaded, of which nothing tells; or it is slow, and the next is given twice the time.
    const limit = Math.max(knownPatience, 10 * known.slowest) * turns * 2 ** known.unheard;
    if (waited < limit) return;
    known.unheard++;
    finish(new Error(`has not called serve() within ${seconds(limit)}, as another of its script did before`));
  });

  function finish(reason: Error): void {
    if (over) return;
    over = true;
    patience.stop();
    releaseLock.abort();
    if (greeting === undefined) known.starting--;
    port.terminate().catch(() => {});
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
    known.starting--;
    known.slowest = Math.max(known.slowest ?? 0, waited);
    known.unheard = 0;
    patience.stop();
    watch(message);
    try {
      for (const send of waiting.splice(0)) send();
    } catch (error) {
      giveUp(`cannot be sent the sequence: ${(error as Error).message}`);
    }
  }

  function watch({ isLocked, key }: Hello): void {
    if (isLocked) watchLock(key, releaseLock.signal, () => lost(new Error(withoutWord)));
  }

  function receive(message: unknown): void {
    if (over || isDying) return;
    if (greeting === undefined) {
      if (isHello(message)) greet(message);
      return;
    }
    if (!isMarked(message, greeting)) return;
    if (isHello(message)) {
      watch(message);
      return;
    }
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
        port.listen({
          onMessage: receive,
          onError: failed,
          onEnd(reason, code) {
            if (code === 0 && greeting === undefined && known.slowest === undefined)
              giveUp(`ended, and ${unserved(url)}`);
            else finish(reason);
          },
        });
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
        const stopped = (): void => finish(new Error("was stopped"));
        const gone = port.terminate().then(stopped, stopped);
        return waitAtMost(Promise.race([gone, ended]), endPatience);
      },
    },
  };
}

/** Whether this is a Web Worker of a browser, where nothing else tells how deep workers stand in each other. */
function isWebWorkerScope(): boolean {
  return !isNode && "WorkerGlobalScope" in globalThis;
}

/** As a sentence: `worker 1` begins it. */
function said(name: string, what: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)} ${what}`;
}

/** Why a browser does not let a page start the worker; undefined where it is not that. */
function refusedBy(cause: unknown): string | undefined {
  const { name, message = "" } = Object(cause) as Partial<Error>;
  if (name !== "SecurityError") return undefined;
  return `may not be started: ${message.replace(/\.?$/, ".")} Its script must be of the page's own origin, and the page's Content-Security-Policy allow it by worker-src.`;
}

const withoutWord = "ended without a word: it was closed or terminated, or the browser has taken its memory";

function silent(url: string | undefined): string {
  return `has not called serve() within ${helloPatience / 1000} s: ${unserved(url)} Also, the script may load slowly, or the Worker was made before the function \`worker\` was called, and its hello not heard.`;
}

function unserved(url: string | undefined): string {
  return `its script${url === undefined ? "" : `, ${url},`} must import { serve } from "epochal" and call serve({ YourSequence }) when it is loaded.`;
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
    // It may be a promise of one, which nobody else would end.
    Promise.resolve(worker).then(
      (late) => isWorkerLike(late) && late.terminate(),
      () => {},
    );
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
  if (url === undefined && isWebWorkerScope()) {
    worker.terminate();
    throw new OptionError(
      "`worker` must say `new Worker(…)` by its global name where the loader is in a Web Worker itself: else it is not known where workers start workers.",
    );
  }
  const { unref } = farPort(worker);
  unref();
  return { worker, url };
}
