import { readFile, writeFile } from "node:fs/promises";
import { DataLoader, type LoaderState, type Sequence } from "epochal";

export async function save<B>(loader: DataLoader<B>) {
  await writeFile("loader.json", JSON.stringify(loader.state())); // at most 200 bytes, in the middle of an epoch too
}

export async function resume<B>(data: Sequence<B>) {
  const state: LoaderState = JSON.parse(await readFile("loader.json", "utf8"));
  return new DataLoader(data, { workers: 8, state }); // another number of workers is fine
}
