/**
 * The guard beside a program's worker processes; see worker/kinds/guard.ts.
 *
 * It is started with the numbers of those there are, reads lines, `+<pid>` and `-<pid>`, and at the end of its input kills
 * what it knows of and ends. A number may by then be another process's: where the system tells when a process began, that
 * is compared.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** When each process began. */
const guarded = new Map<number, string | undefined>();
for (const pid of process.argv.slice(2)) guarded.set(Number(pid), beginOf(Number(pid)));

// Whoever ends everything at once ends the program too, and that is what this process waits for.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) guarded.set(pid, beginOf(pid));
    else guarded.delete(pid);
  })
  .on("close", () => {
    for (const [pid, begin] of guarded) if (beginOf(pid) === begin) kill(pid);
  });

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone by itself.
  }
}

/** When a process began, in the system's ticks; undefined where the system has no such file. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name, which may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
