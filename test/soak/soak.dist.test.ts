/**
 * A short soak: a fixed number of random schedules, without the kinds that take seconds. `EPOCHAL_SEED=<seed>` begins
 * with that one. And what shows that a soak can fail: schedules that break a promise are found and cut down.
 */
import { closeSync, openSync } from "node:fs";
import { expect, it } from "vitest";
import { countHandles, handlesLeft } from "../../scripts/soak/handles.ts";
import { drawSchedule, features, type Loop, type Phase, type Schedule } from "../../scripts/soak/schedule.ts";
import { shrink, simpler } from "../../scripts/soak/shrink.ts";
import { replay, soak } from "../../scripts/soak/soak.ts";

const seed = Number(process.env.EPOCHAL_SEED ?? Date.now());

const slow = ["memory", "loop", "never"];

it(`breaks no promise in 20 schedules from seed ${seed}`, async () => {
  console.log(`a soak of 20 schedules: EPOCHAL_SEED=${seed}`);
  const { schedules, failures, counts } = await soak({
    seed,
    without: new Set(slow),
    lanes: 2,
    shrinking: 20_000,
    over: (begun) => begun >= 20,
  });
  expect(failures).toEqual([]);
  expect(schedules).toBe(20);
  expect(counts["batches compared"]).toBeGreaterThan(20);
});

const loop: Loop = {
  take: null,
  leave: "return",
  overlap: 1,
  release: false,
  second: false,
  pause: 0,
  faults: [],
  kills: [],
  mutations: [],
};
const phase: Phase = {
  kind: "inline",
  workers: 0,
  world: 1,
  ragged: "uneven",
  maxQueueSize: 1,
  retries: 0,
  retryErrors: false,
  onError: "throw",
  reuse: false,
  endOnFailure: true,
  loops: [loop],
};
const calm: Schedule = { seed: 1, sequence: "plain", length: 2, size: 1, shuffle: false, phases: [phase] };
const thread: Phase = { ...phase, kind: "thread", workers: 1 };

/** Smallest schedules that a soak has found, now mended, and some that must fail; what they break. */
const findings: readonly (readonly [what: string, schedule: Schedule, check: string | undefined])[] = [
  ["a calm one", calm, undefined],
  [
    "a batch that failed",
    {
      ...calm,
      phases: [{ ...phase, loops: [{ ...loop, faults: [{ index: 1, kind: "throw", times: null }] }] }],
    },
    undefined,
  ],
  ["a length that a hook changes", { ...calm, sequence: "growing", phases: [phase, phase] }, undefined],
  [
    "what the program changes between epochs",
    { ...calm, sequence: "staged", phases: [{ ...thread, loops: [loop, loop] }] },
    undefined,
  ],
  [
    "an order made of all orders before it",
    { ...calm, sequence: "drifting", length: 5, phases: [phase, phase] },
    undefined,
  ],
  ["batches that depend on chance", { ...calm, sequence: "careless" }, "another batch"],
  [
    "a program that ends in the midst",
    {
      ...calm,
      phases: [{ ...phase, loops: [{ ...loop, faults: [{ index: 1, kind: "exit", times: null }] }] }],
    },
    "the program crashed",
  ],
];

it.concurrent.each(findings)("runs the schedule of: %s", async (_, schedule, check) => {
  const result = await replay(schedule);
  expect(result.ok ? undefined : result.check, result.ok ? "" : result.message).toBe(check);
});

it("sees what is left behind", async () => {
  const before = countHandles();
  const file = openSync(import.meta.filename, "r");
  expect(await handlesLeft(before, 200)).toMatch(/^descriptor of .*soak\.dist\.test\.ts: 0 before, 1 after$/);
  closeSync(file);
  expect(await handlesLeft(before)).toBeUndefined();
});

it("cuts a failing schedule down to what it fails by", async () => {
  const fails = (schedule: Schedule): Promise<boolean> =>
    Promise.resolve(schedule.phases.some(({ loops }) => loops.some(({ overlap }) => overlap > 1)));
  const seeds = Array.from({ length: 400 }, (_, i) => i);
  for (const drawn of seeds.map((each) => drawSchedule(each))) {
    if (!(await fails(drawn))) continue;
    const smallest = await shrink(drawn, fails, 60_000);
    expect(smallest.phases).toHaveLength(1);
    expect(smallest.phases[0]).toEqual({
      ...phase,
      loops: [{ ...loop, overlap: smallest.phases[0]!.loops[0]!.overlap }],
    });
    for (const each of simpler(smallest)) expect(await fails(each)).toBe(false);
    return;
  }
  expect.fail("no schedule had overlapping calls");
});

it("draws the same schedule for the same seed, readable as text, and without what it shall go without", () => {
  for (let each = 0; each < 200; each++) {
    const drawn = drawSchedule(each);
    expect(JSON.parse(JSON.stringify(drawSchedule(each)))).toEqual(drawn);
    const text = JSON.stringify(drawSchedule(each, new Set(features)));
    expect(text).not.toMatch(/"(thread|process|auto|samples|growing|staged|images|reject|kill)"/);
    expect(text).toMatch(/"world":1/);
  }
});
