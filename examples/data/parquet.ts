import { BlockSampler, batches, type Context, map, portable, type Tensor } from "epochal";
import { hub, parquet } from "epochal/data/parquet";
import { type Image, randomFlip, resize } from "epochal/image";

/** A data set of the Hugging Face hub, decoded when it is opened. */
export async function reviews(url = "https://huggingface.co") {
  const files = await hub("stanfordnlp/imdb", { split: "train", config: "plain_text", url });
  const rows = await parquet(files, { columns: { text: "string", label: "int32" } });
  console.log(rows.decoded); // whether the columns fit into memory
  return batches(rows, { batchSize: 32, shuffle: true });
}

interface Photo {
  readonly image: Image<"uint8">;
  readonly label: Tensor<"int32">;
}

export const augment = portable(
  import.meta.url,
  function augment({ image, label }: Photo, { random }: Context): [Image<"float32">, Tensor<"int32">] {
    return [resize(randomFlip(image, { random }), [224, 224]), label];
  },
);

/** Images that do not fit: a few row groups are mixed at a time. */
export async function photos() {
  const rows = await parquet("images-*.parquet", { columns: { image: "image", label: "int32" } });
  const sampler = new BlockSampler(rows.blocks, { window: 8 });
  return batches(map(rows, augment), { batchSize: 32, sampler });
}
