/**
 * A program can always exit.
 *
 * Node joins its threads before it ends, also after `process.exit()`, and a thread inside native code ends only when
 * that code returns, which may be never. So at the program's end the threads are told to end and waited for a moment;
 * where one does not, the program is ended by force.
 *
 * How the end of a thread is seen without the event loop: it holds a descriptor, which Node closes as the last thing.
 *
 * Limits: only Node 22.15 and later (and not on Windows) can end by force with the program's own exit code; elsewhere
 * the program kills itself. The threads of a loader in a thread of the user's are not watched. Bun and Deno wait for
 * no thread, and close no descriptors: there is nothing to do.
 */
import type { Worker as NodeThread } from "node:worker_threads";
import { imitator, node } from "../../core/node.ts";

/** Milliseconds that threads may take to end at the program's end. */
const patience = 2000;

/** Threads that have not ended, and where each writes its descriptor, plus one. */
const living = new Map<NodeThread, Int32Array>();

/** What nobody catches, and Node would print after the program's exit handlers. */
let uncaught: { readonly error: unknown } | undefined;

/** Sees to it that `thread` does not keep the program from ending. */
export function endWithProgram(thread: NodeThread, descriptor: Int32Array): void {
  if (imitator !== undefined || !node("worker_threads").isMainThread) return;
  if (living.size === 0) process.on("exit", onExit).on("uncaughtExceptionMonitor", onUncaught);
  living.set(thread, descriptor);
  thread.once("exit", () => {
    living.delete(thread);
    if (living.size === 0) process.off("exit", onExit).off("uncaughtExceptionMonitor", onUncaught);
  });
}

/** In the thread: says that it runs, for as long as it does. */
export function tellRunning(descriptor: Int32Array): void {
  if (imitator !== undefined) return;
  const { openSync } = node("fs");
  Atomics.store(descriptor, 0, openSync(node("os").devNull, "r") + 1);
}

function isRunning(descriptor: Int32Array): boolean {
  const file = Atomics.load(descriptor, 0) - 1;
  if (file < 0) return false;
  try {
    return node("fs").fstatSync(file).isCharacterDevice();
  } catch {
    return false;
  }
}

function onUncaught(error: unknown): void {
  const caught =
    process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback();
  uncaught = caught ? undefined : { error };
}

function onExit(code: number): void {
  for (const thread of living.keys()) void thread.terminate();
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + patience;
  const anyRuns = (): boolean => [...living.values()].some(isRunning);
  while (anyRuns()) {
    if (performance.now() > deadline) endByForce(code);
    Atomics.wait(clock, 0, 0, 1);
  }
}

/** Ends the program, after what else was to be done at its exit. */
function endByForce(code: number): void {
  const listeners = process.listeners("exit");
  for (const listener of listeners.slice(listeners.indexOf(onExit) + 1)) listener.call(process, code);
  const { writeSync } = node("fs");
  if (uncaught) writeSync(2, `Uncaught ${node("util").inspect(uncaught.error)}\n`);
  const { execve } = process as {
    execve?: (file: string, argv: string[], env: NodeJS.ProcessEnv) => void;
  };
  if (execve !== undefined && process.platform !== "win32") {
    const { NODE_OPTIONS: _, ...env } = process.env;
    execve(process.execPath, [process.execPath, "-e", `process.exit(${process.exitCode ?? code})`], env);
  }
  writeSync(
    2,
    `epochal: the program ends by SIGKILL instead of exit code ${code}, as a worker thread is inside native code that does not return. Use worker: "process", which can be killed, or Node 22.15, which keeps the code.\n`,
  );
  process.kill(process.pid, "SIGKILL");
}
