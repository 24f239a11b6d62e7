import { batches, zip } from "epochal";
import { idx, npy, npz, records } from "epochal/data";

/** MNIST's files, after gunzip: images [28, 28], labels []. */
export async function mnist() {
  const images = await idx("train-images-idx3-ubyte");
  const labels = await idx("train-labels-idx1-ubyte", { dtype: "int32" });
  return batches(zip(images, labels), { batchSize: 32, shuffle: true });
}

/** CIFAR-10's binary files: a label, then the red, green and blue of 32 × 32 pixels. */
export function cifar10() {
  return records("data_batch_*.bin", { label: ["uint8"], image: ["uint8", 3, 32, 32] });
}

/** What numpy saved, one row a sample. Of an archive, its arrays by name. */
export async function saved() {
  const rows = zip(await npy("x.npy", { dtype: "float32" }), await npy("y.npy", { dtype: "int32" }));
  const named = await npz("data.npz", { x: "x_train", y: "y_train" });
  return { rows, named };
}
