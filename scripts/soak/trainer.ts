/**
 * Kills trainers, and holds what they leave against a run that was not killed: the same weights and numbers, a CSV file
 * with each epoch once, no file that is torn, and nothing left over.
 *
 *     npm run build && node --import tsx scripts/soak/trainer.ts [--kills 1000] [--seed 1]
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { loadCheckpoint } from "../../src/train/checkpoint/checkpoint.ts";

const program = fileURLToPath(new URL("trainer-child.js", import.meta.url));

/** How long to go on: so many kills, or so many minutes. */
export interface TrainerSoakOptions {
  readonly seed: number;
  readonly kills?: number;
  readonly minutes?: number;
}

/** What was done. Whatever is lost or torn is thrown as an error, so both are 0 where this comes back. */
export interface TrainerSoakResult {
  readonly seed: number;
  readonly kills: number;
  /** Kills while a file was being written, and after a line of the CSV file. */
  readonly aimed: { readonly write: number; readonly line: number };
  /** Runs that went on from a backup to their end. */
  readonly resumes: number;
  /** Runs on a disk that was full, or read-only, and then was not. */
  readonly disks: number;
  readonly lost: 0;
  readonly torn: 0;
}

type Aim = "time" | "write" | "line";

/** Kills trainers at random and aimed moments. @throws Error with the seed where a run is not what it should be. */
export async function soakTrainer({ seed, kills, minutes }: TrainerSoakOptions): Promise<TrainerSoakResult> {
  const root = mkdtempSync(join(tmpdir(), "epochal-soak-"));
  const random = generator(seed);
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  const most = kills ?? Number.POSITIVE_INFINITY;
  const whole = new Map<string, Outcome>();
  const aimed = { time: 0, write: 0, line: 0 };
  let [done, resumes, disks] = [0, 0, 0];
  try {
    for (let round = 0; done < most && Date.now() < until; round++) {
      const saveFreq = pick(random, ["epoch", "1", "3"]);
      if (!whole.has(saveFreq)) whole.set(saveFreq, await finish(join(root, `whole-${saveFreq}`), saveFreq));
      const folder = join(root, `round-${round}`);
      mkdirSync(folder);
      const disk = round % 10 === 9 && mount(folder);
      try {
        if (disk) {
          await refuse(folder, saveFreq);
          disks++;
        }
        let resumed = false;
        for (let left = 1 + Math.floor(random() * 5); left > 0; left--) {
          const aim = pick<Aim>(random, ["time", "write", "line"]);
          if (!(await kill(folder, saveFreq, aim, 50 + random() * 600))) break;
          done++;
          aimed[aim]++;
          resumed ||= existsSync(join(folder, "backup"));
          await checkWhole(folder);
        }
        compare(
          await finish(folder, saveFreq),
          whole.get(saveFreq)!,
          `seed ${seed}, round ${round}, ${folder}`,
        );
        if (resumed) resumes++;
      } finally {
        if (disk) execFileSync("umount", [folder]);
      }
      rmSync(folder, { recursive: true });
    }
  } catch (error) {
    throw new Error(
      `A trainer that was killed is not what it should be: seed ${seed}. Its files are in ${root}.`,
      {
        cause: error,
      },
    );
  }
  rmSync(root, { recursive: true });
  const { write, line } = aimed;
  return { seed, kills: done, aimed: { write, line }, resumes, disks, lost: 0, torn: 0 };
}

/** What a run has left at its end. */
interface Outcome {
  readonly printed: string;
  readonly csv: string;
  readonly files: readonly string[];
}

/** Runs a trainer in `folder` to its end. */
async function finish(folder: string, saveFreq: string): Promise<Outcome> {
  mkdirSync(folder, { recursive: true });
  const { printed, code } = await ended(start(folder, saveFreq));
  if (code !== 0) throw new Error(`The trainer ended with ${code}: ${printed}`);
  return {
    printed,
    csv: readFileSync(join(folder, "log.csv"), "utf8"),
    files: (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => !name.startsWith("board"))
      .sort(),
  };
}

function compare(outcome: Outcome, expected: Outcome, where: string): void {
  for (const key of ["printed", "csv", "files"] as const) {
    const [is, should] = [outcome[key], expected[key]].map((value) => JSON.stringify(value));
    if (is !== should)
      throw new Error(`${where}: ${key} is ${is}, of the run that was not killed ${should}.`);
  }
}

/** Kills a trainer at a moment; false if it came to its end before. */
async function kill(folder: string, saveFreq: string, aim: Aim, after: number): Promise<boolean> {
  const child = start(folder, saveFreq);
  const end = ended(child);
  const begun = Date.now();
  const lines = sizeOf(join(folder, "log.csv"));
  const due = (): boolean => {
    if (Date.now() - begun < after / (aim === "time" ? 1 : 4)) return false;
    if (aim === "time") return true;
    if (aim === "line") return sizeOf(join(folder, "log.csv")) !== lines;
    return ["", "backup", "models"].some((name) =>
      list(join(folder, name)).some((file) => file.endsWith(".tmp")),
    );
  };
  let over = false;
  void end.then(() => {
    over = true;
  });
  while (!over && !due()) await new Promise((resolve) => setImmediate(resolve));
  child.kill("SIGKILL");
  const { code, printed } = await end;
  if (code !== null && code !== 0) throw new Error(`The trainer ended with ${code}: ${printed}`);
  return code === null;
}

/** Every checkpoint under its final name is whole. */
async function checkWhole(folder: string): Promise<void> {
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    if (name.endsWith(".safetensors")) await loadCheckpoint(join(folder, name));
  }
}

/** Runs a trainer on a disk that is too small and then read-only; its errors name the file, and nothing is torn. */
async function refuse(folder: string, saveFreq: string): Promise<void> {
  const states = [
    ["size=500k", "ENOSPC"],
    ["ro,size=32m", "EROFS"],
  ] as const;
  for (const [options, code] of states) {
    execFileSync("mount", ["-o", `remount,${options}`, folder]);
    const { printed } = await ended(start(folder, saveFreq));
    const told = JSON.parse(printed) as { readonly error?: string; readonly code?: string };
    if (told.code !== code) throw new Error(`On a disk with ${options} the trainer said ${printed}`);
    if ((readdirSync(folder, { recursive: true }) as string[]).some((name) => name.endsWith(".tmp")))
      throw new Error(`On a disk with ${options} something is left.`);
    await checkWhole(folder);
  }
  execFileSync("mount", ["-o", "remount,rw,size=32m", folder]);
}

/** Puts a small disk at `folder`; false where that is not allowed. */
function mount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function start(folder: string, saveFreq: string): ChildProcess {
  return spawn(process.execPath, [program, folder, saveFreq], {
    stdio: ["ignore", "pipe", "inherit"],
    // What a full or read-only disk has callbacks say of it is what is wanted here.
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
}

function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly printed: string }> {
  let printed = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    printed += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, printed }));
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Numbers in [0, 1): mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  console.log(`seed ${seed}`);
  console.log(JSON.stringify(await soakTrainer({ seed, kills: Number(values.kills ?? 1000) })));
}
