import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answers, answerOf, toJson, withAnswer } from "../../bench/harness/answer.ts";
import { picture } from "../../bench/harness/picture.ts";
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
  const answer = answerOf(question, [
    ran("ours", 200, 100, 210),
    ran("theirs", 100, 90, 110),
    { contestant: contestant("absent"), reports: [], failure: "not installed" },
  ]);
  const text = section("speed", answer);
  it("shows medians, spread and why a contestant is missing", () => {
    expect(text).toMatch(/\| ours +\| +200 \| +100 – 210 \| +1\.00 \|/);
    expect(text).toMatch(/\| absent +\| +— \| not installed \| +— \|/);
    expect(text).toContain("ours 1.0, theirs 1.0");
  });
  it("shows processor time in columns of its own, where programs tell it", () => {
    const cost = answerOf(
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
    const spent = section("cost", cost);
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

describe("an answer", () => {
  const outcomes: readonly Outcome[] = [
    {
      contestant: contestant("ours"),
      reports: [{ value: 3, details: { chose: "2 workers", "MB grown": 1.5 } }],
      difference: { mean: 0, max: 0 },
    },
    ran("theirs", 1, 2, 4),
    { contestant: contestant("absent"), reports: [], failure: "not installed" },
  ];
  const answer = answerOf(question, outcomes, { caveat: "Busy.", measured: "2026-12-31" });

  it("holds all that its section shows, also when it was written and read", () => {
    const read = (JSON.parse(toJson({ speed: answer })) as Answers).speed!;
    expect(read).toEqual(answer);
    expect(section("speed", read)).toBe(section("speed", answer));
    expect(section("speed", read)).toContain("chose 2 workers, MB grown 1.50");
    expect(section("speed", read)).toContain("**Busy.**");
    expect(section("speed", read)).toContain("Measured on 2026-12-31.");
  });

  it("takes the place of an older one to the same question, and leaves the others", () => {
    const answers = withAnswer(withAnswer({}, "b", answer), "a", answer);
    expect(Object.keys(answers)).toEqual(["a", "b"]);
    const fresh = answerOf(question, [ran("ours", 7)]);
    expect(withAnswer(answers, "b", fresh)).toEqual({ a: answer, b: fresh });
  });

  it("has a line of its own in results.json for each contestant", () => {
    const lines = toJson({ speed: answer }).split("\n");
    for (const { name } of answer.contestants)
      expect(lines.filter((line) => line.startsWith(`      { "name": "${name}"`))).toHaveLength(1);
  });
});

describe("what is made of bench/results.json (npm run bench -- --render)", () => {
  const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const answers = JSON.parse(file("bench/results.json")) as Answers;

  it("is bench/RESULTS.md", () => {
    expect(results(answers)).toBe(file("bench/RESULTS.md"));
    expect(toJson(answers)).toBe(file("bench/results.json"));
  });

  it("is docs/pictures/speed.svg", () => {
    expect(picture(answers)).toBe(file("docs/pictures/speed.svg"));
  });
});

describe("picture", () => {
  const panel = (...outcomes: Outcome[]) => picture({ startup: answerOf(question, outcomes) });

  it("draws epochal first, then the others from the best on, as long as their figures", () => {
    const svg = panel(
      ran("PyTorch spawn, 2 workers", 4000),
      ran("PyTorch fork, 2 workers", 8000),
      ran("epochal, 2 workers", 2000),
    );
    expect([...svg.matchAll(/class="figure.*>([\d,]+)</g)].map(([, figure]) => figure)).toEqual([
      "2,000",
      "8,000",
      "4,000",
    ]);
    const [ours, best, other] = [...svg.matchAll(/class="bar.* width="([\d.]+)"/g)].map(([, w]) => Number(w));
    expect(best! / ours!).toBeCloseTo(4, 1);
    expect(best! / other!).toBeCloseTo(2, 1);
    expect(svg).toContain("2,000; PyTorch, fork ³ 8,000; PyTorch, spawn 4,000.</desc>");
  });

  it("leaves out who did not run, and a question that nobody answered", () => {
    const svg = panel(ran("epochal, 2 workers", 2), {
      contestant: contestant("PyTorch spawn, 2 workers"),
      reports: [],
      failure: "not installed",
    });
    expect(svg).not.toContain("spawn<");
    expect(panel()).not.toContain("<g");
  });
});

describe("docs/benchmarks.md", () => {
  const page = readFileSync(new URL("../../docs/benchmarks.md", import.meta.url), "utf8");
  const files = readdirSync(new URL("../../bench/", import.meta.url)).filter((file) => file.endsWith(".ts"));
  it.each(files.filter((file) => file !== "run.ts"))("names bench/%s", (file) => {
    expect(page).toContain(`(../bench/${file})`);
  });
});
