/** A page whose loader has Web Workers: the suite that all kinds of workers are held against, and what else may befall one. */
import { DataLoader } from "epochal";
import { servedWorkers } from "../../../src/worker/kinds/served.ts";
import { describeWorker } from "../../contracts/worker.ts";
import { run } from "../../fixtures/runtimes/vitest.ts";
import { Faulty, Numbers } from "../../fixtures/sequences.js";

declare const Worker: new (
  url: string,
  options: { type: "module" },
) => {
  postMessage(message: unknown): void;
  terminate(): void;
};
type Workers = InstanceType<typeof Worker>;

const script = "./served-sequences.js";
const started: Workers[] = [];
const factory =
  (url: string = script) =>
  (): Workers => {
    const worker = new Worker(url, { type: "module" });
    started.push(worker);
    return worker;
  };

/** The suite; undefined for the promise of a test that hangs. */
export function contract(): ReturnType<typeof run> {
  describeWorker({
    kind: "web",
    workers: (sequence, seed) => servedWorkers(factory())(sequence, seed),
    faults: [
      ["exit", /self\.close\(\) was called/],
      ["rejection", /died of an uncaught exception: Error: a stray rejection/],
    ],
    limited: false,
  });
  return run();
}

/** What a loader over workers with `url` as their script gives: indices, or its error, and after how long. */
export async function load(
  url: string,
  options: object = {},
): Promise<{ indices: number[]; error?: string; ms: number }> {
  const begin = performance.now();
  const indices: number[] = [];
  const loader = new DataLoader(new Numbers(6), { workers: 2, worker: factory(url), ...options });
  try {
    for await (const { index } of loader) indices.push(index);
    return { indices, ms: performance.now() - begin };
  } catch (error) {
    return { indices, error: String(error), ms: performance.now() - begin };
  } finally {
    await loader.close();
  }
}

/** A stream during which workers are terminated behind the loader's back, and what it is without that. */
export async function killed(): Promise<{ same: boolean; lost: number; ms: number }> {
  const digest = async (kill: boolean): Promise<{ text: string; lost: number; ms: number }> => {
    // No deadline replaces them: were their end not heard of, the stream would stand still.
    const options = { workers: 2, worker: factory(), shuffle: true, seed: 3, timeout: 2 ** 31 - 1 };
    const loader = new DataLoader(new Numbers(40), options);
    const parts: unknown[] = [];
    let longest = 0;
    let last = performance.now();
    for await (const { index, x } of loader) {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      parts.push(index, [...x.data]);
      if (kill && parts.length % 20 === 0) for (const worker of started.splice(0)) worker.terminate();
    }
    const { workersLost } = loader.report();
    await loader.close();
    return { text: JSON.stringify(parts), lost: workersLost, ms: longest };
  };
  started.length = 0;
  const [calm, rough] = [await digest(false), await digest(true)];
  return { same: calm.text === rough.text, lost: rough.lost, ms: rough.ms };
}

/** A stream whose worker got its lock late, and is terminated after that: its indices, and how many were lost. */
export async function lateLock(): Promise<{ indices: number[]; lost: number }> {
  started.length = 0;
  const options = { workers: 1, worker: factory("./late-lock.js"), timeout: 2 ** 31 - 1 };
  const loader = new DataLoader(new Numbers(40), options);
  const indices: number[] = [];
  for await (const { index } of loader) {
    indices.push(index);
    if (index > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const worker of started.splice(0)) worker.terminate();
  }
  const { workersLost } = loader.report();
  await loader.close();
  return { indices, lost: workersLost };
}

/** A batch that never ends, with a deadline: the loader's error. */
export async function endless(): Promise<string> {
  const sequence = new Faulty(4, { 2: "loop" });
  const loader = new DataLoader(sequence, { workers: 1, worker: factory(), timeout: 500, retries: 1 });
  try {
    for await (const _ of loader);
    return "no error";
  } catch (error) {
    return String(error);
  } finally {
    await loader.close();
  }
}

Object.assign(globalThis, { contract, load, killed, lateLock, endless });
