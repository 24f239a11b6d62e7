import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CSVLogger } from "../../../src/train/callbacks/csv-logger.ts";
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
    after.onTrainBegin();
    after.setState(JSON.parse(JSON.stringify(before.getState())));
    await train(after, [{ loss: 1 }, { loss: 2 }, { loss: 3 }], { from: 2, begin: false });
    expect(await readFile(file, "utf8")).toBe("epoch,loss\n0,1\n1,2\n2,3\n");
  });

  it("refuses an empty path and a separator that cannot separate", () => {
    expect(() => new CSVLogger("")).toThrow("`filename` must be a path");
    expect(() => new CSVLogger("a.csv", { separator: '"' })).toThrow("`separator` must be a character");
  });
});
