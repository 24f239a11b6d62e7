/**
 * `node --import ./examples/tsx.js scripts/limits.ts [--rounds N] [--only NAME]`
 *
 * Runs the simulated pipelines of the tests over the built package, each by every kind of worker, one after the other, and
 * prints in how many rounds the loader named the limit, with the last sentence that was wrong. On a machine that others use,
 * that is their work, which is right too, and counted. Its exit code is 1 where it was named in fewer than 95 % of all.
 */
import { parseArgs } from "node:util";
import { type Kind, kinds, simulate, simulations } from "../test/loader/observe/pipelines.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const rounds = Number(options.rounds);
const chosen = simulations.filter(({ name }) => name.includes(options.only));

const right = new Map<string, number>();
const starved = new Map<string, number>();
const wrong = new Map<string, string>();
let all = 0;
for (let round = 0; round < rounds; round++) {
  for (const simulation of chosen) {
    for (const kind of simulation.kinds) {
      const said = await simulate(simulation, kind);
      const key = `${simulation.name}, ${kind}`;
      all++;
      if (said.stats.limit === "starved") starved.set(key, (starved.get(key) ?? 0) + 1);
      if (said.right) right.set(key, (right.get(key) ?? 0) + 1);
      else wrong.set(key, said.sentence);
    }
  }
}

const cell = (name: string, kind: Kind): string => {
  const there = chosen.some((simulation) => simulation.name === name && simulation.kinds.includes(kind));
  if (!there) return "–";
  const key = `${name}, ${kind}`;
  const others = starved.has(key) ? ` (${starved.get(key)} without cores)` : "";
  return `${right.get(key) ?? 0}/${rounds}${others}`;
};
console.table(
  Object.fromEntries(
    chosen.map(({ name }) => [name, Object.fromEntries(kinds.map((kind) => [kind, cell(name, kind)]))]),
  ),
);
for (const [key, sentence] of wrong) console.log(`${key}: ${sentence}`);
const sum = [...right.values()].reduce((total, count) => total + count, 0);
console.log(`${sum} of ${all} named rightly: ${((100 * sum) / all).toFixed(1)} %.`);
process.exitCode = sum < 0.95 * all ? 1 : 0;
