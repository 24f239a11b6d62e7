/** Pipelines with one limit each, for real: what the loader says of them, whoever fetches. */
import { expect, it } from "vitest";
import { type kinds, type Simulation, simulate, simulations } from "./pipelines.ts";

/** Runs the `cases`, so many side by side, and gives what was said wrong of any. */
async function wrongIn(cases: readonly (readonly [Simulation, (typeof kinds)[number]])[], lanes: number) {
  const waiting = [...cases];
  const wrong: string[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [simulation, kind] = next;
      const { right, sentence } = await simulate(simulation, kind);
      if (!right) wrong.push(`${simulation.name}, ${kind}: ${sentence}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return wrong;
}

it("says what limits a loader in 95 runs of 100, by workers of any kind", async () => {
  const cases = simulations.flatMap((simulation) =>
    simulation.kinds.map((kind) => [simulation, kind] as const),
  );
  const inline = cases.filter(([, kind]) => kind === "inline");
  const works = cases.filter(([{ works }, kind]) => works && kind !== "inline");
  const waits = cases.filter(([{ works }, kind]) => !works && kind !== "inline");
  // Two in this thread would be in each other's way, and two that work as well.
  const wrong = (await Promise.all([wrongIn([...inline, ...works], 1), wrongIn(waits, 8)])).flat();
  // What else runs on the machine may be the limit for the second that a run takes.
  expect(wrong.length / cases.length, wrong.join("\n")).toBeLessThanOrEqual(0.05);
});
