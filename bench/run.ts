/**
 * `npm run bench [-- NAME…] [--quick] [--rounds N] [--list]`: puts the questions of this folder, one file each, and
 * writes the answers to RESULTS.md. `--quick` makes one short round of each, to see that all programs run; it writes
 * nothing.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Progress, type Question, race } from "./harness.ts";
import { machine, results, section } from "./report.ts";

const here = new URL("./", import.meta.url);
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    list: { type: "boolean", default: false },
  },
});
// Programs measure less in a quick run; questions read it where they say how much.
if (options.quick) process.env.BENCH_QUICK = "1";

const questions = await find(names);
if (options.list) {
  for (const [name, { question }] of questions) console.log(`${name.padEnd(12)} ${question}`);
} else {
  await ask();
}

async function ask(): Promise<void> {
  const file = new URL("RESULTS.md", here);
  console.log(machine());
  const [load] = loadavg();
  if (load! > availableParallelism() / 2) {
    console.log(
      `The machine is busy (load ${load!.toFixed(1)}): the figures will be low, and the spread wide.`,
    );
  }
  for (const [name, question] of questions) {
    const folder = await mkdtemp(join(tmpdir(), "epochal-bench-"));
    const started = performance.now();
    try {
      const rounds = Number(options.rounds ?? (options.quick ? 1 : (question.rounds ?? 3)));
      const outcomes = await race(question, { rounds, folder, progress: progress(name) });
      const answer = section(name, question, outcomes);
      console.log(`\n${answer}\n\n${Math.round((performance.now() - started) / 1000)} s\n`);
      if (!options.quick) {
        const before = await readFile(file, "utf8").catch(() => "");
        await writeFile(file, results(before, new Map([[name, answer]])));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** The questions by file name: all of them, or those named. A file that exports no `question` is a part, not one. */
async function find(wanted: readonly string[]): Promise<Map<string, Question>> {
  const parts = ["batches.ts", "harness.ts", "images.ts", "programs.ts", "report.ts", "run.ts"];
  const files = (await readdir(here)).filter((file) => file.endsWith(".ts") && !parts.includes(file)).sort();
  const known = files.map((file) => file.slice(0, -3));
  for (const name of wanted) {
    if (known.includes(name)) continue;
    console.error(`There is no benchmark "${name}". There are: ${known.join(", ")}.`);
    process.exit(1);
  }
  const found = new Map<string, Question>();
  for (const name of wanted.length > 0 ? wanted : known) {
    const { question } = (await import(new URL(`${name}.ts`, here).href)) as { question?: Question };
    if (question) found.set(name, question);
  }
  return found;
}

/** A bar on a terminal; nothing where output is piped. */
function progress(name: string): Progress {
  const started = performance.now();
  return (done, total, running) => {
    if (!process.stderr.isTTY) return;
    const width = 24;
    const full = Math.round((done / total) * width);
    const seconds = Math.round((performance.now() - started) / 1000);
    const bar = `${"█".repeat(full)}${"░".repeat(width - full)}`;
    process.stderr.write(
      `\r\x1b[K${done + 1 === total ? "" : `${name} ${bar} ${done}/${total} ${seconds} s  ${running}`}`,
    );
  };
}
