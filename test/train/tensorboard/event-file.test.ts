import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeEvent } from "../../../src/train/tensorboard/event.ts";
import { openEventFile } from "../../../src/train/tensorboard/event-file.ts";
import { histogram } from "../../../src/train/tensorboard/histogram.ts";
import { frameRecord } from "../../../src/train/tensorboard/record.ts";

describe("an event file", () => {
  it("is byte for byte what Google's protobuf writes", async () => {
    // Made by scripts/tensorboard/golden.py.
    const golden = await readFile(new URL("../../fixtures/tensorboard/golden.tfevents", import.meta.url));
    const events = [
      { wallTime: 1700000000.25, fileVersion: "brain.Event:2" },
      { wallTime: 1700000001.5, values: [{ tag: "epoch_loss", value: 0.5 }] },
      {
        wallTime: 1700000002.75,
        step: 300,
        values: [
          { tag: "epoch_loss", value: 0.1 },
          { tag: "épreuve/acc", value: Number.NaN },
        ],
      },
      {
        wallTime: 1700000003,
        step: 2 ** 40 + 1,
        values: [
          {
            tag: "dense/kernel",
            value: {
              min: -1,
              max: 2,
              count: 3,
              sum: 1.5,
              sumOfSquares: 5.25,
              limits: [0.5, 2],
              counts: [2, 1],
            },
          },
        ],
      },
      {
        wallTime: 1700000004,
        step: 7,
        values: [
          {
            tag: "batch_images",
            value: {
              height: 200,
              width: 3,
              channels: 4 as const,
              png: Uint8Array.from({ length: 200 }, (_, i) => i),
            },
            description: "0 is black.",
          },
          { tag: "loader/explain", value: "Nothing is wrong…" },
        ],
      },
    ];
    const ours = Buffer.concat(events.map((event) => frameRecord(encodeEvent(event))));
    expect(ours.toString("hex")).toBe(golden.toString("hex"));
  });

  it("has the name that TensorBoard looks for, and its records in the order of the calls", async () => {
    const dir = await mkdtemp(join(tmpdir(), "epochal-"));
    try {
      const file = openEventFile(join(dir, "train"), () => 1_700_000_000_000);
      expect(await readdir(dir)).toEqual([]);
      const flushes: Promise<void>[] = [];
      for (let step = 0; step < 20; step++) {
        file.add(step, [{ tag: "loss", value: step }]);
        flushes.push(file.flush());
      }
      await Promise.all(flushes);
      const [name] = await readdir(join(dir, "train"));
      expect(name).toMatch(/^events\.out\.tfevents\.1700000000\..+\.\d+\.\d+\.v2$/);
      const expected = [
        { wallTime: 1.7e9, fileVersion: "brain.Event:2" },
        ...Array.from({ length: 20 }, (_, step) => ({
          wallTime: 1.7e9,
          step,
          values: [{ tag: "loss", value: step }],
        })),
      ];
      const written = await readFile(join(dir, "train", name!));
      expect(written).toEqual(Buffer.concat(expected.map((event) => frameRecord(encodeEvent(event)))));
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe("two event files", () => {
  it("are never one, also where another thread or container has a name already", async () => {
    const dir = await mkdtemp(join(tmpdir(), "epochal-"));
    try {
      const now = (): number => 1_700_000_000_000;
      const open = async (): Promise<void> => {
        const file = openEventFile(dir, now);
        file.add(0, [{ tag: "loss", value: 1 }]);
        await file.flush();
      };
      await open();
      const [first] = await readdir(dir);
      const [, before, number] = /^(.*\.)(\d+)\.v2$/.exec(first!)!;
      const taken = `${before}${Number(number) + 1}.v2`;
      await writeFile(join(dir, taken), "theirs");
      await open();
      expect(await readFile(join(dir, taken), "utf8")).toBe("theirs");
      expect(await readdir(dir)).toHaveLength(3);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe("histogram", () => {
  it("counts every finite value once, in ascending ranges (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
        const { counts, limits, count, min, max } = histogram(Float32Array.from(values));
        const finite = values.filter(Number.isFinite);
        expect(count).toBe(finite.length);
        expect(counts.reduce((sum, n) => sum + n, 0)).toBe(finite.length);
        expect(limits).toEqual([...limits].sort((a, b) => a - b));
        if (finite.length > 0) expect([min, max]).toEqual([Math.min(...finite), Math.max(...finite)]);
      }),
    );
  });
});
