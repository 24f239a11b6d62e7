/**
 * `npm run release -- VERSION`, `npm run release -- [VERSION] --dry-run [--only tree,tarball]`, `npm run release -- VERSION --prepare`
 *
 * Checks tree, version, provenance, tarball, docs and tests. `--dry-run` prints what passed and ends with 1 where something
 * failed; it changes nothing. Without, and where all passed, moves the changes under the version and today's date, tests that
 * again, commits and tags: a workflow publishes the tag once it is pushed. `--prepare` writes the version into the files that
 * say it, and does nothing else.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Area, areasOf, checkTable, type ReleaseCheck } from "./checks.ts";
import { ask, gather, run, treeNow, versionedFiles } from "./gather.ts";
import { unchangedCheck } from "./tree.ts";
import { releaseFiles } from "./version.ts";

/** Prints the table; whether all holds. */
function checked(version: string | undefined, areas: readonly Area[]): boolean {
  const before = treeNow();
  const results: (readonly [Area, readonly ReleaseCheck[]])[] = [];
  for (const [i, area] of areas.entries()) {
    console.log(`${i + 1} of ${areas.length}: ${area} …`);
    results.push([area, gather(area, version)]);
  }
  results.push(["tree", [unchangedCheck(before, treeNow())]]);
  console.log(`\n${checkTable(results)}`);
  return results.every(([, checks]) => checks.every(({ problem }) => problem === undefined));
}

function prepare(version: string): void {
  const root = new URL("../../", import.meta.url);
  const files = releaseFiles(versionedFiles(), version, new Date().toISOString().slice(0, 10));
  for (const [path, text] of Object.entries(files)) writeFileSync(new URL(path, root), text);
}

/** Where a step fails, the tree is as it was. */
function release(version: string): void {
  if (
    !checked(
      version,
      areasOf(undefined).filter((area) => area !== "tests"),
    )
  )
    throw new Error("Nothing was released. See what failed above.");
  try {
    prepare(version);
    run("npm", "test");
    run("git", "commit", "--all", "--message", `Release ${version}`);
  } catch (error) {
    run("git", "checkout", "--quiet", "--", ".");
    throw error;
  }
  run("git", "tag", "--annotate", `v${version}`, "--message", `epochal ${version}`);
  console.log(`${version} is committed and tagged at ${ask("git", "rev-parse", "--short", "HEAD")}.`);
  console.log("Next: git push --follow-tags, whereupon the workflow of the tag publishes it.");
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean", default: false },
      prepare: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  const [version] = positionals;
  if (values["dry-run"]) {
    if (!checked(version, areasOf(values.only))) process.exitCode = 1;
  } else if (values.only !== undefined)
    throw new Error("--only is for --dry-run: a release needs all checks.");
  else if (version === undefined) throw new Error("Say which version: npm run release -- 1.2.3");
  else if (values.prepare) prepare(version);
  else release(version);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
