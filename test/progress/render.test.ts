import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, formatMetric, formatRate } from "../../src/progress/format.ts";
import { type ProgressState, renderProgress, widthOf } from "../../src/progress/render.ts";

const running: ProgressState = {
  step: 12,
  total: 313,
  elapsed: 300,
  wait: 0.03,
  metrics: { loss: 0.50214, accuracy: 0.8125 },
};

describe("renderProgress", () => {
  it("shows what people know from Keras, with the time that is left", () => {
    expect(renderProgress({ ...running, step: 120, elapsed: 3000 })).toMatchInlineSnapshot(
      `"120/313 ━━━━━───────── 4s 25ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%"`,
    );
  });

  it("shows the time used once it is done, and validation on the same line", () => {
    const done = {
      ...running,
      step: 313,
      elapsed: 8000,
      done: true,
      metrics: { loss: 0.25, val_loss: 0.0001234 },
    };
    expect(renderProgress(done, { columns: 120 })).toMatchInlineSnapshot(
      `"313/313 ━━━━━━━━━━━━━━━━━━━━ 8s 26ms/step - loss: 0.2500 - val_loss: 1.2340e-04 - wait: 3%"`,
    );
    expect(
      renderProgress({ ...running, step: 313, note: "validating 3" }, { columns: 120 }),
    ).toMatchInlineSnapshot(
      `"313/313 ━━━━━━━━━━━━━━━━━━━━ 0s 958us/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3% - validating 3"`,
    );
  });

  it("counts without a bar where the total is unknown", () => {
    expect(renderProgress({ ...running, total: undefined })).toMatchInlineSnapshot(
      `"12/? 0s 25ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%"`,
    );
    expect(renderProgress({ step: 3, total: Number.POSITIVE_INFINITY, elapsed: 6000 })).toBe(
      "3/? 6s 2s/step",
    );
  });

  it("begins without a guess", () => {
    expect(renderProgress({ step: 0, total: 5, elapsed: 0, wait: 0 })).toMatchInlineSnapshot(
      `"0/5 ──────────────────── ?"`,
    );
  });

  it("gives up the least important first where the terminal is narrow", () => {
    const lines = [80, 70, 60, 50, 40, 30, 20, 10, 5].map((columns) => renderProgress(running, { columns }));
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      " 12/313 ────────────── 7s 25ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%
       12/313 ───── 7s 25ms/step - loss: 0.5021 - … - wait: 3%
       12/313 ───── 7s 25ms/step - loss: 0.5021 - … - wait: 3%
       12/313 ───── 7s 25ms/step - loss: 0.5021
       12/313 7s 25ms/step - loss: 0.5021
       12/313 7s - loss: 0.5021
       12/313 7s
       12/313 7s
       12/3"
    `);
  });

  it("writes a line for a log without bar and control characters", () => {
    const state = { ...running, label: "Epoch 1/5", step: 313, elapsed: 8000, done: true };
    expect(renderProgress(state, { columns: Number.POSITIVE_INFINITY, bar: false })).toMatchInlineSnapshot(
      `"Epoch 1/5 313/313 - 8s 26ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%"`,
    );
  });

  it("paints the count and the bar, and draws in ASCII where it must", () => {
    const painted = renderProgress({ ...running, step: 120 }, { color: true, columns: 100 });
    expect(painted.replaceAll("\x1b", "ESC")).toMatchInlineSnapshot(
      `"ESC[1m120/313ESC[22m ESC[32m━━━━━━━ESC[90m─────────────ESC[39m 0s 3ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%"`,
    );
    expect(
      renderProgress({ ...running, label: "12/313" }, { unicode: false, columns: 100 }),
    ).toMatchInlineSnapshot(
      `"12/313  12/313 .................... 7s 25ms/step - loss: 0.5021 - accuracy: 0.8125 - wait: 3%"`,
    );
  });

  const state: fc.Arbitrary<ProgressState> = fc.record({
    label: fc.option(fc.string({ maxLength: 20, unit: "grapheme" }), { nil: undefined }),
    step: fc.nat(10_000),
    total: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    elapsed: fc.double({ min: 0, max: 1e9, noNaN: true }),
    wait: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    metrics: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.double()),
    note: fc.option(fc.string({ maxLength: 30 }), { nil: undefined }),
    done: fc.boolean(),
  });

  it("never exceeds the width (property)", () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 1, max: 200 }), fc.boolean(), (shown, columns, unicode) => {
        const line = renderProgress(shown, { columns, unicode });
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("shows the same text with colour as without (property)", () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 1, max: 200 }), (shown, columns) => {
        const painted = renderProgress(shown, { columns, color: true });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken away
        expect(painted.replace(/\x1b\[\d+m/g, "")).toBe(renderProgress(shown, { columns }));
      }),
    );
  });
});

describe("formats", () => {
  it("follows Keras", () => {
    expect([0.5, 12.34567, 0, 0.0005, -0.25, Number.NaN, Number.POSITIVE_INFINITY].map(formatMetric)).toEqual(
      ["0.5000", "12.3457", "0.0000", "5.0000e-04", "-0.2500", "nan", "inf"],
    );
    expect([0, 8_400, 65_000, 7_384_000].map(formatDuration)).toEqual(["0s", "8s", "1:05", "2:03:04"]);
    expect([2000, 25, 0.13].map((ms) => formatRate(ms, "step"))).toEqual([
      "2s/step",
      "25ms/step",
      "130us/step",
    ]);
  });
});
