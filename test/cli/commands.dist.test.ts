import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const targets = fileURLToPath(new URL("fixtures/slow.js", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "epochal-commands-"));

interface Ran {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly wrote: { stdout: string; stderr: string };
  readonly code: Promise<number | null>;
}

/** The real command over an export of the targets. */
function start(name: string, target: string, ...rest: readonly string[]): Ran {
  const child = spawn(process.execPath, [bin, name, `${targets}#${target}`, ...rest], {
    cwd: folder,
    env: { ...process.env, COMPUTED: name === "cache" ? join(folder, "computed") : "", DISPLAY: "" },
  });
  const wrote = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (text) => {
      wrote[stream] += text;
    });
  return { child, wrote, code: new Promise((resolve) => child.on("close", resolve)) };
}

async function until(happened: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await happened())) await pause(10);
}

const readText = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

it.concurrent("explain says a sentence, and writes a trace of what it saw", async () => {
  const flags = ["--seconds", "0.5", "--workers", "1", "--json", "--out", "trace.json"];
  const { code, wrote } = start("explain", "slow", ...flags);
  expect(await code, wrote.stderr).toBe(0);
  const { version, command, sentence, limit, batches, recent } = JSON.parse(wrote.stdout);
  expect([version, command, typeof sentence, typeof limit]).toEqual([1, "explain", "string", "string"]);
  expect(recent.batches).toBe(batches);
  const { traceEvents } = JSON.parse(await readText("trace.json")) as {
    traceEvents: { name: string; ph: string; args: { name?: string } }[];
  };
  const tracks = traceEvents.filter(({ name }) => name === "thread_name").map(({ args }) => args.name);
  expect(tracks.slice(0, 2)).toEqual(["consumer", "thread 1"]);
  const bars = traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name);
  expect(new Set(bars)).toEqual(new Set(["start", "fetch", "wait", "consume"]));
  expect(bars.filter((name) => name === "fetch").length).toBeGreaterThanOrEqual(batches);
});

it.concurrent("bench measures every kind of worker, and gives code to paste", async () => {
  const { code, wrote } = start("bench", "slow", "--workers", "0,1,auto", "--seconds", "0.01", "--json");
  expect(await code, wrote.stderr).toBe(0);
  const { settings, best, ...found } = JSON.parse(wrote.stdout);
  for (const { rounds, batchesPerSecond } of settings)
    expect([rounds, batchesPerSecond.median]).toEqual([expect.any(Number), expect.any(Number)]);
  const tried = settings.map(({ workers, worker }: { workers: unknown; worker: string }) => [
    workers,
    worker,
  ]);
  expect(tried).toEqual([
    [0, "thread"],
    [1, "thread"],
    ["auto", "thread"],
    [1, "process"],
  ]);
  expect(settings).toContainEqual(expect.objectContaining(best));
  expect(found.code).toMatch(/^new DataLoader\(slow(, \{ workers: .*\})?\)$/);
});

it.concurrent("cache ends by Ctrl-C, and goes on where it was", async () => {
  const first = start("cache", "slow", "kept", "--workers", "1");
  await until(() => existsSync(join(folder, "computed")));
  // A block of sixteen is kept before the next one begins.
  await until(async () => (await readText("computed")).split("\n").length > 20);
  first.child.kill("SIGINT");
  expect(await first.code, first.wrote.stderr).toBe(130);
  const second = start("cache", "slow", "kept", "--workers", "1", "--json");
  expect(await second.code, second.wrote.stderr).toBe(0);
  const { samples, found, added, left, failed, code } = JSON.parse(second.wrote.stdout);
  expect([samples, found + added, left, failed]).toEqual([64, 64, 0, []]);
  expect(found).toBeGreaterThanOrEqual(16);
  expect(code).toBe('diskCache(slow, { folder: "kept" })');
});

it.concurrent("inspect serves the batch that is asked for, until Ctrl-C, and writes it into a file", async () => {
  const page = start("inspect", "slow", "--batch", "3", "--no-open");
  const report = start("inspect", "slow", "--batch", "3", "--out", "report.html");
  await until(() => page.wrote.stdout.endsWith("\n"));
  const { origin, hash } = new URL(page.wrote.stdout.trim());
  const headers = { authorization: `Bearer ${hash.slice(1)}` };
  const { body } = await fetch(`${origin}/stream`, { headers });
  let told = "";
  for await (const text of body!.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (told.includes('"type":"batch"')) break;
  }
  expect(told).toContain('"type":"batch","epoch":0,"index":3,');
  page.child.kill("SIGINT");
  expect(await page.code, page.wrote.stderr).toBe(130);
  expect(await report.code, report.wrote.stderr).toBe(0);
  expect(await readText("report.html")).toContain('"type":"batch","epoch":0,"index":3,');
});

it.concurrent("a batch that cannot be had is what was found, with its cause and without a stack", async () => {
  const { code, wrote } = start("explain", "torn", "--workers", "0", "--json");
  expect(await code).toBe(1);
  expect(JSON.parse(wrote.stdout)).toEqual({
    version: 1,
    command: "explain",
    error: [expect.stringContaining("getItem(5)"), "Error: a.jpg is torn", "TypeError: no marker at byte 20"],
  });
  expect(wrote.stderr).toContain("getItem(5) of Torn) failed");
  expect(wrote.stderr).toContain("TypeError: no marker at byte 20");
  expect(wrote.stderr).not.toContain("    at ");
});

it.concurrent("inspect writes in time what it saw, also of a batch that never comes", async () => {
  const report = start("inspect", "hanging", "--workers", "0", "--seconds", "1", "--out", "hang.html");
  expect(await report.code, report.wrote.stderr).toBe(0);
  expect(await readText("hang.html")).toMatch(/"inFlight":\[\{[^\]]*"index":5/);
});

it.concurrent("says that a target waits for nothing, where Node would end without a word", async () => {
  const { code, wrote } = start("explain", "never");
  expect(await code).toBe(2);
  expect(wrote.stderr).toContain("waits for something that never comes");
});

it.concurrent("ends without a stack where nobody reads what it says", async () => {
  const { child, code, wrote } = start("explain", "slow", "--workers", "0", "--seconds", "0.1");
  child.stdout!.destroy();
  expect(await code).toBe(2);
  expect(wrote.stderr).not.toContain("EPIPE");
});

it.concurrent("refuses a file in a folder that is not there before anything is loaded", async () => {
  const { code, wrote } = start("inspect", "torn", "--out", "no/r.html", "--json");
  expect(await code).toBe(2);
  expect(wrote.stderr).toContain("there is no folder no.");
  expect(JSON.parse(wrote.stdout)).toMatchObject({
    version: 1,
    command: "inspect",
    error: [expect.stringContaining("no/r.html")],
  });
});
