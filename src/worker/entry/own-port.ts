/** The far end of the way to a loader, where the user's factory has started the worker: of a Web Worker, or of a thread of Node. */
import { builtin } from "../../core/node.ts";
import type { Post } from "../wire/endpoint.ts";
import { onUncaught } from "./uncaught.ts";

/** How a worker reaches whoever started it. */
export interface OwnPort {
  readonly post: Post;
  /** Says who gets what comes. */
  listen(listener: (message: unknown) => void): void;
  /** Says who is told of exceptions and rejections that nobody catches, and of a `self.close()`. */
  onDying(listener: (error: unknown) => void): void;
  /** Ends this worker. */
  end(): void;
}

/** What a Web Worker has, as far as it is needed here. */
interface WorkerScope {
  postMessage(message: object, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: ScopeEvent) => void): void;
  close(): void;
}

interface ScopeEvent {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly message?: string;
  readonly reason?: unknown;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

/** This worker's; undefined where this is none. */
export function ownPort(): OwnPort | undefined {
  const global = globalThis as { readonly WorkerGlobalScope?: new () => object };
  const { WorkerGlobalScope } = global;
  if (WorkerGlobalScope !== undefined && global instanceof WorkerGlobalScope)
    return scopePort(global as unknown as WorkerScope);
  const port = builtin("worker_threads")?.parentPort;
  return port ? threadPort(port) : undefined;
}

function scopePort(scope: WorkerScope): OwnPort {
  const close = scope.close.bind(scope);
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (listener) => scope.addEventListener("message", ({ data }) => listener(data)),
    onDying(listener) {
      scope.addEventListener("error", (event) => {
        // The user's own handler has taken it.
        if (event.defaultPrevented) return;
        event.preventDefault();
        listener(event.error ?? new Error(event.message));
      });
      scope.addEventListener("unhandledrejection", (event) => {
        if (event.defaultPrevented) return;
        event.preventDefault();
        listener(event.reason);
      });
      // No event tells of it, in no browser.
      scope.close = () => listener(new Error("self.close() was called"));
    },
    end: close,
  };
}

function threadPort(port: NonNullable<typeof import("node:worker_threads").parentPort>): OwnPort {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    listen: (listener) => port.on("message", listener),
    onDying: onUncaught,
    end: () => process.exit(1),
  };
}
