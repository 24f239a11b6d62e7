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

/** captions/metadata.csv: file_name,caption,stars and a row for each file. */
export function captions() {
  return folder("captions", {
    image: "image",
    caption: "string",
    stars: { dtype: "float32", missing: Number.NaN },
  });
}

/** speakers/fold1/anna/1.wav, …, speakers/fold5/bert/9.wav: all but one are trained with. */
export async function folds(held: number) {
  const fields = { sound: "audio", speaker: "class" } as const;
  const all = [1, 2, 3, 4, 5].map((number) => `fold${number}`);
  const rest = all.filter((_, i) => i + 1 !== held);
  return {
    train: await folder("speakers", fields, { split: rest }),
    test: await folder("speakers", fields, { split: `fold${held}` }),
  };
}
