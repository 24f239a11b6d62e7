import { inlineWorkers } from "../../src/worker/kinds/inline.ts";
import { describeWorker } from "./worker.ts";

const { nodeWorkers } = (await import(
  new URL("../../dist/worker/kinds/node.js", import.meta.url).href
)) as typeof import("../../src/worker/kinds/node.ts");

/** A small heap, so that the test that fills it is short. */
const resourceLimits = { maxOldGenerationSizeMb: 64 };

describeWorker("inline", (sequence, seed) => ({ start: inlineWorkers(sequence, seed), look: () => true }), {
  crashes: false,
});
for (const processes of [false, true]) {
  describeWorker(
    processes ? "process" : "thread",
    (sequence, seed) => nodeWorkers(sequence, { seed, processes, resourceLimits }),
    { crashes: true },
  );
}
