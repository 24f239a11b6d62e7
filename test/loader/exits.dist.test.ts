/**
 * Programs end as they should: by themselves, early, by an error, or killed; and leave no process behind. Each is looked at
 * by its own process id, so that they run side by side.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { children, workersOf } from "../left.ts";

const program = fileURLToPath(new URL("../fixtures/programs/loop.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "epochal-exits-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly end: Promise<readonly [code: number | null, signal: string | null]>;
}

function start(how: string, kind: string, flags: readonly string[] = []): Run {
  const child = spawn(process.execPath, [...flags, program, how, kind, join(folder, `${how}-${kind}`)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (output += String(data)));
  return {
    child,
    output: () => output,
    end: once(child, "exit") as Promise<[number | null, string | null]>,
  };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 50));
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const ours = (pid: number): string[] =>
  existsSync("/dev/shm") ? readdirSync("/dev/shm").filter((name) => name.startsWith(`epochal-${pid}-`)) : [];

describe.each(["inline", "thread", "process"])("a program with %s workers", (kind) => {
  it.concurrent.each([
    ["end", 0, /20 batches/],
    ["break", 0, /3 batches/],
    ["exit", 7, /first/],
    ["throw", 1, /thrown in the loop/],
  ] as const)("ends by itself after `%s`, with code %i", async (how, code, said) => {
    const { child, output, end } = start(how, kind);
    await until(() => output().includes("first"));
    const workers = children(child.pid!);
    expect((await end)[0]).toBe(code);
    await until(() => said.test(output()));
    await until(() => !workers.some(isAlive));
    expect(ours(child.pid!)).toEqual([]);
  });

  it.concurrent("runs under V8 flags, which Node does not hand to threads", async () => {
    const { output, end } = start("end", kind, ["--expose-gc", "--max-old-space-size=256", "--no-warnings"]);
    expect((await end)[0]).toBe(0);
    await until(() => output().includes("20 batches"));
  });
});

describe("a program whose worker thread is in native code that does not return", () => {
  // Node joins its threads at the end, however it comes.
  it.concurrent.each([
    ["native", 0, /the end/],
    ["native exit", 7, /the end/],
    ["native throw", 1, /thrown in the loop/],
  ] as const)("exits all the same: %s", async (how, code, said) => {
    const { child, output, end } = start(how, "thread");
    const [status, signal] = await end;
    const left = children(child.pid!);
    // Before Node 22.15 nothing but a signal ends a program without its threads.
    if (typeof (process as { execve?: unknown }).execve === "function") expect(status).toBe(code);
    else expect(signal).toBe("SIGKILL");
    await until(() => said.test(output()));
    expect(output()).toContain("a handler at the exit");
    if (signal) expect(output()).toContain(`instead of exit code ${code}`);
    expect(left).toEqual([]);
  });
});

describe("a program that is killed", () => {
  it.concurrent.each(["hang", "spin", "stop"])(
    "takes its worker processes along, also those in an endless loop, or stopped: %s",
    async (how) => {
      const { child, output, end } = start(how, "process");
      await until(() => output().includes("first") && workersOf(child.pid!).length === 2);
      if (how === "spin") await until(() => readdirSync(folder).includes("spin-process"));
      const workers = children(child.pid!);
      if (how === "stop") for (const worker of workersOf(child.pid!)) process.kill(worker, "SIGSTOP");
      child.kill("SIGKILL");
      expect((await end)[1]).toBe("SIGKILL");
      await until(() => !workers.some(isAlive));
      expect(ours(child.pid!)).toEqual([]);
    },
  );

  it.concurrent("takes them along also where their guard was killed before", async () => {
    const { child, output, end } = start("stop", "process");
    await until(() => output().includes("first") && workersOf(child.pid!).length === 2);
    const workers = workersOf(child.pid!);
    for (const worker of workers) process.kill(worker, "SIGSTOP");
    const guards = (): number[] => children(child.pid!).filter((pid) => !workers.includes(pid));
    const [guard] = guards();
    process.kill(guard!, "SIGKILL");
    await until(() => guards().some((pid) => pid !== guard));
    child.kill("SIGKILL");
    await end;
    await until(() => !workers.some(isAlive));
  });
});

it("a guard knows the workers from its start, though the program ends before it says a word", async () => {
  const worker = spawn(process.execPath, ["--eval", "for (;;);"]);
  const script = fileURLToPath(new URL("../../dist/worker/entry/guard.js", import.meta.url));
  spawn(process.execPath, [script, String(worker.pid)], { stdio: "ignore" });
  expect((await once(worker, "exit"))[1]).toBe("SIGKILL");
});

it("a program ends although a batch that nobody waits for never comes", async () => {
  const code = `
    import { DataLoader, Sequence } from "epochal";
    class Stuck extends Sequence {
      length = 3;
      getItem(index) {
        return index === 0 ? 0 : new Promise(() => {});
      }
    }
    class Quick extends Sequence {
      length = 2;
      getItem(index) {
        return index;
      }
    }
    for await (const _ of new DataLoader(new Quick()));
    await new DataLoader(new Stuck())[Symbol.asyncIterator]().next();
    // Keeps nothing alive, and speaks only where something else does.
    setTimeout(() => console.log("still here"), 4000).unref();
    console.log("the end");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (data) => (said += String(data)));
  const [exit] = (await once(child, "exit")) as [number | null];
  expect({ exit, said }).toEqual({ exit: 0, said: "the end\n" });
});
