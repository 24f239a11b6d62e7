import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";

/** The program of the Keras reference page: 200 × 200 images, threads, shuffle, fit with validation. */
it("examples/cifar10 trains on a folder of images", async () => {
  const folder = await mkdtemp(join(tmpdir(), "epochal-cifar10-"));
  await cp(join(await drawImages(3, { train: 8, test: 1 }), "train"), folder, { recursive: true });
  await litter(folder);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--import", "./examples/tsx.js", "examples/cifar10/train.ts", folder],
    { cwd: fileURLToPath(new URL("../..", import.meta.url)) },
  );
  await rm(folder, { recursive: true });
  // 72 images: in this seed's order the batch of the last 8 comes first.
  expect(stdout).toContain("The first batch: x float32 [8,200,200,3], y int32 [8]\n");
  expect(stdout).toContain("1 epoch, 3 batches: every batch index was delivered exactly once.\n");
  expect(stdout.match(/^Epoch \d\/5 3\/3 .* val_acc: /gm)).toHaveLength(5);
  // TensorFlow.js advertises its native package on standard error.
  expect(stderr.replace(/^=+\nHi, looks like.*\n=+\n/gm, "").trim()).toBe("");
});

/** What a Mac, a notebook and a person leave in such folders: none of it is a class or an image. */
async function litter(folder: string): Promise<void> {
  for (const place of [folder, join(folder, (await readdir(folder))[0]!)]) {
    await writeFile(join(place, ".DS_Store"), "Bud1");
    await writeFile(join(place, "notes.txt"), "10 classes");
    await writeFile(join(place, "._1.png"), "resource fork");
    await mkdir(join(place, ".ipynb_checkpoints"));
    await writeFile(join(place, ".ipynb_checkpoints", "1-checkpoint.png"), "");
  }
}
