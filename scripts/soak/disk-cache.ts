/**
 * Fills disk caches by two programs at once, kills both, and spoils files as a power cut does: what comes out of a cache is
 * what comes without one, its files are those of a cache that was filled in peace, and numpy and tarfile read them while
 * they are half filled.
 *
 *     npm run build && node --import tsx scripts/soak/disk-cache.ts [--kills 100] [--seed 1]
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readNpyHeader } from "../../src/data/array/npy-header.ts";
import { createRandom, type Random } from "../../src/random/random.ts";

const program = fileURLToPath(new URL("../../test/fixtures/programs/fill-cache.mjs", import.meta.url));
const reader = fileURLToPath(new URL("disk-cache.py", import.meta.url));

const length = 60;
const size = 100;

/** What was done. Whatever is not what it should be is thrown as an error. */
export interface DiskCacheSoakResult {
  readonly seed: number;
  /** Programs that were killed, two at once. */
  readonly kills: number;
  /** Caches that had some rows, and not all, when their programs were killed. */
  readonly halfFilled: number;
  /** Files in which a piece was zeroed, or which were cut, before they were read again. */
  readonly spoilt: number;
  /** Caches on a disk that was full. */
  readonly disks: number;
  /** Rows and members that Python read and compared; undefined where there is no python3 with numpy. */
  readonly python: number | undefined;
}

/** Kills programs that fill caches. @throws Error with the seed where one is not what it should be. */
export async function soakDiskCache({
  seed,
  kills,
}: {
  readonly seed: number;
  readonly kills: number;
}): Promise<DiskCacheSoakResult> {
  const root = mkdtempSync(join(tmpdir(), "epochal-soak-"));
  const random = createRandom(seed);
  const hasPython = canRun(["-c", "import numpy"]);
  let [done, halfFilled, spoilt, disks, python] = [0, 0, 0, 0, 0];
  try {
    const expected = await digestOf("none");
    if (!/^[0-9a-f]{64}$/.test(expected)) throw new Error(`Without a cache came ${expected}.`);
    const complete = join(root, "complete");
    check("the digest of a cache that was filled in peace", await digestOf(complete), expected);
    for (let round = 0; done < kills; round++) {
      const what = `round ${round}`;
      const folder = join(root, `round-${round}`);
      mkdirSync(folder);
      let spoiltHere = 0;
      const disk = round % 5 === 4 && mount(folder);
      try {
        // The later ones go on where the first were killed.
        for (let times = 1 + random.integer(0, 4); times > 0; times--) {
          done += await killTwo(folder, random);
          const rows = rowsIn(folder);
          if (rows > 0 && rows < length) halfFilled++;
          if (hasPython && rows > 0) python += readByPython(folder, complete, spoiltHere > 0 || disk);
          if (random.boolean()) spoiltHere += spoil(folder, random);
        }
        spoilt += spoiltHere;
        check(`${what}: the digest`, await digestOf(folder), expected);
        if (disk) disks++;
        else check(`${what}: the files`, contentsOf(folder).join("\n"), contentsOf(complete).join("\n"));
      } finally {
        if (disk) execFileSync("umount", [folder]);
      }
      rmSync(folder, { recursive: true });
    }
  } catch (cause) {
    throw new Error(`A disk cache is not what it should be: seed ${seed}. Its files are in ${root}.`, {
      cause,
    });
  }
  rmSync(root, { recursive: true });
  return { seed, kills: done, halfFilled, spoilt, disks, python: hasPython ? python : undefined };
}

function check(what: string, is: string, should: string): void {
  if (is !== should) throw new Error(`${what} is\n${is}\nand should be\n${should}`);
}

/** Starts a program that reads all samples out of the cache in `folder`, or `"none"`, when it is told. */
function start(folder: string, seed: number) {
  const child = spawn(process.execPath, [program, folder, ...[length, size, seed].map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
    // What is said of a full disk is what is wanted here.
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  // It may be dead when it is told.
  child.stdin.on("error", () => {});
  let text = "";
  let wake = (): void => {};
  child.stdout.on("data", (more: Buffer) => {
    text += more.toString();
    wake();
  });
  const ended = once(child, "close");
  const isOver = ended.then(() => true);
  /** Waits for so many lines, or the end. */
  const linesCame = async (count: number): Promise<void> => {
    let over = false;
    while (text.split("\n").length - 1 < count && !over) {
      const more = new Promise<false>((resolve) => {
        wake = () => resolve(false);
      });
      over = await Promise.race([more, isOver]);
    }
  };
  const go = () => child.stdin.write("go\n");
  return { child, ended, linesCame, go, last: () => text.trimEnd().split("\n").at(-1) ?? "" };
}

/** What came out of the cache in `folder`, in a program of its own. */
async function digestOf(folder: string): Promise<string> {
  const { ended, go, last } = start(folder, 3);
  go();
  await ended;
  return last();
}

/** Has two programs fill the cache in `folder`, each in an order of its own, and kills them somewhere. */
async function killTwo(folder: string, random: Random): Promise<number> {
  const programs = [start(folder, 1), start(folder, 2)];
  await Promise.all(programs.map(({ linesCame }) => linesCame(1)));
  for (const { go } of programs) go();
  await programs[0]!.linesCame(1 + random.integer(0, 6));
  // So that they are met in the midst of a sample.
  await new Promise((resolve) => setTimeout(resolve, random.integer(0, 4)));
  for (const { child } of programs) child.kill("SIGKILL");
  await Promise.all(programs.map(({ ended }) => ended));
  return programs.length;
}

/** The folder of the one cache in `folder`; undefined where it is none yet. */
function cacheIn(folder: string): string | undefined {
  const key = existsSync(folder) ? readdirSync(folder)[0] : undefined;
  return key === undefined ? undefined : join(folder, key);
}

/** The checksums of a cache, row by row; undefined where there are none yet. */
function checksumsIn(folder: string): bigint[][] | undefined {
  const path = join(cacheIn(folder) ?? folder, "index.npy");
  if (!existsSync(path) || statSync(path).size < 128) return undefined;
  const bytes = Uint8Array.from(readFileSync(path));
  const { shape, dataStart } = readNpyHeader(bytes);
  const numbers = new BigInt64Array(bytes.buffer, dataStart);
  const width = shape[1]!;
  return Array.from({ length }, (_, i) => [...numbers.subarray(i * width + 3, (i + 1) * width)]);
}

/** Rows that are in a folder's cache by now. */
function rowsIn(folder: string): number {
  return checksumsIn(folder)?.filter((row) => row.every((mark) => mark !== 0n)).length ?? 0;
}

/** What is in a folder's cache, but for where its records lie, which is another each time. */
function contentsOf(folder: string): string[] {
  const cache = cacheIn(folder)!;
  const hash = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");
  return [
    `checksums ${hash(String(checksumsIn(folder)))}`,
    ...readdirSync(cache)
      .filter((name) => name.endsWith(".npy") && name !== "index.npy")
      .map((name) => `${name} ${hash(readFileSync(join(cache, name)))}`),
  ];
}

/** Spoils a file as a power cut does: what was written last is zeros, or is not there. */
function spoil(folder: string, random: Random): number {
  const cache = cacheIn(folder);
  const names = cache === undefined ? [] : readdirSync(cache).filter((name) => /\.(?:npy|tar)$/.test(name));
  if (names.length === 0) return 0;
  const path = join(cache!, names[random.integer(0, names.length)]!);
  const { size: bytes } = statSync(path);
  const at = random.integer(0, bytes + 1);
  if (random.boolean()) truncateSync(path, at);
  else {
    const file = openSync(path, "r+");
    writeSync(file, new Uint8Array(Math.min(4096, bytes - at)), 0, undefined, at);
    closeSync(file);
  }
  return 1;
}

/** Has Python read the cache as it is, and compare it with the complete one. */
function readByPython(folder: string, complete: string, spoilt: boolean): number {
  const folders = [cacheIn(folder)!, cacheIn(complete)!];
  const printed = execFileSync("python3", [reader, ...folders, ...(spoilt ? ["spoilt"] : [])], {
    encoding: "utf8",
  });
  return Number(printed);
}

function canRun(args: readonly string[]): boolean {
  try {
    execFileSync("python3", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Puts a disk at `folder` that is too small; false where that is not allowed. */
function mount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=600k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  console.log(`seed ${seed}`);
  console.log(JSON.stringify(await soakDiskCache({ seed, kills: Number(values.kills ?? 100) })));
}
