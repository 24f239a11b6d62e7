/** Whoever installs the package can see which commit and which workflow made it, and no token can be stolen that publishes it. */
import type { ReleaseCheck } from "./checks.ts";

export interface Published {
  readonly private?: boolean;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly repository?: { readonly type?: string; readonly url?: string };
  readonly homepage?: string;
  readonly bugs?: string;
}

/** @param workflow text of the workflow that publishes */
export function provenanceChecks(manifest: Published, workflow: string): readonly ReleaseCheck[] {
  const { publishConfig, repository } = manifest;
  const place = /^git\+https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\.git$/.exec(repository?.url ?? "")?.[1];
  const lines = workflow.split("\n").map((line) => line.trim());
  const check = (what: string, holds: boolean, problem: string): ReleaseCheck => ({
    what,
    problem: holds ? undefined : problem,
  });
  return [
    check(
      "package.json asks for provenance, and is public",
      publishConfig?.provenance === true && publishConfig.access === "public" && !manifest.private,
      'Write "publishConfig": { "access": "public", "provenance": true }, and nothing of "private".',
    ),
    check(
      "package.json says its repository, of which npm wants to see the same as the workflow's",
      place !== undefined && repository?.type === "git",
      'Write "repository": { "type": "git", "url": "git+https://github.com/OWNER/NAME.git" }.',
    ),
    check(
      "homepage and bugs are of that repository",
      place !== undefined && [manifest.homepage, manifest.bugs].every((url) => isOf(url, place)),
      "`homepage` and `bugs` must be addresses under the repository, or its GitHub pages.",
    ),
    check(
      "the workflow may say who it is",
      lines.includes("id-token: write"),
      "The job that publishes needs `permissions: id-token: write`.",
    ),
    check(
      "the workflow publishes with provenance",
      lines.some((line) => /^- run: npm publish\b.* --provenance\b/.test(line)),
      "Its last step is `npm publish --provenance`.",
    ),
    check(
      "the workflow holds no token of npm",
      !/NODE_AUTH_TOKEN|NPM_TOKEN|_authToken/.test(workflow),
      "Trusted publishing needs none: take it out of the workflow, and revoke it.",
    ),
  ];
}

function isOf(url: string | undefined, place: string): boolean {
  const [owner, name] = place.split("/");
  return (
    url !== undefined &&
    [`https://github.com/${place}`, `https://${owner}.github.io/${name}`].some((start) =>
      url.startsWith(start),
    )
  );
}
