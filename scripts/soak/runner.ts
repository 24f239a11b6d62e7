/** A program of its own for schedules, seen from outside: one at a time, each with a deadline, replaced when it fails. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Order, Result } from "./runner-main.ts";

/** Milliseconds for one schedule. None takes a tenth of it: what is not done by then hangs. */
const deadline = 120_000;

/** Characters of what a program wrote that are kept. */
const kept = 4000;

/** See the head of this file. */
export class Runner {
  #child: ChildProcess | undefined;
  #written = "";

  /** Runs a schedule. A program that hung, crashed or left something is ended, so that the next one starts afresh. */
  async run(order: Order): Promise<Result> {
    this.#written = "";
    this.#child ??= this.#start();
    const result = await this.#answer(this.#child, order);
    if (!result.ok && result.spent) this.close();
    return result;
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #answer(child: ChildProcess, order: Order): Promise<Result> {
    return new Promise((resolve) => {
      const settle = (result: Result): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(result);
      };
      const fail = (check: string, message: string): void =>
        settle({ ok: false, check, message, spent: true });
      const timer = setTimeout(
        () => fail("hung", `not done within ${deadline / 1000} s\n${this.#written}`),
        deadline,
      );
      child.on("message", (result) => settle(result as Result));
      child.on("error", (error) => fail("the program crashed", error.message));
      // `close`, not `exit`: by then all that it wrote was read.
      child.on("close", (code, signal) =>
        fail("the program crashed", `${signal ?? `exit code ${code}`}\n${this.#written}`),
      );
      child.send(order, () => {});
    });
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(new URL("runner.js", import.meta.url)), {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (text: Buffer) => {
      this.#written = `${this.#written}${text}`.slice(-kept);
    });
    return child;
  }
}
