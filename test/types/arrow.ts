/** What TypeScript infers of the columns of Arrow files, without a cast. Compiled, never run. */
import { BlockSampler, batches, type Sequence, type Tensor } from "epochal";
import { arrow, type ColumnReader, type ColumnValue } from "epochal/data/arrow";
import type { Image } from "epochal/image";
import type { Assert, Same } from "./assert.ts";

const rows = await arrow("a.arrow", { columns: { text: "string", label: "int32", image: "image" } });
export type RowsAre = Assert<
  Same<typeof rows, ColumnReader<{ text: string; label: Tensor<"int32">; image: Image<"uint8"> }>>
>;

const labels = await arrow("*.arrow", { columns: { label: "int32" }, memory: 2 ** 30 });
const batched = batches(labels, { batchSize: 32, sampler: new BlockSampler(labels.blocks) });
export type Batched = Assert<Same<typeof batched, Sequence<{ label: Tensor<"int32"> }>>>;

const all = await arrow(["a.arrow", new Uint8Array()]);
export type All = Assert<Same<typeof all, ColumnReader<Record<string, ColumnValue>>>>;

// @ts-expect-error: no such kind
arrow("a.arrow", { columns: { x: "float16" } });
// @ts-expect-error: no such column is read
arrow("a.arrow", { columns: { x: "float32" }, missing: { y: 0 } });
