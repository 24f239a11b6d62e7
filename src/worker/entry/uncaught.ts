/** What nobody catches in a worker of Node, Bun or Deno: exceptions, and rejections of promises. */
import { imitator } from "../../core/node.ts";

/** Says who is told of it in this thread or process. */
export function onUncaught(listener: (error: unknown) => void): void {
  process.on("uncaughtException", listener);
  // Elsewhere they come there too.
  if (imitator === "Bun") process.on("unhandledRejection", listener);
}
