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

it("examples/jax explains itself, and says in one sentence what is wrong", async () => {
  const [help, wrong, lost] = await Promise.all(
    [["--help"], ["--epoch", "2"], ["--data", "/nowhere"]].map((args) => runExample("jax/main.ts", args)),
  );
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("--batch-size") });
  expect(wrong).toMatchObject({ code: 1, stderr: "Unknown option '--epoch'. See --help.\n" });
  expect(lost).toMatchObject({ code: 1, stderr: "There is no folder /nowhere.\n" });
});
