/** The pool over workers that do what a property says, and over a clock of its own: no thread is started. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { noCounters } from "../../../src/core/counters.ts";
import { progressOf } from "../../../src/worker/pool/in-flight.ts";
import type { Outcome, PoolEvent } from "../../../src/worker/pool/job.ts";
import { Pool, type PoolOptions } from "../../../src/worker/pool/pool.ts";
import type { BatchRequest, BatchWorker, StartWorker, WorkerEvents } from "../../../src/worker/worker.ts";

/** A worker whose far side is the test: it keeps the contract of worker.ts, and does nothing by itself. */
class PuppetWorker implements BatchWorker {
  readonly name: string;
  inline = false;
  readonly held: BatchRequest[] = [];
  ready = false;
  over = false;
  readonly #events: WorkerEvents;
  readonly #mayWork: () => boolean;

  constructor(id: number, events: WorkerEvents, mayWork: () => boolean) {
    this.name = `puppet ${id}`;
    this.#events = events;
    this.#mayWork = mayWork;
  }

  send(request: BatchRequest): void {
    expect(this.over, `${this.name} gets work after its end`).toBe(false);
    expect(this.#mayWork(), `${this.name} gets work while others are to do it`).toBe(true);
    this.held.push(request);
  }
  cancel(): void {}
  reload(): void {}
  recycle(): void {}
  ref(): void {}
  unref(): void {}
  terminate(): Promise<void> {
    this.over = true;
    return Promise.resolve();
  }

  start(): void {
    if (this.over || this.ready) return;
    this.ready = true;
    this.#events.onReady();
  }
  answer(): void {
    if (this.over || !this.ready || this.held.length === 0) return;
    const { id, index } = this.held.shift()!;
    this.#events.onBatch(id, `batch ${index}`, noCounters());
  }
  fail(): void {
    if (this.over || !this.ready || this.held.length === 0) return;
    const { id, index } = this.held.shift()!;
    this.#events.onError(id, `error ${index}`);
  }
  die(): void {
    if (this.over) return;
    this.over = true;
    this.#events.onExit(new Error("died"));
  }
  breakDown(): void {
    if (!this.over && !this.ready) this.#events.onBroken("broken");
  }
}

/** A pool of puppets, and what became of its jobs: job i asks for index i. */
class Stage {
  readonly workers: PuppetWorker[] = [];
  readonly outcomes: Outcome[][] = [];
  readonly events: PoolEvent[] = [];
  readonly cancelled = new Set<number>();
  readonly pool: Pool;
  size: number;
  sendable = true;
  /** Two kinds of workers, and the one taken at present. */
  readonly ways: readonly [StartWorker, StartWorker] = [this.#way(0), this.#way(1)];
  way: 0 | 1 = 0;

  constructor(options: Partial<PoolOptions> & { readonly workers: number }) {
    this.size = options.workers;
    this.pool = new Pool({
      timeout: 1000,
      retries: 0,
      retryErrors: false,
      onEvent: (event) => this.events.push(event),
      ...options,
      start: this.ways[0],
    });
  }

  #way(way: 0 | 1): StartWorker {
    const start = (id: number, events: WorkerEvents): BatchWorker => {
      if (!this.sendable) throw new Error("cannot be sent");
      const worker = new PuppetWorker(id, events, () => this.way === way);
      this.workers.push(worker);
      return worker;
    };
    return Object.assign(start, { kind: way === 0 ? ("thread" as const) : ("inline" as const) });
  }

  get alive(): PuppetWorker[] {
    return this.workers.filter(({ over }) => !over);
  }

  submit(count: number = 1): void {
    for (let i = 0; i < count; i++) {
      const outcomes: Outcome[] = [];
      const index = this.outcomes.push(outcomes) - 1;
      this.pool.submit({ epoch: 0, index, settle: (outcome) => outcomes.push(outcome) });
    }
  }

  cancel(): void {
    this.pool.cancel();
    for (const [job, outcomes] of this.outcomes.entries()) if (outcomes.length === 0) this.cancelled.add(job);
  }

  resize(size: number): void {
    this.size = size;
    this.pool.resize(size);
  }

  /** Takes the other kind of workers. */
  turn(size: number, keep: boolean): void {
    this.size = size;
    this.way = this.way === 0 ? 1 : 0;
    this.pool.resize(size, this.ways[this.way], keep);
  }

  /** Lets all workers start, and answer all they hold, until no job is left, cancelled or not. */
  drain(): void {
    this.sendable = true;
    for (let rounds = 0; this.pool.pending > 0 || this.alive.some(({ held }) => held.length > 0); rounds++) {
      expect(rounds, "the pool forgot a job, or never ends").toBeLessThan(1000);
      for (const worker of this.alive) {
        worker.start();
        while (worker.held.length > 0 && !worker.over) worker.answer();
      }
    }
  }

  /** What must hold at any time. */
  check(): void {
    const held = this.alive.flatMap((worker) => worker.held.map(({ id }) => id));
    expect(new Set(held).size, "a job is with two workers").toBe(held.length);
    for (const worker of this.alive) expect(worker.held.length).toBeLessThanOrEqual(2);
    for (const [job, outcomes] of this.outcomes.entries()) {
      expect(outcomes.length, `job ${job} was settled twice, or after it was cancelled`).toBeLessThanOrEqual(
        this.cancelled.has(job) ? 0 : 1,
      );
      const [outcome] = outcomes;
      if (outcome?.ok) expect(outcome.batch).toBe(`batch ${job}`);
      else if (outcome?.reason === "threw") expect(outcome.cause).toBe(`error ${job}`);
    }
  }
}

const deeds = [
  "submit",
  "start",
  "answer",
  "fail",
  "die",
  "breakDown",
  "cancel",
  "resize",
  "turn",
  "unsendable",
] as const;

const deed = fc.record({
  what: fc.oneof(
    { arbitrary: fc.constantFrom("submit", "start", "answer"), weight: 3 },
    { arbitrary: fc.constantFrom(...deeds), weight: 2 },
  ),
  who: fc.nat(7),
});

describe("Pool", () => {
  it("settles every job exactly once unless it is cancelled, whatever happens to the workers", () => {
    fc.assert(
      fc.property(
        fc.record({ workers: fc.integer({ min: 1, max: 4 }), retries: fc.nat(2), retryErrors: fc.boolean() }),
        fc.array(deed, { maxLength: 80 }),
        (options, play) => {
          const stage = new Stage(options);
          for (const { what, who } of play) {
            const worker = stage.alive[who % Math.max(1, stage.alive.length)];
            if (what === "submit") stage.submit(1 + (who % 4));
            else if (what === "cancel") stage.cancel();
            else if (what === "resize") stage.resize(1 + (who % 4));
            else if (what === "turn") stage.turn(1 + (who % 4), who < 4);
            else if (what === "unsendable") stage.sendable = !stage.sendable;
            else worker?.[what]();
            stage.check();
          }
          stage.drain();
          stage.check();
          for (const [job, outcomes] of stage.outcomes.entries())
            expect(outcomes.length, `job ${job}`).toBe(stage.cancelled.has(job) ? 0 : 1);
          // Those kept of the other way may be there, until they are no longer to be kept.
          stage.pool.resize(stage.size, stage.ways[stage.way]);
          expect(stage.alive.length).toBeLessThanOrEqual(stage.size);
          void stage.pool.close();
          expect(stage.alive).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("blames a death on the first job alone, as often as `retries` allows", () => {
    fc.assert(
      fc.property(fc.nat(3), (retries) => {
        const stage = new Stage({ workers: 1, retries });
        stage.submit(3);
        for (let tries = 0; tries <= retries; tries++) {
          expect(stage.alive.map(({ held }) => held.map(({ index }) => index))).toEqual([[0, 1]]);
          stage.alive[0]!.start();
          stage.alive[0]!.die();
        }
        expect(stage.outcomes[0]).toMatchObject([{ ok: false, reason: "died", attempts: retries + 1 }]);
        expect(stage.events.filter(({ type }) => type === "retry")).toHaveLength(retries);
        expect(stage.events.filter(({ type }) => type === "lost")).toHaveLength(retries + 1);
        stage.drain();
        expect(stage.outcomes.slice(1)).toMatchObject([[{ ok: true }], [{ ok: true }]]);
        void stage.pool.close();
      }),
    );
  });

  it("gives up on a sequence that no worker can load, and starts anew when asked", () => {
    const stage = new Stage({ workers: 2, retries: 2 });
    stage.submit(5);
    stage.alive[1]!.breakDown();
    expect(stage.outcomes.map(([outcome]) => outcome)).toMatchObject(
      Array(5).fill({ ok: false, reason: "start", cause: "broken", worker: "puppet 2" }),
    );
    expect(stage.alive).toEqual([]);
    stage.pool.prepare(2);
    expect(stage.alive).toHaveLength(2);
    void stage.pool.close();
  });

  it("starts no more workers than it has jobs", () => {
    const stage = new Stage({ workers: 4 });
    stage.submit(2);
    expect(stage.alive).toHaveLength(2);
    stage.pool.prepare(3);
    expect(stage.alive).toHaveLength(3);
    void stage.pool.close();
  });

  it("lets workers too many finish what they hold", () => {
    const stage = new Stage({ workers: 3 });
    stage.submit(6);
    for (const worker of stage.alive) worker.start();
    stage.resize(1);
    expect(stage.alive).toHaveLength(3);
    stage.drain();
    expect(stage.outcomes).toMatchObject(Array(6).fill([{ ok: true }]));
    expect(stage.alive).toHaveLength(1);
    void stage.pool.close();
  });

  it("keeps workers at hand that are to be taken again, and ends them when they are not", () => {
    const stage = new Stage({ workers: 2 });
    stage.submit(4);
    for (const worker of stage.alive) worker.start();
    const first = stage.alive;
    stage.turn(1, true);
    stage.drain();
    stage.submit(2);
    expect(stage.alive).toEqual([...first, stage.workers[2]]);
    expect(stage.workers[2]!.held).toHaveLength(2);
    stage.drain();
    stage.turn(2, false);
    stage.submit(2);
    expect(stage.alive).toEqual(first);
    expect(first.map(({ held }) => held.length)).toEqual([1, 1]);
    stage.drain();
    stage.turn(1, false);
    expect(stage.alive).toEqual([]);
    void stage.pool.close();
  });

  it("fails no job for a kept worker that breaks down, or dies, before it was ready", () => {
    for (const fault of ["breakDown", "die"] as const) {
      const stage = new Stage({ workers: 2, retries: 0 });
      stage.submit(4);
      const kept = stage.alive;
      stage.turn(1, true);
      for (const worker of kept) worker[fault]();
      stage.drain();
      expect(stage.outcomes).toMatchObject(Array(4).fill([{ ok: true }]));
      void stage.pool.close();
    }
  });

  it("waits for the caller's own instance to be free, whoever else gets ready meanwhile", async () => {
    const stage = new Stage({ workers: 1 });
    stage.submit(2);
    stage.turn(1, true);
    stage.submit(2);
    const [kept, inline] = stage.workers as [PuppetWorker, PuppetWorker];
    inline.inline = true;
    stage.cancel();
    let idle = false;
    const waiting = stage.pool.idle().then(() => {
      idle = true;
    });
    const answerAll = async (worker: PuppetWorker): Promise<void> => {
      worker.start();
      while (worker.held.length > 0) worker.answer();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await answerAll(kept);
    expect(idle).toBe(false);
    await answerAll(inline);
    expect(idle).toBe(true);
    await waiting;
    void stage.pool.close();
  });
});

describe("Pool, by the clock", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("replaces a worker that is late, and blames the job it was on alone", () => {
    const stage = new Stage({ workers: 1, retries: 1, timeout: 1000 });
    stage.submit(2);
    for (const times of [1, 2]) {
      stage.alive[0]!.start();
      vi.advanceTimersByTime(900);
      expect(stage.workers).toHaveLength(times);
      vi.advanceTimersByTime(500);
      expect(stage.workers).toHaveLength(times + 1);
    }
    expect(stage.outcomes[0]).toMatchObject([{ ok: false, reason: "late", attempts: 2 }]);
    expect(String((stage.outcomes[0]![0] as { cause: unknown }).cause)).toMatch(
      /did not finish within the timeout of 1\.0 s/,
    );
    stage.drain();
    expect(stage.outcomes[1]).toMatchObject([{ ok: true }]);
    void stage.pool.close();
  });

  it("counts a worker's time from its answer to the job before", () => {
    const stage = new Stage({ workers: 1, timeout: 1000 });
    stage.submit(4);
    stage.alive[0]!.start();
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(900);
      stage.alive[0]!.answer();
    }
    expect(stage.outcomes).toMatchObject(Array(4).fill([{ ok: true }]));
    expect(stage.workers).toHaveLength(1);
    void stage.pool.close();
  });

  it("gives a start a minute, however short the timeout, and ends one that takes longer", () => {
    const stage = new Stage({ workers: 1, retries: 0, timeout: 20 });
    stage.submit(2);
    vi.advanceTimersByTime(59_000);
    expect(stage.outcomes).toEqual([[], []]);
    vi.advanceTimersByTime(2_000);
    expect(stage.alive).toEqual([]);
    for (const [outcome] of stage.outcomes) {
      expect(outcome).toMatchObject({ ok: false, reason: "start" });
      expect(String((outcome as { cause: unknown }).cause)).toMatch(
        /ended before it was ready: puppet 1 did not start within the timeout of 60\.0 s/,
      );
    }
  });

  it("replaces a worker that is stuck in a job nobody waits for", () => {
    const stage = new Stage({ workers: 1, retries: 2, timeout: 1000 });
    stage.submit(1);
    stage.alive[0]!.start();
    stage.cancel();
    vi.advanceTimersByTime(2000);
    expect(stage.alive).toEqual([]);
    stage.submit(1);
    stage.drain();
    expect(stage.outcomes).toMatchObject([[], [{ ok: true }]]);
    void stage.pool.close();
  });

  it("takes no time of its own program's for a worker's", () => {
    const stage = new Stage({ workers: 1, timeout: 1000 });
    stage.submit(1);
    stage.alive[0]!.start();
    // The event loop stands still for a minute: one turn of the timer, which comes late.
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now + 60_000);
    vi.advanceTimersByTime(250);
    expect(stage.alive).toHaveLength(1);
    expect(progressOf(stage.pool.inFlight(), 0, 0)).toBe("puppet 1 has been in getItem(0) for 500 ms");
    vi.restoreAllMocks();
    void stage.pool.close();
  });

  it("has no timer while it has nothing to do", () => {
    const stage = new Stage({ workers: 2 });
    expect(vi.getTimerCount()).toBe(0);
    stage.submit(3);
    expect(vi.getTimerCount()).toBe(1);
    stage.drain();
    for (const worker of stage.alive) worker.start();
    vi.advanceTimersByTime(2000);
    expect(vi.getTimerCount()).toBe(0);
    stage.submit(1);
    void stage.pool.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
