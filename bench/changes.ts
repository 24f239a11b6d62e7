/**
 * What does it cost to look, before each epoch, whether the program has changed its sequence?
 *
 *     npm run bench -- changes
 *
 * Milliseconds of processor time over alternating rounds, median with the best and the worst: the first picture, a look
 * along it where nothing has changed, and a new picture where the last element has; for threads, for processes, and for
 * a state's own look (see src/worker/snapshot). Then the same beside an epoch over 100,000 paths of 32 × 32 JPEG files
 * with two threads: the share of its time that all looks take, which must stay under 1 %.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

spawnSync(process.execPath, [fileURLToPath(new URL("programs/changes.js", import.meta.url))], {
  stdio: "inherit",
});
