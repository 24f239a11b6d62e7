/** What the inspector's page is told in each of many situations: real pictures in batches that are wrong in one way each. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { imread } from "../../src/image/index.ts";
import type {
  BatchLook,
  Message,
  OpenSpan,
  PageHello,
  TimelineMark,
  TimelineSpan,
  Update,
} from "../../src/inspect/protocol.ts";
import { lookAt } from "../../src/inspect/snapshot.ts";
import type { Percentiles } from "../../src/loader/observe/recent.ts";
import { type Tensor, tensor } from "../../src/tensor/index.ts";

const cifar = new URL("../../../shared/data/cifar10/train/", import.meta.url);

/** Names of the ten classes. */
export const classes: readonly string[] = readdirSync(cifar).sort();

/** Means and deviations of CIFAR-10, as training programs take them off. */
export const mean = [0.491, 0.482, 0.447];
export const std = [0.247, 0.243, 0.262];

/** Pixels of pictures of CIFAR-10 as bytes, one of each class in turn, with their classes. */
export async function pictures(
  count: number,
  classOf: (i: number) => number = (i) => i % classes.length,
): Promise<{ readonly pixels: Float32Array; readonly labels: readonly number[] }> {
  const labels = Array.from({ length: count }, (_, i) => classOf(i));
  const pixels = new Float32Array(count * 3072);
  for (const [i, label] of labels.entries()) {
    const folder = new URL(`${classes[label]}/`, cifar);
    const file = fileURLToPath(new URL(`${String(i).padStart(4, "0")}.jpg`, folder));
    pixels.set((await imread(file).tensor()).data, i * 3072);
  }
  return { pixels, labels };
}

/** A batch of pictures, whose values are changed first. */
export function batchOf(
  pixels: Float32Array,
  labels: readonly number[],
  change: (value: number, channel: number) => number,
): [x: Tensor<"float32">, y: Tensor<"int32">] {
  const shape = [labels.length, 32, 32, 3];
  return [
    tensor(
      pixels.map((value, i) => change(value, i % 3)),
      { shape },
    ),
    tensor(labels, "int32"),
  ];
}

/** What the page is told of a batch. */
export function look(batch: unknown, index = 7): BatchLook {
  return lookAt(batch, { epoch: 0, index });
}

/** A loader's introduction. */
export function hello(more: Partial<PageHello> = {}): PageHello {
  return {
    type: "hello",
    version: 1,
    name: "Photos",
    seed: 1234,
    length: 250,
    classes,
    mean: undefined,
    std: undefined,
    live: true,
    ...more,
  };
}

const none: Percentiles = { p50: 0, p90: 0, p99: 0 };

/** The time at which scenes play. */
export const now = 60_000;

/** What a loader that is at work tells. */
export function update(more: Partial<Update> = {}, share = 0.02): Update {
  const epoch = {
    epoch: 0,
    expected: 250,
    delivered: 63,
    skipped: [],
    failed: undefined,
    complete: false,
  };
  const stages = {
    fetch: { p50: 42, p90: 55, p99: 71 },
    cpu: { p50: 40, p90: 51, p99: 66 },
    waiting: none,
    read: { p50: 3, p90: 6, p99: 11 },
    decode: { p50: 31, p90: 38, p99: 49 },
    transfer: { p50: 0.3, p90: 0.5, p99: 0.9 },
    wait: none,
    consume: { p50: 120, p90: 130, p99: 150 },
  };
  return {
    type: "update",
    time: now,
    sentence: "Nothing is wrong: the consumer waits for data 2 % of the time; there is nothing to change.",
    limit: "nothing",
    stats: {
      batches: 63,
      bytes: 63 * 393_000,
      elapsed: 9000,
      wait: { total: 9000 * share, share, p50: 1, p99: 40 },
      queue: { mean: 9.1, capacity: 12 },
      bytesAllocated: 4e6,
      workers: 2,
      perWorker: ["thread 1", "thread 2"].map((name, i) => ({
        name,
        batches: 32 - i,
        fetch: 1500,
        read: 100,
        decode: 1100,
        cpu: 1450,
        waiting: 0,
        transfer: 10,
        bytesRead: 1e6,
      })),
      recent: {
        batches: 63,
        elapsed: 9000,
        wait: { total: 9000 * share, share },
        stages,
        slowest: [
          { epoch: 0, index: 8, fetch: 71 },
          { epoch: 0, index: 31, fetch: 64 },
        ],
      },
      waiting: undefined,
      inFlight: [],
      limit: "nothing",
    },
    report: {
      epochs: 1,
      delivered: 63,
      skipped: 0,
      retries: 0,
      workersLost: 0,
      last: epoch,
      exactlyOnce: true,
      summary: "",
    },
    epoch,
    spans: [],
    marks: [],
    open: [],
    queue: [[now - 9000, 12]],
    left: 0,
    classes: undefined,
    curves: [],
    faults: [],
    ...more,
  };
}

/** Bars of workers that fetch for `fetch` milliseconds and idle for `idle`, and of the consumer. */
export function bars({
  fetch,
  idle = 0,
  waited = 0,
  read = 0,
  decode = 0,
  wait,
  consume,
  slow = 0,
  from = now - 9000,
}: {
  readonly fetch: number;
  readonly idle?: number;
  readonly waited?: number;
  readonly read?: number;
  readonly decode?: number;
  readonly wait: number;
  readonly consume: number;
  /** Milliseconds of every eighth. */
  readonly slow?: number;
  readonly from?: number;
}): TimelineSpan[] {
  const spans: TimelineSpan[] = [];
  for (const [i, lane] of ["thread 1", "thread 2"].entries()) {
    let index = i;
    for (let at = from; at < now - 50; index += 2) {
      const took = slow > 0 && index % 8 === 0 ? slow : fetch;
      const of = { lane, epoch: 0, index };
      const end = Math.min(now, at + took);
      spans.push({ ...of, kind: "fetch", begin: at, end, cpu: took * (1 - waited), waited: took * waited });
      if (read > 0) spans.push({ ...of, kind: "read", begin: at + 0.02 * took, end: at + read * took });
      if (decode > 0)
        spans.push({ ...of, kind: "decode", begin: at + read * took, end: at + (read + decode) * took });
      at += took + idle;
    }
  }
  let index = 0;
  for (let at = from; at < now - 10; index++) {
    const of = { lane: "consumer", epoch: 0, index };
    const begin = at + wait;
    if (wait > 0) spans.push({ ...of, kind: "wait", begin: at, end: Math.min(now, begin) });
    if (begin < now) spans.push({ ...of, kind: "consume", begin, end: Math.min(now, begin + consume) });
    at += wait + consume;
  }
  return spans;
}

/** A mark of the timeline, `ago` milliseconds before now. */
export function mark(ago: number, kind: TimelineMark["kind"], text: string): TimelineMark {
  return { time: now - ago, kind, text };
}

/** A bar that is not over. */
export function open(lane: string, kind: OpenSpan["kind"], ago: number, index?: number): OpenSpan {
  return { lane, kind, begin: now - ago, epoch: 0, ...(index !== undefined && { index }) };
}

/** Messages that come one after the other. */
export type Scene = readonly Message[];
