/** Says something to the person at the keyboard once, without stopping: a Node warning, or the console elsewhere. */

interface WarningProcess {
  emitWarning?(message: string, options: { type: string; code: string }): void;
}

/** Emits a warning of type `EpochalWarning`; Node prints it and lets `process.on("warning")` see it. */
export function warn(code: string, message: string): void {
  const node = (globalThis as { process?: WarningProcess }).process;
  if (node?.emitWarning) node.emitWarning(message, { type: "EpochalWarning", code });
  else console.warn(`EpochalWarning: ${message}`);
}
