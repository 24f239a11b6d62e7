/**
 * What does an index of a shuffled epoch cost: computed, or looked up in an array that was shuffled first?
 *
 *     npm run bench -- permutation
 *     node --import tsx bench/permutation.ts --prove    # instead: proves it a bijection, some minutes
 *
 * Times are nanoseconds an index, less those of the same loop around nothing: median of short alternating rounds, with the best and the worst tenth in brackets.
 * `at` jumps through the range, as workers do. `Uint32Array` is filled and shuffled (Fisher–Yates,
 * Math.random) once an epoch and costs 4 bytes an index for as long as the epoch runs; PyTorch's RandomSampler makes
 * `torch.randperm(n).tolist()`, timed here if EPOCHAL_PEERS has it.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { permutation } from "../src/random/permutation.ts";

/** Results go here, so that no loop is optimised away. */
let sink = 0;

/** Nanoseconds a call of each contestant, less those of `empty` in the same round, over alternating rounds. */
function race(
  contestants: Record<string, () => void>,
  calls: number,
  rounds: number,
): Record<string, string> {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, [] as number[]]));
  for (let round = rounds === 1 ? 0 : -5; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = process.hrtime.bigint();
      run();
      const taken = Number(process.hrtime.bigint() - start) / calls;
      if (round >= 0) times[name]!.push(taken);
    }
  }
  const { empty, ...rest } = times;
  const show = (list: number[]): string => {
    const net = list.map((taken, round) => taken - (empty?.[round] ?? 0)).sort((a, b) => a - b);
    const at = (share: number): string => net[Math.floor(share * (net.length - 1))]!.toFixed(1);
    return `${at(0.5)} (${at(0.1)}–${at(0.9)})`;
  };
  return Object.fromEntries(Object.entries(rest).map(([name, list]) => [name, show(list)]));
}

/** Fills and shuffles an array, the way it is done without a library. */
function shuffled(n: number): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let last = n - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    const item = order[last]!;
    order[last] = order[other]!;
    order[other] = item;
  }
  return order;
}

function time(): void {
  const calls = 5000;
  const table: Record<string, unknown>[] = [];
  const torch = `${process.env.EPOCHAL_PEERS ?? "../peers"}/torch/bin/python`;
  const lengths = [
    1,
    10,
    1000,
    1025,
    50_000,
    65_537,
    1_281_167,
    2 ** 27,
    2 ** 27 + 1,
    2 ** 31 + 1,
    2 ** 40,
    2 ** 53 - 1,
  ];
  for (const n of lengths) {
    const order = permutation(n, 7, "samples", 0);
    // Coprime to any n here or 1, so that the walk does not stay in a few places.
    const stride = n > 2 ** 20 ? Math.floor(n / 1.618) : 1;
    let at = 0;
    const walk = (method: (position: number) => number) => () => {
      for (let i = 0; i < calls; i++) {
        sink += method(at);
        at += stride;
        if (at >= n) at -= n;
      }
    };
    const row = race(
      {
        empty: walk((position) => position),
        at: walk((position) => order.at(position)),
      },
      calls,
      200,
    );
    const made = race(
      {
        make: () => {
          sink += permutation(n, 7, "samples", sink % 1000).length;
        },
      },
      1000,
      500,
    );
    const array = n <= 2 ** 27 && n >= 1000;
    const rounds = n > 2 ** 26 ? 1 : n > 1e6 ? 5 : 50;
    table.push({
      n:
        n > 2 ** 26
          ? `2^${Math.log2(n).toFixed(0)}${n % 2 === 0 ? "" : n === 2 ** 53 - 1 ? " − 1" : " + 1"}`
          : n,
      ...row,
      "make (µs)": made.make,
      Uint32Array: array ? race({ array: () => keep(shuffled(n)) }, n, rounds).array : "–",
      "its bytes": array ? n * 4 : "–",
      "randperm().tolist()": array && n <= 2e6 && existsSync(torch) ? torchTime(torch, n) : "–",
    });
  }
  console.table(table);
}

function keep(order: Uint32Array): void {
  sink += order[0]!;
}

function torchTime(python: string, n: number): string {
  const program = `
import time, torch
times = []
for _ in range(20):
    start = time.perf_counter_ns(); torch.randperm(${n}).tolist(); times.append((time.perf_counter_ns() - start) / ${n})
times.sort(); print(f"{times[10]:.1f} ({times[2]:.1f}–{times[17]:.1f})")`;
  return execFileSync(python, ["-c", program], { encoding: "utf8" }).trim();
}

/** Goes through whole permutations with one bit for each index. */
function prove(): void {
  const seen = new Uint32Array(2 ** 22 + 1);
  const check = (n: number, seed: number, epoch: number): void => {
    const order = permutation(n, seed, "samples", epoch);
    seen.fill(0, 0, Math.ceil(n / 32));
    for (let position = 0; position < n; position++) {
      const index = order.at(position);
      const bit = 1 << (index & 31);
      if (!(index >= 0 && index < n) || (seen[index >>> 5]! & bit) !== 0) {
        throw new Error(`No bijection: n = ${n}, seed ${seed}, epoch ${epoch}, at(${position}) = ${index}.`);
      }
      seen[index >>> 5]! |= bit;
    }
  };
  for (const [seed, epoch] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [-(2 ** 53 - 1), 2 ** 53 - 1],
  ] as const) {
    for (let n = 0; n <= 2 ** 14; n++) check(n, seed, epoch);
    console.log(`every n from 0 to 2^14 is a bijection under seed ${seed}, epoch ${epoch}`);
  }
  for (let k = 15; k <= 27; k++) {
    for (const n of [2 ** k - 1, 2 ** k, ...(k < 27 ? [2 ** k + 1] : [])]) check(n, k, 0);
    console.log(`2^${k} − 1, 2^${k}${k < 27 ? ` and 2^${k} + 1` : ""} are`);
  }
}

if (process.argv.includes("--prove")) prove();
else time();
if (Number.isNaN(sink)) console.log(sink);
