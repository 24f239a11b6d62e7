import { fromGenerator, type Tensor, tensor } from "epochal";

type Batch = [x: Tensor<"float32">, y: Tensor<"float32">];

export function readings(read: (signal: AbortSignal) => AsyncIterable<{ window: number[]; label: number }>) {
  return fromGenerator<Batch>(async function* ({ signal }) {
    for await (const { window, label } of read(signal)) yield [tensor([window]), tensor([[label]])];
  });
}
