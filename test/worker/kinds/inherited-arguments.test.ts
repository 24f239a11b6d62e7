import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import {
  inheritedArguments,
  isRefused,
  withoutRefused,
} from "../../../src/worker/kinds/inherited-arguments.ts";

describe("inheritedArguments", () => {
  it("leaves out what concerns the program's own script, with its value", () => {
    expect(
      inheritedArguments([
        "--import",
        "tsx",
        "--input-type",
        "module",
        "--inspect=9229",
        "-e",
        "run()",
        "-C",
        "dev",
      ]),
    ).toEqual(["--import", "tsx", "-C", "dev"]);
    expect(inheritedArguments(["--watch", "--watch-path=src", "--eval=1", "-p", "1", "--test"])).toEqual([]);
    expect(inheritedArguments(["--check", "--no-warnings"])).toEqual(["--no-warnings"]);
  });

  it("leaves out what Node refuses to give a thread", () => {
    const refusal = (flags: string[]): unknown => {
      try {
        new Worker("", { eval: true, execArgv: flags });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    let flags = ["--expose-gc", "--no-warnings", "--title", "training", "--max-old-space-size=512"];
    for (let error = refusal(flags); error; error = refusal(flags)) {
      expect(isRefused(error)).toBe(true);
      flags = withoutRefused(flags, error);
    }
    expect(flags).toEqual(["--no-warnings"]);
    expect(isRefused(new Error("another"))).toBe(false);
  });
});
