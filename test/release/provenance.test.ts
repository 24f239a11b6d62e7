import { expect, it } from "vitest";
import { type Published, provenanceChecks } from "../../scripts/release/provenance.ts";
import { read } from "../house/modules.ts";

const manifest = JSON.parse(read("package.json")) as Published;
const workflow = read(".github/workflows/release.yml");
const failed = (published: Published, text: string): string[] =>
  provenanceChecks(published, text).flatMap(({ what, problem }) => (problem === undefined ? [] : what));

it("takes this package and its workflow", () => {
  expect(failed(manifest, workflow)).toEqual([]);
});

it.each<[string, Published, string, RegExp]>([
  ["no publishConfig", { ...manifest, publishConfig: {} }, workflow, /asks for provenance/],
  [
    "restricted access",
    { ...manifest, publishConfig: { access: "restricted", provenance: true } },
    workflow,
    /asks for provenance/,
  ],
  ["a private package", { ...manifest, private: true }, workflow, /asks for provenance/],
  ["bugs elsewhere", { ...manifest, bugs: "https://example.org" }, workflow, /homepage and bugs/],
  ["no right to say who it is", manifest, workflow.replace(/^ *id-token: write$/m, ""), /who it is/],
  [
    "a right that is a comment",
    manifest,
    workflow.replace("id-token: write", "# id-token: write"),
    /who it is/,
  ],
  ["no provenance", manifest, workflow.replace("npm publish --provenance", "npm publish"), /publishes with/],
  ["a token", manifest, `${workflow}\n        env:\n          NODE_AUTH_TOKEN: x`, /no token/],
])("finds %s", (_, published, text, message) => {
  expect(failed(published, text)).toEqual([expect.stringMatching(message)]);
});

it.each([
  "https://github.com/epochal-js/epochal",
  "git+ssh://git@github.com/epochal-js/epochal.git",
  undefined,
])("takes no %j for the repository", (url) => {
  const repository = url === undefined ? undefined : { type: "git", url };
  const { repository: _, ...rest } = manifest;
  expect(failed({ ...rest, ...(repository && { repository }) }, workflow)).toContainEqual(
    expect.stringMatching(/says its repository/),
  );
});
