/** What the Node programs share: which files, where the first batch goes, and the line of JSON that is the report. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * Options of the command line, each with the type of its default.
 *
 * @template {Record<string, string | number>} T
 * @param {T} defaults
 * @returns {T}
 */
export function options(defaults) {
  const { values } = parseArgs({
    options: Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" }])),
  });
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => {
      const given = values[name] ?? value;
      return [name, typeof value === "number" ? Number(given) : given];
    }),
  );
}

/** The first `count` JPEG files of a folder in the order of their paths, from the start again where they end. */
export function paths(folder, count) {
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => /\.jpe?g$/i.test(file))
    .map((file) => join(folder, file))
    .sort();
  return Array.from({ length: count }, (_, i) => files[i % files.length]);
}

export function labels(count) {
  return Array.from({ length: count }, (_, i) => i % 10);
}

/**
 * Reports the rate of a whole epoch after one epoch that starts the workers.
 *
 * `epoch` makes an async iterator over the batches of one epoch, as Float32Array from 0 to 1, channels last.
 */
export async function imagesPerSecond(epoch, { items, size, packages }) {
  const pixels = size * size * 3;
  let where = process.env.BENCH_PIXELS;
  for await (const batch of epoch()) {
    if (where !== undefined) writeFileSync(where, batch);
    where = undefined;
  }
  let count = 0;
  const started = performance.now();
  for await (const batch of epoch()) count += batch.length / pixels;
  const seconds = (performance.now() - started) / 1000;
  if (count !== items) throw new Error(`${count} images came, not ${items}`);
  report(items / seconds, { packages });
}

/** Prints the report. */
export function report(value, { details, packages = [] } = {}) {
  const versions = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
  console.log(JSON.stringify({ value, details, versions }));
}

/** The version in the package.json of an installed package, also where its exports hide it. */
function versionOf(name) {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {}
  }
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
