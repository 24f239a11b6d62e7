/** What TypeScript infers of the columns of Parquet files, without a cast. Compiled, never run. */
import { BlockSampler, batches, type Sequence, type Tensor } from "epochal";
import { type ColumnReader, type ColumnValue, hub, parquet } from "epochal/data/parquet";
import type { Image } from "epochal/image";
import type { Assert, Same } from "./assert.ts";

const rows = await parquet("a.parquet", { columns: { text: "string", label: "int32", id: "int64" } });
export interface Row {
  text: string;
  label: Tensor<"int32">;
  id: Tensor<"int64">;
}
export type RowsAre = Assert<typeof rows extends Sequence<Row> ? true : false>;
export type SampleIs = Assert<
  Same<Awaited<ReturnType<typeof rows.at>>, { text: string; label: Tensor<"int32">; id: Tensor<"int64"> }>
>;

const pictures = await parquet(await hub("owner/name", { split: "train" }), {
  columns: { image: "image", sound: "bytes" },
  memory: 2 ** 30,
});
export type PicturesAre = Assert<
  Same<typeof pictures, ColumnReader<{ image: Image<"uint8">; sound: Tensor<"uint8"> }>>
>;

const batched = batches(rows, { batchSize: 32, sampler: new BlockSampler(rows.blocks) });
export type Batched = Assert<
  Same<typeof batched, Sequence<{ text: string[]; label: Tensor<"int32">; id: Tensor<"int64"> }>>
>;

const all = await parquet(["a.parquet", new Uint8Array()]);
export type All = Assert<Same<typeof all, ColumnReader<Record<string, ColumnValue>>>>;

// @ts-expect-error: no such kind
parquet("a.parquet", { columns: { x: "float16" } });
// @ts-expect-error: no such column is read
parquet("a.parquet", { columns: { x: "float32" }, missing: { y: 0 } });
// @ts-expect-error: a split has no default
hub("owner/name");
