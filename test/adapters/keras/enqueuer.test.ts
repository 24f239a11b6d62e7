import { describe, expect, it } from "vitest";
import { GeneratorEnqueuer, keras, OrderedEnqueuer } from "../../../src/adapters/keras/index.ts";

/** As the sequence of Keras' own tests: batch i is i · state, and the hook multiplies the state by 5. */
class Scaled extends keras.utils.Sequence<number> {
  state = 1;
  override readonly length: number = 100;
  override getItem(index: number): number {
    return index * this.state;
  }
  override onEpochEnd(): void {
    this.state *= 5;
  }
}

class Failing extends Scaled {
  override getItem(index: number): number {
    throw new RangeError(`no batch ${index}`);
  }
}

async function draw<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of source) if (seen.push(item) === count) break;
  return seen;
}

const hundred = Array.from({ length: 100 }, (_, i) => i);

// Keras' data_utils_test, inline; over real workers in enqueuer.dist.test.ts.
describe("OrderedEnqueuer", () => {
  it("hands out every batch in order, pass after pass, with what the hook changed", async () => {
    const enqueuer = new OrderedEnqueuer(new Scaled());
    expect(enqueuer.isRunning()).toBe(false);
    enqueuer.start(0, 10);
    expect(enqueuer.isRunning()).toBe(true);
    expect(await draw(enqueuer.get(), 200)).toEqual([...hundred, ...hundred.map((i) => i * 5)]);
    await enqueuer.stop();
    await enqueuer.stop();
    expect(enqueuer.isRunning()).toBe(false);
  });

  it("lets the error of a sequence through", async () => {
    const enqueuer = new OrderedEnqueuer(new Failing());
    enqueuer.start(0);
    await expect(draw(enqueuer.get(), 1)).rejects.toMatchObject({
      name: "BatchError",
      cause: new RangeError("no batch 0"),
    });
    await enqueuer.stop();
  });

  it("keeps two sequences apart", async () => {
    const [a, b] = [new OrderedEnqueuer(new Scaled()), new OrderedEnqueuer(new Failing())];
    a.start(0);
    b.start(0);
    await expect(draw(b.get(), 1)).rejects.toThrow();
    expect(await draw(a.get(), 3)).toEqual([0, 1, 2]);
    await Promise.all([a.stop(), b.stop()]);
  });

  it("says in which order its methods are called", () => {
    const enqueuer = new OrderedEnqueuer(new Scaled());
    expect(() => enqueuer.get()).toThrow("Call start() first");
    enqueuer.start(0);
    expect(() => enqueuer.start(0)).toThrow("runs already");
    return enqueuer.stop();
  });
});

describe("GeneratorEnqueuer", () => {
  it("runs at most `maxQueueSize` batches ahead, in order, each once", async () => {
    let made = 0;
    let most = 0;
    let used = 0;
    const enqueuer = new GeneratorEnqueuer<number>(async function* () {
      for (const i of hundred) {
        made++;
        most = Math.max(most, made - used);
        yield i;
      }
    });
    enqueuer.start(1, 4);
    const seen: number[] = [];
    for await (const batch of enqueuer.get()) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(batch);
      used++;
    }
    expect(seen).toEqual(hundred);
    expect(most).toBe(5); // four waiting, and the one in use
    await enqueuer.stop();
  });

  it("delivers the batches before an error, then the error, and no unhandled rejection", async () => {
    const enqueuer = new GeneratorEnqueuer<number>(function* () {
      yield 1;
      yield 2;
      throw new RangeError("bad line");
    });
    enqueuer.start(1, 10);
    const seen: number[] = [];
    await expect(async () => {
      for await (const batch of enqueuer.get()) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(batch);
      }
    }).rejects.toThrow("bad line");
    expect(seen).toEqual([1, 2]);
    await enqueuer.stop();
  });

  it("closes the generator when it is stopped", async () => {
    let closed = 0;
    const enqueuer = new GeneratorEnqueuer<number>(function* () {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed++;
      }
    });
    enqueuer.start();
    const iterator = enqueuer.get()[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 0 });
    expect(() => enqueuer.get()).toThrow("being read already");
    await enqueuer.stop();
    expect(closed).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("refuses copies of a generator", () => {
    const enqueuer = new GeneratorEnqueuer<number>(() => [1]);
    expect(() => enqueuer.start(2)).toThrow("every batch would come several times");
    expect(() => new GeneratorEnqueuer(() => [1], { useMultiprocessing: true })).toThrow(
      "A generator has one owner",
    );
    expect(() => enqueuer.get()).toThrow("Call start() first");
  });
});

it("options that the enqueuers do not have are refused", () => {
  const python = { use_multiprocessing: true } as never;
  expect(() => new OrderedEnqueuer(undefined as never, python)).toThrow(/Its name is `useMultiprocessing`/);
  expect(() => new OrderedEnqueuer(undefined as never, false as never)).toThrow(
    /options as an object.*got false/,
  );
  expect(() => new GeneratorEnqueuer(function* () {}, python)).toThrow(/Its name is `useMultiprocessing`/);
});
