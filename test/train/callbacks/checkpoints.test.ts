import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fit } from "../../../src/adapters/tfjs/index.ts";
import type { CallbackHooks } from "../../../src/train/callback.ts";
import { BackupAndRestore } from "../../../src/train/callbacks/backup-and-restore.ts";
import { EarlyStopping } from "../../../src/train/callbacks/early-stopping.ts";
import { ModelCheckpoint } from "../../../src/train/callbacks/model-checkpoint.ts";
import { loadCheckpoint } from "../../../src/train/checkpoint/checkpoint.ts";
import { readSafetensors } from "../checkpoint/safetensors.ts";
import { linear, Points, quiet } from "../points.ts";

let dir: string;
beforeAll(() => tf.setBackend("cpu"));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

const adam = () => linear({ optimizer: tf.train.adam(0.05) });

/** Throws before a batch of an epoch, as a power cut would. */
function crash(epoch: number, batch: number): CallbackHooks {
  let now = -1;
  return {
    onEpochBegin: (e) => {
      now = e;
    },
    onTrainBatchBegin: (b) => {
      if (now === epoch && b === batch) throw new Error("power cut");
    },
  };
}

describe("ModelCheckpoint", () => {
  it("saves each epoch under its numbers, and fit goes on from the newest", async () => {
    const options = { epochs: 3, shuffle: true, seed: 5, ...quiet } as const;
    const whole = await fit(adam(), new Points(), options);
    const checkpoint = () => new ModelCheckpoint(join(dir, "{epoch:03d}-{loss:.2f}"));
    const first = fit(adam(), new Points(), { ...options, callbacks: [checkpoint(), crash(2, 1)] });
    await expect(first).rejects.toThrow("power cut");
    expect((await readdir(dir)).map((name) => name.slice(0, 4))).toEqual(["001-", "002-"]);
    const callbacks = [checkpoint()];
    const { history, epoch } = await fit(adam(), new Points(), { ...options, callbacks, resume: dir });
    expect({ history, epoch }).toEqual({ history: whole.history, epoch: whole.epoch });
  });

  it("saves after so many batches, counted over the epochs", async () => {
    const callbacks = new ModelCheckpoint(join(dir, "{epoch}-{batch}"), { saveFreq: 2 });
    await fit(adam(), new Points(), { epochs: 2, callbacks, ...quiet });
    expect((await readdir(dir)).sort()).toEqual(["1-2.safetensors", "2-1.safetensors", "2-3.safetensors"]);
    const { training } = await loadCheckpoint(join(dir, "2-1.safetensors"));
    expect([training.epoch, training.step]).toEqual([1, 1]);
  });

  it("keeps the best only", async () => {
    const losses = [3, 1, 2, 0.5];
    const spoil: CallbackHooks = {
      onEpochEnd: (epoch, logs) => Object.assign(logs!, { val_loss: losses[epoch] }),
    };
    const callbacks = [
      spoil,
      new ModelCheckpoint(join(dir, "{epoch}"), { saveBestOnly: true, initialValueThreshold: 2.5 }),
    ];
    await fit(adam(), new Points(), { epochs: 4, callbacks, ...quiet });
    expect((await readdir(dir)).sort()).toEqual(["2.safetensors", "4.safetensors"]);
  });

  it.each([{}, { val_loss: undefined }, { val_loss: Number.NaN }])(
    "leaves the best one alone where the metric is missing or no number: %o",
    async (odd) => {
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const spoil: CallbackHooks = {
        onEpochEnd: (epoch, logs) => Object.assign(logs!, epoch === 0 ? { val_loss: 3 } : odd),
      };
      const callbacks = [spoil, new ModelCheckpoint(join(dir, "best"), { saveBestOnly: true })];
      await fit(adam(), new Points(), { epochs: 3, callbacks, ...quiet });
      const { training } = await loadCheckpoint(join(dir, "best.safetensors"));
      expect(training.epoch).toBe(1);
      const missing = Object.values(odd)[0] === undefined;
      expect(warn).toHaveBeenCalledTimes(missing ? 1 : 0);
      if (!missing) return;
      expect(warn.mock.calls[0]![0]).toContain(
        "ModelCheckpoint watches `val_loss`, which is not there, so it saves nothing",
      );
    },
  );

  it.each([
    ["val_accuracy", "val_acc"],
    ["val_acc", "val_accuracy"],
    ["out_acc", "out_accuracy"],
  ])("takes %s for %s, in the path too", async (wanted, given) => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const values = [0.5, 0.25, 0.75];
    const spoil: CallbackHooks = {
      onEpochEnd: (epoch, logs) => Object.assign(logs!, { [given]: values[epoch] }),
    };
    const callbacks = [
      spoil,
      new ModelCheckpoint(join(dir, `{epoch}-{${wanted}:.2f}`), { saveBestOnly: true, monitor: wanted }),
    ];
    await fit(adam(), new Points(), { epochs: 3, callbacks, ...quiet });
    expect((await readdir(dir)).sort()).toEqual(["1-0.50.safetensors", "3-0.75.safetensors"]);
    expect(warn).not.toHaveBeenCalled();
  });

  it("saves the weights alone when asked", async () => {
    const model = adam();
    await fit(model, new Points(), {
      callbacks: new ModelCheckpoint(join(dir, "w"), { saveWeightsOnly: true }),
      ...quiet,
    });
    const { tensors } = await readSafetensors(join(dir, "w.safetensors"));
    const shapes = Object.values(tensors).map(({ shape }) => shape);
    expect(shapes).toEqual(model.weights.map(({ shape }) => shape));
  });

  it("refuses other formats, and names without a number", async () => {
    expect(() => new ModelCheckpoint("model.keras")).toThrow("Leave the ending out, or write .safetensors");
    expect(() => new ModelCheckpoint("")).toThrow("`filepath` must be the path of a file");
    expect(() => new ModelCheckpoint("a", { saveFreq: 0 })).toThrow("`saveFreq, where it is not");
    const callbacks = new ModelCheckpoint(join(dir, "{val_auc}"));
    await expect(fit(adam(), new Points(), { callbacks, ...quiet })).rejects.toThrow(
      "names {val_auc}, which there is no number for. There is: loss, mae, epoch.",
    );
  });
});

describe("BackupAndRestore", () => {
  it("goes on at the epoch that was interrupted, and deletes its folder in the end, as Keras documents it", async () => {
    const epochs: number[] = [];
    const note = { onEpochBegin: (epoch: number) => void epochs.push(epoch) };
    const interrupted = fit(adam(), new Points(), {
      epochs: 10,
      callbacks: [new BackupAndRestore(dir), crash(4, 0)],
      ...quiet,
    });
    await expect(interrupted).rejects.toThrow("power cut");
    await fit(adam(), new Points(), { epochs: 10, callbacks: [new BackupAndRestore(dir), note], ...quiet });
    expect(epochs).toEqual([4, 5, 6, 7, 8, 9]);
    await expect(readdir(dir)).rejects.toThrow("ENOENT");
  });

  it("keeps its backup with deleteCheckpoint: false, and a run that was over trains no more", async () => {
    const options = { epochs: 2, ...quiet };
    const backup = () => new BackupAndRestore(dir, { deleteCheckpoint: false });
    await fit(adam(), new Points(), { ...options, callbacks: backup() });
    const epochs: number[] = [];
    const note = { onEpochBegin: (epoch: number) => void epochs.push(epoch) };
    await fit(adam(), new Points(), { ...options, callbacks: [backup(), note] });
    expect(epochs).toEqual([]);
    await fit(adam(), new Points(), { ...options, epochs: 3, callbacks: [backup(), note] });
    expect(epochs).toEqual([2]);
  });

  it("with doubleCheckpoint goes on from the one before where the last is damaged, with a warning", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const backup = () => new BackupAndRestore(dir, { doubleCheckpoint: true });
    const options = { epochs: 4, shuffle: true, seed: 5, ...quiet } as const;
    const whole = await fit(adam(), new Points(), options);
    const first = fit(adam(), new Points(), { ...options, callbacks: [backup(), crash(3, 1)] });
    await expect(first).rejects.toThrow("power cut");
    expect((await readdir(dir)).sort()).toEqual(["backup.safetensors", "previous.safetensors"]);
    await writeFile(join(dir, "backup.safetensors"), "gone");
    const epochs: number[] = [];
    const note = { onEpochBegin: (epoch: number) => void epochs.push(epoch) };
    const { history } = await fit(adam(), new Points(), { ...options, callbacks: [backup(), note] });
    expect(epochs).toEqual([2, 3]);
    expect(history).toEqual(whole.history);
    expect(String(warned.mock.calls[0]![0])).toMatch(/goes on from .*previous\.safetensors\. Passed over/);
    await expect(readdir(dir)).rejects.toThrow("ENOENT");
  });

  const options = { epochs: 3, shuffle: true, seed: 5, ...quiet } as const;
  const monitored = () => new EarlyStopping({ monitor: "loss", patience: 2, restoreBestWeights: true });

  it.each([
    { saveFreq: "epoch" as const, lost: 2 },
    { saveFreq: 1, lost: 0 },
    { saveFreq: 2, lost: 1 },
  ])("goes on as if nothing had happened when the program is run again: %o", async ({ saveFreq, lost }) => {
    const whole = adam();
    const expected = await fit(whole, new Points(), { ...options, callbacks: monitored() });
    const callbacks = () => [monitored(), new BackupAndRestore(dir, { saveFreq })];
    const first = fit(adam(), new Points(), { ...options, callbacks: [...callbacks(), crash(1, 2)] });
    await expect(first).rejects.toThrow("power cut");
    expect(await readdir(dir)).toEqual(["backup.safetensors"]);

    const steps: number[] = [];
    const count: CallbackHooks = { onTrainBatchEnd: (batch) => void steps.push(batch) };
    const model = adam();
    const again = await fit(model, new Points(), { ...options, callbacks: [...callbacks(), count] });
    expect(again.history).toEqual(expected.history);
    expect(model.getWeights().map((w) => [...w.dataSync()])).toEqual(
      whole.getWeights().map((w) => [...w.dataSync()]),
    );
    // Five of nine steps were done, of which the last `lost` were not saved.
    expect(steps).toHaveLength(9 - 5 + lost);
    await expect(readdir(dir)).rejects.toThrow("ENOENT");
  });

  it.each([undefined, new Error("Ctrl-C"), "stop"])(
    "saves where it stands when aborted by %o",
    async (reason) => {
      const controller = new AbortController();
      const abort: CallbackHooks = { onTrainBatchEnd: (batch) => batch === 1 && controller.abort(reason) };
      const { signal } = controller;
      const first = fit(adam(), new Points(), {
        ...options,
        signal,
        callbacks: [new BackupAndRestore(dir), abort],
      });
      const error = await first.catch((thrown: unknown) => thrown);
      expect(error).toBe(signal.reason);
      const { training } = await loadCheckpoint(join(dir, "backup.safetensors"));
      expect([training.epoch, training.step]).toEqual([0, 2]);
    },
  );

  it("serves one run after the other, also one that goes on", async () => {
    const controller = new AbortController();
    const abort: CallbackHooks = { onEpochEnd: () => controller.abort() };
    const callbacks = [monitored(), new BackupAndRestore(dir, { saveFreq: 2 })];
    const whole = await fit(adam(), new Points(), { ...options, callbacks });
    const { signal } = controller;
    const first = fit(adam(), new Points(), { ...options, signal, callbacks: [...callbacks, abort] });
    await expect(first).rejects.toThrow("aborted");
    for (const _ of ["goes on", "begins anew"]) {
      expect((await fit(adam(), new Points(), { ...options, callbacks })).history).toEqual(whole.history);
      await expect(readdir(dir)).rejects.toThrow("ENOENT");
    }
  });

  it("lets several runs at once end in one folder, with a warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const shared = new BackupAndRestore(dir, { saveFreq: 1 });
    const runs = Array.from({ length: 6 }, (_, i) =>
      fit(adam(), new Points(), {
        ...options,
        callbacks: i < 2 ? shared : new BackupAndRestore(`${dir}/`, { saveFreq: 1 }),
      }),
    );
    for (const { epoch } of await Promise.all(runs)) expect(epoch).toEqual([0, 1, 2]);
    expect(warn.mock.calls.map(([message]) => String(message))).toEqual(
      Array.from({ length: 5 }, () => expect.stringContaining("Two runs keep their backup in")),
    );
    expect(await readdir(dir).catch(() => [])).toEqual([]);
  });

  it("leaves other files alone, and the backup when asked", async () => {
    await writeFile(join(dir, "notes.txt"), "mine");
    await fit(adam(), new Points(), { ...options, callbacks: new BackupAndRestore(dir) });
    expect(await readdir(dir)).toEqual(["notes.txt"]);
    await fit(adam(), new Points(), {
      ...options,
      callbacks: new BackupAndRestore(dir, { deleteCheckpoint: false }),
    });
    expect((await readdir(dir)).sort()).toEqual(["backup.safetensors", "notes.txt"]);
  });

  it("refuses what it does not know", () => {
    expect(() => new BackupAndRestore("")).toThrow("`backupDir` must be a folder's path");
    expect(() => new BackupAndRestore("a", { saveFreq: "batch" as never })).toThrow("a whole number");
  });
});
