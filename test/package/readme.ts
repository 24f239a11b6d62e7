/** The README's programs, taken from the README, and what they run on. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect } from "vitest";
import { type Output, root, withoutStalls, writeBoth } from "./packed.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** Code blocks that begin with a file's name, by that name. */
export const files: ReadonlyMap<string, string> = new Map(
  [...readme.matchAll(/^```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)^```$/gm)].map(([, name, code]) => [
    name!,
    code!,
  ]),
);

/** The packages of the README's own command. */
export const packages: readonly string[] = /npm install epochal (.*)/.exec(readme)![1]!.split(" ");

/** Writes the example into `folder`, as TypeScript and as JavaScript, and photographs for it. */
export async function writeExample(folder: string): Promise<void> {
  for (const [name, code] of files) writeBoth(folder, name, code);
  // Reddish and bluish photographs.
  for (const [name, colour] of Object.entries({
    blue: { r: 60, g: 80, b: 200 },
    red: { r: 200, g: 70, b: 60 },
  })) {
    mkdirSync(join(folder, "data", name), { recursive: true });
    for (let i = 0; i < 40; i++) {
      const noise = { type: "gaussian", mean: 128, sigma: 20 + i } as const;
      const grain = await sharp({
        create: { width: 240, height: 180, channels: 3, background: "black", noise },
      })
        .png()
        .toBuffer();
      await sharp({ create: { width: 240, height: 180, channels: 3, background: colour } })
        .composite([{ input: grain, blend: "soft-light" }])
        .jpeg()
        .toFile(join(folder, "data", name, `${i}.jpg`));
    }
  }
  // What a Mac, a notebook and a person leave there.
  for (const place of ["data", "data/red"]) {
    for (const file of [".DS_Store", "notes.txt", "._1.jpg"]) writeFileSync(join(folder, place, file), "");
    mkdirSync(join(folder, place, ".ipynb_checkpoints"));
    writeFileSync(join(folder, place, ".ipynb_checkpoints/1-checkpoint.jpg"), "");
  }
}

/** Holds what the training program printed against what it should. */
export function checkTraining({ stdout, stderr }: Output): void {
  // Nothing to be warned of, such as batches of one class.
  expect(withoutStalls(stderr)).not.toContain("EpochalWarning");
  // 64 images to train on make two batches.
  expect(stdout).toMatch(/^Epoch 5\/5 2\/2 /m);
  // The last line: validation accuracy of five epochs. How good it is depends on weights drawn at random.
  const accuracies = JSON.parse(stdout.slice(stdout.lastIndexOf("["))) as number[];
  expect(accuracies).toHaveLength(5);
  for (const accuracy of accuracies) expect(accuracy >= 0 && accuracy <= 1, String(accuracy)).toBe(true);
}
