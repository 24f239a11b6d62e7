/** The version, which stands in four files that must agree; only this writes it. */
import { releaseChanges } from "./changelog.ts";
import type { ReleaseCheck } from "./checks.ts";

/** Texts of the files that say the version, by their paths. */
export interface VersionedFiles {
  readonly "CHANGELOG.md": string;
  readonly "package.json": string;
  readonly "package-lock.json": string;
  readonly "src/core/version.ts": string;
}

const inSource = /(?<=^export const version = ")[^"]*/m;

/** The files of the release of `version` on `date`. Throws what `releaseChanges` does. */
export function releaseFiles(files: VersionedFiles, version: string, date: string): VersionedFiles {
  const set = (text: string, change: (json: Versioned) => void): string => {
    const json = JSON.parse(text) as Versioned;
    change(json);
    return `${JSON.stringify(json, null, 2)}\n`;
  };
  return {
    "CHANGELOG.md": releaseChanges(files["CHANGELOG.md"], version, date),
    "package.json": set(files["package.json"], (json) => {
      json.version = version;
    }),
    "package-lock.json": set(files["package-lock.json"], (json) => {
      json.version = version;
      json.packages![""]!.version = version;
    }),
    "src/core/version.ts": files["src/core/version.ts"].replace(inSource, version),
  };
}

interface Versioned {
  version: string;
  readonly packages?: Readonly<Record<string, { version: string }>>;
}

/**
 * Of `version`, which is to be made, or, without, of the one that the files say.
 *
 * @param tags that do not stand on the present commit
 */
export function versionChecks(
  files: VersionedFiles,
  version: string | undefined,
  tags: readonly string[],
): readonly ReleaseCheck[] {
  const { version: present } = JSON.parse(files["package.json"]) as Versioned;
  const lock = JSON.parse(files["package-lock.json"]) as Versioned;
  const others = {
    "package-lock.json": [lock.version, lock.packages?.[""]?.version],
    "src/core/version.ts": [inSource.exec(files["src/core/version.ts"])?.[0]],
  };
  const tag = `v${version ?? present}`;
  return [
    ...Object.entries(others).map(([path, found]) => {
      const other = found.find((each) => each !== present);
      return {
        what: `is the same in ${path} and package.json`,
        problem: found.includes(other) ? `package.json says ${present}, ${path} ${other}.` : undefined,
      };
    }),
    {
      what: `${version ?? present} has its changes in CHANGELOG.md`,
      problem:
        version === undefined
          ? released(files["CHANGELOG.md"], present)
          : unready(files["CHANGELOG.md"], version),
    },
    {
      what: `${tag} is no tag of another commit`,
      problem: tags.includes(tag) ? `There is a tag ${tag} already, elsewhere.` : undefined,
    },
  ];
}

/** Why `version` cannot be made of what is under "Unreleased". */
function unready(page: string, version: string): string | undefined {
  try {
    releaseChanges(page, version, "2000-01-01");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why `version`, without being asked for, is not what comes next: neither the newest there, with nothing after it, nor new. */
function released(page: string, version: string): string | undefined {
  const [newest] = /^## \d\S*/m.exec(page) ?? [];
  if (newest !== `## ${version}`) return unready(page, version);
  const unreleased = page.slice(0, page.indexOf(newest));
  return /^- /m.test(unreleased)
    ? `${version} is out, and there are changes after it. Say which version they become: npm run release -- VERSION --dry-run`
    : undefined;
}
