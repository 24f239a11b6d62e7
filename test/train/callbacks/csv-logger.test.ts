import { execFileSync } from "node:child_process";
import {
  appendFile,
  constants,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sequence } from "../../../src/sequence/sequence.ts";
import type { HookName } from "../../../src/train/callback.ts";
import { BackupAndRestore } from "../../../src/train/callbacks/backup-and-restore.ts";
import { CSVLogger } from "../../../src/train/callbacks/csv-logger.ts";
import { fitModel } from "../../../src/train/fit.ts";
import { HashModel } from "../hash-model.ts";
import { train } from "./fake-model.ts";

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "epochal-"));
  file = join(dir, "run", "log.csv");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true });
});

describe("CSVLogger", () => {
  it("writes Keras' columns: the epoch, then the metrics by name", async () => {
    await train(new CSVLogger(file), [
      { val_loss: 3, loss: 0.5, acc: 0.25 },
      { val_loss: Number.NaN, loss: Number.NEGATIVE_INFINITY, acc: 1 },
    ]);
    expect(await readFile(file, "utf8")).toBe("epoch,acc,loss,val_loss\n0,0.25,0.5,3\n1,1,-inf,nan\n");
  });

  it("writes anew by default, and adds without a second header when asked", async () => {
    await train(new CSVLogger(file), [{ loss: 1 }]);
    await train(new CSVLogger(file), [{ loss: 2 }]);
    expect(await readFile(file, "utf8")).toBe("epoch,loss\n0,2\n");
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await train(new CSVLogger(file, { append: true }), [{ acc: 1, loss: 3 }]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await readFile(file, "utf8")).toBe("epoch,loss\n0,2\n0,3\n");
  });

  it("takes a URL and a separator, and quotes names that hold it", async () => {
    await train(new CSVLogger(pathToFileURL(file), { separator: ";" }), [{ 'a;"b"': 1, loss: 2 }]);
    expect(await readFile(file, "utf8")).toBe('epoch;"a;""b""";loss\n0;1;2\n');
  });

  it("writes NA where a metric is missing, and warns once of one without a column", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await train(new CSVLogger(file), [
      { loss: 1, lr: 1 },
      { loss: 2, val_loss: 3 },
      { loss: 2, val_loss: 3 },
    ]);
    expect(await readFile(file, "utf8")).toBe("epoch,loss,lr\n0,1,1\n1,2,NA\n2,2,NA\n");
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "CSVLogger: the first epoch had no val_loss, so the file has no column for it.",
    ]);
  });

  it("goes on in the same file when a run is resumed", async () => {
    const before = new CSVLogger(file);
    await train(before, [{ loss: 1 }, { loss: 2 }], { end: false });
    const after = new CSVLogger(file);
    await after.onTrainBegin();
    after.setState(JSON.parse(JSON.stringify(before.getState())));
    await train(after, [{ loss: 1 }, { loss: 2 }, { loss: 3 }], { from: 2, begin: false });
    expect(await readFile(file, "utf8")).toBe("epoch,loss\n0,1\n1,2\n2,3\n");
  });

  it.each([
    ["a last line that was cut off", "epoch,loss\n0,1\n1,", "epoch,loss\n0,1\n"],
    ["a last line without its end", "epoch,loss\n0,1", "epoch,loss\n0,1\n"],
    ["a header that was cut off", "epoch,lo", "epoch,loss\n"],
    ["lines of Windows", "epoch,loss\r\n0,1\r\n1,", "epoch,loss\r\n0,1\r\n"],
    ["a line break that was cut in two", "epoch,loss\r\n0,1\r", "epoch,loss\r\n0,1\r\n"],
    ["quoted cells", '"epoch","loss"\n"0","1"\n"1","0.', '"epoch","loss"\n"0","1"\n'],
    ["empty lines", "epoch,loss\n0,1\n\n\n", "epoch,loss\n0,1\n"],
    ["nothing in it", "", "epoch,loss\n"],
    ["other columns", "epoch,acc,loss\n0,1,2\n", "epoch,acc,loss\n0,1,2\n"],
  ])("adds to a file with %s, and glues nothing", async (_, before, kept) => {
    await mkdir(join(dir, "run"));
    await writeFile(file, before);
    await train(new CSVLogger(file, { append: true }), [{ loss: 3 }, { loss: 4 }]);
    const lineBreak = kept.includes("\r") ? "\r\n" : "\n";
    const other = kept.includes("acc") ? "NA," : "";
    expect(await readFile(file, "utf8")).toBe(`${kept}0,${other}3${lineBreak}1,${other}4${lineBreak}`);
  });

  it("keeps a link to a file a link, and writes to what is no file", async () => {
    await mkdir(join(dir, "run"));
    await writeFile(join(dir, "real.csv"), "epoch,loss\n0,1");
    await symlink("../real.csv", file);
    await train(new CSVLogger(file, { append: true }), [{ loss: 3 }]);
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(dir, "real.csv"), "utf8")).toBe("epoch,loss\n0,1\n0,3\n");
    await train(new CSVLogger("/dev/null", { append: true }), [{ loss: 3 }, { loss: 4 }]);
  });

  it.runIf(process.platform === "linux")("says where the disk is full", async () => {
    await expect(train(new CSVLogger("/dev/full"), [{ loss: 3 }])).rejects.toMatchObject({
      name: "FileError",
      path: "/dev/full",
    });
  });

  it.runIf(process.platform === "linux")("waits for nobody to read from a pipe", async () => {
    const pipe = join(dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(train(new CSVLogger(pipe), [{ loss: 3 }])).rejects.toMatchObject({
      name: "FileError",
      message: expect.stringMatching(/pipe/),
    });
    const reader = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      await train(new CSVLogger(pipe), [{ loss: 3 }]);
      expect(await reader.readFile("utf8")).toBe("epoch,loss\n0,3\n");
    } finally {
      await reader.close();
    }
  });

  it("has each epoch of the run once, wherever it was killed (property)", async () => {
    class Numbers extends Sequence<number[]> {
      length = 3;
      getItem(index: number): number[] {
        return [index];
      }
    }
    const earlier = fc.constantFrom("", "epoch,loss\n0,9\n1,8\n2,7\n", "epoch,loss\r\n0,9\r\n1,8\r\n");
    const stop = fc.record({
      hook: fc.constantFrom<HookName>("onEpochEnd", "onTrainBatchBegin", "onTrainBatchEnd", "onEpochBegin"),
      at: fc.nat(12),
      abort: fc.boolean(),
      torn: fc.constantFrom("", "9", "9,0.", "\n", "9,0.5"),
    });
    const freq = fc.constantFrom<number | "epoch">("epoch", 1, 2, 5);
    await fc.assert(
      fc.asyncProperty(earlier, fc.array(stop, { maxLength: 3 }), freq, async (before, stops, saveFreq) => {
        const inside = await mkdtemp(join(dir, "case-"));
        const log = join(inside, "log.csv");
        const run = async (end?: (typeof stops)[number]): Promise<boolean> => {
          const controller = new AbortController();
          const mine = new Error("mine");
          let calls = 0;
          const ends = () => {
            if (!end || calls++ !== end.at) return;
            if (end.abort) controller.abort(mine);
            throw mine;
          };
          const callbacks = [
            new BackupAndRestore(join(inside, "backup"), { saveFreq }),
            // A run that had nothing to go on with begins anew, and with \`append\` adds to what is there.
            new CSVLogger(log, { append: before !== "" }),
            ...(end ? [{ [end.hook]: ends }] : []),
          ];
          const { signal } = controller;
          const ended = await fitModel(new HashModel(), new Numbers(), {
            epochs: 4,
            callbacks,
            signal,
            verbose: 0,
          }).then(
            () => true,
            (error: unknown) => {
              if (error !== mine) throw error;
              return false;
            },
          );
          if (!ended) {
            const saved = await readdir(join(inside, "backup")).catch(() => []);
            if (saved.length === 0) await writeFile(log, before);
            else await appendFile(log, end!.torn);
          }
          return ended;
        };
        await writeFile(log, before);
        for (const end of [...stops, undefined]) if (await run(end)) break;
        const lineBreak = before.includes("\r") ? "\r\n" : "\n";
        const lines = (await readFile(log, "utf8")).split(lineBreak);
        const past = before.split(lineBreak).slice(0, -1);
        expect(lines.slice(0, past.length)).toEqual(past);
        const rows = lines.slice(past.length || 1);
        expect(rows.map((row) => row.replace(/,0\.\d+$/, ""))).toEqual(["0", "1", "2", "3", ""]);
      }),
      {
        numRuns: 60,
        // Ended when all epochs were done: no line is left to write, and what was cut off goes all the same.
        examples: [["", [{ hook: "onEpochEnd", at: 3, abort: true, torn: "9" }], "epoch"]],
      },
    );
  });

  it("refuses an empty path and a separator that cannot separate", () => {
    expect(() => new CSVLogger("")).toThrow("`filename` must be a path");
    expect(() => new CSVLogger("a.csv", { separator: '"' })).toThrow("`separator` must be a character");
  });
});
