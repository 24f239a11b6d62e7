/**
 * Image files of other formats and sizes, made from the photographs once, in the user's cache folder: nobody has to
 * keep them, and every contestant reads the same. A folder appears under its name when it is whole.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { data } from "./programs.ts";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "epochal-bench");
const photographs = data("imagenet-sample");

/** What is made of the photographs: each recipe gives files by name. */
const recipes = {
  /** 2,000 grey files of 28 × 28, as MNIST is often unpacked: sixteen parts of each photograph. */
  async *png28(files: readonly string[]): AsyncGenerator<Made> {
    for (const [i, file] of files.entries()) {
      const { data, info } = await sharp(file).greyscale().resize(112, 112, { fit: "fill" }).raw().toBuffer({
        resolveWithObject: true,
      });
      const raw = { width: 112, height: 112, channels: info.channels };
      for (let part = 0; part < 16; part++) {
        const [left, top] = [28 * (part % 4), 28 * (part >> 2)];
        const small = sharp(data, { raw }).extract({ left, top, width: 28, height: 28 });
        yield [`${String(16 * i + part).padStart(4, "0")}.png`, small.toColourspace("b-w").png(filtered)];
      }
    }
  },
  /** The photographs as they are, with the filters that libpng itself chooses. */
  async *png(files: readonly string[]): AsyncGenerator<Made> {
    for (const file of files) yield [named(file, "png"), sharp(file).png(filtered)];
  },
  /** As cwebp writes them unless told: lossy, quality 75. */
  async *webp(files: readonly string[]): AsyncGenerator<Made> {
    for (const file of files) yield [named(file, "webp"), sharp(file).webp({ quality: 75 })];
  },
  async *progressive(files: readonly string[]): AsyncGenerator<Made> {
    for (const file of files) {
      yield [named(file, "jpg"), sharp(file).jpeg({ progressive: true, quality: 95 })];
    }
  },
  /** Sixteen of 4000 × 3000 and 1.5 MB, as a telephone takes them: four photographs each, enlarged. */
  async *jpeg12mp(files: readonly string[]): AsyncGenerator<Made> {
    for (let i = 0; i < 16; i++) {
      const quarters = await Promise.all(
        [0, 1, 2, 3].map(async (quarter) => ({
          input: await sharp(files[4 * i + quarter])
            .resize(2000, 1500, { fit: "fill" })
            .toColourspace("srgb")
            .png({ compressionLevel: 0 })
            .toBuffer(),
          left: 2000 * (quarter % 2),
          top: 1500 * (quarter >> 1),
        })),
      );
      const blank = sharp({ create: { width: 4000, height: 3000, channels: 3, background: "black" } });
      yield [`${String(i).padStart(2, "0")}.jpg`, blank.composite(quarters).jpeg({ quality: 90 })];
    }
  },
};

type Made = readonly [name: string, image: Sharp];

const filtered = { adaptiveFiltering: true };

const named = (file: string, extension: string) => file.split("/").at(-1)!.replace(/\w+$/, extension);

/** What can be made. */
export type Kind = keyof typeof recipes;

/** Where the files of a kind are, once they are made: another recipe means another folder. */
export function folderOf(kind: Kind): string {
  const recipe = createHash("sha256").update(`${recipes[kind]} ${sharp.versions.vips}`).digest("hex");
  return join(cache, `${kind}-${recipe.slice(0, 8)}`);
}

/** Makes the files of a kind, unless they are there or there is nothing to make them from. */
export async function make(kind: Kind): Promise<void> {
  const folder = folderOf(kind);
  if (existsSync(folder) || !existsSync(photographs)) return;
  const files = (await readdir(photographs)).sort().map((name) => join(photographs, name));
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    for await (const [name, image] of recipes[kind](files)) {
      await writeFile(join(partial, name), await image.toBuffer());
    }
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Another run may have made them meanwhile.
  }
}
