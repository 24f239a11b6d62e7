import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fromGenerator, type Tensor, tensor } from "epochal";

export const rows = (path: string) =>
  fromGenerator<Tensor<"float32">>(async function* ({ signal }) {
    for await (const line of createInterface({ input: createReadStream(path, { signal }) })) {
      yield tensor(line.split(",").map(Number));
    }
  });
