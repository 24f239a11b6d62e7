import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { median, type Outcome, type Question } from "../../bench/harness/race.ts";
import { number, results, section, table } from "../../bench/harness/report.ts";

const contestant = (name: string, missing?: string) => ({ name, command: "node", args: [], missing });
const ran = (name: string, ...values: number[]): Outcome => ({
  contestant: contestant(name),
  reports: values.map((value) => ({ value, versions: { [name]: "1.0" } })),
});
const question: Question = {
  question: "How fast?",
  unit: "img/s",
  better: "more",
  baseline: "ours",
  contestants: [contestant("ours"), contestant("theirs"), contestant("absent", "not installed")],
  claims: (figure) => [
    { claim: "ahead", measured: figure("ours") / figure("theirs"), atLeast: 1.5 },
    { claim: "far ahead", measured: figure("ours") / figure("theirs"), atLeast: 3 },
    { claim: "beside the absent", measured: figure("ours") / figure("absent"), atLeast: 1 },
  ],
};

describe("median", () => {
  it("is the middle value, or the mean of the middle two", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("number", () => {
  it("shows three digits that count", () => {
    expect([1234.5, 123.4, 12.34, 1.234, 0.1234, 0, Number.NaN].map(number)).toEqual([
      "1,235",
      "123",
      "12.3",
      "1.23",
      "0.123",
      "0",
      "—",
    ]);
  });
});

describe("table", () => {
  it("aligns its columns", () => {
    expect(
      table(
        ["", "n"],
        [
          ["ab", "1,000"],
          ["c", "—"],
        ],
      ).split("\n"),
    ).toEqual(["|    |     n |", "|:---|------:|", "| ab | 1,000 |", "| c  |     — |"]);
  });
});

describe("section", () => {
  const text = section("speed", question, [
    ran("ours", 200, 100, 210),
    ran("theirs", 100, 90, 110),
    { contestant: contestant("absent"), reports: [], failure: "not installed" },
  ]);
  it("shows medians, spread and why a contestant is missing", () => {
    expect(text).toMatch(/\| ours +\| +200 \| +100 – 210 \| +1\.00 \|/);
    expect(text).toMatch(/\| absent +\| +— \| not installed \| +— \|/);
    expect(text).toContain("ours 1.0, theirs 1.0");
  });
  it("shows processor time in columns of its own, where programs tell it", () => {
    const spent = section(
      "cost",
      {
        ...question,
        claims: (_, processor) => [
          { claim: "cheaper", measured: processor("theirs") / processor("ours"), atLeast: 2 },
        ],
      },
      [
        { contestant: contestant("ours"), reports: [1, 3, 2].map((processor) => ({ value: 10, processor })) },
        { contestant: contestant("theirs"), reports: [{ value: 20, processor: 6 }] },
        ran("silent", 5),
      ],
    );
    expect(spent).toMatch(/\| ours .*\| +2\.00 \| +1\.00 – 3\.00 \| +1\.00 \|/);
    expect(spent).toMatch(/\| theirs .*\| +6\.00 \| +6\.00 – 6\.00 \| +3\.00 \|/);
    expect(spent).toMatch(/\| silent .*\| +— \| +— \| +— \|/);
    expect(spent).toContain("- shown: cheaper: 3.00 (at least 2.00 wanted)");
    expect(text).not.toContain("CPU");
  });
  it("says which claims hold, are missed, or were not measured", () => {
    expect(text).toContain("- shown: ahead: 2.00 (at least 1.50 wanted)");
    expect(text).toContain("- **missed**: far ahead: 2.00 (at least 3.00 wanted)");
    expect(text).toContain("- not measured here: beside the absent");
  });
});

describe("results", () => {
  it("replaces the sections that were measured and keeps the others", () => {
    const once = results(
      "",
      new Map([
        ["b", "## b\n\nold"],
        ["a", "## a\n\nkept"],
      ]),
    );
    const twice = results(once, new Map([["b", "## b\n\nnew"]]));
    expect(twice).toBe(once.replace("old", "new"));
    expect(twice.indexOf("## a")).toBeLessThan(twice.indexOf("## b"));
  });
});

describe("docs/benchmarks.md", () => {
  const page = readFileSync(new URL("../../docs/benchmarks.md", import.meta.url), "utf8");
  const files = readdirSync(new URL("../../bench/", import.meta.url)).filter((file) => file.endsWith(".ts"));
  it.each(files.filter((file) => file !== "run.ts"))("names bench/%s", (file) => {
    expect(page).toContain(`(../bench/${file})`);
  });
});
