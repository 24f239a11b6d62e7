/**
 * `npm run docs`: makes the site in docs/.vitepress/dist, without the network: the API's pages by typedoc, the demo by
 * Vite, all pages by VitePress. Ends with an error where a link leads nowhere.
 *
 * `npm run docs -- --serve` shows it while its pages are being written.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deadLinks } from "./links.ts";
import { messagesPage } from "./messages.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({ options: { serve: { type: "boolean", default: false } } });

/** Runs a command of a package, silent unless it fails. */
function step(what: string, command: string, ...args: string[]): void {
  process.stderr.write(`${what} … `);
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", command, ...args], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`);
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}

writeFileSync(new URL("../../docs/reference/messages.md", import.meta.url), messagesPage());
step("API", "typedoc");
step("demo", "vite", "build", "examples/browser", "--outDir", "../../docs/public/demo", "--emptyOutDir");
if (values.serve) {
  spawnSync("npx", ["--no-install", "vitepress", "dev", "docs"], { cwd: root, stdio: "inherit" });
} else {
  step("pages", "vitepress", "build", "docs");
  const dead = deadLinks(fileURLToPath(new URL("../../docs/.vitepress/dist", import.meta.url)), "/epochal/");
  for (const { page, link } of dead) console.error(`${page} has a link that leads nowhere: ${link}`);
  if (dead.length > 0) process.exitCode = 1;
  else console.error("docs/.vitepress/dist is the site; no link in it leads nowhere.");
}
