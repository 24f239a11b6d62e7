/**
 * Worker processes do not outlive the program, however it ends.
 *
 * One that turns its event loop hears that its channel is closed; one that is in an endless loop, or stopped, hears
 * nothing. So beside them runs one small process that holds a pipe of the program's: when the pipe ends, the program is
 * gone, and the guard (entry/guard.ts) kills the workers it was told of. It lives as long as there are any, in a group
 * of its own, where no Ctrl-C reaches it. Windows needs none of this: there a child ends with its parent.
 */
import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { WorkerError } from "../../core/errors.ts";
import { node } from "../../core/node.ts";
import { ownScript } from "./own-script.ts";

/** Worker processes that run. */
const living = new Set<ChildProcess>();
let guard: ChildProcess | undefined;

/**
 * Has `child` killed when the program is gone.
 *
 * @throws WorkerError if there is no guard, and none can be started.
 */
export function guardProcess(child: ChildProcess): void {
  if (living.size === 0) process.on("exit", killAll);
  living.add(child);
  if (process.platform === "win32" || child.pid === undefined) return;
  if (guard) tell(guard, "+", child);
  else guard = startGuard();
}

/** The process has ended, or could not be started. */
export function releaseProcess(child: ChildProcess): void {
  if (!living.delete(child)) return;
  if (guard) tell(guard, "-", child);
  if (living.size > 0) return;
  process.off("exit", killAll);
  guard?.kill("SIGKILL");
  guard = undefined;
}

function killAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

function startGuard(): ChildProcess {
  // Preloads that the environment names are the program's, and no business of the guard.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const script = node("url").fileURLToPath(ownScript("guard"));
  // Told as it starts, so that it knows them also where the program is killed before it can say anything.
  const pids = [...living].flatMap(({ pid }) => (pid === undefined ? [] : [String(pid)]));
  const started = node("child_process").spawn(process.execPath, ["--v8-pool-size=0", script, ...pids], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    env,
  });
  // Says why there is none, but too late to be waited for.
  started.on("error", () => {});
  if (started.pid === undefined) {
    throw new WorkerError("its guard could not be started, as the system has no processes or no files left");
  }
  // Killed by whom it may be, it is replaced; one that ends by itself would do so again, and the next worker tries anew.
  started.once("exit", (_code, signal) => {
    if (guard === started) guard = signal ? tryGuard() : undefined;
  });
  started.unref();
  const pipe = started.stdin as { unref?(): void } & Writable;
  pipe.on("error", () => {});
  // Bun's keeps nothing alive.
  pipe.unref?.();
  return started;
}

/** A guard, if one can be had; workers that run are not ended for want of one. */
function tryGuard(): ChildProcess | undefined {
  try {
    return startGuard();
  } catch {
    return undefined;
  }
}

function tell({ stdin }: ChildProcess, sign: "+" | "-", { pid }: ChildProcess): void {
  if (pid !== undefined) stdin!.write(`${sign}${pid}\n`);
}
