import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostWorkers } from "../../../src/loader/observe/judge.ts";
import type { SettingOptions } from "../../../src/loader/observe/setting.ts";
import { Tuner } from "../../../src/loader/observe/tuner.ts";
import { keyedRandom } from "../../../src/random/random.ts";

const free = { workers: undefined, maxQueueSize: undefined, cores: 8, memory: Number.POSITIVE_INFINITY };

/**
 * A simulated machine: time between batches for n workers, with `fetch` ms a batch, a consumer of `consume` ms, and
 * `handOff` ms that it waits for a batch to cross. For `asleep` ms of a fetch no core is needed.
 */
function interval(
  workers: number,
  fetch: number,
  consume: number,
  cores: number,
  handOff = 0,
  asleep = 0,
): number {
  if (workers === 0) return fetch + consume;
  return Math.max(consume, fetch / workers, (fetch - asleep) / cores) + handOff;
}

const batches = 10_000;

/** Runs many batches; what was chosen, and how long they took, the workers' starting left out. */
function run(
  options: SettingOptions,
  fetch: number,
  consume: number,
  handOff = 0,
  bytesRead = 0,
  asleep = 0,
) {
  const tuner = new Tuner(options);
  let starting = 0;
  let total = 0;
  let { workers } = tuner.setting;
  for (let i = 0; i < batches; i++) {
    if (tuner.setting.workers > workers) starting = 10;
    workers = tuner.setting.workers;
    const time = interval(workers, fetch, consume, options.cores, handOff, asleep);
    total += time;
    // Workers that start are waited for.
    const late = time + (starting-- > 0 ? 100 : 0);
    tuner.observe({ fetch, waited: late - consume, interval: late, bytes: 1000, bytesRead, asleep });
  }
  return { setting: tuner.setting, total };
}

/** Milliseconds that may be lost before quick batches are judged rightly: workers that are of no use lose three tests. */
const findingOut = 6000;

describe("Tuner", () => {
  it("comes within a tenth of the best number of workers, and never takes more than there are cores", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 200, noNaN: true }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.integer({ min: 1, max: 16 }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (fetch, consume, cores, handOff) => {
          const { setting, total } = run({ ...free, cores }, fetch, consume, handOff);
          expect(setting.workers).toBeLessThanOrEqual(cores);
          const best = Math.min(
            ...Array.from({ length: cores + 1 }, (_, n) => interval(n, fetch, consume, cores, handOff)),
          );
          expect(total).toBeLessThanOrEqual(batches * best * 1.1 + findingOut);
        },
      ),
    );
  });

  it("takes more workers than cores where getItem waits, as many as keep the cores at work", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 200, noNaN: true }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.4, max: 1, noNaN: true }),
        (fetch, consume, cores, part) => {
          const { setting, total } = run({ ...free, cores }, fetch, consume, 0, 0, part * fetch);
          const most = mostWorkers(cores, part);
          expect(setting.workers).toBeLessThanOrEqual(most);
          const times = Array.from({ length: most + 1 }, (_, n) =>
            interval(n, fetch, consume, cores, 0, part * fetch),
          );
          // It goes by doubling, and leaves the last tenth.
          expect(total).toBeLessThanOrEqual(batches * Math.min(...times) * 1.2 + findingOut);
        },
      ),
    );
    expect(run(free, 20, 0.01, 0, 0, 20).setting.workers).toBe(32);
  });

  it("takes no more of them than are worth it, as where a server answers a few at a time, or a package's threads work", () => {
    for (const atOnce of [1, 2, 5]) {
      const tuner = new Tuner({ ...free, cores: 2 });
      const chosen: number[] = [];
      for (let i = 0; i < batches; i++) {
        const { workers } = tuner.setting;
        chosen.push(workers);
        const fetch = 20 * Math.max(1, workers / atOnce);
        const time = fetch / Math.max(1, workers);
        tuner.observe({ fetch, asleep: fetch, waited: time, interval: time, bytes: 1000, bytesRead: 0 });
      }
      expect(Math.max(...chosen)).toBeLessThanOrEqual(4 * atOnce);
    }
  });

  it("does not judge workers that have not started yet", () => {
    const tuner = new Tuner({ ...free, cores: 2 });
    let [wanted, ready, started, clock] = [0, 0, 0, 0];
    for (let i = 0; i < batches; i++) {
      const { workers } = tuner.setting;
      // Each takes four seconds.
      if (workers > wanted) started = clock + 4000;
      wanted = workers;
      const starting = clock < started;
      if (!starting) ready = workers;
      const time = 20 / Math.max(1, ready);
      clock += time;
      tuner.observe({
        fetch: 20,
        asleep: 20,
        waited: time,
        interval: time,
        bytes: 1,
        bytesRead: 0,
        isStarting: () => starting,
      });
    }
    expect(tuner.setting.workers).toBe(32);
  });

  it("keeps workers that are of use though another program takes the cores now and then", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 3000 }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 3000, max: 20_000 }),
        (every, length, count) => {
          const tuner = new Tuner({ ...free, cores: 2 });
          const tally = [0, 0, 0];
          let clock = 0;
          let next = every;
          for (let i = 0; i < count; i++) {
            const { workers } = tuner.setting;
            tally[workers]!++;
            let time = interval(workers, 1, 0.1, 2, 0.1);
            if (clock >= next) {
              time += length;
              next += every + length;
            }
            clock += time;
            tuner.observe({
              fetch: 1,
              waited: time - 0.1,
              interval: time,
              bytes: 1000,
              bytesRead: 1000,
              asleep: 0,
            });
          }
          // They are put to the test now and then, which takes its time.
          expect(tally[2]! / count).toBeGreaterThan(0.6);
        },
      ),
    );
  });

  it("gives workers up that slow each other down, as they do where memory is the limit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 20, noNaN: true }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (fetch, slower) => {
          const tuner = new Tuner({ ...free, cores: 2 });
          const time = (workers: number) =>
            workers === 0 ? fetch + 0.1 : interval(workers, fetch * slower, 0.1, 2, 0.1);
          let total = 0;
          for (let i = 0; i < batches; i++) {
            const { workers } = tuner.setting;
            total += time(workers);
            tuner.observe({
              fetch: workers === 0 ? fetch : fetch * slower,
              waited: time(workers) - 0.1,
              interval: time(workers),
              bytes: 1000,
              bytesRead: 0,
              asleep: 0,
            });
          }
          const best = Math.min(...[0, 1, 2].map(time));
          expect(total).toBeLessThanOrEqual(batches * best * 1.1 + findingOut);
        },
      ),
    );
  });

  /** What a tuner chose batch by batch, on two cores, where fetching batch i takes `cost(i)` ms and consuming it none. */
  function choices(count: number, cost: (i: number) => number): number[] {
    const tuner = new Tuner({ ...free, cores: 2 });
    return Array.from({ length: count }, (_, i) => {
      const { workers } = tuner.setting;
      const time = interval(workers, cost(i), 0, 2);
      tuner.observe({ fetch: cost(i), waited: time, interval: time, bytes: 1000, bytesRead: 0, asleep: 0 });
      return workers;
    });
  }

  /** The part of the batches that workers fetched. */
  const share = (chosen: readonly number[]) => chosen.filter((n) => n > 0).length / chosen.length;

  it("does not give workers up for the luck of a few batches, where some are far larger than others", () => {
    for (const milliseconds of [2, 10, 60]) {
      const shares = Array.from({ length: 50 }, (_, seed) => {
        const random = keyedRandom(seed, "sample", 0, 0);
        return share(choices(batches, () => (random.uniform() < 0.05 ? 12 : 0.42) * milliseconds));
      });
      expect(shares.filter((each) => each > 0.9).length, `${milliseconds} ms`).toBeGreaterThanOrEqual(40);
    }
  });

  it("keeps workers where batches grow over each epoch", () => {
    for (const milliseconds of [2, 10, 60]) {
      expect(share(choices(6000, (i) => (0.2 + (1.6 * (i % 300)) / 300) * milliseconds))).toBeGreaterThan(
        0.9,
      );
    }
  });

  it("does not judge workers while their code is still being compiled", () => {
    const tuner = new Tuner({ ...free, cores: 2 });
    const chosen: number[] = [];
    let clock = 0;
    for (let i = 0; i < 2000; i++) {
      const { workers } = tuner.setting;
      chosen.push(workers);
      // Four times as slow at first, and as quick as this thread after 800 ms.
      const fetch = workers === 0 ? 1 : 1 + Math.max(0, 3 - clock / 267);
      const time = interval(workers, fetch, 0.1, 2);
      if (workers > 0) clock += time;
      tuner.observe({ fetch, waited: time - 0.1, interval: time, bytes: 1000, bytesRead: 0, asleep: 0 });
    }
    expect(chosen.slice(chosen.indexOf(2))).not.toContain(0);
  });

  it("takes workers once batches turn out to be slow, though the first were quick", () => {
    expect(share(choices(2000, (i) => (i < 100 ? 0.1 : 20)))).toBeGreaterThan(0.9);
  });

  it("does not count what workers fetched ahead for the thread that they are tested against", () => {
    const tuner = new Tuner({ ...free, cores: 8 });
    let ahead = 0;
    let before = tuner.setting;
    let fetched = 0;
    for (let i = 0; i < 2000; i++) {
      const { setting } = tuner;
      if (setting.workers < before.workers) ahead = before.capacity;
      before = setting;
      if (setting.workers > 0) fetched++;
      // This thread takes 20 % longer; yet what the workers have fetched ahead costs no time.
      const time = setting.workers > 0 ? 50 : ahead-- > 0 ? 0 : 60;
      tuner.observe({ fetch: 50, waited: time, interval: time, bytes: 1000, bytesRead: 0, asleep: 0 });
    }
    expect(fetched / 2000).toBeGreaterThan(0.8);
  });

  it("comes to rest, whatever batches cost", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 16 }), (seed, cores) => {
        const random = keyedRandom(seed, "sample", 0, 0);
        const tuner = new Tuner({ ...free, cores });
        let changes = 0;
        for (let i = 0; i < 20_000; i++) {
          const { workers } = tuner.setting;
          const interval = 100 * random.uniform();
          const waited = interval * random.uniform();
          tuner.observe({
            fetch: 100 * random.uniform(),
            waited,
            interval,
            bytes: 1000,
            bytesRead: 0,
            asleep: 0,
          });
          if (tuner.setting.workers !== workers) changes++;
        }
        expect(changes).toBeLessThan(100);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves what loads in no time without workers", () => {
    expect(run(free, 0.05, 0.01).setting.workers).toBe(0);
    expect(run(free, 0.7, 0.01).setting.workers).toBe(0);
  });

  it("leaves it so on a machine that grows slower by half", () => {
    const tuner = new Tuner(free);
    for (let i = 0; i < batches; i++) {
      const fetch = 0.7 + (i % 2000 < 1000 ? 0 : 0.5);
      tuner.observe({ fetch, waited: fetch, interval: fetch + 0.01, bytes: 1000, bytesRead: 0, asleep: 0 });
    }
    expect(tuner.setting.workers).toBe(0);
  });

  it("takes workers sooner where files are read", () => {
    expect(run(free, 0.7, 0.1, 0.05, 1000).setting.workers).toBeGreaterThan(0);
    expect(run(free, 0.05, 0.01, 0.05, 1000).setting.workers).toBe(0);
  });

  it("keeps to what was asked for", () => {
    expect(run({ ...free, workers: 3, maxQueueSize: 10 }, 50, 1).setting).toEqual({
      workers: 3,
      keep: false,
      capacity: 13,
    });
  });

  it("keeps to the byte budget, and lets one batch through whatever its size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 5000 }), (memory, bytes) => {
        const tuner = new Tuner({ workers: 2, maxQueueSize: 10, cores: 2, memory });
        expect(tuner.setting.capacity).toBeLessThanOrEqual(2);
        tuner.observe({ fetch: 1, waited: 1, interval: 1, bytes, bytesRead: 0, asleep: 0 });
        expect(tuner.setting.capacity).toBe(Math.max(1, Math.min(12, Math.floor(memory / bytes))));
      }),
    );
  });

  it("makes the queue longer where the consumer waits, up to ten", () => {
    expect(run({ ...free, workers: 2 }, 50, 1).setting.capacity).toBe(12);
    expect(run({ ...free, workers: 2 }, 1, 50).setting.capacity).toBe(4);
  });
});
