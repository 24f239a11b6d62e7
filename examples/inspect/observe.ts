import { DataLoader, type Sequence, type Tensor } from "epochal";

type Data = Sequence<[x: Tensor<"float32">, y: Tensor<"int32">]>;
type Step = (x: Tensor<"float32">, y: Tensor<"int32">) => number;

export async function epoch(train: Data, step: Step) {
  await using loader = new DataLoader(train, { workers: 2 });
  loader.observe((event) => {
    if (event.type === "fetched" && event.end - event.begin > 1000)
      console.warn(`Batch ${event.index} took ${event.worker} ${Math.round(event.end - event.begin)} ms.`);
    if (event.type === "lost") console.warn(`${event.worker} has ended: ${event.reason.message}`);
  });
  for await (const [x, y] of loader) step(x, y);

  console.log(loader.explain());
  const { recent } = loader.stats();
  console.log("waited", recent.wait.share, "of the last seconds");
  console.log("getItem: median and 1 in 100", recent.stages.fetch.p50, recent.stages.fetch.p99);
  for (const { index, fetch } of recent.slowest) console.log("slow: index", index, fetch);
}
