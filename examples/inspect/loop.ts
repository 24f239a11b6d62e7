import { DataLoader, type Sequence, type Tensor } from "epochal";
import { inspect } from "epochal/inspect";

type Data = Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>;
type Step = (x: Tensor<"float32">, y: Tensor<"int32">) => number;

export async function epoch(train: Data, step: Step) {
  await using loader = new DataLoader(train, { workers: 2 });
  await using page = await inspect(loader, {
    classes: ["cat", "dog"],
    mean: [0.485, 0.456, 0.406], // what normalize() took off and divided by: the page undoes it
    std: [0.229, 0.224, 0.225],
  });
  console.error(page.url);
  let steps = 0;
  for await (const [x, y] of loader) page.plot("loss", steps++, step(x, y));
}
