import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { inheritedArguments, isRefused, withoutRefused } from "../../src/worker/inherited-arguments.ts";

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
    const flags = ["--expose-gc", "--no-warnings", "--title", "training", "--max-old-space-size=512"];
    let refusal: unknown;
    try {
      new Worker("", { eval: true, execArgv: flags });
    } catch (error) {
      refusal = error;
    }
    expect(isRefused(refusal)).toBe(true);
    expect(withoutRefused(flags, refusal)).toEqual(["--no-warnings"]);
    expect(isRefused(new Error("another"))).toBe(false);
  });
});
