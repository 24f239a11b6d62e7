/** Simulated pipelines, each with one limit, and what a loader says of them: for a test, and for a soak. */
import { availableParallelism, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { batches, DataLoader, type DataLoaderOptions, type LoaderStats, type Sequence } from "epochal";
import { Late, late } from "./pipelines-late.js";
import { Hooked, type Part, Pipeline, Rows } from "./pipelines-sequences.js";

/** Who fetches: this thread, or workers of each kind. */
export const kinds = ["inline", "thread", "process", "factory"] as const;
export type Kind = (typeof kinds)[number];

/** A pipeline with one limit. */
export interface Simulation {
  readonly name: string;
  /** What the loader is to call that. */
  readonly limit: LoaderStats["limit"];
  /** What its sentence says. */
  readonly says: RegExp;
  readonly usual: Part;
  readonly rare?: Part;
  /** Milliseconds that the consumer spends on a batch. Default 0. */
  readonly consume?: number;
  readonly options?: DataLoaderOptions;
  /** Kinds of workers among which there is such a thing. */
  readonly kinds: readonly Kind[];
  /** Whether it needs a core of its own. */
  readonly works?: boolean;
  /** How many times as long as for its first batch it runs. Default 3, so that the start is not most of what was waited. */
  readonly longer?: number;
}

const elsewhere = kinds.slice(1);

export const simulations: readonly Simulation[] = [
  {
    name: "slow consumer",
    limit: "consumer",
    says: /^The consumer is the limit/,
    usual: { doing: "work", milliseconds: 0.05 },
    consume: 30,
    kinds,
    longer: 30,
  },
  {
    name: "nothing wrong",
    limit: "nothing",
    says: /^Nothing is wrong/,
    usual: { doing: "wait", milliseconds: 20 },
    consume: 30,
    kinds: elsewhere,
    longer: 30,
  },
  {
    name: "CPU in read",
    limit: "cpu",
    says: /^The CPU is the limit.* of getItem is reading files/,
    usual: { doing: "readByWork", milliseconds: 10 },
    kinds,
    works: true,
  },
  {
    name: "CPU in decode",
    limit: "cpu",
    says: /^The CPU is the limit.* of getItem is decoding and resizing images/,
    usual: { doing: "decode" },
    kinds,
    works: true,
  },
  {
    name: "CPU in own code",
    limit: "cpu",
    says: /^The CPU is the limit.* of getItem is your own code/,
    usual: { doing: "work", milliseconds: 10 },
    kinds,
    works: true,
  },
  {
    name: "network",
    limit: "waiting",
    says: /^Waiting inside getItem is the limit.*use workers: \d+ /,
    usual: { doing: "wait", milliseconds: 15 },
    kinds,
  },
  {
    name: "disk",
    limit: "disk",
    says: /^The disk or the network is the limit.*use workers: \d+ /,
    usual: { doing: "readSlowly", milliseconds: 15 },
    kinds,
  },
  {
    name: "slow items",
    limit: "slow",
    says: /^A few slow batches are the limit.*index \d+ takes/,
    usual: { doing: "wait", milliseconds: 5 },
    rare: { doing: "wait", milliseconds: 300, every: 8 },
    kinds,
    longer: 6,
  },
  {
    name: "start",
    limit: "start",
    says: /^The start is the limit/,
    usual: { doing: "wait", milliseconds: 2 },
    kinds: elsewhere,
    longer: 0,
  },
  {
    name: "hand-off",
    limit: "handOff",
    says: /^The hand-off is the limit/,
    usual: { doing: "copy" },
    kinds: elsewhere,
    works: true,
  },
  {
    name: "hang",
    limit: "hang",
    says: /^One batch may never come: .* has been in getItem\(31\)/,
    usual: { doing: "wait", milliseconds: 2 },
    rare: { doing: "never", every: 32 },
    kinds,
  },
  {
    name: "hooks",
    limit: "hooks",
    says: /^The hooks are the limit/,
    usual: { doing: "wait", milliseconds: 2 },
    kinds,
    longer: 6,
  },
  {
    name: "memory",
    limit: "memory",
    says: /^The memory budget is the limit/,
    usual: { doing: "wait", milliseconds: 15 },
    options: { workers: 2, memory: 1 },
    kinds: elsewhere,
  },
  {
    name: "order",
    limit: "order",
    says: /^The order is the limit.*each row of Rows/,
    usual: { doing: "wait", milliseconds: 10 },
    kinds,
  },
];

/** Batches that are looked at, at least. */
const fewest = 32;

/** Milliseconds after which a start is not looked at any more. */
const forgotten = 11_000;

/** Milliseconds after which one that has not come may never come. */
const hangs = 2500;

/** What a loader says of a simulation. */
export interface Said {
  readonly right: boolean;
  readonly sentence: string;
  /** What it has measured. */
  readonly stats: LoaderStats;
}

/** Runs a simulation, by workers of a kind, for as long as it takes to see its limit. */
export async function simulate(simulation: Simulation, kind: Kind): Promise<Said> {
  const { rare, consume, longer = 3, options } = simulation;
  const never = rare?.doing === "never";
  await using loader = new DataLoader<unknown>(sequenceOf(simulation, kind), {
    ...workersOf(simulation, kind),
    ...options,
  });
  const begun = performance.now();
  let first = 0;
  let seen = 0;
  const take = async () => {
    for await (const _ of loader.epochs(Number.MAX_SAFE_INTEGER)) {
      const elapsed = performance.now() - begun;
      first ||= elapsed;
      seen++;
      if (!never && seen >= fewest && elapsed > Math.min(longer * first, first + forgotten)) break;
      if (consume) await setTimeout(consume);
    }
  };
  if (!never) {
    await take();
    return sayOf(loader, simulation);
  }
  const taking = take().catch(() => {});
  while (seen < rare.every! - 1) await setTimeout(50);
  await setTimeout(hangs);
  const said = sayOf(loader, simulation);
  await loader.close();
  await taking;
  return said;
}

function sequenceOf({ name, usual, rare }: Simulation, kind: Kind): Sequence<unknown> {
  if (name === "order") return batches(new Rows(usual), { batchSize: 1, shuffle: true });
  if (name === "hooks") return new Hooked(usual);
  return name === "start" && kind !== "factory" ? new Late(usual) : new Pipeline(usual, rare);
}

function workersOf({ name }: Simulation, kind: Kind): DataLoaderOptions {
  if (kind === "inline") return { workers: 0 };
  const script = new URL("pipelines-served.js", import.meta.url);
  const workerData = { late: name === "start" ? late : 0 };
  const worker = kind === "factory" ? () => new Worker(script, { workerData }) : kind;
  // Two that work leave no core to the consumer, where there are two.
  return { workers: 1, worker };
}

function sayOf(loader: DataLoader<unknown>, { limit, says }: Simulation): Said {
  const stats = loader.stats();
  const sentence = loader.explain();
  return { right: stats.limit === limit ? says.test(sentence) : isStarved(stats.limit), sentence, stats };
}

/** Where others have the cores, that is the limit of anything, and what is to be said. */
function isStarved(limit: LoaderStats["limit"]): boolean {
  return limit === "starved" && loadavg()[0]! > availableParallelism();
}
