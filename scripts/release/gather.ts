/** Asks git, npm and the tools of this repository what the checks of a release look at. Writes into `dist` and a folder of its own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Area, ReleaseCheck } from "./checks.ts";
import { type Published, provenanceChecks } from "./provenance.ts";
import { type Entries, type Packed, tarballChecks } from "./tarball.ts";
import { treeChecks } from "./tree.ts";
import { type VersionedFiles, versionChecks } from "./version.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Whether Windows starts it by its shell alone: npm and npx are scripts there. No argument holds a space. */
const isScript = (command: string): boolean => process.platform === "win32" && command.startsWith("np");

/** Runs a program with its output shown. */
export function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: "inherit", shell: isScript(command) });
}

/** Runs a program, and gives what it printed. */
export function ask(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd: root,
    encoding: "utf8",
    shell: isScript(command),
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  }).trimEnd();
}

/** The commit, and what differs from it. */
export const treeNow = (): string =>
  `${ask("git", "rev-parse", "HEAD")}\n${ask("git", "status", "--porcelain")}`;

/** The files that say the version, as they are. */
export const versionedFiles = (): VersionedFiles => ({
  "CHANGELOG.md": read("CHANGELOG.md"),
  "package.json": read("package.json"),
  "package-lock.json": read("package-lock.json"),
  "src/core/version.ts": read("src/core/version.ts"),
});

/** A check that is a program: it holds where that ends with 0. */
function byProgram(what: string, command: string, ...args: string[]): ReleaseCheck {
  try {
    run(command, ...args);
    return { what };
  } catch {
    return { what, problem: `${[command, ...args].join(" ")} failed; see above.` };
  }
}

/** Commits of origin/main, fetched now, that are not here. */
function commitsBehind(): number | undefined {
  try {
    ask("git", "fetch", "--quiet", "origin", "main");
    return Number(ask("git", "rev-list", "--count", "HEAD..FETCH_HEAD"));
  } catch {
    return undefined;
  }
}

function packed(): readonly ReleaseCheck[] {
  const manifest = JSON.parse(read("package.json")) as Entries;
  const folder = mkdtempSync(join(tmpdir(), "epochal-release-"));
  try {
    run("npm", "run", "--silent", "build");
    const [tarball] = JSON.parse(
      ask("npm", "pack", "--ignore-scripts", "--json", "--pack-destination", folder),
    ) as [Packed & { filename: string }];
    const path = join(folder, tarball.filename);
    return [
      ...tarballChecks(tarball, manifest),
      byProgram("satisfies publint", "npx", "publint", path, "--level", "warning"),
      byProgram("has types that resolve (attw)", "npx", "attw", "--profile", "esm-only", path),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function docs(): readonly ReleaseCheck[] {
  const built = byProgram("are built by `npm run docs`, with no dead link", "npm", "run", "docs");
  const home = "docs/.vitepress/dist/index.html";
  return [
    built,
    { what: "have a first page", problem: existsSync(join(root, home)) ? undefined : `There is no ${home}.` },
  ];
}

/** What each area's checks say, of `version` or of the one that is there. */
export function gather(area: Area, version: string | undefined): readonly ReleaseCheck[] {
  switch (area) {
    case "tree":
      return treeChecks({
        branch: ask("git", "rev-parse", "--abbrev-ref", "HEAD"),
        changed: ask("git", "status", "--porcelain"),
        behind: commitsBehind(),
      });
    case "version": {
      const here = ask("git", "tag", "--points-at", "HEAD").split("\n");
      const elsewhere = ask("git", "tag")
        .split("\n")
        .filter((tag) => !here.includes(tag));
      return versionChecks(versionedFiles(), version, elsewhere);
    }
    case "provenance":
      return provenanceChecks(
        JSON.parse(read("package.json")) as Published,
        read(".github/workflows/release.yml"),
      );
    case "tarball":
      return packed();
    case "docs":
      return docs();
    case "tests":
      return [byProgram("pass by `npm test`", "npm", "test")];
  }
}
