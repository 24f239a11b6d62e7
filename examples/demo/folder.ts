/** Image files and their classes, as folders say them. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "./program.ts";
import { seeded, shuffled } from "./random.ts";

/** Files, each with the number of its class. */
export interface Labelled {
  readonly files: string[];
  readonly labels: number[];
}

/** What there is to train and to test with. */
export interface ImageFolder {
  readonly classes: readonly string[];
  readonly train: Labelled;
  readonly test: Labelled;
}

/** Share of the images that is kept for testing where the folder does not say. */
const testShare = 0.2;

const isImage = (name: string): boolean => /^[^.].*\.(jpe?g|png|webp|gif|avif|tiff?)$/i.test(name);

/**
 * The images of `root`: of `root/train/<class>/*` and `root/test/<class>/*`, or of `root/<class>/*` with a seeded
 * split. Training files come in a seeded order, so that batches of any order mix classes.
 */
export async function readFolder(root: string, seed: number): Promise<ImageFolder> {
  const random = seeded(seed);
  const folders = await foldersOf(root);
  if (folders.includes("train") && folders.includes("test")) {
    const classes = await foldersOf(join(root, "train"));
    const other = (await foldersOf(join(root, "test"))).find((name) => !classes.includes(name));
    if (other !== undefined) {
      throw new UsageError(
        `${join(root, "test", other)} is a class that ${join(root, "train")} does not have.`,
      );
    }
    const train = await readClasses(join(root, "train"), classes);
    return {
      classes,
      train: mixed(train.flat(), random),
      test: inOrder((await readClasses(join(root, "test"), classes)).flat()),
    };
  }
  const parts = (await readClasses(root, folders)).map((files) => {
    const order = shuffled(files, random);
    const held = Math.max(1, Math.round(order.length * testShare));
    if (held === order.length)
      throw new UsageError(
        `${join(root, folders[files[0]![1]]!)} has one image only; a class needs two, to train and to test.`,
      );
    return { test: order.slice(0, held), train: order.slice(held) };
  });
  return {
    classes: folders,
    train: mixed(
      parts.flatMap(({ train }) => train),
      random,
    ),
    test: inOrder(parts.flatMap(({ test }) => test)),
  };
}

type Entry = readonly [file: string, label: number];

const inOrder = (entries: readonly Entry[]): Labelled => ({
  files: entries.map(([file]) => file),
  labels: entries.map(([, label]) => label),
});

const mixed = (entries: readonly Entry[], random: () => number): Labelled =>
  inOrder(shuffled(entries, random));

async function foldersOf(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name);
    if (names.length >= 2) return names.sort();
  } catch (cause) {
    const what =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "There is no folder" : "Cannot read the folder";
    throw new UsageError(`${what} ${path}.`, { cause });
  }
  throw new UsageError(`${path} needs at least two folders, one for each class.`);
}

async function readClasses(root: string, classes: readonly string[]): Promise<Entry[][]> {
  return Promise.all(
    classes.map(async (name, label) => {
      const files = (await readdir(join(root, name)).catch(() => [])).filter(isImage).sort();
      if (files.length === 0) throw new UsageError(`The class ${join(root, name)} has no images.`);
      return files.map((file) => [join(root, name, file), label] as const);
    }),
  );
}
