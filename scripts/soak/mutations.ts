/** Mutations of image files of all formats: pixels or an ImageError, no crash, no hang, nothing of the image before. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const fixture = fileURLToPath(new URL("../../test/fixtures/fuzz-images.js", import.meta.url));

/** So many are decoded in one process; a crash of a native decoder ends it. */
const together = 5000;

/** So many are enough. */
const most = 100_000;

/** Decodes mutations for so many minutes, or until there were enough; throws, with what was printed, if one goes wrong. */
export async function soakMutations(options: {
  readonly seed: number;
  readonly minutes: number;
}): Promise<{ readonly decoded: number; readonly refused: number }> {
  const over = Date.now() + 60_000 * options.minutes;
  let [decoded, refused] = [0, 0];
  for (let part = 0; decoded + refused < most && (part === 0 || Date.now() < over); part++) {
    const seed = (options.seed + part) % 2 ** 31;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [fixture, String(seed), String(together)],
      { timeout: 600_000 },
    ).catch((error: Error & { readonly stdout?: string }) => {
      throw new Error(`Mutations of images with seed ${seed} failed: ${error.stdout ?? ""}`, {
        cause: error,
      });
    });
    const counts = JSON.parse(stdout.trim().split("\n").at(-1)!) as { decoded: number; refused: number };
    decoded += counts.decoded;
    refused += counts.refused;
  }
  return { decoded, refused };
}
