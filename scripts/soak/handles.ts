/** What a loader must not leave behind, counted: threads, processes, descriptors, resources, files in shared memory. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** How many there are of what, by name. */
export type Handles = Readonly<Record<string, number>>;

/** Processes that work for loaders of this program, oldest first. */
export function workerProcesses(): number[] {
  if (!existsSync("/proc/self/stat")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isWorker(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function isWorker(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) !== process.pid || state === "Z") return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("worker/entry/process.js");
  } catch {
    return false; // Gone in between.
  }
}

/** What is there now. */
export function countHandles(): Handles {
  const counts: Record<string, number> = { processes: workerProcesses().length };
  const add = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const task of list("/proc/self/task")) {
    // The threads of Node bear its name; those of image libraries, which stay for a while, do not.
    if (text(`/proc/self/task/${task}/comm`) === text("/proc/self/comm")) add("threads");
  }
  for (const name of list("/proc/self/fd")) {
    const target = link(`/proc/self/fd/${name}`);
    if (target) add(`descriptor of ${target.replace(/\d+/g, "N")}`);
  }
  for (const name of list("/dev/shm")) if (name.startsWith(`epochal-${process.pid}-`)) add("shared files");
  for (const name of process.getActiveResourcesInfo()) if (!passing.test(name)) add(`resource ${name}`);
  return counts;
}

/** Resources of Node's own, or that end by themselves. */
const passing = /^(PipeWrap|TTYWrap|Immediate|CloseReq|FSReqPromise|FSReqCallback|TickObject)$/;

/**
 * What is there beyond `before`, in words; undefined once nothing is, which the system may take a moment for.
 *
 * @param patience milliseconds that it is waited for
 */
export async function handlesLeft(before: Handles, patience = 10_000): Promise<string | undefined> {
  let left = "";
  for (const start = performance.now(); performance.now() - start < patience; ) {
    left = Object.entries(countHandles())
      .filter(([what, count]) => count > (before[what] ?? 0))
      .map(([what, count]) => `${what}: ${before[what] ?? 0} before, ${count} after`)
      .join("; ");
    if (left === "") return undefined;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return left;
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return ""; // Gone in between.
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return ""; // The one that the folder was read with.
  }
}
