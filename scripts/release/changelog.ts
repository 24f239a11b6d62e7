/** What a release makes of CHANGELOG.md: what stands under "Unreleased" gets a version and a date. */

const open = "## Unreleased\n";

/**
 * The page after the release of `version` on `date`.
 *
 * @throws Error saying what is in the way: no version, one that is out already, nothing to release.
 */
export function releaseChanges(page: string, version: string, date: string): string {
  if (!/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(version))
    throw new Error(`A version reads 1.2.3 or 1.2.3-beta.1, got ${JSON.stringify(version)}.`);
  const released = [...page.matchAll(/^## (\d\S*)/gm)].map(([, name]) => name!);
  if (released.includes(version))
    throw new Error(`CHANGELOG.md says that ${version} is out already. The last release is ${released[0]}.`);
  const from = page.indexOf(open);
  if (from < 0)
    throw new Error(`CHANGELOG.md has no heading "${open.trim()}". Put it above the last release.`);
  const begin = from + open.length;
  const next = page.slice(begin).search(/^## /m);
  const changes = next < 0 ? page.slice(begin) : page.slice(begin, begin + next);
  if (!/^- /m.test(changes))
    throw new Error('CHANGELOG.md says nothing under "Unreleased". Say what has changed for users.');
  return `${page.slice(0, begin)}\n## ${version} - ${date}\n${page.slice(begin)}`;
}
