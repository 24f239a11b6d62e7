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
import { seconds, type Watch, watchEvery } from "../../core/watch.ts";
import { neverReady, waitAtMost } from "../wire/dispatch.ts";
import type { StartWorker, Ticket, Worker } from "../worker.ts";
import type { Job, PoolEvent } from "./job.ts";

/** Jobs a worker holds: the one it is on, and the next. */
const jobsPerWorker = 2;

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
  /** Called from time to time, at least once a second, while jobs are out. */
  readonly onTick?: () => void;
}

interface Assigned {
  readonly ticket: Ticket;
  readonly job: Job;
  attempts: number;
  cancelled: boolean;
}

/** A worker's place. */
interface Seat {
  readonly worker: Worker;
  /** How it was started; it gets jobs only while workers are started that way. */
  readonly start: StartWorker;
  ready: boolean;
  readonly held: Assigned[];
  /** Milliseconds it has been on its first job, or its start, while somebody watched. */
  age: number;
  gone: boolean;
  /** Gets no more jobs, and is ended after its last. */
  retiring: boolean;
}

/** See the head of this file. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat>();
  readonly #queue: Assigned[] = [];
  readonly #ending = new Set<Promise<void>>();
  readonly #onIdle: (() => void)[] = [];
  #size: number;
  #start: StartWorker;
  #nextWorker = 1;
  #nextTicket = 0;
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
    for (const seat of this.#seats) for (const job of seat.held) if (!job.cancelled) held++;
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
   * do those that were started another way, or with `keep` they stay and get no jobs until that way is taken again.
   */
  resize(size: number, start: StartWorker = this.#start, keep = false): void {
    this.#start = start;
    this.#size = size;
    for (const seat of this.#seats) {
      if (seat.start === start ? this.#working() > size : !keep) seat.retiring = true;
      if (seat.retiring && seat.held.length === 0) this.#end(seat);
    }
    this.#assign();
  }

  #working(): number {
    let working = 0;
    for (const seat of this.#seats) if (this.#takesJobs(seat)) working++;
    return working;
  }

  #takesJobs({ retiring, start }: Seat): boolean {
    return !retiring && start === this.#start;
  }

  /** Has a job fetched. */
  submit(job: Job): void {
    const ticket = { id: this.#nextTicket++, epoch: job.epoch, index: job.index };
    this.#queue.push({ ticket, job, attempts: 0, cancelled: false });
    this.#assign();
  }

  /**
   * Forgets every job: none of them is settled after this. Deadlines are still watched, so that a worker that is stuck
   * in a job nobody waits for does not spin for ever.
   */
  cancel(): void {
    this.#queue.length = 0;
    for (const seat of this.#seats) {
      for (const held of seat.held) held.cancelled = true;
      if (seat.held.length > 0) seat.worker.cancel(this.#nextTicket - 1);
    }
  }

  /** Has workers take the sequence anew as an epoch begins: copies where it `changed`, the caller's own always. */
  reload(changed: boolean): void {
    for (const { worker } of this.#seats) if (changed || worker.inline) worker.reload();
  }

  /** Somebody waits: the workers keep the program alive. */
  ref(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    for (const seat of this.#seats) seat.worker.ref();
    this.#watch?.ref();
  }

  /** Nobody waits. */
  unref(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    for (const seat of this.#seats) seat.worker.unref();
    this.#watch?.unref();
  }

  /** What is being done for the job of `epoch` and `index`, in words. */
  describe(epoch: number, index: number): string {
    for (const { worker, held, ready, age } of this.#seats) {
      const place = held.findIndex(({ ticket }) => ticket.epoch === epoch && ticket.index === index);
      if (place < 0) continue;
      if (!ready) return `${worker.name} is starting`;
      return place === 0
        ? `${worker.name} has been in getItem(${index}) for ${seconds(age)}`
        : `${worker.name} will fetch it after getItem(${held[0]!.ticket.index}), which has taken ${seconds(age)}`;
    }
    return "it waits for a free worker";
  }

  /** Resolves when nobody works on the caller's own instance any more, or after two seconds. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await waitAtMost(new Promise<void>((resolve) => this.#onIdle.push(resolve)));
  }

  #isIdle(): boolean {
    for (const { worker, held } of this.#seats) if (worker.inline && held.length > 0) return false;
    return true;
  }

  /** Ends every worker; resolves when they are gone. */
  close(): Promise<void> {
    this.#closed = true;
    this.cancel();
    this.#unwatch();
    for (const seat of [...this.#seats]) this.#end(seat);
    return Promise.all(this.#ending).then(() => undefined);
  }

  #startWorker(): void {
    const id = this.#nextWorker++;
    const start = this.#start;
    let seat: Seat | undefined;
    const worker = start(id, {
      onReady: () => {
        if (!seat || seat.gone) return;
        if (!seat.ready) seat.age = 0;
        seat.ready = true;
        this.#failedStarts = 0;
      },
      onBroken: (error) => {
        if (!seat || seat.gone) return;
        // The sequence cannot be loaded: no worker started this way will do better.
        if (this.#takesJobs(seat)) this.#giveUp(error, worker.name);
        else this.#dismiss(seat);
      },
      onBatch: (ticket, batch, counters) => {
        const done = this.#take(seat, ticket);
        if (done) done.job.settle({ ok: true, batch, worker, counters });
        this.#assign();
      },
      onError: (ticket, error) => {
        const done = this.#take(seat, ticket);
        if (done) this.#failed(done, "threw", error, worker.name, this.#options.retryErrors);
        this.#assign();
      },
      onExit: (reason) => {
        if (seat) this.#lost(seat, reason, "died");
      },
    });
    seat = { worker, start, ready: false, held: [], age: 0, gone: false, retiring: false };
    this.#seats.add(seat);
    if (this.#wanted) worker.ref();
  }

  /** Removes a ticket from its seat; the job, unless nobody waits for it any more. */
  #take(seat: Seat | undefined, ticket: number): Assigned | undefined {
    if (!seat || seat.gone) return undefined;
    const place = seat.held.findIndex((held) => held.ticket.id === ticket);
    if (place < 0) return undefined;
    const [done] = seat.held.splice(place, 1);
    seat.age = 0;
    if (seat.held.length === 0 && seat.retiring) this.#end(seat);
    if (this.#isIdle()) for (const resolve of this.#onIdle.splice(0)) resolve();
    return done!.cancelled ? undefined : done;
  }

  /** Settles a failed try, or puts it back at the head of the queue. */
  #failed(
    failed: Assigned,
    reason: "threw" | "died" | "late",
    cause: unknown,
    worker: string,
    retry: boolean,
  ): void {
    failed.attempts++;
    if (!retry || failed.attempts > this.#options.retries) {
      failed.job.settle({ ok: false, reason, cause, worker, attempts: failed.attempts });
      return;
    }
    this.#requeue([failed]);
    this.#options.onEvent?.({ type: "retry", epoch: failed.ticket.epoch, index: failed.ticket.index });
  }

  /** Back to the queue, ahead of all that was submitted later; what nobody waits for is dropped. */
  #requeue(jobs: readonly Assigned[]): void {
    this.#queue.push(...jobs.filter(({ cancelled }) => !cancelled));
    this.#queue.sort((a, b) => a.ticket.id - b.ticket.id);
  }

  /** A worker is gone: its jobs go back, and another takes its place. */
  #lost(seat: Seat, reason: Error, how: "died" | "late"): void {
    if (seat.gone) return;
    seat.gone = true;
    this.#seats.delete(seat);
    const [first, ...rest] = seat.held.splice(0);
    this.#requeue(rest);
    const wasStarting = !seat.ready;
    if (this.#closed) return;
    this.#options.onEvent?.({
      type: "lost",
      worker: seat.worker.name,
      reason,
      index: wasStarting ? undefined : first?.ticket.index,
    });
    if (wasStarting) {
      if (first) this.#requeue([first]);
      if (this.#takesJobs(seat) && ++this.#failedStarts > this.#options.retries) {
        const { name } = seat.worker;
        this.#giveUp(neverReady(name, reason, this.#failedStarts), name);
        return;
      }
    } else if (first && !first.cancelled) {
      this.#failed(first, how, reason, seat.worker.name, true);
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
    for (const seat of [...this.#seats]) {
      this.#requeue(seat.held.splice(0));
      this.#end(seat);
    }
    for (const { job, attempts } of this.#queue.splice(0)) {
      job.settle({ ok: false, reason: "start", cause, worker, attempts: attempts + 1 });
    }
  }

  /** Ends a worker that gets no more jobs, and has others do those it holds. */
  #dismiss(seat: Seat): void {
    this.#requeue(seat.held.splice(0));
    this.#end(seat);
    this.#assign();
  }

  #end(seat: Seat): void {
    seat.gone = true;
    this.#seats.delete(seat);
    this.#terminate(seat.worker);
  }

  #terminate(worker: Worker): void {
    const ending = worker.terminate().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Gives waiting jobs to workers that have room, the least loaded and soonest ready first. */
  #assign(): void {
    if (this.#closed || this.#queue.length === 0) return;
    this.#fill();
    while (this.#queue.length > 0) {
      let best: Seat | undefined;
      for (const seat of this.#seats) {
        if (!this.#takesJobs(seat) || seat.held.length >= jobsPerWorker) continue;
        if (!best || load(seat) < load(best)) best = seat;
      }
      if (!best) break;
      const next = this.#queue.shift()!;
      best.held.push(next);
      best.worker.send(next.ticket);
    }
    this.#watchDeadlines();
  }

  #watchDeadlines(): void {
    if (this.#watch || this.#closed || this.#seats.size === 0) return;
    const step = Math.min(1000, Math.max(10, this.#options.timeout / 4));
    this.#watch = watchEvery(step, (elapsed) => {
      let busy = false;
      for (const seat of [...this.#seats]) {
        if (seat.ready && seat.held.length === 0) continue;
        busy = true;
        // A turn that came late was held up by this thread, not by the worker; its answer may lie in the queue.
        seat.age += Math.min(elapsed, 2 * step);
        if (seat.age > this.#limit(seat)) this.#late(seat);
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

  #limit(seat: Seat): number {
    const { timeout } = this.#options;
    return seat.ready ? timeout : Math.max(timeout, startTimeout);
  }

  #late(seat: Seat): void {
    const { worker, ready } = seat;
    const what = `did not ${ready ? "finish" : "start"} within the timeout of ${seconds(this.#limit(seat))}`;
    this.#lost(seat, new Error(what), "late");
    this.#terminate(worker);
  }
}

/** Fewer jobs first; among equals, one that is ready. */
function load(seat: Seat): number {
  return seat.held.length + (seat.ready ? 0 : 0.5);
}
