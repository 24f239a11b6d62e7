import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fit } from "../../../src/adapters/tfjs/index.ts";
import { CSVLogger } from "../../../src/train/callbacks/csv-logger.ts";
import { ModelCheckpoint } from "../../../src/train/callbacks/model-checkpoint.ts";
import { TensorBoard } from "../../../src/train/callbacks/tensorboard.ts";
import { makeFolder } from "../../../src/train/files/folder.ts";
import { linear, Points, quiet } from "../points.ts";

let root: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  root = await mkdtemp(join(tmpdir(), "epochal-folder-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("makeFolder", () => {
  it("makes what is missing, also when several do so at once", async () => {
    const path = join(root, "a", "b", "c");
    await Promise.all([path, path, join(root, "a", "b"), join(path, "d/")].map(makeFolder));
    expect((await stat(join(path, "d"))).isDirectory()).toBe(true);
    await makeFolder(path);
    await makeFolder("/");
    await makeFolder(".");
  });

  it("says why a folder cannot be made, with the system's error as cause", async () => {
    const file = join(root, "file");
    await writeFile(file, "");
    for (const path of [file, join(file, "below"), "", "a\0b"]) {
      const error = await makeFolder(path).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "FileError", path, cause: expect.any(Error) });
      expect((error as Error).message).toMatch(/^The folder .* cannot be made: .*\. Name another one/);
    }
  });
});

// Linux alone has such a folder: it is there, and says ENOENT to whoever makes one in it.
describe.runIf(process.platform === "linux")("in /proc", () => {
  it.each([
    new ModelCheckpoint("/proc/none/model"),
    new CSVLogger("/proc/none/log.csv"),
    new TensorBoard("/proc/none"),
  ])("%o fails at once", async (callback) => {
    const run = fit(linear(), new Points(), { ...quiet, callbacks: callback });
    await expect(run).rejects.toThrow(/^The folder \/proc\/none.* cannot be made: ENOENT/);
  });
});
