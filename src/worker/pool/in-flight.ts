/** What the workers of a pool are at, for people who ask why nothing comes. */
import { seconds } from "../../core/watch.ts";
import type { WorkerSlot } from "./slot.ts";

/** What a worker is at. */
export interface InFlight {
  /** As messages name it: `thread 2`. */
  readonly worker: string;
  /** It starts; it is in `getItem`; or the batch waits for the one that it is in. */
  readonly doing: "starting" | "fetching" | "queued";
  /** The batch; undefined of a worker that starts and has been asked for none. */
  readonly epoch: number | undefined;
  /** Its index; undefined likewise. */
  readonly index: number | undefined;
  /**
   * When it began with that, in milliseconds of `performance.now()`, to a second where nobody observes; undefined of what is
   * queued.
   */
  readonly since: number | undefined;
  /** Milliseconds that it has been at that while the loader's thread was free to look, to a second; 0 of what is queued. */
  readonly age: number;
}

/** What the workers in `slots` are at, batch by batch; nothing of those that are idle. */
export function inFlight(slots: Iterable<WorkerSlot>): readonly InFlight[] {
  const all: InFlight[] = [];
  for (const { worker, ready, held, since: noted, age } of slots) {
    const { name } = worker;
    const since = noted === 0 ? performance.now() - age : noted;
    if (!ready) all.push({ worker: name, doing: "starting", epoch: undefined, index: undefined, since, age });
    held.forEach(({ request: { epoch, index }, cancelled }, i) => {
      const of = { worker: name, epoch, index };
      if (ready && i === 0) all.push({ ...of, doing: "fetching", since, age });
      // Only what is fetched keeps others waiting where nobody waits for it any more.
      else if (!cancelled) all.push({ ...of, doing: "queued", since: undefined, age: 0 });
    });
  }
  return all;
}

/** What is at work, or starts, that the batch of `epoch` and `index` waits for; undefined where it waits for a free worker. */
export function holderOf(all: readonly InFlight[], epoch: number, index: number): InFlight | undefined {
  const its = all.find((one) => one.epoch === epoch && one.index === index);
  if (its === undefined || its.doing === "fetching") return its;
  return all.find(({ worker, doing }) => worker === its.worker && doing !== "queued");
}

/** What is being done for the batch of `epoch` and `index`, in words. */
export function progressOf(all: readonly InFlight[], epoch: number, index: number): string {
  const holder = holderOf(all, epoch, index);
  if (holder === undefined) return "it waits for a free worker";
  const { worker, doing, age } = holder;
  if (doing === "starting") return `${worker} is starting`;
  return holder.epoch === epoch && holder.index === index
    ? `${worker} has been in getItem(${index}) for ${seconds(age)}`
    : `${worker} will fetch it after getItem(${holder.index}), which has taken ${seconds(age)}`;
}
