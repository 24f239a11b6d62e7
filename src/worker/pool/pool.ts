/**
 * A fixed number of workers that fetch jobs, whatever happens to the workers.
 *
 * Invariant: every job submitted is settled exactly once, unless it is cancelled before. A job goes to the least
 * loaded worker, in the order of submission; a worker holds two, so that it never waits for the next. When a worker
 * ends or misses its deadline, the job it was on is tried again (up to `retries` times) and the ones behind it go back
 * to the queue unblamed; a new worker takes its place. The pool knows neither order nor tensors.
 *
 * Limits: the deadline is watched in steps of a quarter of it, and only while this thread's event loop turns: a
 * program that is busy for a minute has not waited for a minute.
 */
import { WorkerError } from "../../core/errors.ts";
import { batchesInFlight } from "../../core/in-flight.ts";
import { waitAtMost } from "../../core/settle.ts";
import { seconds, type Watch, watchEvery } from "../../core/watch.ts";
import { type BatchWorker, endPatience, type StartWorker } from "../worker.ts";
import { type InFlight, inFlight } from "./in-flight.ts";
import type { Job, PoolEvent } from "./job.ts";
import { fullness, newSlot, sentTo, type Task, type WorkerSlot } from "./slot.ts";

/** Milliseconds a worker may take to start, however short the deadline of a batch: a loaded machine starts slowly. */
const startTimeout = 60_000;

/** How a pool works. */
export interface PoolOptions {
  readonly workers: number;
  readonly start: StartWorker;
  /** Milliseconds a worker may take for one batch. */
  readonly timeout: number;
  /** How often a job is tried again after its worker ended. */
  readonly retries: number;
  /** Whether an error thrown by `getItem` is tried again as well. */
  readonly retryErrors: boolean;
  readonly onEvent?: (event: PoolEvent) => void;
  /** Whether somebody observes: else only what has gone wrong is told. */
  readonly observed?: () => boolean;
  /** Called from time to time, at least once a second, while jobs are out. */
  readonly onTick?: () => void;
}

/** Fetches jobs by a number of workers, each job exactly once, and replaces workers that end. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<WorkerSlot>();
  readonly #queue: Task[] = [];
  readonly #ending = new Set<Promise<void>>();
  readonly #onIdle: (() => void)[] = [];
  #size: number;
  #start: StartWorker;
  #nextWorker = 1;
  #nextRequest = 0;
  #failedStarts = 0;
  #wanted = false;
  #closed = false;
  #watch: Watch | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#size = options.workers;
    this.#start = options.start;
  }

  /** Number of jobs that workers hold or that wait for one, cancelled ones not counted. */
  get pending(): number {
    let held = 0;
    for (const slot of this.#slots) for (const task of slot.held) if (!task.cancelled) held++;
    return held + this.#queue.length;
  }

  /**
   * Starts as many workers as `jobs` can use, side by side, if they are not there.
   *
   * @throws PortableError if the sequence cannot be sent to a worker, WorkerError if none can be started.
   */
  prepare(jobs: number): void {
    this.#failedStarts = 0;
    try {
      while (this.#working() < Math.min(this.#size, jobs)) this.#startWorker();
    } catch (error) {
      // Those beside it have begun without what it lacked, and would fail in the next epoch.
      this.#giveUp(error, "a worker");
      throw error;
    }
  }

  /**
   * Changes the number of workers, and how new ones are started. Workers too many finish the jobs they hold and end. So
   * do those of another kind, or with `keep` they stay and get no jobs until their kind is taken again.
   */
  resize(size: number, start: StartWorker = this.#start, keep = false): void {
    this.#start = start;
    this.#size = size;
    for (const slot of this.#slots) {
      if (slot.kind === start.kind ? this.#working() > size : !keep) slot.retiring = true;
      if (slot.retiring && slot.held.length === 0) this.#end(slot);
    }
    this.#assign();
  }

  #working(): number {
    let working = 0;
    for (const slot of this.#slots) if (this.#takesJobs(slot)) working++;
    return working;
  }

  #takesJobs({ retiring, kind }: WorkerSlot): boolean {
    return !retiring && kind === this.#start.kind;
  }

  /** Has a job fetched. */
  submit(job: Job): void {
    const { epoch, index } = job;
    const id = this.#nextRequest++;
    const request = this.#observed ? { id, epoch, index, observed: true } : { id, epoch, index };
    this.#queue.push({ request, job, attempts: 0, sentAt: 0, failedAt: 0, cancelled: false });
    this.#assign();
  }

  /**
   * Forgets every job: none of them is settled after this. Deadlines are still watched, so that a worker that is stuck
   * in a job nobody waits for does not spin for ever.
   */
  cancel(): void {
    this.#queue.length = 0;
    for (const slot of this.#slots) {
      for (const task of slot.held) task.cancelled = true;
      if (slot.held.length > 0) slot.worker.cancel(this.#nextRequest - 1);
    }
  }

  /** Has workers take the sequence anew as an epoch begins: copies where it `changed`, the caller's own always. */
  reload(changed: boolean): void {
    for (const { worker } of this.#slots) if (changed || worker.inline) worker.reload();
  }

  /** Somebody waits: the workers keep the program alive. */
  ref(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    for (const slot of this.#slots) slot.worker.ref();
    // An inline worker may have served whoever waits by now.
    if (this.#wanted) this.#watch?.ref();
  }

  /** Nobody waits. */
  unref(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    for (const slot of this.#slots) slot.worker.unref();
    this.#watch?.unref();
  }

  /** What all workers are at. */
  inFlight(): readonly InFlight[] {
    return inFlight(this.#slots);
  }

  get #observed(): boolean {
    return this.#options.observed?.() ?? false;
  }

  /** Resolves when nobody works on the caller's own instance any more, or after two seconds. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await waitAtMost(new Promise<void>((resolve) => this.#onIdle.push(resolve)), endPatience);
  }

  #isIdle(): boolean {
    for (const { worker, held } of this.#slots) if (worker.inline && held.length > 0) return false;
    return true;
  }

  /** Ends every worker; resolves when they are gone. */
  close(): Promise<void> {
    this.#closed = true;
    this.cancel();
    this.#unwatch();
    for (const slot of [...this.#slots]) this.#end(slot);
    return Promise.all(this.#ending).then(() => undefined);
  }

  #startWorker(): void {
    const id = this.#nextWorker++;
    const start = this.#start;
    let slot: WorkerSlot | undefined;
    const worker = start(id, {
      onReady: () => {
        if (!slot || slot.gone) return;
        this.#failedStarts = 0;
        if (slot.ready) return;
        slot.ready = true;
        slot.age = 0;
        slot.readyAt = slot.since = performance.now();
        const { startedAt: begin, readyAt: end } = slot;
        if (this.#observed) this.#options.onEvent?.({ type: "ready", worker: worker.name, begin, end });
      },
      onBroken: (error) => {
        if (!slot || slot.gone) return;
        // The sequence cannot be loaded: no worker started this way will do better.
        if (this.#takesJobs(slot)) this.#giveUp(error, worker.name);
        else this.#dismiss(slot);
      },
      onBatch: (id, batch, counters) => {
        const done = this.#take(slot, id);
        if (done) {
          const { readyAt, fetched } = slot!;
          const { job, sentAt, failedAt } = done;
          const first = fetched === 1;
          job.settle({ ok: true, batch, worker, counters, readyAt, first, failedAt, sentAt });
        }
        this.#assign();
      },
      onError: (id, error) => {
        const done = this.#take(slot, id);
        if (done) this.#failed(done, "threw", error, worker.name, this.#options.retryErrors);
        this.#assign();
      },
      onExit: (reason) => {
        if (slot) this.#lost(slot, reason, "died");
      },
    });
    slot = newSlot(worker, start.kind);
    this.#slots.add(slot);
    if (this.#observed)
      this.#options.onEvent?.({ type: "starting", worker: worker.name, time: slot.startedAt });
    if (this.#wanted) worker.ref();
  }

  /** Removes a request that is answered from its slot; its task, unless nobody waits for it any more. */
  #take(slot: WorkerSlot | undefined, id: number): Task | undefined {
    if (!slot || slot.gone) return undefined;
    const place = slot.held.findIndex((held) => held.request.id === id);
    if (place < 0) return undefined;
    const [done] = slot.held.splice(place, 1);
    slot.age = 0;
    slot.since = this.#observed ? performance.now() : 0;
    slot.fetched++;
    if (slot.held.length === 0 && slot.retiring) this.#end(slot);
    if (this.#isIdle()) for (const resolve of this.#onIdle.splice(0)) resolve();
    return done!.cancelled ? undefined : done;
  }

  /** Settles a failed try, or puts it back at the head of the queue. */
  #failed(
    failed: Task,
    reason: "threw" | "died" | "late",
    cause: unknown,
    worker: string,
    retry: boolean,
  ): void {
    failed.attempts++;
    failed.failedAt = performance.now();
    if (!retry || failed.attempts > this.#options.retries) {
      failed.job.settle({ ok: false, reason, cause, worker, attempts: failed.attempts });
      return;
    }
    this.#requeue([failed]);
    const { epoch, index } = failed.request;
    this.#options.onEvent?.({ type: "retry", epoch, index, reason: cause, time: performance.now() });
  }

  /** Back to the queue, ahead of all that was submitted later; what nobody waits for is dropped. */
  #requeue(tasks: readonly Task[]): void {
    this.#queue.push(...tasks.filter(({ cancelled }) => !cancelled));
    this.#queue.sort((a, b) => a.request.id - b.request.id);
  }

  /** A worker is gone: its jobs go back, and another takes its place. */
  #lost(slot: WorkerSlot, reason: Error, how: "died" | "late"): void {
    if (slot.gone) return;
    slot.gone = true;
    this.#slots.delete(slot);
    const [first, ...rest] = slot.held.splice(0);
    this.#requeue(rest);
    const wasStarting = !slot.ready;
    if (this.#closed) return;
    this.#options.onEvent?.({
      type: "lost",
      worker: slot.worker.name,
      reason,
      index: wasStarting ? undefined : first?.request.index,
      time: performance.now(),
    });
    if (wasStarting) {
      if (first) this.#requeue([first]);
      if (this.#takesJobs(slot) && ++this.#failedStarts > this.#options.retries) {
        const { name } = slot.worker;
        this.#giveUp(neverReady(name, reason, this.#failedStarts), name);
        return;
      }
    } else if (first && !first.cancelled) {
      this.#failed(first, how, reason, slot.worker.name, true);
    }
    this.#assign();
  }

  /** Workers for all jobs there are, up to the pool's size. */
  #fill(): void {
    let working = this.#working();
    if (working >= this.#size) return;
    try {
      for (const wanted = Math.min(this.#size, this.pending); working < wanted; working++)
        this.#startWorker();
    } catch (error) {
      this.#giveUp(error, "a worker");
    }
  }

  /** Fails every job; the next `prepare` starts anew. */
  #giveUp(cause: unknown, worker: string): void {
    for (const slot of [...this.#slots]) {
      this.#requeue(slot.held.splice(0));
      this.#end(slot);
    }
    for (const { job, attempts } of this.#queue.splice(0)) {
      job.settle({ ok: false, reason: "start", cause, worker, attempts: attempts + 1 });
    }
  }

  /** Ends a worker that gets no more jobs, and has others do those it holds. */
  #dismiss(slot: WorkerSlot): void {
    this.#requeue(slot.held.splice(0));
    this.#end(slot);
    this.#assign();
  }

  #end(slot: WorkerSlot): void {
    slot.gone = true;
    this.#slots.delete(slot);
    this.#terminate(slot.worker);
  }

  #terminate(worker: BatchWorker): void {
    const ending = worker.terminate().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Gives waiting jobs to workers that have room, the least loaded and soonest ready first. */
  #assign(): void {
    if (this.#closed || this.#queue.length === 0) return;
    this.#fill();
    while (this.#queue.length > 0) {
      let best: WorkerSlot | undefined;
      for (const slot of this.#slots) {
        if (!this.#takesJobs(slot) || slot.held.length >= batchesInFlight) continue;
        if (!best || fullness(slot) < fullness(best)) best = slot;
      }
      if (!best) break;
      const next = this.#queue.shift()!;
      best.held.push(next);
      if (this.#observed) this.#options.onEvent?.(sentTo(best, next));
      else if (best.ready && best.held.length === 1) best.since = 0;
      best.worker.send(next.request);
    }
    this.#watchDeadlines();
  }

  #watchDeadlines(): void {
    if (this.#watch || this.#closed || this.#slots.size === 0) return;
    const step = Math.min(1000, Math.max(10, this.#options.timeout / 4));
    this.#watch = watchEvery(step, (elapsed) => {
      let busy = false;
      for (const slot of [...this.#slots]) {
        if (slot.ready && slot.held.length === 0) continue;
        busy = true;
        // A turn that came late was held up by this thread, not by the worker; its answer may lie in the queue.
        slot.age += Math.min(elapsed, 2 * step);
        if (slot.age > this.#limit(slot)) this.#late(slot);
      }
      if (busy) this.#options.onTick?.();
      else this.#unwatch();
    });
    if (this.#wanted) this.#watch.ref();
  }

  #unwatch(): void {
    this.#watch?.stop();
    this.#watch = undefined;
  }

  #limit(slot: WorkerSlot): number {
    const { timeout } = this.#options;
    return slot.ready ? timeout : Math.max(timeout, startTimeout);
  }

  #late(slot: WorkerSlot): void {
    const { worker, ready } = slot;
    const what = `did not ${ready ? "finish" : "start"} within the timeout of ${seconds(this.#limit(slot))}`;
    this.#lost(slot, new Error(what), "late");
    this.#terminate(worker);
  }
}

/** Workers ended before they were ready, so often that no other is started; `name` and `reason` are the last one's. */
function neverReady(name: string, reason: Error, times: number): WorkerError {
  const often = times === 1 ? "" : `, ${times} times`;
  const why = reason.message.replace(/\.?$/, ".");
  return new WorkerError(`A worker ended before it was ready${often}: ${name} ${why}`, { cause: reason });
}
