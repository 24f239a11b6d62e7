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

/** The first `count` image files of a folder in the order of their paths, from the start again where they end. */
export function paths(folder, count) {
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => /\.(jpe?g|png|webp)$/i.test(file))
    .map((file) => join(folder, file))
    .sort();
  return Array.from({ length: count }, (_, i) => files[i % files.length]);
}

export function labels(count) {
  return Array.from({ length: count }, (_, i) => i % 10);
}

/**
 * Reports the images per second and the processor time of a whole epoch, after one epoch that starts the workers.
 *
 * With `step` milliseconds of work on this thread after each batch, as a model would do, it reports the share of the
 * time spent waiting for batches, in percent. `epoch` makes an async iterator over the batches of one epoch, as
 * Float32Array from 0 to 1, channels last.
 */
export async function race(epoch, { items, size, channels = 3, step = 0, packages }) {
  let where = process.env.BENCH_PIXELS;
  for await (const batch of epoch()) {
    if (where !== undefined) writeFileSync(where, batch);
    where = undefined;
  }
  let count = 0;
  let working = 0;
  const spent = processorTime();
  const started = performance.now();
  for await (const batch of epoch()) {
    count += batch.length / (size * size * channels);
    working += busy(step);
  }
  const time = performance.now() - started;
  const processor = (processorTime() - spent) / items || undefined;
  if (count !== items) throw new Error(`${count} images came, not ${items}`);
  const rate = items / (time / 1000);
  if (step === 0) report(rate, { processor, packages });
  else report(100 * (1 - working / time), { details: { "img/s": rate }, packages });
}

/** Reports what batches of bytes cost: microseconds each where they are tiny, else megabytes a second. */
export async function rateOfBatches(epoch, { bytes, count, packages }) {
  for await (const _ of epoch());
  let came = 0;
  const started = performance.now();
  for await (const batch of epoch()) {
    if (batch.length !== bytes || batch[bytes - 1] !== came % 256)
      throw new Error(`batch ${came} is not as it should be`);
    came++;
  }
  const time = performance.now() - started;
  if (came !== count) throw new Error(`${came} batches came, not ${count}`);
  report(bytes <= 4 ? (time * 1000) / count : (bytes * count) / 1e3 / time, { packages });
}

/** Works that many milliseconds; the time it took. */
export function busy(milliseconds) {
  const started = performance.now();
  while (performance.now() - started < milliseconds);
  return performance.now() - started;
}

/**
 * Milliseconds of user and system time of a process, this one unless told, and of all that it started, those that have ended too; 0 where
 * there is no /proc. Linux counts hundredths of a second on every machine that Node runs on.
 */
export function processorTime(pid = process.pid) {
  let ticks = 0;
  const processes = [pid];
  for (const id of processes) {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, "utf8").split(") ").at(-1).split(" ");
      ticks += fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
      for (const task of readdirSync(`/proc/${id}/task`)) {
        processes.push(...(readFileSync(`/proc/${id}/task/${task}/children`, "utf8").match(/\d+/g) ?? []));
      }
    } catch {} // It has ended; the time of who waited for it says so.
  }
  return ticks * 10;
}

/** Milliseconds since the harness started this program. */
export function sinceLaunch() {
  return performance.timeOrigin + performance.now() - Number(process.env.BENCH_LAUNCHED);
}

/** How many workers an option says: a number, or `auto`. */
export function workersOf(text) {
  return text === "auto" ? text : Number(text);
}

/** Prints the report, with the versions of packages, and of what else ran. */
export function report(value, { processor, details, packages = [], versions = {} } = {}) {
  const all = { ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])), ...versions };
  console.log(JSON.stringify({ value, processor, details, versions: all }));
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
