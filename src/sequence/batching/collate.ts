/**
 * Samples become a batch: the trees of the samples are laid over each other, and each leaf becomes one buffer.
 *
 * What a leaf becomes depends on its type alone, never on the values of one batch, so that every batch has the dtypes
 * of every other. The rule is that of `tensor()`: numbers are float32, bigints int64, booleans bool.
 */
import { show } from "../../core/check.ts";
import { isEpochalError, ShapeError } from "../../core/errors.ts";
import { settleAll } from "../../core/settle.ts";
import { dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import { isLazyTensor, type LazyTensor } from "../../tensor/lazy.ts";
import { stack } from "../../tensor/stack.ts";
import { type DTypeOf, isTensor, type Tensor, tensor } from "../../tensor/tensor.ts";
import { isInnerNode, mapTree } from "../../tensor/tree.ts";
import type { AnyBatch } from "../combinator.ts";
import type { Awaitable } from "../sequence.ts";

/** What {@link collate} makes of samples of type `S`; of leaves that TypeScript does not know (`any`) it knows no more. */
export type Collated<S> = 0 extends 1 & S ? S : CollatedNode<S>;

type CollatedNode<S> =
  S extends Tensor<infer D>
    ? Tensor<D>
    : S extends LazyTensor<infer D>
      ? Tensor<D>
      : S extends number
        ? Tensor<"float32">
        : S extends bigint
          ? Tensor<"int64">
          : S extends boolean
            ? Tensor<"bool">
            : S extends TypedArray
              ? Tensor<DTypeOf<S>>
              : S extends string | Date | RegExp | ArrayBufferLike | ArrayBufferView | Listed
                ? S[]
                : S extends object
                  ? { [K in keyof S]: Collated<S[K]> }
                  : S[];

/** Other objects that are leaves and stay one by one. */
type Listed = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Error | ((...args: never) => unknown);

/**
 * Makes one batch of samples of the same structure: tuples and records stay what they are, and of each leaf
 *
 * | in the samples | in the batch |
 * |---|---|
 * | tensor, or image, of shape `[…s]` | tensor of shape `[n, …s]`, images run straight into their rows |
 * | typed array of length m | tensor of shape `[n, m]` |
 * | number, bigint, boolean | tensor of shape `[n]`: float32, int64, bool |
 * | anything else, as strings | array of n |
 *
 * An integer label is thus float32 too; for int32 labels return `tensor(label, "int32")`. A list of numbers is a tuple
 * of n leaves; to have it as one leaf return `tensor(list)`.
 *
 * @throws ShapeError if there are no samples, or naming the first sample, and the leaf, that differs from sample 0.
 * @example
 * collate([[tensor([1, 2]), 0], [tensor([3, 4]), 1]]); // [float32 [2, 2], float32 [2]]
 */
export function collate<S extends AnyBatch>(samples: readonly S[]): Awaitable<Collated<S>>;
export function collate<S>(samples: readonly S[]): Awaitable<Collated<S>>;
export function collate(samples: readonly unknown[]): unknown {
  return collateWith(samples, (rows) => stack(rows));
}

/** Joins the rows of one leaf. */
type Join = (rows: readonly (Tensor | LazyTensor)[]) => Tensor | Promise<Tensor>;

/**
 * {@link collate} with another way to join tensors.
 *
 * @internal
 */
export function collateWith(samples: readonly unknown[], join: Join): Awaitable<unknown> {
  if (samples.length === 0) throw new ShapeError("A batch needs at least one sample, got none.");
  const pending: Promise<Tensor>[] = [];
  try {
    const tree = collateNode(samples, "", (rows, path) => {
      const joined = nameLeaf(path, () => join(rows));
      if (joined instanceof Promise) pending.push(joined);
      return joined;
    });
    return pending.length === 0 ? tree : settle(tree, pending);
  } catch (error) {
    if (pending.length === 0) throw error;
    return settle(undefined, pending).then(() => {
      throw error;
    });
  }
}

/** The batch with its leaves' promises kept. */
async function settle(tree: unknown, pending: readonly Promise<Tensor>[]): Promise<unknown> {
  const leaves = await settleAll(pending);
  const results = new Map<unknown, Tensor>(pending.map((leaf, i) => [leaf, leaves[i]!]));
  return mapTree(tree, (leaf) => results.get(leaf) ?? leaf);
}

/** The batch of the subtrees at `path`, its leaves still promises where they are lazy. */
function collateNode(
  column: readonly unknown[],
  path: string,
  join: (rows: readonly (Tensor | LazyTensor)[], path: string) => Tensor | Promise<Tensor>,
): unknown {
  const [first] = column;
  const kind = kindOf(first);
  for (const [i, value] of column.entries()) {
    if (path === "" && (value === undefined || value === null)) {
      throw new ShapeError(`Sample ${i} of the batch is ${show(value)}. Return the sample from getItem.`);
    }
    if (kindOf(value) !== kind) throw differs(path, i, value, first);
  }
  switch (kind) {
    case "tensor":
      return join(column as readonly Tensor[], path);
    case "array":
      return join(
        (column as readonly TypedArray[]).map((array) => tensor(array)),
        path,
      );
    case "number":
      return tensor(column as readonly number[], "float32");
    case "bigint":
      return tensor(column as readonly bigint[], "int64");
    case "boolean":
      return tensor(column as readonly boolean[], "bool");
    case "tuple":
      return collateTuple(column as readonly (readonly unknown[])[], path, join);
    case "record":
      return collateRecord(column as readonly Readonly<Record<string, unknown>>[], path, join);
    default:
      return column.slice();
  }
}

function collateTuple(
  column: readonly (readonly unknown[])[],
  path: string,
  join: Parameters<typeof collateNode>[2],
): unknown {
  const { length } = column[0]!;
  for (const [i, tuple] of column.entries())
    if (tuple.length !== length) throw differs(path, i, tuple, column[0]);
  return Array.from({ length }, (_, k) =>
    collateNode(
      column.map((tuple) => tuple[k]),
      `${path}[${k}]`,
      join,
    ),
  );
}

function collateRecord(
  column: readonly Readonly<Record<string, unknown>>[],
  path: string,
  join: Parameters<typeof collateNode>[2],
): unknown {
  const keys = Object.keys(column[0]!);
  for (const [i, record] of column.entries()) {
    const odd =
      keys.find((key) => !Object.hasOwn(record, key)) ??
      Object.keys(record).find((key) => !keys.includes(key));
    if (odd === undefined) continue;
    const [has, lacks] = Object.hasOwn(record, odd) ? [i, 0] : [0, i];
    throw new ShapeError(
      `All samples must have the same fields, but sample ${has} has \`${path}.${odd}\` and sample ${lacks} has not.`,
    );
  }
  return Object.fromEntries(
    keys.map((key) => [
      key,
      collateNode(
        column.map((record) => record[key]),
        `${path}.${key}`,
        join,
      ),
    ]),
  );
}

type Kind = "tensor" | "array" | "number" | "bigint" | "boolean" | "tuple" | "record" | "other";

function kindOf(value: unknown): Kind {
  const type = typeof value;
  if (type === "number" || type === "bigint" || type === "boolean") return type;
  if (isTensor(value) || isLazyTensor(value)) return "tensor";
  if (dtypeOf(value) !== undefined) return "array";
  if (isInnerNode(value)) return Array.isArray(value) ? "tuple" : "record";
  return "other";
}

function differs(path: string, i: number, value: unknown, first: unknown): ShapeError {
  return new ShapeError(
    `All samples must have the same structure, but${path && ` at \`${path}\``} sample ${i} has ${show(value)} and sample 0 has ${show(first)}.`,
  );
}

/** Runs `join`; its errors say which leaf they are about. */
function nameLeaf(path: string, join: () => Tensor | Promise<Tensor>): Tensor | Promise<Tensor> {
  const rethrow = (error: unknown): never => {
    if (path === "" || !isEpochalError(error, "ShapeError")) throw error;
    throw new ShapeError(`Leaf \`${path}\` of the samples: ${error.message}`, { cause: error });
  };
  try {
    const joined = join();
    return joined instanceof Promise ? joined.catch(rethrow) : joined;
  } catch (error) {
    return rethrow(error);
  }
}
