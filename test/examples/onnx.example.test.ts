import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImages } from "../../examples/demo/draw.ts";
import { runExample } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-onnx-"));
let images: string;

beforeAll(async () => {
  images = await drawImages(3, { train: 12, test: 3 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function predict(name: string, onOutput?: Parameters<typeof runExample>[2]): ReturnType<typeof runExample> {
  return runExample("onnx/main.ts", [images, join(folder, name), "--batch-size", "2"], onOutput);
}

describe("examples/onnx", () => {
  it("writes a row for each file, in order", async () => {
    const { code, stdout, stderr } = await predict("whole.csv");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("75 batches: every batch index was delivered exactly once");
    const [header, ...rows] = readFileSync(join(folder, "whole.csv"), "utf8").trimEnd().split("\n");
    expect(header).toBe("file,colour,probability");
    const files = rows.map((row) => row.split(",")[0]!);
    expect(files).toHaveLength(150);
    expect(files).toEqual([...files].sort());
    expect(new Set(rows.map((row) => row.split(",")[1]))).toEqual(new Set(["red", "green", "blue"]));
  });

  it("loses no row and writes none twice, however often it is killed", async () => {
    let kills = 0;
    for (let run = 0; run < 20; run++) {
      // Each run gets a little further; the last one is left alone.
      const { code, signal, stderr } = await predict("killed.csv", (stdout, child) => {
        if (kills < 4 && stdout.includes("more")) child.kill("SIGKILL");
      });
      if (signal === "SIGKILL") kills++;
      else {
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        break;
      }
    }
    expect(kills).toBeGreaterThan(0);
    expect(readFileSync(join(folder, "killed.csv"), "utf8")).toBe(
      readFileSync(join(folder, "whole.csv"), "utf8"),
    );
  });

  it("says in one sentence what is wrong", async () => {
    const cases = [
      [["only"], /^Usage: main\.ts FOLDER/],
      [["/nowhere", "a.csv"], /^There is no folder \/nowhere\.\n$/],
      [[images, "a.csv", "--workers", "two"], /^--workers takes a whole number.*got "two"\.\n$/],
      [["--worker", "2"], /^Unknown option '--worker'\. See --help\.\n$/],
    ] as const;
    const runs = await Promise.all(cases.map(([args]) => runExample("onnx/main.ts", args)));
    for (const [i, { code, stderr }] of runs.entries()) {
      expect(stderr).toMatch(cases[i]![1]);
      expect(code).toBe(1);
    }
  });

  it("does nothing where everything is there", async () => {
    expect((await predict("whole.csv")).stdout).toBe("Everything is there already.\n");
  });
});
