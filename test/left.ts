/** Counts what a loader must not leave behind: threads, child processes, handles, files in shared memory. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** Child processes of a program. None where the system has no /proc, as macOS and Windows. */
export function children(pid: number = process.pid): number[] {
  const found: number[] = [];
  for (const name of existsSync("/proc") ? readdirSync("/proc") : []) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) === pid && state !== "Z") found.push(Number(name));
    } catch {
      // Gone in between.
    }
  }
  return found;
}

/** Worker processes of a program. */
export function workersOf(pid: number): number[] {
  return children(pid).filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, "utf8").includes("worker/entry/process.js");
    } catch {
      return false;
    }
  });
}

/** Command lines of processes that work for a loader, of whichever parent. */
export function workerProcesses(): string[] {
  return execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("worker/entry/process.js"));
}

/** Names in shared memory that are ours. */
export function sharedFiles(): string[] {
  return existsSync("/dev/shm")
    ? readdirSync("/dev/shm").filter((name) => name.startsWith(`epochal-${process.pid}-`))
    : [];
}

const meter = "/proc/N/task/N/schedstat";

/** Open file descriptors of this process, counted by what they are. */
export function descriptors(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd") : []) {
    try {
      const what = readlinkSync(`/proc/self/fd/${name}`).replace(/\d+/g, "N");
      counts[what] = (counts[what] ?? 0) + 1;
    } catch {
      // The one that the folder was read with.
    }
  }
  // One stays open for as long as the program runs, whatever loaders there are: what this thread measures its work by.
  if (counts[meter] === 1) delete counts[meter];
  return counts;
}

/** Threads of this process, as the system counts them. */
export function threads(): number {
  return existsSync("/proc/self/task") ? readdirSync("/proc/self/task").length : 0;
}

/** What is there now. */
export interface Left {
  readonly children: number;
  readonly threads: number;
  readonly descriptors: Readonly<Record<string, number>>;
  readonly sharedFiles: number;
  readonly resources: number;
}

function count(): Left {
  return {
    children: children().length,
    threads: threads(),
    descriptors: descriptors(),
    sharedFiles: sharedFiles().length,
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => !/^(PipeWrap|TTYWrap|Timeout|Immediate|CloseReq|FSReqPromise|TickObject)$/.test(name))
      .length,
  };
}

/** The counts, once they have stopped to change (a thread that ended takes the system a moment to forget). */
export async function countLeft(): Promise<Left> {
  let last = count();
  for (let quiet = 0; quiet < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const now = count();
    quiet = JSON.stringify(now) === JSON.stringify(last) ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

/** Fails unless the counts are, within ten seconds, what they were. A loaded machine takes its time to end things. */
export async function expectNothingLeft(before: Left): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (isDeepStrictEqual(await countLeft(), before)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await countLeft()).toEqual(before);
}

/** Collects warnings of `code` from now on; the function returned gives them, and stops. */
export function warnings(code: string): () => Promise<string[]> {
  const heard: string[] = [];
  const listen = (warning: Error & { code?: string }): void => {
    if (warning.code === code) heard.push(warning.message);
  };
  process.on("warning", listen);
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("warning", listen);
    return heard;
  };
}
