/**
 * `npm run release -- VERSION [--publish]`
 *
 * From a clean tree on `main`: moves the changes under the version and today's date, runs all tests, tries to pack,
 * commits and tags. Nothing leaves this machine without `--publish`. Where a step fails, the tree is as it was.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { releaseChanges } from "./changelog.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = new URL("../../CHANGELOG.md", import.meta.url);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { publish: { type: "boolean", default: false } },
});

/** Whether Windows starts it by its shell alone: npm is a script there. None of its arguments holds a space. */
const isScript = (command: string): boolean => process.platform === "win32" && command === "npm";

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: "inherit", shell: isScript(command) });
}

function ask(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: "utf8", shell: isScript(command) }).trim();
}

function release(version: string): void {
  const branch = ask("git", "rev-parse", "--abbrev-ref", "HEAD");
  if (branch !== "main") throw new Error(`Releases are made on main, this is ${branch}.`);
  const changed = ask("git", "status", "--porcelain");
  if (changed !== "") throw new Error(`Commit or put away what has changed first:\n${changed}`);
  const tag = `v${version}`;
  if (ask("git", "tag", "--list", tag) !== "") throw new Error(`There is a tag ${tag} already.`);
  const changes = releaseChanges(readFileSync(page, "utf8"), version, new Date().toISOString().slice(0, 10));
  try {
    writeFileSync(page, changes);
    run("npm", "version", version, "--no-git-tag-version", "--allow-same-version");
    run("npm", "test");
    run("npm", "pack", "--dry-run");
    run("git", "commit", "--all", "--message", `Release ${version}`);
  } catch (error) {
    run("git", "checkout", "--quiet", "--", ".");
    throw error;
  }
  run("git", "tag", "--annotate", tag, "--message", `epochal ${version}`);
  if (values.publish) run("npm", "publish");
  console.log(
    `${version} is committed and tagged${values.publish ? " and published" : ""}. Next: git push --follow-tags${values.publish ? "" : ", npm publish"}`,
  );
}

try {
  release(positionals[0] ?? "");
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
