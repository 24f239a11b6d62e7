/**
 * What the page asks for by index: a batch, and a sample of one at full size.
 *
 * `at` gives what the loader gives for the same epoch and index. It calls `getItem` on the caller's own instance, in this
 * thread, so one batch is fetched at a time, and only where somebody asks.
 */
import { leavesOf } from "../check/leaves.ts";
import { causesOf } from "../core/causes.ts";
import { isEpochalError } from "../core/errors.ts";
import type { DataLoader } from "../loader/data-loader.ts";
import { sequenceIn } from "../loader/loader.ts";
import type { BatchLook, SampleView } from "./protocol.ts";
import { pictureOf, samplesIn, viewSample } from "./sample-view.ts";
import { lookAt } from "./snapshot.ts";

/** An answer: what was asked for, or why it cannot be had. */
export type Answer<T> =
  | { readonly status: 200; readonly body: T }
  | { readonly status: 400 | 404 | 500 | 503; readonly reason: string };

/** Requests that may wait for the batch that is fetched. */
const mostWaiting = 4;

/** Values of a sample that are shown at full size: 2048 by 2048 in colours. */
const mostValues = 3 << 22;

/** Numbers and characters of a sample at full size. */
const fullLimits = { numbers: 1 << 18, text: 1 << 20 };

/** Fetches batches by index. */
export class Requests {
  readonly #loader: DataLoader<unknown>;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(loader: DataLoader<unknown>) {
    this.#loader = loader;
  }

  /** A look at a batch: `?epoch=0&index=7`. */
  batch(query: URLSearchParams): Promise<Answer<BatchLook>> {
    return this.#answer(query, (batch, epoch, index) => lookAt(batch, { epoch, index }));
  }

  /** A sample at full size: `?epoch=0&index=7&path=[0]&item=3`, where the path is that of a leaf of the batch. */
  sample(query: URLSearchParams): Promise<Answer<SampleView>> {
    return this.#answer(query, (batch) => {
      const path = query.get("path") ?? "";
      const item = integer(query, "item");
      const leaf = leavesOf(batch).find((each) => each.path === path);
      if (leaf === undefined || item === undefined || item >= samplesIn(leaf)) return undefined;
      const { height, width, channels } = pictureOf(leaf) ?? { height: 1, width: 1, channels: 1 };
      const step = Math.ceil(Math.sqrt((height * width * channels) / mostValues));
      return viewSample(leaf, item, { step, ...fullLimits });
    });
  }

  async #answer<T>(
    query: URLSearchParams,
    look: (batch: unknown, epoch: number, index: number) => T | undefined,
  ): Promise<Answer<T>> {
    const [epoch, index] = [integer(query, "epoch"), integer(query, "index")];
    if (epoch === undefined || index === undefined) return refused(400, "epoch and index are whole numbers.");
    if (this.#waiting > mostWaiting) return refused(503, "Other batches are still being fetched.");
    this.#waiting++;
    try {
      const { seed } = this.#loader;
      const before = this.#last;
      const batch = before.then(() => sequenceIn(this.#loader).at(index, { epoch, seed }));
      // What it gave is not kept until somebody asks again.
      this.#last = batch.then(
        () => {},
        () => {},
      );
      const body = look(await batch, epoch, index);
      return body === undefined ? refused(404, "There is no such sample.") : { status: 200, body };
    } catch (error) {
      return refused(isEpochalError(error, "IndexError") ? 404 : 500, causesOf(error).join("\n"));
    } finally {
      this.#waiting--;
    }
  }
}

function refused(status: Exclude<Answer<unknown>["status"], 200>, reason: string): Answer<never> {
  return { status, reason };
}

/** A whole number of a query; undefined where it holds something else. */
function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}
