/** The files of a schedule over images: which may change while they are read, and what they may hold meanwhile. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageFiles, type Mutation } from "./schedule.ts";

/** What a file may hold. */
export type Content = Mutation["to"];

/** Writes both versions of all images to folders of `folder`, once a soak. */
export async function drawImages(folder: string): Promise<void> {
  const { default: sharp } = await import("sharp");
  for (const [salt, content] of (["first", "second"] as const).entries()) {
    mkdirSync(join(folder, content), { recursive: true });
    for (const name of names(imageFiles)) {
      const number = [...name].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7);
      const side = 20 + (number % 30);
      // The two that never change are the same in both versions.
      const shift = name.startsWith("other") ? 0 : salt * 97;
      const pixels = Uint8Array.from(
        { length: side * side * 3 },
        (_, i) => (i * number + shift + (i >> 4)) & 255,
      );
      const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
      writeFileSync(join(folder, content, `${name}.jpg`), await image.jpeg().toBuffer());
    }
  }
}

function names(count: number): string[] {
  return [...Array.from({ length: count }, (_, i) => String(i)), "other-0", "other-1"];
}

/** A folder of images under a schedule. */
export class Files {
  readonly folder: string;
  readonly #drawn: string;
  readonly #contents: Set<Content>[];
  readonly #last: Content[];
  #written = 0;

  constructor(folder: string, drawn: string, count: number) {
    this.folder = folder;
    this.#drawn = drawn;
    this.#last = Array.from({ length: count }, () => "first");
    this.#contents = this.#last.map((content) => new Set([content]));
    mkdirSync(folder, { recursive: true });
    for (const name of names(count)) {
      copyFileSync(join(drawn, "first", `${name}.jpg`), join(folder, `${name}.jpg`));
    }
  }

  /** What may have been read of file `index` since the loop began. */
  contents(index: number): ReadonlySet<Content> {
    return this.#contents[index] ?? new Set();
  }

  path(index: number): string {
    return join(this.folder, `${index}.jpg`);
  }

  change({ file, to, how }: Mutation): void {
    const contents = this.#contents[file];
    if (!contents) return;
    const bytes = readFileSync(join(this.#drawn, to === "second" ? "second" : "first", `${file}.jpg`));
    const written = to === "cut" ? bytes.subarray(0, bytes.length >> 1) : bytes;
    contents.add(to);
    if (how === "renamed") {
      const beside = join(this.folder, `new-${this.#written++}`);
      writeFileSync(beside, written);
      renameSync(beside, this.path(file));
    } else {
      // For a moment it is empty, or in part the new one.
      contents.add("cut");
      writeFileSync(this.path(file), written);
    }
    this.#last[file] = to;
  }

  /** A loop is over: the next one reads what is there now. */
  settle(): void {
    for (const [i, last] of this.#last.entries()) this.#contents[i] = new Set([last]);
  }
}
