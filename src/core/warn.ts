/** Saying something to the person at the keyboard without stopping: a warning of Node, or the console elsewhere. */

import { helpFor } from "./errors.ts";

interface WarningProcess {
  emitWarning?(message: string, options: { type: string; code: string; detail: string }): void;
}

/** Emits a warning of type `EpochalWarning`; Node prints it and lets `process.on("warning")` see it. */
export function warn(code: string, message: string): void {
  const node = (globalThis as { process?: WarningProcess }).process;
  const detail = `See ${helpFor(code)}`;
  if (node?.emitWarning) node.emitWarning(message, { type: "EpochalWarning", code, detail });
  else console.warn(`EpochalWarning: ${message}\n${detail}`);
}

/** Codes that were said about something; it may go away. */
const said = new WeakMap<object, Set<string>>();

/** As {@link warn}, but once for each `about` and code. */
export function warnOnce(about: object, code: string, message: string): void {
  const codes = said.get(about) ?? new Set();
  if (codes.has(code)) return;
  said.set(about, codes.add(code));
  warn(code, message);
}
