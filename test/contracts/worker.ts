/**
 * What every kind of worker must do, as one suite: the promises of src/worker/worker.ts.
 *
 * A kind is invited by one call: `describeWorker({ kind, workers, faults })`.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Sequence } from "../../src/sequence/sequence.ts";
import type { Copies } from "../../src/worker/copies.ts";
import type { BatchWorker } from "../../src/worker/worker.ts";
import { Faulty, Held, Numbers, Scaled } from "../fixtures/sequences.js";

/** Workers of a kind over a sequence; `update` takes the sequence as it is now. */
export type Workers = Pick<Copies, "start" | "update">;

/** A fault that ends a worker and nothing else, and how its end is told. */
export type Fault = readonly [name: "exit" | "rejection" | "kill" | "segfault", reason: RegExp];

/** A kind of worker that is held against the contract. */
export interface Guest {
  /** As messages name it: `thread`. */
  readonly kind: string;
  /** Makes workers over a sequence. */
  workers(sequence: Sequence<unknown>, seed: number): Workers;
  /** What it survives besides an endless loop and a full heap; none where the worker ends with the program. */
  readonly faults?: readonly Fault[];
  /** Whether its memory is limited. Default true, if it survives faults. */
  readonly limited?: boolean;
}

/** Everything a worker said, in order. */
type Said =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly error: unknown }
  | { readonly type: "batch"; readonly id: number; readonly batch: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: unknown }
  | { readonly type: "exit"; readonly reason: Error };

class Recorder {
  readonly said: Said[] = [];
  readonly worker: BatchWorker;
  readonly update: () => boolean;
  #wake: () => void = () => {};

  constructor(workers: Workers) {
    this.update = () => workers.update();
    this.update();
    const add = (said: Said): void => {
      this.said.push(said);
      this.#wake();
    };
    this.worker = workers.start(1, {
      onReady: () => add({ type: "ready" }),
      onBroken: (error) => add({ type: "broken", error }),
      onBatch: (id, batch) => add({ type: "batch", id, batch }),
      onError: (id, error) => add({ type: "error", id, error }),
      onExit: (reason) => add({ type: "exit", reason }),
    });
    this.worker.ref();
  }

  send(id: number, index: number, epoch: number = 0): void {
    this.worker.send({ id, epoch, index });
  }

  /** Resolves with the `count` first answers (batches and errors). */
  async answers(count: number): Promise<Said[]> {
    const isAnswer = ({ type }: Said): boolean => type === "batch" || type === "error";
    await this.until(() => this.said.filter(isAnswer).length >= count);
    return this.said.filter(isAnswer);
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  types(): string {
    return this.said.map(({ type }) => type).join(" ");
  }
}

const settled = (milliseconds: number = 100): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs the suite against one kind. */
export function describeWorker({ kind, workers, faults = [], limited = true }: Guest): void {
  const open: Recorder[] = [];
  const begin = (sequence: unknown, seed: number = 7): Recorder => {
    const recorder = new Recorder(workers(sequence as Sequence<unknown>, seed));
    open.push(recorder);
    return recorder;
  };

  describe(`a ${kind} worker`, () => {
    afterEach(async () => {
      await Promise.all(open.splice(0).map(({ worker }) => worker.terminate()));
    });

    it("answers each request once, in the order sent, with the batch of (seed, epoch, index)", async () => {
      const recorder = begin(new Numbers(5));
      const expected = new Numbers(5) as unknown as Sequence<{ x: { data: Float32Array } }>;
      for (const [i, index] of [3, 0, 4, 1].entries()) recorder.send(i, index, 2);
      const answers = await recorder.answers(4);
      expect(answers.map((said) => said.type === "batch" && said.id)).toEqual([0, 1, 2, 3]);
      for (const [i, index] of [3, 0, 4, 1].entries()) {
        const { batch } = answers[i] as { batch: { x: { data: Float32Array }; epoch: number } };
        expect(batch).toEqual(await expected.at(index, { epoch: 2, seed: 7 }));
      }
      await settled();
      expect(recorder.types()).toMatch(/^(batch )*ready( batch)*$/);
      expect(recorder.said).toHaveLength(5);
    });

    it("delivers arrays that share memory with nothing", async () => {
      for (const size of [1, 8, 200, 5000]) {
        const recorder = begin(new Numbers(6, size));
        for (let i = 0; i < 6; i++) recorder.send(i, i);
        const answers = (await recorder.answers(6)) as { batch: { x: { data: Float32Array } } }[];
        const buffers = new Set(answers.map(({ batch }) => batch.x.data.buffer));
        expect(buffers.size).toBe(6);
        for (const buffer of buffers) expect(buffer.byteLength).toBe(4 * size);
      }
    });

    it("hands out copies of what the sequence keeps, also of what a hook has put in its place", async () => {
      const sequence = new Held(Float32Array.of(0, 1, 2, 3));
      const recorder = begin(sequence);
      for (const [id, rows] of [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
        [5, 6, 7, 8],
        [5, 6, 7, 8],
      ].entries()) {
        if (id === 2) {
          sequence.rows = Float32Array.from(rows);
          expect(recorder.update()).toBe(true);
          recorder.worker.reload();
        }
        recorder.send(id, 2);
        const { batch } = (await recorder.answers(id + 1))[id] as { batch: Awaited<ReturnType<Held["at"]>> };
        expect([...batch.all.data, ...batch.row]).toEqual([...rows, rows[2]]);
        // The consumer's own: what it does with it reaches nobody.
        batch.all.data.fill(-1);
        batch.row.fill(-1);
      }
    });

    it("hands over what getItem throws, with class, stack, own fields and causes, and lives on", async () => {
      const recorder = begin(new Faulty(5, { 1: "error", 2: "string", 3: "undefined" }));
      for (let i = 0; i < 5; i++) recorder.send(i, i);
      const [first, error, text, nothing, last] = await recorder.answers(5);
      expect([first!.type, last!.type]).toEqual(["batch", "batch"]);
      const thrown = (error as { error: Error & { file: string } }).error;
      expect(thrown).toBeInstanceOf(RangeError);
      expect(thrown.constructor.name === "SampleError" || thrown.name === "SampleError").toBe(true);
      expect(thrown.message).toBe("boom");
      expect(thrown.file).toBe("cat.jpg");
      expect(thrown.stack).toMatch(/misbehave.*sequences\.js/s);
      expect((thrown.cause as Error).message).toBe("the disk is on fire");
      expect((text as { error: unknown }).error).toBe("a string");
      expect(nothing).toEqual({ type: "error", id: 3, error: undefined });
    });

    it("refuses an index out of range, and a batch that is none", async () => {
      const recorder = begin(new Faulty(4, { 1: "null batch", 2: "undefined batch" }));
      for (const [id, index] of [4, -1, 0.5, 1, 2].entries()) recorder.send(id, index);
      const names = (await recorder.answers(5)).map((said) => (said as { error: Error }).error.name);
      expect(names).toEqual(["IndexError", "IndexError", "IndexError", "ShapeError", "ShapeError"]);
    });

    it("aborts the signal of what is cancelled, and answers it all the same", async () => {
      const recorder = begin(new Faulty(4, { 1: "wait for abort" }));
      recorder.send(0, 0);
      recorder.send(1, 1);
      recorder.send(2, 2);
      await recorder.answers(1);
      await settled();
      recorder.worker.cancel(2);
      recorder.send(3, 3);
      const answers = await recorder.answers(4);
      expect(answers.map(({ type }) => type)).toEqual(["batch", "error", "error", "batch"]);
      expect((answers[1] as { error: Error }).error.name).toBe("AbortError");
    });

    it("takes the sequence as it is at a reload", async () => {
      const sequence = new Scaled(10);
      const recorder = begin(sequence);
      recorder.send(0, 3);
      await recorder.answers(1);
      sequence.state = 5;
      expect(recorder.update()).toBe(true);
      recorder.worker.reload();
      recorder.send(1, 3);
      const batches = (await recorder.answers(2)).map((said) => (said as { batch: unknown }).batch);
      expect(batches).toEqual([3, 15]);
    });

    it("says its end once, and nothing else after terminate()", async () => {
      const recorder = begin(new Numbers(50));
      for (let i = 0; i < 50; i++) recorder.send(i, i);
      await recorder.answers(1);
      const before = recorder.said.length;
      await Promise.all([recorder.worker.terminate(), recorder.worker.terminate()]);
      await settled();
      expect(recorder.said.slice(before).map(({ type }) => type)).toEqual(["exit"]);
    });

    it("can be terminated before it is ready, and in a batch that never settles", async () => {
      const early = begin(new Numbers(5));
      early.send(0, 0);
      const before = early.said.length;
      await early.worker.terminate();
      const stuck = begin(new Faulty(5, { 0: "never" }));
      stuck.send(0, 0);
      await settled();
      await stuck.worker.terminate();
      await settled();
      expect(early.said.slice(before).map(({ type }) => type)).toEqual(["exit"]);
      expect(stuck.types()).toMatch(/exit$/);
    });

    if (faults.length === 0) return;

    it.each(faults)("says why it ended, once and last: %s", async (fault, reason) => {
      const recorder = begin(new Faulty(3, { 1: fault }));
      for (let i = 0; i < 3; i++) recorder.send(i, i);
      await recorder.until(() => recorder.said.some(({ type }) => type === "exit"));
      await settled();
      expect(recorder.types()).toBe("ready batch exit");
      expect((recorder.said[2] as { reason: Error }).reason.message).toMatch(reason);
    });

    it("ends in an endless loop when it is told to", async () => {
      const recorder = begin(new Faulty(3, { 0: "loop" }));
      recorder.send(0, 0);
      await recorder.until(() => recorder.said.length > 0);
      await settled();
      await recorder.worker.terminate();
      expect(recorder.types()).toBe("ready exit");
    });

    if (!limited) return;

    it("runs out of its own memory, not the program's", async () => {
      const recorder = begin(new Faulty(3, { 0: "memory" }));
      recorder.send(0, 0);
      await recorder.until(() => recorder.said.some(({ type }) => type === "exit"));
      expect(recorder.types()).toBe("ready exit");
    });
  });
}
