/** Which versions of Node are fit: the same as `engines` in package.json. */

/** What `process.versions` holds, as far as it is looked at. Bun and Deno name the Node that they imitate, too. */
export interface Versions {
  readonly node?: string;
  readonly bun?: string;
  readonly deno?: string;
}

/** `^20.19 || >=22.12`: the Nodes that `require()` ES modules. */
const fit = (major: number, minor: number): boolean =>
  major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);

/**
 * Says at once, where the package is imported, that this Node is too old; without it, something else would break later.
 * Does nothing in browsers, Bun and Deno.
 *
 * @throws Error with the versions that are needed and the one that runs.
 */
export function checkEngine({ node, bun, deno }: Versions = {}): void {
  if (node === undefined || bun !== undefined || deno !== undefined) return;
  const [major, minor] = node.split(".").map(Number);
  if (fit(major!, minor!)) return;
  throw new Error(
    `epochal needs Node 20.19 or a later 20, or Node 22.12 or later, but this is Node ${node}. Install a newer Node.`,
  );
}

checkEngine((globalThis as { process?: { versions?: Versions } }).process?.versions);
