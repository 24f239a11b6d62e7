/** What the option `worker` takes, and what `serve` and `portable` do, to TypeScript. Compiled, never run. */
import { Worker as Thread } from "node:worker_threads";
import type { LayersModel } from "@tensorflow/tfjs";
import { evaluate, fit, predict } from "../../src/adapters/tfjs/index.ts";
import { DataLoader, portable, Sequence, serve, type Tensor, type WorkerFactory } from "../../src/index.ts";
import type { Assert, Same } from "./assert.ts";

type F = Tensor<"float32">;

class Photos extends Sequence<[x: F, y: F]> {
  static override readonly id = "Photos";
  get length(): number {
    return 1;
  }
  getItem(): never {
    throw new Error();
  }
}

/** A Web Worker, as the compiler's library `DOM` has it. */
interface WebWorker extends EventTarget {
  onmessage: ((this: WebWorker, event: MessageEvent) => unknown) | null;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  postMessage(message: unknown, options?: object): void;
  terminate(): void;
}
declare const Worker: new (url: string | URL, options?: { type?: "classic" | "module" }) => WebWorker;

const web = (): WebWorker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const thread = (): Thread => new Thread(new URL("./worker.js", import.meta.url));
web satisfies WorkerFactory;
thread satisfies WorkerFactory;

export const loaders: DataLoader<[x: F, y: F]>[] = [
  new DataLoader(new Photos(), { workers: 2, worker: web }),
  new DataLoader(new Photos(), { workers: "auto", worker: thread }),
  new DataLoader(new Photos(), { worker: "process" }),
];

export function wrong(): void {
  // @ts-expect-error a function that makes a Worker, not a Worker
  new DataLoader(new Photos(), { worker: web() });
  // @ts-expect-error nor an address
  new DataLoader(new Photos(), { worker: new URL("./worker.js", import.meta.url) });
  // @ts-expect-error nor a promise of one
  new DataLoader(new Photos(), { worker: async () => web() });
}

export async function train(model: LayersModel): Promise<void> {
  await fit(model, new Photos(), { workers: 2, worker: web });
  await evaluate(model, new Photos(), { workers: 2, worker: web });
  await predict(model, new Photos(), { workers: 2, worker: thread });
}

const augment = (x: F): F => x;
export type Marked = Assert<Same<ReturnType<typeof mark>, typeof augment>>;
export const mark = (): typeof augment => portable(import.meta.url, augment, "augment");

serve({ Photos, augment: portable("augment", augment) });
serve();
