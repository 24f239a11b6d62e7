import type { Sequence } from "epochal";
import { OrderedEnqueuer } from "epochal/keras";

export async function firstHundred(data: Sequence<number>) {
  const enqueuer = new OrderedEnqueuer(data, { shuffle: true, seed: 7 });
  enqueuer.start(4, 10);
  const seen: number[] = [];
  for await (const batch of enqueuer.get()) if (seen.push(batch) === 100) break;
  await enqueuer.stop();
  return seen;
}
