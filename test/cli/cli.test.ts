import { expect, it } from "vitest";
import { runCli } from "../../src/cli/cli.ts";
import { defineCommand } from "../../src/cli/command.ts";
import { exitCodes, nearest, UsageError } from "../../src/cli/usage.ts";

const seen: unknown[] = [];
const command = defineCommand({
  name: "count",
  summary: "Counts things",
  positionals: [["target", "what is counted"]],
  options: {
    batchSize: { type: "integer", min: 1, text: "Samples in a batch." },
    share: { type: "number", default: 0.5, min: 0, max: 1, text: "How many." },
    kind: { type: "text", choices: ["thread", "process"], text: "Where." },
    noOpen: { type: "boolean", text: "Opens nothing." },
  },
  examples: [["npx epochal count ./a.ts#b", "counts b"]],
  async run({ positionals, values, output, signal }) {
    const size: number | undefined = values.batchSize;
    const share: number = values.share;
    seen.push({ positionals, ...values, size, share });
    if (positionals[0] === "stop") (signal as AbortSignal & { stop(): void }).stop();
    if (positionals[0] === "bad") throw new UsageError("It is bad.", { cause: new Error("as it is") });
    if (positionals[0] === "defect") throw new TypeError("a defect");
    output.progress("never on a log");
    output.note("counted");
    output.json({ found: 2 });
    return exitCodes.found;
  },
});

async function run(line: string, env: Record<string, string> = {}, isTTY: boolean = false) {
  const written = { stdout: "", stderr: "" };
  const interrupt = new AbortController();
  Object.assign(interrupt.signal, { stop: () => interrupt.abort() });
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY,
  });
  const code = await runCli(line.split(" ").filter(Boolean), [command], {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env,
    signal: interrupt.signal,
  });
  return { code, ...written };
}

it("writes data to stdout and all else to stderr, and says in the exit code what came of it", async () => {
  expect(await run("count a.ts --batch-size 4 --no-open --kind=thread")).toEqual({
    code: 1,
    stdout: '{"version":1,"command":"count","found":2}\n',
    stderr: "counted\n",
  });
  expect(seen.at(-1)).toEqual({
    positionals: ["a.ts"],
    batchSize: 4,
    size: 4,
    share: 0.5,
    kind: "thread",
    noOpen: true,
    help: false,
  });
  expect((await run("count stop")).code).toBe(130);
});

it("draws over lines on a terminal only, not in CI and not where it is dumb", async () => {
  expect((await run("count a", {}, true)).stderr).toContain("never on a log");
  expect((await run("count a", { CI: "1" }, true)).stderr).toBe("counted\n");
  expect((await run("count a", { TERM: "dumb" }, true)).stderr).toBe("counted\n");
});

it.each([
  ["cuont a", "There is no command cuont. Did you mean count?"],
  ["count a --batchsize 3", "There is no option --batchsize. Did you mean --batch-size?"],
  ["count a --bach-size 3", "Did you mean --batch-size?"],
  ["count a --zebra", "There are --batch-size, --share, --kind, --no-open, --help."],
  ["count a --batch-size 0", '--batch-size takes a whole number of at least 1, got "0".'],
  ["count a --batch-size", "--batch-size takes a value"],
  ["count a --share 1.5", "--share takes a number from 0 to 1"],
  ["count a --kind web", '--kind takes thread or process, got "web".'],
  ["count a --no-open=1", "--no-open takes no value"],
  ["count", "A <target> is missing."],
  ["count a b", "It takes one target, got b too."],
  ["count bad", "It is bad.\n  Error: as it is"],
  ["count defect", "TypeError: a defect"],
  ["--verison", "Did you mean --version?"],
])("refuses `%s` with 2", async (line, message) => {
  const { code, stdout, stderr } = await run(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

it("helps with what there is, and with examples", async () => {
  for (const line of ["--help", "-h", "help"]) {
    const { code, stdout } = await run(line);
    expect(code).toBe(0);
    expect(stdout).toContain("count  Counts things");
    expect(stdout).toContain("npx epochal count ./a.ts#b");
  }
  for (const line of ["count --help", "help count", "count a --batch-size x -h"]) {
    const { code, stdout } = await run(line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/--share <n>\s+How many. Default 0.5.[\s\S]*Examples:\n {2}npx epochal count/);
  }
  expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await run("")).code).toBe(2);
});

it("suggests what is a few letters away, letters in each other's place counted once", () => {
  expect(nearest("ebnhc", ["check", "bench"])).toBe("bench");
  expect(nearest("inspekt", ["inspect", "explain"])).toBe("inspect");
  expect(nearest("train", ["test", "photos"])).toBeUndefined();
});
