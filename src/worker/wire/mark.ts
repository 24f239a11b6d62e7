/**
 * How a thread or process of ours is known for one, from before any module of the user's is loaded in it, preloads of
 * `--import` and `--require` included.
 *
 * A thread is told by its `workerData`, a process by a variable of its environment, which is taken away when it is
 * read and counts only in a child of the process that set it; a Web Worker that the user's factory starts by its name. So what the user's own code starts in a worker, thread or
 * process, is not taken for ours. The key is on every message of the worker: what comes without it is the user's.
 */
import { builtin, environment, node } from "../../core/node.ts";

/** What a worker knows of itself. */
export interface Mark {
  /** Drawn at random for each worker. */
  readonly key: string;
  /** As messages name it: `thread 2`. */
  readonly name: string;
  /** Of a thread: where it writes the descriptor that is open as long as it runs; see kinds/exit.ts. */
  readonly descriptor?: Int32Array<SharedArrayBuffer>;
  /** The module of the user's that was imported last. */
  module?: string;
  /** Of a worker that the user's factory started: whether its script has called `serve` yet. */
  readonly serves?: boolean;
}

/** Of all copies of the package that a thread may load. */
const own = Symbol.for("epochal.worker");
const field = "epochal:worker";
const variable = "EPOCHAL_WORKER";
const prefix = "epochal: ";

/** A mark for a new worker. */
export function newMark(name: string): Mark {
  return { key: crypto.randomUUID(), name };
}

/** The `workerData` of a thread of ours. */
export function threadMark(mark: Mark): object {
  return { [field]: mark };
}

/** What the environment of a process of ours has besides. */
export function processMark(mark: Mark): Record<string, string> {
  return { [variable]: JSON.stringify({ ...mark, parent: process.pid }) };
}

/** The name of a Web Worker of ours, which messages name `name`. */
export function workerName(name: string): string {
  return prefix + name;
}

/** Has this worker, which the user's factory started, known for one of ours. */
export function markServed(): Mark {
  const mark: Mark = { ...newMark(ownMark()?.name ?? "a worker"), serves: true };
  (globalThis as { [own]?: Mark })[own] = mark;
  return mark;
}

/** The mark of this worker, thread or process; undefined where it is none of ours. */
export function ownMark(): Mark | undefined {
  const global = globalThis as { [own]?: Mark | undefined };
  global[own] ??= readMark();
  return global[own];
}

function readMark(): Mark | undefined {
  const { name, WorkerGlobalScope } = globalThis as { readonly name?: unknown; WorkerGlobalScope?: unknown };
  if (WorkerGlobalScope !== undefined && typeof name === "string" && name.startsWith(prefix))
    return { key: "", name: name.slice(prefix.length), serves: false };
  const threads = builtin("worker_threads");
  if (threads?.isMainThread === false) {
    return (threads.workerData as { readonly [field]?: Mark } | null | undefined)?.[field];
  }
  const text = environment()[variable];
  if (text === undefined) return undefined;
  delete process.env[variable];
  const { parent, ...mark } = JSON.parse(text) as Mark & { readonly parent: number };
  return parent === process.ppid ? mark : undefined;
}

/** Where this thread's messages go; null in a process. Asked for once, as that takes as long as sending one. */
let port: typeof import("node:worker_threads").parentPort | undefined;

/** Sends a message from this worker to its loader; calls `sent` when it has left. */
export function postMarked(
  mark: Mark,
  message: object,
  transfer: readonly ArrayBuffer[] = [],
  sent: () => void = () => {},
): void {
  const keyed = Object.assign(message, { key: mark.key });
  if (port === undefined) port = node("worker_threads").parentPort;
  if (port) {
    port.postMessage(keyed, transfer);
    sent();
  } else if (process.connected) {
    process.send!(keyed, sent);
  }
}

/** Whether a message comes from our code in the worker with that mark, and not from the user's. */
export function isMarked(message: unknown, { key }: Pick<Mark, "key">): message is object {
  return typeof message === "object" && message !== null && (message as { key?: unknown }).key === key;
}
