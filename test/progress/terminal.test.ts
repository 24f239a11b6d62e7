import { describe, expect, it } from "vitest";
import { openProgressLine, type ProgressStream, styleOf } from "../../src/progress/terminal.ts";

/** A stream that keeps what is written, and a clock that is set by hand. */
function recorder(init: Partial<ProgressStream> = {}) {
  const written: string[] = [];
  const clock = { time: 0 };
  const stream: ProgressStream = { columns: 80, ...init, write: (text) => written.push(text) };
  return { written, stream, clock, now: () => clock.time };
}

describe("styleOf", () => {
  const tty = { write: () => {}, isTTY: true };
  it.each([
    { name: "a terminal", stream: tty, env: {}, live: true, color: true },
    { name: "a pipe", stream: { write: () => {} }, env: {}, live: false, color: false },
    { name: "CI", stream: tty, env: { CI: "true" }, live: false, color: false },
    { name: "CI=false", stream: tty, env: { CI: "false" }, live: true, color: true },
    { name: "NO_COLOR", stream: tty, env: { NO_COLOR: "1" }, live: true, color: false },
    { name: "an empty NO_COLOR", stream: tty, env: { NO_COLOR: "" }, live: true, color: true },
    { name: "TERM=dumb", stream: tty, env: { TERM: "dumb" }, live: false, color: false },
  ])("$name", ({ stream, env, live, color }) => {
    expect(styleOf(stream, env)).toMatchObject({ live, color });
  });
});

describe("openProgressLine", () => {
  it("draws over the line, no more often than the interval, and ends it with a line break", () => {
    const { written, stream, clock, now } = recorder({ isTTY: true });
    const line = openProgressLine({ interval: 100 }, { stream, now, env: { NO_COLOR: "1" } });
    for (let step = 0; step <= 10; step++) {
      clock.time = step * 30;
      line.update({ step, total: 10, elapsed: clock.time });
    }
    line.finish({ step: 10, total: 10, elapsed: 300 });
    expect(written.map((text) => JSON.stringify(text)).join("\n")).toMatchInlineSnapshot(`
      ""\\r 0/10 ──────────────────── ?\\u001b[K"
      "\\r 4/10 ━━━━━━━━──────────── 0s 30ms/step\\u001b[K"
      "\\r 8/10 ━━━━━━━━━━━━━━━━──── 0s 30ms/step\\u001b[K"
      "\\r10/10 ━━━━━━━━━━━━━━━━━━━━ 0s 30ms/step\\u001b[K\\n""
    `);
  });

  it("writes finished lines only to a pipe, without a control character", () => {
    const { written, stream, now } = recorder();
    const line = openProgressLine({}, { stream, now, env: {} });
    line.header("Epoch 1/2");
    line.update({ step: 1, total: 10, elapsed: 30 });
    line.finish({ label: "Epoch 1/2", step: 10, total: 10, elapsed: 300, metrics: { loss: 0.5 } });
    line.break();
    expect(written).toEqual(["Epoch 1/2 10/10 - 0s 30ms/step - loss: 0.5000\n"]);
  });

  it("follows the terminal's width", () => {
    const { written, stream, now } = recorder({ isTTY: true, columns: 30 });
    const line = openProgressLine({ interval: 0 }, { stream, now, env: { NO_COLOR: "1" } });
    const state = { step: 5, total: 10, elapsed: 300, metrics: { loss: 0.5, accuracy: 0.25 } };
    line.update(state);
    Object.assign(stream, { columns: 20 });
    line.update(state);
    const widths = written.map((text) => text.length - "\r\x1b[K".length);
    expect(widths[0]).toBeLessThan(30);
    expect(widths[1]).toBeLessThan(20);
  });

  it("breaks an unfinished line once", () => {
    const { written, stream, now } = recorder({ isTTY: true });
    const line = openProgressLine({ interval: 0 }, { stream, now, env: {} });
    line.break();
    line.update({ step: 1, total: 2, elapsed: 1 });
    line.break();
    line.break();
    expect(written).toHaveLength(2);
    expect(written[1]).toBe("\n");
  });
});
