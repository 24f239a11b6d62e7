import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";
import { withoutStalls } from "../package/packed.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the demo as `npm run demo -- …` does after the build; `interruptAt` sends Ctrl-C when that text appears. */
function demo(args: readonly string[], interruptAt?: string): Promise<Result> {
  const child = spawn(process.execPath, ["--import", "./examples/tsx.js", "examples/demo/main.ts", ...args], {
    cwd: root,
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
    if (interruptAt === undefined || !out.includes(interruptAt)) return;
    // Once: a second one ends it at once.
    interruptAt = undefined;
    child.kill("SIGINT");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, out, err: withoutStalls(err) })),
  );
}

describe("npm run demo", () => {
  let folder: string;
  let drawn: string;
  const small = ["--size", "16", "--batch-size", "25", "--epochs", "2"];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "epochal-demo-test-"));
    drawn = await drawImages(3, { train: 20, test: 5 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("trains on a folder and says that every batch came once, without control characters", async () => {
    const { code, out, err } = await demo(["--data", drawn, ...small]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.trim().split("\n");
    expect(lines[0]).toMatch(/^200 images to train, 50 to test, 10 classes: checkers, circle, /);
    expect(lines[1]).toMatch(/^Epoch 1\/2 8\/8 .*\/step - loss: .* acc: .* val_acc: .* wait: \d+%$/);
    expect(lines.at(-2)).toMatch(/^Test accuracy: \d+\.\d %$/);
    expect(lines.at(-1)).toBe("2 epochs, 16 batches: every batch index was delivered exactly once.");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the question
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  it("gives the same numbers with other workers, and splits a folder without train and test", async () => {
    const runs = await Promise.all(
      ["0", "1"].map((workers) => demo(["--data", join(drawn, "train"), ...small, "--workers", workers])),
    );
    const numbers = runs.map(({ out }) => out.match(/(loss|acc|val_loss|val_acc): [\d.]+/g));
    expect(runs[0]!.out).toMatch(/^160 images to train, 40 to test/);
    expect(numbers[0]).toHaveLength(8);
    expect(numbers[1]).toEqual(numbers[0]);
  });

  it("says in one sentence what is wrong", async () => {
    const broken = join(folder, "broken");
    await cp(drawn, broken, { recursive: true });
    await writeFile(join(broken, "train/heart/0003.jpg"), "no image");
    const empty = join(folder, "empty");
    await cp(drawn, empty, { recursive: true });
    await rm(join(empty, "train/ring"), { recursive: true });
    await mkdir(join(empty, "train/ring"));
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [["--data", join(folder, "nowhere")], /^There is no folder .*nowhere\.\n$/],
      [["--data", empty], /^The class .*ring has no images\.\n$/],
      [["--data", broken, ...small, "--workers", "0"], /^Batch \d+ of epoch 0 .*heart.0003\.jpg.*\n$/],
      [["--epochs", "many"], /^--epochs takes a whole number from 1 to 100000, got "many"\.\n$/],
      [["--epoch", "2"], /^Unknown option '--epoch'\. See --help\.\n$/],
    ];
    const results = await Promise.all(cases.map(([args]) => demo(args)));
    for (const [i, [args, message]] of cases.entries()) {
      expect(results[i]!.err, args.join(" ")).toMatch(message);
      expect(results[i]!.code).toBe(1);
    }
  });

  it("explains itself, and ends with 130 on Ctrl-C", async () => {
    const help = await demo(["--help"]);
    expect(help.code).toBe(0);
    for (const option of ["data", "size", "batch-size", "epochs", "workers", "seed", "verbose"]) {
      expect(help.out).toContain(`--${option}`);
    }
    const stopped = await demo(["--data", drawn, "--size", "16", "--epochs", "1000"], "Epoch 1/1000");
    expect(stopped).toMatchObject({ code: 130, err: "Interrupted.\n" });
  });
});
