import { describe, expect, it } from "vitest";
import { type CheckOptions, runCheck, spreadOut } from "../../src/check/check.ts";
import type { Finding } from "../../src/check/finding.ts";
import { keyedRandom } from "../../src/random/random.ts";
import { batches } from "../../src/sequence/batching/batches.ts";
import type { Context } from "../../src/sequence/context.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";

const size = 32;
const length = 12;
const classes = 4;

/** Sound data: pictures from 0 to 1 that depend on the index, mixed labels. */
class Sound extends Sequence<unknown> {
  get length(): number {
    return length;
  }
  getItem(index: number, _context: Context): unknown {
    return [this.images(index), tensor(this.labels(index), "int32")];
  }
  images(index: number): Tensor<"float32"> {
    const random = keyedRandom(1, "mix", 0, index);
    const image = zeros([size, 8, 8, 3]);
    for (let i = 0; i < image.data.length; i++) image.data[i] = random.uniform();
    return image;
  }
  labels(index: number): number[] {
    const random = keyedRandom(2, "mix", 0, index);
    return Array.from({ length: size }, () => random.integer(0, classes));
  }
}

/** Sound data with a fault: `change` makes of its batch another. */
const faulty = (
  change: (batch: { x: Tensor<"float32">; labels: number[] }, index: number, sequence: Sound) => unknown,
): Sequence<unknown> =>
  new (class extends Sound {
    override getItem(index: number): unknown {
      const batch = { x: this.images(index), labels: this.labels(index) };
      const changed = change(batch, index, this);
      return changed ?? [batch.x, tensor(batch.labels, "int32")];
    }
  })();

const find = async (sequence: Sequence<unknown>, options: CheckOptions = {}): Promise<readonly Finding[]> =>
  (await runCheck(sequence, { seconds: Number.POSITIVE_INFINITY, workers: [], ...options })).findings;

const each = (x: Tensor<"float32">, change: (value: number) => number): undefined => {
  for (let i = 0; i < x.data.length; i++) x.data[i] = change(x.data[i]!);
};

const oneHot = (labels: readonly number[], columns: number): Tensor =>
  tensor(labels.map((label) => Array.from({ length: columns }, (_, i) => (i === label ? 1 : 0))));

let outside = 0;

describe("finds nothing", () => {
  it.each<[string, Sequence<unknown>]>([
    ["in sound data", new Sound()],
    ["in normalised pictures", faulty(({ x }) => each(x, (value) => (value - 0.45) / 0.225))],
    [
      "in bytes",
      faulty(({ x, labels }) => [
        tensor(
          Uint8Array.from(x.data, (v) => v * 255),
          { shape: x.shape },
        ),
        tensor(labels),
      ]),
    ],
    ["in one-hot labels", faulty(({ x, labels }) => [x, oneHot(labels, classes)])],
    [
      "in samples of several labels",
      faulty(({ x, labels }) => [x, tensor(labels.map((label, i) => [1, i % 2, 0, label === 0 ? 1 : 0, 0]))]),
    ],
    [
      "in texts of another length in each batch",
      faulty(({ labels }, index) => [zeros([size, 5 + index], "int32"), tensor(labels)]),
    ],
    [
      "in short rows that are there twice",
      faulty(({ labels }) => [
        tensor(labels.map((label) => Array.from({ length: 13 }, (_, i) => i / 10 + label))),
        tensor(labels, "int32"),
      ]),
    ],
    [
      "in boxes of one class around things in a picture",
      faulty(({ labels }) => [
        labels.map((label) => zeros([40 + label, 50, 3], "uint8")),
        labels.map((label) => tensor([label, label, label], "int32")),
      ]),
    ],
    [
      "in masks and depths to be learned, whatever their range",
      faulty(({ x }, index) => {
        const depth = zeros([size, 8, 8, 1]);
        if (index > 6) for (let i = 0; i < depth.data.length; i++) depth.data[i] = x.data[i]! * 250;
        return [x, [zeros([size, 8, 8, 1]), depth]];
      }),
    ],
    [
      "in logarithms of sound",
      faulty(({ x, labels }) => {
        const levels = zeros([size, 8, 8, 1]);
        for (let i = 0; i < levels.data.length; i++) levels.data[i] = x.data[i]! * 12 - 11;
        return [levels, tensor(labels)];
      }),
    ],
    ["in labels that stand there for nothing", faulty(({ x }) => [x, zeros([size])])],
    [
      "in samples listed class by class, which a loader shuffles",
      batches(
        { length: 512, getItem: (i) => [tensor([i, 1, 2]), tensor(Math.floor(i / 128), "int32")] as const },
        { batchSize: 32 },
      ),
    ],
  ])("%s", async (_, sequence) => {
    expect(await find(sequence)).toEqual([]);
  });
});

describe("names the fault, where it is, and why:", () => {
  it.each<[string, Sequence<unknown>, Partial<Finding> & { readonly cause?: unknown }, CheckOptions?]>([
    [
      "Math.random()",
      faulty(({ x }, index) => {
        if (index === 5) x.data[200] = Math.random();
      }),
      {
        check: "repeat",
        path: "[0]",
        index: 5,
        element: [1, 0, 2, 2],
        cause: expect.stringMatching(/^Math\.random\(\) at check\.test\.ts:\d+$/),
        cure: expect.stringContaining("context.random"),
      },
    ],
    [
      "the clock",
      faulty(({ x }) => {
        x.data[0] = performance.now();
      }),
      {
        check: "repeat",
        element: [0, 0, 0, 0],
        cause: expect.stringContaining("performance.now() at check.test.ts:"),
      },
    ],
    [
      "the date",
      faulty(({ x }) => {
        x.data[0] = outside++ + new Date().getMinutes();
      }),
      { check: "repeat", cause: expect.stringContaining("new Date() at check.test.ts:") },
    ],
    [
      "the clock of the processor",
      faulty(({ x }) => {
        x.data[0] = Number(process.hrtime.bigint() % 1000n);
        x.data[1] = outside++;
      }),
      { check: "repeat", cause: expect.stringContaining("process.hrtime.bigint() at check.test.ts:") },
    ],
    [
      "what is kept, and changed in place each time",
      new (class extends Sound {
        readonly kept: Tensor<"float32">[] = [];
        override images(index: number): Tensor<"float32"> {
          this.kept[index] ??= super.images(index);
          const image = this.kept[index];
          each(image, (value) => value / 2);
          return image;
        }
      })(),
      { check: "repeat", path: "[0]", index: 0, element: [0, 0, 0, 0] },
    ],
    [
      "a batch that never comes",
      faulty((_, index) => (index === 3 ? new Promise(() => {}) : undefined)),
      { check: "unreadable", index: 3, message: "getItem(3) has not ended after 0.2 s" },
      { patience: 0.2 },
    ],
    [
      "a file that cannot be read, in the first batch of the list",
      batches(
        {
          length: 512,
          getItem: (i): readonly [Tensor, number] => {
            if (i === 3) throw new Error("3.jpg is torn");
            return [tensor([i, 1, 2]), i % 4];
          },
        },
        { batchSize: 32 },
      ),
      { check: "unreadable", message: expect.stringContaining("3.jpg is torn") },
    ],
    [
      "a counter",
      faulty(({ labels }, _, sequence) => {
        const counting = sequence as Sound & { count?: number };
        counting.count = (counting.count ?? 0) + 1;
        labels[3] = counting.count;
      }),
      { check: "repeat", path: "[1]", element: [3], cause: "getItem changes this.count" },
    ],
    [
      "a variable of the module",
      faulty(({ x }) => {
        x.data[0] = outside++;
      }),
      { check: "repeat", cause: expect.stringContaining("a variable of its module") },
    ],
    [
      "NaN",
      faulty(({ x }, index) => {
        if (index >= 7) x.data[4] = Number.NaN;
      }),
      {
        check: "finite",
        index: 7,
        element: [0, 0, 1, 1],
        message: expect.stringContaining("in 5 of 12 batches"),
      },
    ],
    [
      "another dtype in a batch",
      faulty(({ x, labels }, index) => (index === 4 ? [x, tensor(labels)] : undefined)),
      {
        check: "shape",
        path: "[1]",
        index: 4,
        message: expect.stringContaining("int32 in batch 0 and float32 in batch 4"),
      },
    ],
    [
      "another size in a batch",
      faulty(({ labels }, index) =>
        index === 4 ? [zeros([size, 8, 9, 3]), tensor(labels, "int32")] : undefined,
      ),
      { check: "shape", path: "[0]", index: 4 },
    ],
    [
      "labels without a sample",
      faulty(({ x, labels }) => [x, tensor(labels.slice(1), "int32")]),
      { check: "shape", path: "[1]", message: expect.stringContaining("32 samples and 31 labels") },
    ],
    [
      "batches of one class",
      faulty(({ labels }, index) => void labels.fill(Math.floor(index / 3))),
      { check: "one-class", message: "12 of 12 batches hold one class only" },
    ],
    [
      "labels all the same",
      faulty(({ labels }) => void labels.fill(2)),
      { check: "labels", severity: "warning" },
    ],
    [
      "a label out of range",
      faulty(({ labels }, index) => {
        if (index === 9) labels[6] = 7;
      }),
      {
        check: "labels",
        index: 9,
        element: [6],
        message: expect.stringContaining("is 7, but there are 4 classes"),
      },
      { classes },
    ],
    [
      "labels shifted by one",
      faulty(({ x, labels }) => [
        x,
        tensor(
          labels.map((label) => label + 1),
          "int32",
        ),
      ]),
      { check: "labels", index: 0, cause: "labels begin at 1" },
      { classes },
    ],
    [
      "one-hot labels shifted by one",
      faulty(({ x, labels }) => [
        x,
        oneHot(
          labels.map((label) => label + 1),
          classes + 1,
        ),
      ]),
      { check: "labels", cause: "labels that begin at 1 were made one-hot" },
    ],
    [
      "one-hot rows of zeros",
      faulty(({ x, labels }) => [x, oneHot(labels, classes - 1)]),
      { check: "one-hot", message: expect.stringMatching(/sums to 0 instead of 1, as \d+ of 384 rows do/) },
    ],
    [
      "bytes not divided",
      faulty(({ x }) => each(x, (value) => value * 255)),
      { check: "range", severity: "warning", cause: "not divided by 255" },
    ],
    [
      "bytes divided twice",
      faulty(({ x }) => each(x, (value) => value / 255)),
      { check: "range", cause: "divided by 255 twice" },
    ],
    [
      "pictures normalised twice",
      faulty(({ x }) => each(x, (value) => ((value - 0.45) / 0.225 - 0.45) / 0.225)),
      { check: "range", severity: "warning", cause: "mean and deviation taken off twice" },
    ],
    [
      "a sample that is there twice",
      faulty(({ x }, index) => {
        if (index === 3) x.data.set(new Sound().images(2).data.subarray(5 * 192, 6 * 192), 0);
      }),
      {
        check: "duplicates",
        severity: "warning",
        index: 3,
        element: [0],
        message: expect.stringContaining("sample 0 of batch 3 is sample 5 of batch 2 again; 1 of 384"),
      },
    ],
    [
      "a test set that is trained with",
      new Sound(),
      { check: "overlap", message: expect.stringContaining("384 of 384 samples of test") },
      { against: { name: "test", sequence: new Sound() } },
    ],
    [
      "a file that cannot be read",
      faulty((_, index) => {
        if (index === 3) throw new Error("photo.jpg is no image", { cause: new Error("it is HTML") });
      }),
      {
        check: "unreadable",
        index: 3,
        message: "getItem(3) throws: photo.jpg is no image",
        cause: "it is HTML",
      },
    ],
    [
      "nothing at all",
      batches({ length: 3, getItem: (i: number) => [i] }, { batchSize: 4, dropLast: true }),
      { check: "empty", message: expect.stringContaining("do not fill a batch of 4") },
    ],
  ])("%s", async (_, sequence, finding, options) => {
    expect(await find(sequence, options)).toEqual([
      expect.objectContaining({ severity: "error", ...finding }),
    ]);
  });
});

it("leaves out what is ignored", async () => {
  const sequence = faulty(({ x }) => each(x, (value) => value * 255));
  expect(await find(sequence, { ignore: ["range"] })).toEqual([]);
});

it("looks at as many as time allows, evenly spread, and says at how many", async () => {
  const report = await runCheck(
    new (class extends Sound {
      override get length(): number {
        return 100_000;
      }
    })(),
    { seconds: 0.1, workers: [] },
  );
  expect(report.findings).toEqual([]);
  expect(report.looked).toBeGreaterThan(1);
  expect(report.looked).toBeLessThan(report.length);
  expect([...spreadOut(9)].slice(0, 5)).toEqual([0, 8, 4, 2, 6]);
  for (const count of [1, 2, 3, 10, 17]) {
    expect([...spreadOut(count)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
});
