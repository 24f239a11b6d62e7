import { expect, it } from "vitest";
import { runExample } from "./run.ts";

it("examples/jax trains the demo's model with jax-js", async () => {
  const { code, stdout, stderr } = await runExample("jax/main.ts", ["--epochs", "4"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const losses = [...stdout.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
  expect(losses).toHaveLength(4);
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.8);
  // Ten classes: guessing gives 10 %.
  expect(Number(/Test accuracy: ([\d.]+) %/.exec(stdout)![1])).toBeGreaterThan(20);
  expect(stdout).toContain("every batch index was delivered exactly once");
});
