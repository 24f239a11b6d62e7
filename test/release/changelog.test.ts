import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { releaseChanges } from "../../scripts/release/changelog.ts";

const page = `# Changes

## Unreleased

### Added

- One thing.

## 0.1.0

- The first.
`;

describe("the changelog of a release", () => {
  it("has what was unreleased under version and date, and room for what comes", () => {
    expect(releaseChanges(page, "0.2.0", "2026-11-29")).toBe(
      page.replace("## Unreleased\n", "## Unreleased\n\n## 0.2.0 - 2026-11-29\n"),
    );
  });

  it("cannot be made twice, nor where nothing has changed", () => {
    const next = releaseChanges(page, "0.2.0", "2026-11-29");
    expect(() => releaseChanges(next, "0.2.0", "2026-11-30")).toThrow(/0\.2\.0 is out already/);
    expect(() => releaseChanges(next, "0.3.0", "2026-11-30")).toThrow(/nothing under "Unreleased"/);
    expect(() => releaseChanges(page, "0.1.0", "2026-11-29")).toThrow(/0\.1\.0 is out already/);
  });

  it.each(["", "next", "v1.0.0", "1.0", "1.0.0 beta"])("takes no %j for a version", (version) => {
    expect(() => releaseChanges(page, version, "2026-11-29")).toThrow(/A version reads 1\.2\.3/);
  });

  it("can be made of this package's own page", () => {
    const own = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
    expect(own).toContain("## Unreleased\n");
    expect(() => releaseChanges(own, "0.1.0", "2026-11-29")).toThrow(/is out already/);
  });
});
