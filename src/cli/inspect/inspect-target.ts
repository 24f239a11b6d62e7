/** Loads a target while its page, its report or its trace takes in what happens. */
import { writeFile } from "node:fs/promises";
import { extname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { environment } from "../../core/node.ts";
import { inspect } from "../../inspect/inspect.ts";
import { recordReport } from "../../inspect/still.ts";
import { recordTrace } from "../../inspect/trace.ts";
import { DataLoader } from "../../loader/data-loader.ts";
import type { CommandCall } from "../command.ts";
import { consume, endSoon } from "../consume.ts";
import type { Target } from "../target.ts";
import { checkOut, UsageError } from "../usage.ts";
import { openerOf, openInBrowser } from "./open-url.ts";

/** What is loaded, and where it is shown. */
export interface InspectTask {
  readonly workers: number | "auto";
  readonly epochs: number;
  /** The only batch that is loaded. */
  readonly batch: number | undefined;
  readonly seconds: number | undefined;
  readonly consume: number;
  readonly classes: readonly string[] | undefined;
  readonly out: string | undefined;
  readonly port: number | undefined;
  readonly noOpen: boolean;
  readonly json: boolean;
}

/** Where a command writes, and what ends it. */
type Surroundings = Pick<CommandCall, "output" | "signal">;

/** Milliseconds between two looks whether the page has been opened. */
const lookEvery = 100;

/**
 * Shows a target: as a file where one is asked for, else as a page, until it is ended from outside.
 *
 * @throws UsageError where there is no such batch, or no such kind of file; a BatchError where a batch cannot be had.
 */
export async function inspectTarget(target: Target, task: InspectTask, around: Surroundings): Promise<void> {
  const { sequence, seed } = target;
  const { workers, batch, out } = task;
  if (batch !== undefined && batch >= sequence.length)
    throw new UsageError(`--batch takes an index below ${sequence.length}, got ${batch}.`);
  const kind = out === undefined ? undefined : extname(out);
  if (kind !== undefined && kind !== ".html" && kind !== ".json")
    throw new UsageError(`--out takes a file named .html, a report, or .json, a trace, got ${out}.`);
  checkOut(out);
  const options = { workers, seed, signal: around.signal };
  const state = { ...new DataLoader(sequence, { seed }).state(), position: batch ?? 0 };
  const loader = new DataLoader(sequence, batch === undefined ? options : { ...options, state });
  try {
    if (kind === undefined) await showPage(loader, task, around);
    else await writeOut(loader, task, around);
  } finally {
    await endSoon(loader);
  }
}

/** The page, which stays until Ctrl-C. Loading begins when it is opened, so that nothing of it is missed. */
async function showPage(
  loader: DataLoader<unknown>,
  task: InspectTask,
  { output, signal }: Surroundings,
): Promise<void> {
  const { classes, port, noOpen, json } = task;
  await using page = await inspect(loader, {
    ...(classes === undefined ? {} : { classes }),
    ...(port === undefined ? {} : { port }),
  });
  if (json) output.json({ url: page.url });
  else output.print(page.url);
  const opener = noOpen ? undefined : openerOf(page.url, process.platform, environment());
  if (opener === undefined) output.note("Open it in a browser on this computer. Ctrl-C ends it.");
  else openInBrowser(opener);
  while (!page.isOpen) await pause(lookEvery, undefined, { signal });
  await load(loader, task, { output, signal });
  output.note("All is loaded. The page stays until Ctrl-C.");
  await new Promise<never>((_, reject) => {
    // Something must keep the program: the page's server does not.
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      reject(signal.reason);
    });
  });
}

/** The report or the trace of the loading. */
async function writeOut(loader: DataLoader<unknown>, task: InspectTask, around: Surroundings): Promise<void> {
  const { classes } = task;
  const out = task.out!;
  const { output } = around;
  if (extname(out) === ".json") {
    const trace = recordTrace(loader);
    await load(loader, task, around);
    await trace.write(out);
  } else {
    const report = recordReport(loader, classes === undefined ? {} : { classes });
    await load(loader, task, around);
    await writeFile(out, await report.html());
  }
  if (task.json) output.json({ file: out, sentence: loader.explain() });
  else output.print(out);
}

/** Loads what is asked for. */
function load(
  loader: DataLoader<unknown>,
  { batch, epochs, seconds = Number.POSITIVE_INFINITY, consume: work }: InspectTask,
  { output }: Surroundings,
): Promise<void> {
  const one = batch === undefined ? {} : { most: 1 };
  const total = batch === undefined ? loader.length * epochs : 1;
  const onBatch = (count: number): void => output.progress(`${count} of ${total} batches`);
  return consume(loader, { epochs, ...one, seconds, work, onBatch });
}
