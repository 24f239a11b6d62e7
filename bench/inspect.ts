/**
 * What does it cost to look at a loader, and how long does a look at a batch keep the loop waiting?
 *
 *     npm run bench -- inspect
 *
 * Milliseconds of processor time of a look, for which the loop waits: they must stay at 5. And processor time of the whole program a batch, with a page that looks beside one without,
 * and without anybody who observes, in alternating rounds; the page is a bare client in a program of its own.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

spawnSync(process.execPath, [fileURLToPath(new URL("programs/inspect.js", import.meta.url))], {
  stdio: "inherit",
});
