/** One loop over a loader, as its schedule has it: how fast it reads, what is done meanwhile, and how it is left. */
import { setTimeout } from "node:timers/promises";
import { isEpochalError, release } from "epochal";
import { digest } from "epochal/testing";
import type { ExpectedEpoch } from "./expected.ts";
import type { Files } from "./images.ts";
import type { Killer } from "./killer.ts";
import { Oracle, type Place } from "./oracle.ts";
import type { Rank } from "./run.ts";
import type { Loop, Phase } from "./schedule.ts";
import { type Batch, calls } from "./sequences.js";
import type { Tally } from "./tally.ts";
import { Violation } from "./violation.ts";

/** What all ranks of a loop share. */
export interface LoopContext {
  readonly phase: Phase;
  readonly loop: Loop;
  readonly expected: ExpectedEpoch;
  /** Whether it is the first one of a loader that goes on from a state. */
  readonly resumed: boolean;
  readonly files: Files | undefined;
  readonly killer: Killer;
  readonly tally: Tally;
}

type Answer = PromiseSettledResult<IteratorResult<Batch, undefined>>;

/**
 * Runs one loop of one rank from `place`, and notes where the rank stands then.
 *
 * @returns how it came to its end
 */
export async function runLoop(
  rank: Rank,
  place: Place,
  context: LoopContext,
): Promise<"end" | "failed" | "left"> {
  const { loader, sequence } = rank;
  const { phase, loop, expected, tally, killer } = context;
  const oracle = new Oracle(
    place,
    { rank: rank.rank, worldSize: phase.world, ragged: phase.ragged },
    phase,
    loop,
    expected,
  );
  const iterator = loader[Symbol.asyncIterator]();
  const held: { readonly batch: Batch; readonly digest: string }[] = [];
  const hooksBefore = calls.get(sequence)?.length ?? 0;
  const hear = (answer: Answer): void => {
    if (oracle.over) {
      checkSilence(answer);
      return;
    }
    oracle.kills = killer.sent;
    if (answer.status === "rejected") {
      if (isEpochalError(answer.reason, "StateError")) throw answer.reason;
      oracle.onError(answer.reason);
      tally.add("failures");
    } else if (answer.value.done) {
      oracle.onEnd();
    } else {
      const batch = answer.value.value;
      const found = digest(batch);
      oracle.onBatch(found);
      tally.add("batches compared");
      if (loop.release) release(batch);
      else if (held.push({ batch, digest: found }) > 4) held.shift();
    }
    rank.place = oracle.place;
  };

  disturb(rank, context, -1, 0);
  while (!oracle.over && oracle.delivered < (loop.take ?? Number.POSITIVE_INFINITY)) {
    const before = oracle.delivered;
    const wanted = Math.min(loop.overlap, (loop.take ?? Number.POSITIVE_INFINITY) - before);
    const answers = await Promise.allSettled(Array.from({ length: wanted }, () => iterator.next()));
    answers.forEach(hear);
    disturb(rank, context, before, oracle.delivered);
    if (oracle.over) break;
    if (before === 0 && loop.second) await checkSecond(rank, tally);
    if (before < 3 && oracle.delivered >= 3 && loop.pause > 0) await setTimeout(loop.pause);
  }
  const left = oracle.over ? undefined : await leave(rank, loop, iterator, hear);
  if (left) tally.add(`left by ${left}`);
  oracle.onLeft(loader.state());
  rank.place = oracle.place;
  tally.add(`loops ${oracle.over ?? "left"}`);
  for (const each of held) {
    if (digest(each.batch) !== each.digest) {
      throw new Violation(
        "a delivered batch was changed",
        `batch ${each.batch.index} of epoch ${oracle.epoch}`,
      );
    }
  }
  checkReport(rank, oracle);
  checkHooks(calls.get(sequence)?.slice(hooksBefore), oracle.epoch, context.resumed);
  return oracle.over ?? "left";
}

/** Does what the schedule has between batch `before` and batch `now`. The first rank does it for all. */
function disturb(
  { rank }: Rank,
  { loop, files, killer, tally }: LoopContext,
  before: number,
  now: number,
): void {
  if (rank !== 0) return;
  const due = ({ after }: { readonly after: number }): boolean => after > before && after <= now;
  for (const kill of loop.kills.filter(due)) killer.aim(kill);
  for (const mutation of loop.mutations.filter(due)) {
    files?.change(mutation);
    tally.add(`file ${mutation.to}, ${mutation.how}`);
  }
}

/** After the end or a failure nothing comes any more. */
function checkSilence(answer: Answer): void {
  if (answer.status === "fulfilled" && answer.value.done) return;
  throw new Violation(
    "an answer after the end",
    answer.status === "fulfilled" ? `batch ${answer.value.value?.index}` : String(answer.reason),
  );
}

async function checkSecond({ loader }: Rank, tally: Tally): Promise<void> {
  tally.add("second loops");
  const [answer] = await Promise.allSettled([loader[Symbol.asyncIterator]().next()]);
  if (answer.status === "rejected" && isEpochalError(answer.reason, "LoaderError")) return;
  throw new Violation(
    "a second loop was let in",
    String(answer.status === "rejected" ? answer.reason : "a batch"),
  );
}

/** Leaves the loop, and sees that it is left. */
async function leave(
  rank: Rank,
  { leave: how }: Loop,
  iterator: AsyncIterator<Batch, undefined> & AsyncDisposable,
  hear: (answer: Answer) => void,
): Promise<string> {
  const { loader, controller } = rank;
  const reason = new Error("the program's own reason");
  switch (how) {
    case "return":
      await iterator.return?.();
      break;
    case "throw": {
      const [thrown] = await Promise.allSettled([iterator.throw?.(reason)]);
      if (thrown.status !== "rejected" || thrown.reason !== reason) {
        throw new Violation("another error", `throw() came back with ${JSON.stringify(thrown)}`);
      }
      break;
    }
    case "dispose":
      await iterator[Symbol.asyncDispose]();
      break;
    default: {
      const aborts = how.startsWith("abort");
      const waiting = how.endsWith("waiting") ? iterator.next() : undefined;
      rank.closed = true;
      if (aborts) controller.abort(reason);
      const closing = aborts ? undefined : loader.close();
      const mayEndIt = (error: unknown): boolean =>
        aborts ? error === reason : isEpochalError(error, "LoaderError");
      if (waiting) {
        const [answer] = await Promise.allSettled([waiting]);
        if (answer.status === "fulfilled" || !mayEndIt(answer.reason)) hear(answer);
      }
      await closing;
      const [again] = await Promise.allSettled([loader[Symbol.asyncIterator]().next()]);
      if (again.status === "fulfilled" || !mayEndIt(again.reason)) {
        throw new Violation(
          "a closed loader was iterated",
          again.status === "rejected" ? String(again.reason) : "",
        );
      }
      return how;
    }
  }
  checkSilence((await Promise.allSettled([iterator.next()]))[0]);
  return how;
}

function checkReport({ loader }: Rank, { epoch, delivered, over }: Oracle): void {
  const { last } = loader.report();
  const ended = over === "end";
  if (last?.epoch === epoch && last.delivered === delivered && last.complete === ended) return;
  throw new Violation(
    "another report",
    `of epoch ${epoch}, ${delivered} delivered, complete: ${ended}; the loader says ${JSON.stringify(last)}`,
  );
}

/**
 * Each hook once an epoch, and in order; `noted` is undefined where the sequence has none. A resumed loader may have
 * them do again what they had done before.
 */
function checkHooks(noted: readonly string[] | undefined, epoch: number, resumed: boolean): void {
  if (noted === undefined) return;
  const epochs = noted.map((call) => Number(call.split(" ")[1]));
  const again =
    resumed && noted.at(-1) === `end ${epoch}` && epochs.every((each, i) => each >= (epochs[i - 1] ?? 0));
  if (again || noted.join() === `begin ${epoch},end ${epoch}`) return;
  throw new Violation("hooks", `${noted.join() || "none"} in epoch ${epoch}`);
}
