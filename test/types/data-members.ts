/** Samples of archives, records and folders are typed by the fields that were asked for. */
import { folder, tar, tfrecord, zipArchive } from "../../src/data/index.ts";
import type { Image } from "../../src/image/index.ts";
import { type BatchOf, batches, type Tensor } from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

const members = await tar("a.tar", {
  jpg: "image",
  cls: "int32",
  seg: { type: "bytes", from: ["seg.png", "mask.png"] },
  name: "key",
  json: "json",
});
const memberBatches = batches(members, { batchSize: 2 });

export type _Members = [
  Assert<
    Same<
      BatchOf<typeof members>,
      { jpg: Image<"uint8">; cls: Tensor<"int32">; seg: Uint8Array; name: string; json: unknown }
    >
  >,
  Assert<Same<BatchOf<typeof memberBatches>["cls"], Tensor<"int32">>>,
  Assert<Same<BatchOf<typeof memberBatches>["name"], string[]>>,
];

const zipped = await zipArchive("a.zip", { image: { type: "image", from: ["jpg", "png"] }, cls: "int64" });
export type _Zipped = Assert<Same<BatchOf<typeof zipped>, { image: Image<"uint8">; cls: Tensor<"int64"> }>>;

// @ts-expect-error: there is no such type of a field.
void tar("a.tar", { jpg: "picture" });
// @ts-expect-error: the dtype of numbers that nobody writes.
void tar("a.tar", { cls: "float16" });

const records = await tfrecord("a.tfrecord");
const examples = await tfrecord("a.tfrecord", {
  image: { type: "image", from: "image/encoded" },
  label: "int64",
  tokens: { type: "int32", shape: "ragged" },
});
export type _Examples = [
  Assert<Same<BatchOf<typeof records>, Uint8Array>>,
  Assert<
    Same<BatchOf<typeof examples>, { image: Image<"uint8">; label: Tensor<"int64">; tokens: Tensor<"int32"> }>
  >,
];

const photos = await folder("photos", {
  image: "image",
  label: "class",
  caption: "string",
  stars: "float32",
  box: { dtype: "int32", from: ["x", "y"] },
  note: { dtype: "string", missing: "" },
});
export type _Photos = Assert<
  Same<
    BatchOf<typeof photos>,
    {
      image: Image<"uint8">;
      label: Tensor<"int32">;
      caption: string;
      stars: Tensor<"float32">;
      box: Tensor<"int32">;
      note: string;
    }
  >
>;
