import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTensors } from "epochal";
import { afterAll, expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";
import { killAfter, type OnOutput, runExample } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-jax-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("examples/jax trains the demo's model with jax-js", async () => {
  const { code, stdout, stderr } = await runExample("jax/main.ts", ["--epochs", "4"]);
  // Progress lines, and nothing else.
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^(Epoch \d\/4 30\/30 - .*\n){4}$/),
  });
  const losses = [...stdout.matchAll(/: loss ([\d.]+), val_loss [\d.]+, val_acc/g)].map(([, loss]) =>
    Number(loss),
  );
  expect(losses).toHaveLength(4);
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.8);
  // Ten classes: guessing gives 10 %.
  expect(Number(/Test accuracy: ([\d.]+) %/.exec(stdout)![1])).toBeGreaterThan(20);
  expect(stdout).toContain("every batch index was delivered exactly once");
});

it("examples/jax, killed and started again, has the losses and weights of a run that nothing ended", async () => {
  const images = await drawImages(3, { train: 12, test: 3 });
  const options = ["--data", images, "--size", "16", "--batch-size", "8", "--epochs", "2"];
  const checkpoint = (name: string) => join(folder, name, "last.safetensors");
  const run = (name: string, onOutput?: OnOutput) =>
    runExample("jax/main.ts", [...options, "--checkpoint", checkpoint(name)], onOutput);

  const whole = await run("whole");
  expect(whole.code).toBe(0);

  // Saved after the 5th and the 10th step and at the end of each epoch of 15: killed at every second time.
  let kills = 0;
  for (let ended = false; !ended; ) {
    const { signal, stderr } = await run("killed", killAfter(2, checkpoint("killed")));
    ended = signal !== "SIGKILL";
    if (!ended) kills++;
    else expect(stderr).toMatch(/^(Epoch \d\/2 .*\n)*$/);
  }
  expect(kills).toBeGreaterThan(1);
  const [expected, resumed] = await Promise.all(
    ["whole", "killed"].map((name) => loadTensors(checkpoint(name))),
  );
  expect(resumed).toEqual(expected);

  // There is nothing left to do.
  const again = await run("killed");
  expect(again).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^Test accuracy: /) });
});

it("examples/jax explains itself, and says in one sentence what is wrong", async () => {
  const [help, wrong, lost] = await Promise.all(
    [["--help"], ["--epoch", "2"], ["--data", "/nowhere"]].map((args) => runExample("jax/main.ts", args)),
  );
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("--batch-size") });
  expect(wrong).toMatchObject({ code: 1, stderr: "Unknown option '--epoch'. See --help.\n" });
  expect(lost).toMatchObject({ code: 1, stderr: "There is no folder /nowhere.\n" });
});
