/**
 * Says of each answer of a loop whether it may come: the next batch, an error that the schedule is to blame for, the
 * end. It keeps a position of its own, which no state, report or error moves past a batch that has to come. It does not
 * judge by times.
 */
import { isEpochalError } from "epochal";
import { type Shard, shareOf } from "../../src/core/shard.ts";
import type { ExpectedEpoch } from "./expected.ts";
import { type Fault, faults, type Loop, type Phase } from "./schedule.ts";
import { Violation } from "./violation.ts";

/** Where a loop stands. */
export interface Place {
  readonly epoch: number;
  readonly position: number;
}

/** Judges one loop of one rank. */
export class Oracle {
  readonly epoch: number;
  /** Batches delivered. */
  delivered = 0;
  /** What became of it: it goes on, came to its end, or met a failure of the schedule's making. */
  over: "end" | "failed" | undefined;
  /** Signals sent to workers so far, over the whole phase. */
  kills = 0;
  readonly #start: number;
  readonly #shard: Shard;
  readonly #phase: Phase;
  readonly #loop: Loop;
  readonly #expected: ExpectedEpoch;
  readonly #steps: number;
  /** Batches behind it, those left out too. */
  #step = 0;

  constructor(place: Place, shard: Shard, phase: Phase, loop: Loop, expected: ExpectedEpoch) {
    this.epoch = place.epoch;
    this.#start = place.position;
    this.#shard = shard;
    this.#phase = phase;
    this.#loop = loop;
    this.#expected = expected;
    this.#steps = shareOf(Math.max(0, expected.length - place.position), shard);
  }

  /** Where the loader must say that it stands. */
  get place(): Place {
    if (this.#step >= this.#steps) return { epoch: this.epoch + 1, position: 0 };
    return { epoch: this.epoch, position: this.#start + this.#step * this.#shard.worldSize };
  }

  /** A batch came. */
  onBatch(found: string): void {
    for (; this.#step < this.#steps; this.#step++) {
      if (this.#expected.accepts(this.#position, found)) {
        if (this.#mustFail()) throw this.#violation("a failure was not told", "a batch came");
        this.#step++;
        this.delivered++;
        return;
      }
      if (!this.#maySkip()) throw this.#violation("another batch", `digest ${found}`);
    }
    throw this.#violation("a batch too many", `digest ${found}`);
  }

  /** The loop came to its end. */
  onEnd(): void {
    for (; this.#step < this.#steps; this.#step++) {
      if (!this.#maySkip()) throw this.#violation("the epoch ended early", `of ${this.#steps} steps`);
    }
    this.over = "end";
  }

  /** The loop failed. */
  onError(error: unknown): void {
    this.over = "failed";
    if (isEpochalError(error, "WorkerError") && this.kills > this.#phase.retries) return;
    if (!isEpochalError(error, "BatchError")) throw this.#violation("not a typed error", show(error), error);
    while (this.#step < this.#steps && error.position !== this.#position && this.#maySkip()) this.#step++;
    if (this.#step >= this.#steps) throw this.#violation("an error after the end", show(error), error);
    const index = this.#expected.index(this.#position);
    if (error.epoch !== this.epoch || error.position !== this.#position || error.index !== index) {
      throw this.#violation("an error at another place", show(error), error);
    }
    const excuse = this.#excuse(error.attempts, textOf(error));
    if (excuse !== undefined) throw this.#violation(excuse, show(error), error);
  }

  /**
   * The loop was left where the loader says that it stands. Nobody tells of batches that are left out: those that may
   * be, before that place, were.
   */
  onLeft({ epoch, position }: Place): void {
    const before = (): boolean => this.place.epoch < epoch || this.place.position < position;
    while (this.#step < this.#steps && before() && this.#maySkip()) this.#step++;
  }

  get #position(): number {
    return this.#start + this.#step * this.#shard.worldSize + this.#shard.rank;
  }

  get #fault(): Fault | undefined {
    const index = this.#expected.index(this.#position);
    return this.#loop.faults.find((each) => each.index === index);
  }

  /** What is wrong with a failure at this place; undefined where the schedule is to blame. */
  #excuse(attempts: number, text: string): string | undefined {
    const { retries, retryErrors } = this.#phase;
    const fault = this.#fault;
    const damage = this.#expected.damaged(this.#position);
    if (damage && text.includes(damage.file)) return undefined;
    if (fault && faults[fault.kind].does === "throws" && (!retryErrors || fault.times === null)) {
      if (this.kills === 0 && attempts !== (retryErrors ? retries + 1 : 1)) return "tried too often";
      if (/a fault: |instead of a batch/.test(text)) return undefined;
    }
    // What a worker says of another's business may be held against that batch.
    if (fault?.kind === "foreign") return undefined;
    const blamed = this.kills + (fault ? (fault.times ?? attempts) : 0);
    if (attempts === retries + 1 && blamed >= attempts) return undefined;
    return damage ? "an error that does not name the file" : "an error without a fault";
  }

  #mustFail(): boolean {
    if (this.#expected.damaged(this.#position)?.surely) return true;
    const fault = this.#fault;
    return fault?.times === null && faults[fault.kind].does !== "passes";
  }

  #maySkip(): boolean {
    if (this.#phase.onError !== "skip") return false;
    if (this.#mustFail() || this.#expected.damaged(this.#position)) return true;
    const fault = this.#fault;
    if (fault && (faults[fault.kind].does === "throws" || fault.kind === "foreign")) return true;
    return this.kills + (fault?.times ?? 0) > this.#phase.retries;
  }

  #violation(check: string, what: string, cause?: unknown): Violation {
    const fault = this.#step < this.#steps ? this.#fault : undefined;
    const { rank, worldSize } = this.#shard;
    return new Violation(
      check,
      `epoch ${this.epoch}, position ${this.#position}, step ${this.#step} of ${this.#steps} (rank ${rank} of ${worldSize})${fault ? `, fault ${fault.kind} × ${fault.times ?? "always"}` : ""}: ${what}`,
      { cause },
    );
  }
}

/** Messages of an error and of all its causes. */
function textOf(error: unknown): string {
  const parts: string[] = [];
  for (let each = error, depth = 0; each !== undefined && depth < 10; depth++) {
    parts.push(each instanceof Error ? each.message : String(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return parts.join("\n");
}

function show(error: unknown): string {
  return `${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`.slice(0, 500);
}
