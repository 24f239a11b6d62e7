/** A worker that the user's factory gave, of whatever platform: what it is sent by, and how its messages and its end come. */

/** A Web Worker, or a thread of `node:worker_threads`. */
export interface WorkerLike {
  /** Sends it a message. */
  postMessage(message: unknown): void;
  /** Ends it. */
  terminate(): unknown;
}

/** Makes a worker whose script calls `serve`; a new one each time. */
export type WorkerFactory = () => WorkerLike;

/** What comes from a worker. */
export interface FarPortListener {
  onMessage(message: unknown): void;
  /** An exception that nobody caught; undefined where its script could not be loaded, and nobody says why. */
  onError(error: unknown): void;
  /** It is gone, or cannot be understood; `code` is what its thread exited with. */
  onEnd(reason: Error, code?: number): void;
}

/** The near end of the way to such a worker. */
export interface FarPort {
  post(message: object, transfer: readonly ArrayBuffer[]): void;
  listen(listener: FarPortListener): void;
  ref(): void;
  unref(): void;
  /** Resolves when it is gone, as far as the platform tells. */
  terminate(): Promise<unknown>;
}

/** Web Workers of the platforms: of browsers, Deno, Bun (which tells of their end) and Node's threads. */
interface AnyWorker extends WorkerLike {
  postMessage(message: object, transfer?: readonly ArrayBuffer[]): void;
  addEventListener?(type: string, listener: (event: WorkerEvent) => void): void;
  on?(type: string, listener: (value: never) => void): void;
  ref?(): void;
  unref?(): void;
}

interface WorkerEvent {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly message?: string;
  readonly filename?: string;
  readonly lineno?: number;
  readonly code?: number;
  preventDefault?(): void;
}

/** Whether a value is such a worker. */
export function isWorkerLike(value: unknown): value is WorkerLike {
  const { postMessage, terminate, addEventListener, on } = Object(value) as Partial<AnyWorker>;
  const listens = typeof addEventListener === "function" || typeof on === "function";
  return typeof postMessage === "function" && typeof terminate === "function" && listens;
}

/** The near end of the way to `worker`. */
export function farPort(worker: WorkerLike): FarPort {
  const any = worker as AnyWorker;
  return {
    post: (message, transfer) => any.postMessage(message, transfer),
    listen: (listener) => (any.on ? listenThread(any, listener) : listenWeb(any, listener)),
    ref: () => any.ref?.(),
    unref: () => any.unref?.(),
    terminate: async () => any.terminate(),
  };
}

function listenThread(worker: AnyWorker, { onMessage, onError, onEnd }: FarPortListener): void {
  worker.on!("message", onMessage);
  worker.on!("messageerror", (error: Error) => onEnd(unreadable(error)));
  worker.on!("error", onError);
  worker.on!("exit", (code: number) => onEnd(new Error(`exited with code ${code}`), code));
}

function listenWeb(worker: AnyWorker, { onMessage, onError, onEnd }: FarPortListener): void {
  worker.addEventListener!("message", ({ data }) => onMessage(data));
  worker.addEventListener!("messageerror", () => onEnd(unreadable()));
  worker.addEventListener!("error", (event) => {
    event.preventDefault?.();
    onError(event.error ?? (event.message ? errorOf(event.message, event) : undefined));
  });
  // Of Bun.
  worker.addEventListener!("close", ({ code }) => onEnd(new Error(`exited with code ${code}`), code));
}

/** What is left of an exception in an event: `Uncaught RangeError: no such luck`, and where that was. */
function errorOf(text: string, { filename, lineno }: WorkerEvent): Error {
  const [, name = "Error", message = text] = /^(?:Uncaught )?(\w*Error): (.*)$/s.exec(text) ?? [];
  const place = filename ? ` (${filename}:${lineno})` : "";
  return Object.assign(new Error(message + place), { name });
}

function unreadable(cause?: Error): Error {
  return new Error(`sent a message that cannot be read${cause ? `: ${cause.message}` : ""}`, { cause });
}
