/** The package as a user gets it: packed, and installed into an empty folder. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";

const execute = promisify(execFile);

/** The repository's root. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Without what `npm test` tells its children: a nested npm must not take this repository for its own. */
export const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|VITEST|NODE_ENV)/i.test(name),
  ),
);

/** What a program printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in `folder`; a failure shows all that it printed. */
export async function run(folder: string, file: string, ...args: string[]): Promise<Output> {
  try {
    return await execute(file, args, { cwd: folder, env: environment, maxBuffer: 1 << 26 });
  } catch (error) {
    const { stdout, stderr, message } = error as Error & Output;
    throw new Error(`${message.split("\n")[0]}\n${stdout}\n${stderr}`);
  }
}

/** Without what is said on a machine that has much else to do. */
export const withoutStalls = (stderr: string): string =>
  stderr.replace(/^.*(?:EPOCHAL_STALL|errors#epochal-stall|--trace-warnings).*\n/gm, "");

/** An empty folder outside of the repository, with a package.json of an ES module project. */
export function emptyProject(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "epochal-package-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packs the build that is there into `folder`, and returns the tarball's name. */
export async function pack(folder: string): Promise<string> {
  await run(root, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  return readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
}

/** Installs packages into `folder`, in the versions this repository is tested with where it knows them. */
export async function install(folder: string, ...packages: string[]): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const wanted = packages.map((name) => (devDependencies[name] ? `${name}@${devDependencies[name]}` : name));
  await run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...wanted);
}

/** Writes a TypeScript file into `folder`, and beside it the same as JavaScript. */
export function writeBoth(folder: string, name: string, code: string): void {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
    },
  });
  writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), outputText);
}
