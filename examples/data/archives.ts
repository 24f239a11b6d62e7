import { tar, tfrecord } from "epochal/data";

/** WebDataset: members of one name are a sample, 000.jpg and 000.cls. */
export function shards(host = "https://host") {
  return tar(["photos-000.tar", `${host}/photos-001.tar`], {
    image: { type: "image", from: ["jpg", "png"] }, // the first that a sample has
    label: { type: "int32", from: "cls" },
  });
}

/** TFRecord files with the features of tf.train.Example. */
export function examples() {
  return tfrecord("train-*.tfrecord", {
    image: { type: "image", from: "image/encoded" },
    label: "int32",
    box: { type: "float32", shape: [4] },
  });
}
