/** What a release is held against: checks by area, each with what is wrong where it fails, and the table of them. */

export interface ReleaseCheck {
  readonly what: string;
  /** What is wrong and what to do; nothing where it holds. */
  readonly problem?: string | undefined;
}

/** In the order in which they run: what takes no time first. */
export const areas = ["tree", "version", "provenance", "tarball", "docs", "tests"] as const;
export type Area = (typeof areas)[number];

/** The areas of `--only tree,docs`; all without. */
export function areasOf(only: string | undefined): readonly Area[] {
  if (only === undefined) return areas;
  const wanted = only.split(",").map((name) => name.trim());
  const unknown = wanted.filter((name) => !areas.some((area) => area === name));
  if (unknown.length > 0)
    throw new Error(`--only takes ${areas.join(", ")}, by commas; got ${JSON.stringify(unknown[0])}.`);
  return areas.filter((area) => wanted.includes(area));
}

/** One line a check, and below a failed one what is wrong. */
export function checkTable(results: readonly (readonly [Area, readonly ReleaseCheck[]])[]): string {
  const width = Math.max(...areas.map((area) => area.length));
  return results
    .flatMap(([area, checks]) =>
      checks.map(({ what, problem }) => {
        const line = `${problem === undefined ? "pass" : "FAIL"}  ${area.padEnd(width)}  ${what}`;
        return problem === undefined ? line : `${line}\n${problem.replace(/^/gm, " ".repeat(width + 8))}`;
      }),
    )
    .join("\n");
}
