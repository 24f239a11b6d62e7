/** Pages of these tests that start workers: an import map does not hold for a worker, so they are bundled. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serveFolder } from "./site.ts";

/** Serves `page.js` and `worker.js` of a folder beside this file, bundled and minified, in an empty page. */
export async function serveBundled(name: string): Promise<{ readonly url: string; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "epochal-page-"));
  await build({
    entryPoints: ["page.js", "worker.js"].map((file) =>
      fileURLToPath(new URL(`${name}/${file}`, import.meta.url)),
    ),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    outdir: folder,
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  const { url, server } = await serveFolder(folder);
  return {
    url,
    close() {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
