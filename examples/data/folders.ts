import { batches } from "epochal";
import { folder } from "epochal/data";

/** flowers/train/rose/1.jpg, flowers/test/daisy/2.jpg, … */
export async function flowers() {
  const fields = { image: "image", label: "class" } as const;
  const train = await folder("flowers", fields, { split: "train" });
  const test = await folder("flowers", fields, { split: "test" });
  console.log(train.classes, train.passedOver); // ["daisy", "rose"] { "hidden files": 3, ".md": 1 }
  return {
    train: batches(train, { batchSize: 32, shuffle: true }), // files come class by class: shuffle
    test: batches(test, { batchSize: 32 }),
  };
}
