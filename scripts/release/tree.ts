/** What is released is what everyone has: `main` as it is at its origin, and nothing else. */
import type { ReleaseCheck } from "./checks.ts";

export interface TreeFacts {
  readonly branch: string;
  /** As `git status --porcelain` says it. */
  readonly changed: string;
  /** Commits of `origin/main` that are not here; undefined where there is no such branch to compare with. */
  readonly behind: number | undefined;
}

export function treeChecks({ branch, changed, behind }: TreeFacts): readonly ReleaseCheck[] {
  return [
    {
      what: "is on main",
      problem: branch === "main" ? undefined : `Releases are made on main, this is ${branch}.`,
    },
    {
      what: "has nothing that is not committed",
      problem: changed === "" ? undefined : `Commit or put away what has changed first:\n${changed}`,
    },
    {
      what: "is not behind origin/main",
      problem:
        behind === 0
          ? undefined
          : behind === undefined
            ? "There is no origin/main to compare with. Add the remote and fetch it."
            : `${behind} commits of origin/main are not here. Pull them first.`,
    },
  ];
}

/** The checks themselves change nothing that is kept. */
export function unchangedCheck(before: string, after: string): ReleaseCheck {
  return {
    what: "is as it was before these checks",
    problem:
      before === after ? undefined : `Something changed it meanwhile. Before:\n${before}\nNow:\n${after}`,
  };
}
