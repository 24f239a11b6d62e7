/**
 * `npm run bench [-- NAME…] [--quick] [--rounds N] [--list] [--render]`: puts the questions of this folder, one file
 * each, and writes the answers to results.json, and from there RESULTS.md and the picture of the README. `--quick` makes
 * one short round of each, to see that all programs run; it writes nothing. `--render` measures nothing, and writes
 * what is made of results.json. A file may put several, each known as `images/png28`. One that exports none is a program with an output of
 * its own, run when it is named.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Answer, type Answers, answerOf, machine, toJson, withAnswer } from "./harness/answer.ts";
import { picture } from "./harness/picture.ts";
import { type Progress, type Question, race } from "./harness/race.ts";
import { results, section } from "./harness/report.ts";

const here = new URL("./", import.meta.url);
const stored = new URL("results.json", here);
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    list: { type: "boolean", default: false },
    render: { type: "boolean", default: false },
    // A pattern of contestants' names, for a question whose whole field takes long.
    only: { type: "string", default: "" },
  },
});
// Programs measure less in a quick run; questions read it where they say how much.
if (options.quick) process.env.BENCH_QUICK = "1";

const known = (await readdir(here))
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -3))
  .sort();
const asked = names.length > 0 ? names : known;
const unknown = asked.find((name) => !known.includes(fileOf(name)));
if (unknown !== undefined) refuse(unknown, known);

const questions = new Map<string, Question>();
for (const name of asked) {
  const all = await questionsOf(fileOf(name));
  if (all === undefined) {
    const program = fileURLToPath(new URL(`${name}.ts`, here));
    if (names.length > 0) spawnSync(process.execPath, [...process.execArgv, program], { stdio: "inherit" });
    continue;
  }
  const chosen = all.filter(([each]) => each === name || fileOf(each) === name);
  if (chosen.length === 0) {
    refuse(
      name,
      all.map(([each]) => each),
    );
  }
  for (const [each, question] of chosen) questions.set(each, question);
}
if (options.render) {
  await render(await answered());
} else if (options.list) {
  for (const [name, { question }] of questions) console.log(`${name.padEnd(18)} ${question}`);
} else if (questions.size > 0) {
  await ask();
}

/** `images` of `images/png28`. */
function fileOf(name: string): string {
  return name.split("/")[0]!;
}

function refuse(name: string, known: readonly string[]): never {
  console.error(`There is no benchmark "${name}". There are: ${known.join(", ")}.`);
  process.exit(1);
}

/** The questions of a file by name: one, or several; undefined where it is a program with an output of its own. */
async function questionsOf(
  file: string,
): Promise<(readonly [name: string, question: Question])[] | undefined> {
  const url = new URL(`${file}.ts`, here);
  if (!/^export const questions?\b/m.test(await readFile(url, "utf8"))) return undefined;
  const { question, questions = {} } = (await import(url.href)) as {
    question?: Question;
    questions?: Record<string, Question>;
  };
  if (question !== undefined) return [[file, question]];
  return Object.entries(questions).map(([name, each]) => [`${file}/${name}`, each]);
}

async function ask(): Promise<void> {
  console.log(machine());
  const only = new RegExp(options.only);
  for (const [name, whole] of questions) {
    await whole.prepare?.();
    const question = { ...whole, contestants: whole.contestants.filter((each) => only.test(each.name)) };
    const folder = await mkdtemp(join(tmpdir(), "epochal-bench-"));
    const load = await loadOfOthers();
    const busy =
      load > 0.1
        ? `The machine was busy with other work (${Math.round(100 * load)} % of it): the figures are low and the spread is wide.`
        : undefined;
    if (busy) console.log(busy);
    const started = performance.now();
    try {
      const rounds = Number(options.rounds ?? (options.quick ? 1 : (question.rounds ?? 3)));
      const outcomes = await race(question, { rounds, folder, progress: progress(name) });
      const measured = new Date().toISOString().slice(0, 10);
      const answer = answerOf(question, outcomes, { caveat: busy, measured });
      console.log(`\n${section(name, answer)}\n\n${Math.round((performance.now() - started) / 1000)} s\n`);
      if (!options.quick) await keep(name, answer);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** The answers that there are. */
async function answered(): Promise<Answers> {
  return JSON.parse(await readFile(stored, "utf8")) as Answers;
}

/** Writes an answer in place of the one that there was to its question. */
async function keep(name: string, answer: Answer): Promise<void> {
  const answers = withAnswer(await answered(), name, answer);
  await writeFile(stored, toJson(answers));
  await render(answers);
}

/** Writes what is made of the answers. */
async function render(answers: Answers): Promise<void> {
  await writeFile(new URL("RESULTS.md", here), results(answers));
  await writeFile(new URL("../docs/pictures/speed.svg", here), picture(answers));
}

/** What part of the processors others take, while nothing of ours runs: 0 to 1. */
async function loadOfOthers(): Promise<number> {
  const sum = () => {
    const times = cpus().map((cpu) => cpu.times);
    return {
      idle: times.reduce((total, { idle }) => total + idle, 0),
      all: times.reduce((total, each) => total + Object.values(each).reduce((a, b) => a + b), 0),
    };
  };
  const before = sum();
  await setTimeout(2000);
  const after = sum();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
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
