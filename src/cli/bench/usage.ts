/** What the program and its worker processes use. */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is used at a moment. */
export interface Usage {
  /** Milliseconds of processor time so far. */
  readonly cpu: number;
  /** Bytes in memory. What processes share is counted in each. */
  readonly memory: number;
}

/** The system counts a process' time in hundredths of a second. */
const tick = 10;

/** What is used now; of processes that were started only where the system says it by files: on Linux. */
export function usageNow(): Usage {
  const { user, system } = process.cpuUsage();
  let cpu = (user + system) / 1000;
  let memory = process.memoryUsage.rss();
  for (const id of children()) {
    const used = usageOf(id);
    cpu += used.cpu;
    memory += used.memory;
  }
  return { cpu, memory };
}

/** Whether {@link usageNow} counts processes that were started. */
export function countsProcesses(): boolean {
  return process.platform === "linux";
}

/** Processes that this one has started, and that live. */
function children(): readonly string[] {
  return readText(`/proc/self/task/${process.pid}/children`).split(" ").filter(Boolean);
}

function usageOf(id: string): Usage {
  // A name in parentheses, which may hold anything, comes before what is counted by spaces.
  const fields = readText(`/proc/${id}/stat`).split(") ").at(-1)!.split(" ");
  const resident = /^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${id}/status`))?.[1];
  return {
    cpu: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tick,
    memory: Number(resident ?? 0) * 1024,
  };
}

/** A file of the system's; empty where there is none, as of a process that has ended. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Gives back what nobody holds any more, so that what is used next is seen. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
