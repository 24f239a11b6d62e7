/** What observers are told, and that they change nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataLoader, type LoaderEvent, type Observer, Sequence } from "../../../src/index.ts";
import { warnings } from "../../left.ts";

class Squares extends Sequence<{ index: number; values: Float32Array }> {
  readonly length: number;
  readonly fails: number;

  constructor(length: number, fails = -1) {
    super();
    this.length = length;
    this.fails = fails;
  }

  async getItem(index: number) {
    if (index % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (index === this.fails) throw new Error("unreadable");
    return { index, values: new Float32Array([index, index ** 2]) };
  }
}

async function read(loader: DataLoader<{ index: number; values: Float32Array }>): Promise<string[]> {
  const batches: string[] = [];
  for await (const { index, values } of loader) batches.push(`${index}: ${values.join()}`);
  return batches;
}

function observed(loader: DataLoader<unknown>): LoaderEvent[] {
  const events: LoaderEvent[] = [];
  loader.observe((event) => void events.push(event));
  return events;
}

describe("an observer", () => {
  it("is told of an epoch in the order of what happens", async () => {
    const loader = new DataLoader(new Squares(5), { shuffle: true });
    const events = observed(loader);
    await read(loader);
    await loader.close();
    expect(events[0]).toMatchObject({ type: "starting" });
    expect(events.filter(({ type }) => type === "epoch")).toMatchObject([{ epoch: 0, steps: 5 }]);
    expect(events.at(-1)).toMatchObject({ type: "epochEnd", epoch: 0, complete: true });
    const delivered = events.filter((event) => event.type === "delivered");
    expect(delivered.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
    for (const { index, time, batch } of delivered) {
      expect(batch).toMatchObject({ index });
      const its = events.filter((event) => "index" in event && event.index === index);
      const [sent] = its.filter((event) => event.type === "sent");
      const [fetched] = its.filter((event) => event.type === "fetched");
      expect(sent!.time).toBeLessThanOrEqual(fetched!.begin);
      expect(fetched!.end).toBeLessThanOrEqual(time);
      expect(fetched!.cpu + fetched!.waited).toBeLessThanOrEqual(fetched!.end - fetched!.begin + 1e-6);
    }
  });

  it("is told of what is left out, and of an epoch that is left", async () => {
    const loader = new DataLoader(new Squares(5, 2), { onError: "skip" });
    const events = observed(loader);
    await read(loader);
    expect(events.filter(({ type }) => type === "skipped")).toMatchObject([
      { index: 2, error: { cause: { message: "unreadable" } } },
    ]);
    for await (const _ of loader) break;
    await loader.close();
    expect(events.at(-1)).toMatchObject({ type: "epochEnd", epoch: 1, complete: false });
  });

  it("that ends another has it told nothing more, and one that it adds is told of what comes after", async () => {
    const loader = new DataLoader(new Squares(3));
    const ended: LoaderEvent[] = [];
    const added: LoaderEvent[] = [];
    const seen: LoaderEvent[] = [];
    loader.observe((event) => {
      if (seen.push(event) > 1) return;
      stop();
      loader.observe((later) => void added.push(later));
    });
    const stop = loader.observe((event) => void ended.push(event));
    await read(loader);
    await loader.close();
    expect(ended).toEqual([]);
    expect(added.length).toBeGreaterThan(0);
    expect(added).toEqual(seen.slice(1));
  });

  it("is told nothing once it has ended that, and asks for nothing to be measured", async () => {
    const loader = new DataLoader(new Squares(3));
    let told = 0;
    const stop = loader.observe(() => void told++);
    stop();
    stop();
    await read(loader);
    await loader.close();
    expect(told).toBe(0);
  });

  it("is a function", () => {
    expect(() => new DataLoader(new Squares(3)).observe(undefined as unknown as Observer)).toThrow(
      /observe\(\) takes a function.*got undefined/,
    );
  });

  /** What observers may do, each at some event. */
  const deeds: Readonly<Record<string, Observer>> = {
    throws: () => {
      throw new Error("mine");
    },
    rejects: (async () => {
      throw new Error("mine");
    }) as Observer,
    throwsNoText: () => {
      throw Object.create(null);
    },
    nothing: () => {},
  };

  it("changes no batch, whatever it throws, and is mentioned once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.constantFrom(...Object.keys(deeds)),
        fc.nat(4),
        async (length, shuffle, deed, maxQueueSize) => {
          const options = { shuffle, maxQueueSize: maxQueueSize + 1, seed: 3 };
          const alone = new DataLoader(new Squares(length), options);
          const watched = new DataLoader(new Squares(length), options);
          watched.observe(deeds[deed]!);
          const said = warnings("EPOCHAL_OBSERVER");
          const expected = await read(alone);
          expect(await read(watched)).toEqual(expected);
          expect(watched.report()).toEqual(alone.report());
          await Promise.all([alone.close(), watched.close()]);
          const mentioned = await said();
          expect(mentioned).toHaveLength(deed === "nothing" ? 0 : 1);
          for (const message of mentioned)
            expect(message).toMatch(/An observer of the loader threw.*(mine|cannot be shown)/);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is told of nothing that was before it, also where another one adds it, and of nothing after its end", async () => {
    const loader = new DataLoader(new Squares(4));
    const told: string[] = [];
    const own: LoaderEvent[] = [];
    let ended = false;
    const stop = loader.observe((event) => {
      if (told.length > 100 || event.type !== "epoch") return;
      loader.observe((each) => {
        own.push(each);
        loader.observe(({ type }) => void told.push(type));
      });
      stopNext();
      stop();
    });
    const stopNext = loader.observe(({ type }) => {
      if (ended) told.push("late");
      ended ||= type === "epoch";
    });
    await read(loader);
    await loader.close();
    expect(own.some(({ type }) => type === "epoch")).toBe(false);
    expect(own.at(-1)?.type).toBe("epochEnd");
    expect(told).not.toContain("late");
  });

  it("may close the loader at any event: the loop ends, and nothing hangs", async () => {
    for (const at of ["starting", "epoch", "sent", "ready", "fetched", "wait", "delivered", "epochEnd"]) {
      const loader = new DataLoader(new Squares(8), { maxQueueSize: 2 });
      let closing: Promise<void> | undefined;
      loader.observe(({ type }) => {
        if (type === at) closing ??= loader.close();
      });
      const end = await read(loader).then(
        (batches) => batches.length,
        (error: Error) => error.message,
      );
      expect(end, at).toEqual(at === "epochEnd" ? 8 : expect.stringMatching(/closed while it was iterated/));
      await closing;
    }
  });
});

describe("what is said of a loader", () => {
  const limits = async (loader: DataLoader<unknown>): Promise<string> => {
    for await (const _ of loader) if (loader.stats().batches === 12) break;
    const sentence = loader.explain();
    const { wait, recent } = loader.stats();
    // What a window does not reach is not here.
    expect(recent.wait.total).toBeCloseTo(wait.total);
    await loader.close();
    return sentence;
  };

  it("counts the time of tries that failed, of what is left out and of what is tried again", async () => {
    const fails = (index: number) =>
      new Promise((_, reject) => setTimeout(reject, 20, new Error(`${index}`)));
    class Skipped extends Squares {
      override getItem(index: number) {
        return index % 3 === 0 ? (fails(index) as never) : super.getItem(index);
      }
    }
    class Repeated extends Squares {
      readonly tried = new Set<number>();
      override getItem(index: number) {
        if (index % 3 > 0 || this.tried.has(index)) return super.getItem(index);
        this.tried.add(index);
        return fails(index) as never;
      }
    }
    expect(await limits(new DataLoader(new Skipped(40), { onError: "skip" }))).toMatch(
      /^What fails is the limit/,
    );
    const repeated = new DataLoader(new Repeated(40), { retryErrors: true });
    expect(await limits(repeated)).toMatch(/^What fails is the limit/);
  });
});
