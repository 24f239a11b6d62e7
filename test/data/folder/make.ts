/** Folders of files for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Where they are made; it is gone when the tests have ended. */
export const root: string = mkdtempSync(join(tmpdir(), "epochal-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;

/** A folder with these files, each with its own path in it, or what is given; of a name that ends with a slash, a folder. */
export function make(files: Readonly<Record<string, string>> | readonly string[]): string {
  const base = join(root, `${made++}`);
  mkdirSync(base);
  const entries = Array.isArray(files) ? files.map((path) => [path, path]) : Object.entries(files);
  for (const [path, text] of entries as [string, string][]) {
    mkdirSync(path.endsWith("/") ? join(base, path) : dirname(join(base, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(base, path), text);
  }
  return base;
}
