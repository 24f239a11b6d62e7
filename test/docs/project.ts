/** A reader's folder: the package linked into it, the packages of this repository, and photographs. */
import { spawn } from "node:child_process";
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { emptyProject, environment, root, withoutStalls } from "../package/packed.ts";

const shapes: Readonly<Record<string, string>> = {
  circle: '<circle cx="24" cy="24" r="17"/>',
  square: '<rect x="8" y="8" width="32" height="32"/>',
  triangle: '<path d="M24 6 L43 40 L5 40 Z"/>',
};

/** Forty pictures of each of three classes in `folder/data`, and two of each, without their classes, in `folder/new`. */
export async function drawPictures(folder: string): Promise<void> {
  mkdirSync(join(folder, "new"), { recursive: true });
  for (const [place, [name, shape]] of Object.entries(shapes).entries()) {
    mkdirSync(join(folder, "data", name), { recursive: true });
    for (let i = 0; i < 42; i++) {
      const [front, back] = [(i * 37) % 360, (i * 37 + 120 + ((i * 11) % 120)) % 360];
      const move = `translate(${((i * 7) % 13) - 6} ${((i * 5) % 13) - 6}) rotate(${((i * 9) % 21) - 10} 32 32)`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="hsl(${back} 50% 30%)"/><g fill="hsl(${front} 70% 65%)" transform="${move} translate(8 8)">${shape}</g></svg>`;
      const file =
        i < 40 ? `data/${name}/${String(i).padStart(2, "0")}.jpg` : `new/${(i - 40) * 3 + place}.jpg`;
      await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toFile(join(folder, file));
    }
  }
}

/** A project with all that the pages import, and with the pictures of `pictures`. */
export function readersProject(pictures?: string): ReturnType<typeof emptyProject> {
  const project = emptyProject();
  const modules = join(project.folder, "node_modules");
  const link = (target: string, name: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name), "junction");
  };
  link(root, "epochal");
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(devDependencies)) link(join(root, "node_modules", name), name);
  for (const name of pictures ? readdirSync(pictures) : []) {
    cpSync(join(pictures!, name), join(project.folder, name), { recursive: true });
  }
  return project;
}

/** Commands that change the reader's machine or need what is not here: they are read, not run. */
const elsewhere =
  /^(?:npm|npx tsc|npx vite|docker|kubectl|torchrun|bun|deno|python3?|pip|tensorboard|curl|git|export|cd|mkdir|\.\/|cat) ?/;

/** A command as what Node is started with. */
export interface NodeCommand {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A command of a page, or `undefined` for one that is not run here. */
export function nodeFor(line: string): NodeCommand | undefined {
  const words = [...line.replace(/ # .*$/, "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain!,
  );
  const env: NodeJS.ProcessEnv = {};
  while (/^[A-Z_]+=/.test(words[0]!)) {
    const [name, ...value] = words.shift()!.split("=");
    env[name!] = value.join("=");
  }
  const [program, command, ...rest] = words;
  if (program === "node") return { args: words.slice(1), env };
  if (program === "npx" && command === "tsx") return { args: ["--import", "tsx", ...rest], env };
  if (program === "npx" && command === "epochal")
    return { args: [join(root, "dist/cli/main.js"), ...rest], env };
  if (elsewhere.test(words.join(" "))) return undefined;
  throw new Error(`The test does not know how to run "${line}". It runs: node, npx tsx, npx epochal.`);
}

/**
 * Runs a command as in a terminal whose output goes to a file: both streams in one, in their order.
 *
 * @param kill the process is killed once it has printed this
 */
export async function runCommand(
  folder: string,
  { args, env }: NodeCommand,
  kill?: string,
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const path = join(folder, "node_modules/.printed");
  const file = openSync(path, "w");
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...environment, ...env, NO_COLOR: "1" },
    stdio: ["ignore", file, file],
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("exit", resolve),
  );
  let running = true;
  const watch = async (): Promise<void> => {
    while (running && !readFileSync(path, "utf8").includes(kill!)) await sleep(10);
    child.kill("SIGKILL");
  };
  const [code] = await Promise.all([ended.finally(() => (running = false)), kill ? watch() : undefined]);
  closeSync(file);
  return { code, printed: withoutGreeting(withoutStalls(readFileSync(path, "utf8"))) };
}

/** Without what TensorFlow.js says of itself on Node. */
const withoutGreeting = (printed: string): string =>
  printed.replace(/\n?=+\nHi, looks like you are running TensorFlow\.js[\s\S]*?\n=+\n/, "");
