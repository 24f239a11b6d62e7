import { describe, expect, it } from "vitest";
import { releaseFiles, type VersionedFiles, versionChecks } from "../../scripts/release/version.ts";
import { read } from "../house/modules.ts";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const files: VersionedFiles = {
  "CHANGELOG.md": "# Changes\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- The first.\n",
  "package.json": json({ name: "epochal", version: "0.1.0", license: "MIT" }),
  "package-lock.json": json({
    version: "0.1.0",
    packages: { "": { version: "0.1.0" }, "node_modules/other": { version: "0.1.0" } },
  }),
  "src/core/version.ts": '/** 0.1.0? */\nexport const version = "0.1.0";\n',
};
const problems = (texts: VersionedFiles, version?: string, tags: readonly string[] = []): string[] =>
  versionChecks(texts, version, tags).flatMap(({ problem }) => problem ?? []);

describe("a release", () => {
  const released = releaseFiles(files, "0.2.0", "2026-11-29");

  it("writes its version where it stands, and nowhere else", () => {
    expect(JSON.parse(released["package.json"])).toEqual({
      name: "epochal",
      version: "0.2.0",
      license: "MIT",
    });
    expect(JSON.parse(released["package-lock.json"])).toEqual({
      version: "0.2.0",
      packages: { "": { version: "0.2.0" }, "node_modules/other": { version: "0.1.0" } },
    });
    expect(released["src/core/version.ts"]).toBe('/** 0.1.0? */\nexport const version = "0.2.0";\n');
    expect(released["CHANGELOG.md"]).toContain("## Unreleased\n\n## 0.2.0 - 2026-11-29\n\n- New.");
  });

  it("passes the checks before it is made and after", () => {
    expect(problems(files, "0.2.0")).toEqual([]);
    expect(problems(released)).toEqual([]);
  });

  it("leaves all else of this package's own files as it is", () => {
    const own: VersionedFiles = {
      "CHANGELOG.md": files["CHANGELOG.md"],
      "package.json": read("package.json"),
      "package-lock.json": read("package-lock.json"),
      "src/core/version.ts": read("src/core/version.ts"),
    };
    const { version } = JSON.parse(own["package.json"]) as { version: string };
    const there = releaseFiles(own, "98.7.6", "2026-11-29");
    const back = releaseFiles({ ...there, "CHANGELOG.md": files["CHANGELOG.md"] }, "0.2.0", "2026-11-29");
    for (const path of ["package.json", "package-lock.json", "src/core/version.ts"] as const) {
      expect(there[path]).toContain('"98.7.6"');
      expect(back[path].replaceAll('"0.2.0"', `"${version}"`)).toBe(
        own[path].replaceAll('"0.2.0"', `"${version}"`),
      );
    }
  });
});

describe("the checks find", () => {
  it.each<[string, Partial<VersionedFiles>, RegExp]>([
    [
      "another version in the lock",
      { "package-lock.json": json({ version: "0.0.9" }) },
      /package-lock\.json 0\.0\.9/,
    ],
    [
      "another version of the lock's own package",
      { "package-lock.json": json({ version: "0.1.0", packages: { "": { version: "0.0.9" } } }) },
      /package-lock\.json 0\.0\.9/,
    ],
    [
      "another version in the source",
      { "src/core/version.ts": 'export const version = "0.0.9";' },
      /version\.ts 0\.0\.9/,
    ],
    ["no version in the source", { "src/core/version.ts": "" }, /version\.ts undefined/],
    ["nothing to release", { "CHANGELOG.md": "## Unreleased\n\n## 0.1.0\n" }, /nothing under "Unreleased"/],
  ])("%s", (_, changed, message) => {
    const found = problems({ ...files, ...changed }, "0.2.0");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it("a version that is out, and changes after the newest that have no version yet", () => {
    expect(problems(files, "0.1.0")).toEqual([expect.stringMatching(/0\.1\.0 is out already/)]);
    expect(problems(files)).toEqual([expect.stringMatching(/0\.1\.0 is out, .*VERSION --dry-run/)]);
  });

  it("a tag of the version that is elsewhere", () => {
    expect(problems(files, "0.2.0", ["v0.1.0", "v0.2.0"])).toEqual([
      expect.stringMatching(/tag v0\.2\.0 already/),
    ]);
  });
});
