/** How contestants are started: our programs and Node peers with this Node, Python peers with the Pythons of EPOCHAL_PEERS. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Contestant } from "./race.ts";

const root = new URL("../../", import.meta.url);
const path = (relative: string, base: string | URL = root) => fileURLToPath(new URL(relative, base));

/** Folder of the peers: `torch/` and `tensorflow/` are Python environments, `opencv5/` is a folder of modules. */
const peers: string = process.env.EPOCHAL_PEERS ?? path("../peers");

/** Whether this is a short run that only shows that the programs work. */
export const quick: boolean = process.env.BENCH_QUICK === "1";

/** Options as a program takes them: `--name value`. */
export type Options = Readonly<Record<string, string | number>>;

const flags = (options: Options): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** A program of `bench/programs` under Node, as plain JavaScript over `dist`, which is what a user runs. */
export function node(name: string, program: string, options: Options, nodeFlags: string[] = []): Contestant {
  return {
    name,
    command: process.execPath,
    args: [...nodeFlags, path(`bench/programs/${program}.js`), ...flags(options)],
    // Looked for when it is asked: a question may make its files first.
    get missing() {
      return lacking(options, [path("dist/index.js"), "not built: npm run build"]);
    },
  };
}

/** A program of `bench/peers` under the Python of `environment`; with `modules`, a folder that goes before its own. */
export function python(
  name: string,
  environment: "torch" | "tensorflow",
  program: string,
  options: Options,
  modules?: "opencv5",
): Contestant {
  const command = `${peers}/${environment}/bin/python`;
  const without = "not installed: bench/peers/install.sh";
  const folder = modules && `${peers}/${modules}`;
  return {
    name,
    command,
    args: [path(`bench/peers/${program}.py`), ...flags(options)],
    env: { TF_CPP_MIN_LOG_LEVEL: "3", ...(folder ? { PYTHONPATH: folder } : {}) },
    get missing() {
      return lacking(options, [command, without], [folder ?? command, without]);
    },
  };
}

/** A program of `bench/peers` in C, compiled when first asked for. */
export function native(name: string, program: string, libraries: string[], options: Options): Contestant {
  const folder = path(".cache/bench/");
  const command = `${folder}${program}`;
  let failure: string | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    const source = path(`bench/peers/${program}.c`);
    const link = [...libraries.map((library) => `-l${library}`), "-lm", "-lpthread"];
    execFileSync("cc", ["-O3", "-march=native", "-o", command, source, ...link], { stdio: "pipe" });
  } catch {
    failure = `not compiled: needs cc and ${libraries.map((library) => `lib${library}`).join(", ")}`;
  }
  return {
    name,
    command,
    args: flags(options),
    get missing() {
      return failure ?? lacking(options);
    },
  };
}

/** A folder of the test data beside the repository. */
export function data(folder: string): string {
  return path(`../shared/data/${folder}`);
}

/** Why a program cannot run here; undefined where it can. */
function lacking(
  options: Options,
  ...needs: readonly (readonly [file: string, without: string])[]
): string | undefined {
  const files = typeof options.data === "string" ? [[options.data, "no test data"] as const] : [];
  return [...needs, ...files].find(([file]) => !existsSync(file))?.[1];
}
