/** What users download: the build, three pages, and nothing else. */
import type { ReleaseCheck } from "./checks.ts";

/** What `npm pack --json` tells of a tarball. */
export interface Packed {
  /** Bytes, compressed. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

export interface Entries {
  readonly exports: unknown;
  readonly imports?: unknown;
  readonly sideEffects?: unknown;
  readonly bin?: unknown;
}

const pages = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
const allowed =
  /^dist\/((?!\.)[\w.-]+\/)*((?!\.)[\w.-]+\.(js|d\.ts)|(?<=^dist\/inspect\/page\/)(licences\.txt|page\.css|page\.html))$/;
/** The inspector's page loads it; nobody imports it. */
const script = "dist/inspect/page/page.js";
/** Bytes: a tenth above 0.1.0's 914 KB is some feature's due; what makes it a third larger is a mistake. */
const most = 1_200_000;

export function tarballChecks({ size, files }: Packed, manifest: Entries): readonly ReleaseCheck[] {
  const paths = new Set(files.map(({ path }) => path));
  const named = JSON.stringify([manifest.exports, manifest.imports, manifest.sideEffects, manifest.bin])
    .match(/\.\/dist\/[^"*]+(?=")/g)
    ?.map((path) => path.slice(2));
  const list = (what: string, found: readonly string[]): string | undefined =>
    found.length === 0 ? undefined : `${what}: ${found.slice(0, 10).join(", ")}`;
  return [
    {
      what: "has README, CHANGELOG, LICENSE and package.json",
      problem: list(
        "Missing",
        pages.filter((path) => !paths.has(path)),
      ),
    },
    {
      what: "has every file that package.json names",
      problem: list(
        "Missing",
        (named ?? []).filter((path) => !paths.has(path)),
      ),
    },
    {
      what: "has types beside every module",
      problem: list(
        "Without",
        [...paths].filter(
          (path) => path.endsWith(".js") && path !== script && !paths.has(path.replace(/\.js$/, ".d.ts")),
        ),
      ),
    },
    {
      what: "has nothing but the build and these pages",
      problem: list(
        "Not meant for users",
        [...paths].filter((path) => !pages.includes(path) && !allowed.test(path)),
      ),
    },
    {
      what: `is ${Math.round(size / 1000)} KB in ${files.length} files`,
      problem: size <= most ? undefined : `At most ${most / 1000} KB. Look at what is new in it.`,
    },
  ];
}
