import type { Sequence } from "epochal";
import { OrderedEnqueuer } from "epochal/keras";
import { expect, it } from "vitest";

// Plain JavaScript, so that workers of Node 20 can import it.
const { Scaled }: { Scaled: new () => Sequence<number> } = await import(
  new URL("../../fixtures/sequences.js", import.meta.url).href
);

// Keras' data_utils_test 5, 6, 9 and 10, on real threads and processes (Keras' own run on threads only).
it.each([
  { useMultiprocessing: false, workers: 3 },
  { useMultiprocessing: true, workers: 2 },
])(
  "draws two hundred batches in order, the second hundred as the hook left it: %o",
  async ({ workers, ...options }) => {
    const enqueuer = new OrderedEnqueuer<number>(new Scaled(), options);
    enqueuer.start(workers, 10);
    try {
      const seen: number[] = [];
      for await (const batch of enqueuer.get()) if (seen.push(batch) === 200) break;
      expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => (i < 100 ? i : (i - 100) * 5)));
    } finally {
      await enqueuer.stop();
    }
  },
);
