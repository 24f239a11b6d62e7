import { Worker } from "node:worker_threads";
import { inlineWorkers } from "../../src/worker/kinds/inline.ts";
import { describeWorker, type Fault } from "./worker.ts";

const { nodeWorkers } = (await import(
  new URL("../../dist/worker/kinds/native.node.js", import.meta.url).href
)) as typeof import("../../src/worker/kinds/native.node.ts");

const { servedWorkers } = (await import(
  new URL("../../dist/worker/kinds/served.js", import.meta.url).href
)) as typeof import("../../src/worker/kinds/served.ts");

/** A small heap, so that the test that fills it is short. */
const resourceLimits = { maxOldGenerationSizeMb: 64 };

const faults: Fault[] = [
  ["exit", /exited with code 3/],
  ["rejection", /died of an uncaught exception: Error: a stray rejection/],
];

describeWorker({
  kind: "inline",
  workers: (sequence, seed) => ({ start: inlineWorkers(sequence, seed), update: () => true }),
});
describeWorker({
  kind: "thread",
  workers: (sequence, seed) => nodeWorkers("thread", resourceLimits)(sequence, seed),
  faults,
});
describeWorker({
  kind: "process",
  workers: (sequence, seed) => nodeWorkers("process", resourceLimits)(sequence, seed),
  faults: [...faults, ["kill", /was killed by SIGKILL/], ["segfault", /was killed by SIGSEGV/]],
});
describeWorker({
  kind: "worker",
  workers: (sequence, seed) =>
    servedWorkers(
      () => new Worker(new URL("../fixtures/served-sequences.js", import.meta.url), { resourceLimits }),
    )(sequence, seed),
  faults,
});
