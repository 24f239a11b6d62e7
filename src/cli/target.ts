/**
 * The target of a command: what a user's module exports, as a sequence of batches.
 *
 * `./data.ts#train` names a module and an export. Whatever can be loaded is taken for what it is: a Sequence, samples, a
 * DataLoader, a class without arguments, a function that returns one of them. Nothing is called unless it was named, or
 * is all there is.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { show } from "../core/check.ts";
import { isDataLoader, sequenceIn } from "../loader/loader.ts";
import { batches, type Dataset } from "../sequence/batching/batches.ts";
import { isBatches } from "../sequence/batching/loaded.ts";
import { type Hooked, isCombinator } from "../sequence/combinator.ts";
import { isSequence, nameOf, type Sequence } from "../sequence/sequence.ts";
import { dtypeOf } from "../tensor/dtype.ts";
import { isTensor } from "../tensor/tensor.ts";
import { isInnerNode } from "../tensor/tree.ts";
import { importModule } from "../worker/entry/import-module.ts";
import { loadTypeScript } from "./typescript.ts";
import { nearest, UsageError } from "./usage.ts";

/** What a target is. */
export interface Target {
  /** As it was written. */
  readonly spec: string;
  /** What a program writes for it: `train`, `new Photos()`. */
  readonly name: string;
  readonly sequence: Sequence<unknown>;
  /** Samples that were put into a batch; undefined where the target has batches. */
  readonly batchSize: number | undefined;
  /** The seed to load it with: what was given, or a loader's own, or 0. */
  readonly seed: number;
  /** What to tell people of how it was taken; empty where nothing is to be said. */
  readonly notes: readonly string[];
}

/** How a target is taken. */
export interface TargetOptions {
  readonly batchSize?: number | undefined;
  readonly seed?: number | undefined;
}

/** Samples in a batch by default. */
const usualBatch = 32;

/**
 * Loads a target.
 *
 * @throws UsageError saying what to write, with what the module threw as `cause`.
 */
export async function loadTarget(spec: string, options: TargetOptions = {}): Promise<Target> {
  const hash = spec.lastIndexOf("#");
  const [path, name] = hash < 0 ? [spec, undefined] : [spec.slice(0, hash), spec.slice(hash + 1)];
  const exports = await importTarget(path);
  const chosen = name === undefined || name === "" ? choose(path, exports) : named(path, exports, name);
  const value = await made(`${path}#${chosen}`, exports[chosen]);
  return { ...(await taken(spec, value, options)), name: nameIn(chosen, exports[chosen]) };
}

/** What a program writes for the sequence of an export. */
function nameIn(chosen: string, value: unknown): string {
  // What a loader loads has no name here.
  if (isDataLoader(value) || (chosen === "default" && typeof value !== "function")) return "train";
  if (typeof value !== "function") return chosen;
  const name = chosen === "default" ? value.name : chosen;
  return isSequence(value.prototype) || isDataset(value.prototype) || isClass(value)
    ? `new ${name}()`
    : `await ${name}()`;
}

/** What a module exports, by name. */
type Exports = Readonly<Record<string, unknown>>;

async function importTarget(path: string): Promise<Exports> {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  checkFile(path, file);
  await loadTypeScript(file);
  try {
    const exports = await importModule(pathToFileURL(file).href);
    // Of CommonJS Node does not always see the names.
    return isCommonJs(exports) ? { ...exports.default, ...exports } : exports;
  } catch (error) {
    throw new UsageError(`${path} cannot be imported.`, { cause: error });
  }
}

function isCommonJs(exports: Exports): exports is { readonly default: object } {
  const { default: all } = exports;
  return typeof all === "object" && all !== null && isInnerNode(all) && !Array.isArray(all);
}

function checkFile(path: string, file: string): void {
  if (existsSync(file) && statSync(file).isFile()) return;
  const folder = dirname(file);
  const near = existsSync(folder) ? nearest(basename(file), readdirSync(folder)) : undefined;
  throw new UsageError(
    existsSync(file)
      ? `${path} is a folder. A target is a module in it: ${path.replace(/\/$/, "")}/data.ts#train.`
      : `There is no file ${path}.${near === undefined || near === basename(file) ? " A target is a module and what it exports: ./data.ts#train." : ` Did you mean ${near}?`}`,
  );
}

function named(path: string, exports: Exports, name: string): string {
  if (Object.hasOwn(exports, name)) return name;
  const near = nearest(name, Object.keys(exports));
  throw new UsageError(
    `${path} exports no ${name}. ${near === undefined ? list(path, fitting(exports)) : `Did you mean ${path}#${near}?`}`,
  );
}

function choose(path: string, exports: Exports): string {
  if (kindOf(exports.default) !== undefined) return "default";
  const fit = fitting(exports);
  const sure = fit.filter((name) => kindOf(exports[name]) !== "function");
  const only = sure.length > 0 ? sure : fit;
  if (only.length === 1) return only[0]!;
  throw new UsageError(list(path, fit));
}

function list(path: string, fit: readonly string[]): string {
  return fit.length === 0
    ? `${path} exports nothing that can be loaded: a Sequence, samples, a DataLoader, a class without arguments, or a function that returns one.`
    : `Say which export is meant: ${fit.map((name) => `${path}#${name}`).join(", ")}.`;
}

function fitting(exports: Exports): string[] {
  return Object.keys(exports).filter((name) => kindOf(exports[name]) !== undefined);
}

/** What can be done with an export; undefined where it is nothing of ours. */
function kindOf(value: unknown): "ready" | "class" | "function" | undefined {
  if (isSequence(value) || isDataLoader(value) || isDataset(value)) return "ready";
  if (typeof value !== "function") return undefined;
  const { prototype } = value as { readonly prototype?: unknown };
  if (isSequence(prototype) || isDataset(prototype)) return value.length === 0 ? "class" : undefined;
  return isClass(value) || value.length > 0 ? undefined : "function";
}

function isDataset(value: unknown): value is Dataset<NonNullable<unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { getItem?: unknown }).getItem === "function"
  );
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** What an export is, once it is called where it must be. */
async function made(where: string, value: unknown): Promise<unknown> {
  if (typeof value !== "function") return await value;
  const isOurs = isSequence(value.prototype) || isDataset(value.prototype);
  if (isOurs && value.length > 0)
    throw new UsageError(
      `The constructor of ${where} takes arguments. Export an instance, export const train = new ${value.name}(…), or a function that makes one.`,
    );
  try {
    return isOurs || isClass(value)
      ? Reflect.construct(value as new () => object, [])
      : await (value as () => unknown)();
  } catch (error) {
    throw new UsageError(`${where} could not be made.`, { cause: error });
  }
}

async function taken(
  spec: string,
  value: unknown,
  { batchSize, seed }: TargetOptions,
): Promise<Omit<Target, "name">> {
  if (isDataLoader(value)) {
    const sequence = sequenceIn(value);
    await value.close();
    return { spec, sequence, batchSize: undefined, seed: seed ?? value.seed, notes: ignored(batchSize) };
  }
  const of = { spec, seed: seed ?? 0 };
  if (isSequence(value) && (isMade(value) || !(batchSize !== undefined || (await givesSamples(value)))))
    return { ...of, sequence: value, batchSize: undefined, notes: isMade(value) ? ignored(batchSize) : [] };
  if (!isDataset(value) && !isSequence(value))
    throw new UsageError(
      `${spec} is ${show(value)}, but a target is a Sequence, samples with length and getItem(index), a DataLoader, or a function that returns one.`,
    );
  const size = batchSize ?? usualBatch;
  const notes =
    batchSize === undefined
      ? [`${nameOf(value)} gives samples: taken in batches of ${size} (--batch-size).`]
      : [];
  return {
    ...of,
    sequence: batches(value as Dataset<NonNullable<unknown>>, { batchSize: size }),
    batchSize: size,
    notes,
  };
}

function ignored(batchSize: number | undefined): string[] {
  return batchSize === undefined ? [] : ["--batch-size is for samples; the target has batches already."];
}

/** Whether a sequence is made of batches of samples. */
function isMade(node: Hooked): boolean {
  return isBatches(node) || (isCombinator(node) && node.combines().some(isMade));
}

/** Whether what a sequence gives are samples: leaves that have no first axis in common. One that throws gives batches. */
async function givesSamples(sequence: Sequence<unknown>): Promise<boolean> {
  if (sequence.length === 0) return false;
  try {
    const rows = new Set<number>();
    collectRows(await sequence.at(0), rows);
    return rows.size > 1 || rows.has(-1);
  } catch {
    return false;
  }
}

function collectRows(value: unknown, rows: Set<number>, depth: number = 0): void {
  if (isTensor(value)) rows.add(value.shape[0] ?? -1);
  else if (Array.isArray(value) && isList(value, depth)) rows.add(value.length);
  else if (isInnerNode(value)) for (const child of Object.values(value)) collectRows(child, rows, depth + 1);
  else rows.add(dtypeOf(value) === undefined ? -1 : (value as Uint8Array).length);
}

/** Whether an array has an item for each sample: texts, or, within a batch, tensors that differ in size. */
function isList(items: readonly unknown[], depth: number): boolean {
  return (
    items.some((item) => typeof item === "string") || (depth > 0 && items.length > 3 && items.every(isTensor))
  );
}
