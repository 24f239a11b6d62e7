/**
 * The folder of one cache, beside those of other data and other versions: `cache.json`, and the files of its rows.
 *
 * It is named by what its samples follow from, so that another version never meets the rows of this one. Nothing in it is
 * ever deleted, and what is not ours is left alone.
 */
import { codeOf, type Fs, remedyOfUsedUp } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { warn } from "../../core/warn.ts";
import { differingParts, type SourcePart } from "./fingerprint.ts";
import { isRowLayout, type RowLayout } from "./row.ts";
import { fileNames } from "./rows.ts";

/** What a cache is of. */
export interface CacheIdentity {
  /** The user's folder, absolute, in which each version has one of its own. */
  readonly folder: string;
  /** Name of that one, by the hash of all parts. */
  readonly key: string;
  readonly parts: readonly SourcePart[];
  /** Samples there are. */
  readonly length: number;
}

/** What is in `cache.json`. */
interface Manifest extends RowLayout {
  readonly format: typeof format;
  readonly key: string;
  readonly length: number;
  /** Names of the leaves' files, for those who read it elsewhere; null of those in archives. */
  readonly files: readonly (string | null)[];
  readonly parts: readonly SourcePart[];
}

const format = "epochal.diskCache/2";

/** Where the files of a cache are. */
export function folderOf({ folder, key }: CacheIdentity): string {
  return `${folder}/${key}`;
}

/**
 * The layout of a cache that is there; undefined where none is.
 *
 * @throws Error if what is there is not this cache.
 */
export function readLayout(fs: Fs, identity: CacheIdentity): RowLayout | undefined {
  const path = `${folderOf(identity)}/cache.json`;
  const manifest = readManifest(fs, path);
  if (manifest === undefined) return undefined;
  if (manifest === null || manifest.key !== identity.key || manifest.length !== identity.length)
    throw new Error(
      `${path} is not that of this cache. It is left as it is: delete the folder or name another.`,
    );
  const { tree, leaves } = manifest;
  return { tree, leaves };
}

/**
 * Makes the folder of a cache, and says what differs from others that are there. Where somebody else makes it at the same
 * time, it is theirs.
 *
 * @throws Error of the system where that is not possible.
 */
export function createCacheFolder(fs: Fs, identity: CacheIdentity, layout: RowLayout): void {
  const { key, length, parts } = identity;
  const folder = folderOf(identity);
  fs.mkdirSync(folder, { recursive: true });
  const manifest: Manifest = { format, key, length, files: fileNames(layout), ...layout, parts };
  if (placeFile(fs, `${folder}/cache.json`, `${JSON.stringify(manifest, null, 1)}\n`))
    sayWhatDiffers(fs, identity);
}

/** Puts a file where none is, whole or not at all; false where there is one already. */
function placeFile(fs: Fs, path: string, text: string): boolean {
  const written = `${path}.${globalThis.process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    const file = fs.openSync(written, "wx");
    try {
      fs.writeFileSync(file, text);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.linkSync(written, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return false;
    // A file system without links: whoever comes last puts there what was there.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(code ?? "") || !fs.existsSync(written))
      throw error;
    fs.renameSync(written, path);
    return true;
  } finally {
    fs.rmSync(written, { force: true });
  }
}

/** What is in a `cache.json`: undefined where there is none, null where it is none of ours. */
function readManifest(fs: Fs, path: string): Manifest | undefined | null {
  let text: string;
  try {
    text = fs.readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const found = JSON.parse(text) as Partial<Manifest> | null;
    const ours = found?.format === format && Array.isArray(found.parts) && isRowLayout(found);
    return ours ? (found as Manifest) : null;
  } catch {
    return null;
  }
}

/** Says what is another than in the cache beside this one that differs least, where there is one of the same kind. */
function sayWhatDiffers(fs: Fs, { folder, key, parts }: CacheIdentity): void {
  let least: { readonly name: string; readonly parts: readonly string[] } | undefined;
  for (const name of fs.readdirSync(folder)) {
    if (name === key) continue;
    const other = readBeside(fs, `${folder}/${name}/cache.json`);
    const differing = other && differingParts(parts, other.parts);
    if (differing && (least === undefined || differing.length < least.parts.length))
      least = { name, parts: differing };
  }
  if (least === undefined) return;
  warn(
    "EPOCHAL_DISK_CACHE_NEW",
    `diskCache() begins anew in ${folder}/${key}: ${least.parts.join(", ")} ${least.parts.length === 1 ? "is" : "are"} not what it was for ${folder}/${least.name}. Delete that folder if nothing needs it any more.`,
  );
}

/** As {@link readManifest}, of a folder that is no concern of ours. */
function readBeside(fs: Fs, path: string): Manifest | undefined {
  try {
    return readManifest(fs, path) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Why nothing is kept, in words. */
export function storageProblem(error: unknown): string {
  return remedyOfUsedUp(error) ?? (error as Error).message;
}

/** The folder as an absolute path: workers may run elsewhere. */
export function absolute(folder: string): string {
  return node("path").resolve(folder);
}
