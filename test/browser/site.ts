/** Servers of pages: of the built package as it is, without a bundler, and of folders. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** Serves the repository's `dist` and `test/browser`, and a page that finds the package through an import map. */
export function serveSite(): Promise<{ readonly url: string; readonly server: Server }> {
  const page = `<!doctype html><title>epochal</title><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports: importMap() })}</script>`;
  return served((path) => {
    if (path === "/") return { type: "text/html", bytes: page };
    if (!/^\/(dist|test\/browser)\/[\w./-]+\.js$/.test(path)) return undefined;
    return fileIn(fileURLToPath(root), path);
  });
}

/** Serves files: what is not in the first of `folders` comes from the next. */
export function serveFolder(
  ...folders: readonly string[]
): Promise<{ readonly url: string; readonly server: Server }> {
  return served((path) => {
    for (const folder of folders) {
      const file = fileIn(folder, path.endsWith("/") ? `${path}index.html` : path);
      if (file) return file;
    }
    return undefined;
  });
}

interface Content {
  readonly type: string;
  readonly bytes: string | Buffer;
}

async function served(
  content: (path: string) => Content | undefined,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const found = content(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    if (found) response.setHeader("content-type", found.type).end(found.bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
};

/** A file of a folder; undefined where there is none. */
function fileIn(folder: string, path: string): Content | undefined {
  const file = join(folder, path);
  if (path.includes("..") || !existsSync(file) || !statSync(file).isFile()) return undefined;
  return {
    type: types[extname(file).toLowerCase()] ?? "application/octet-stream",
    bytes: readFileSync(file),
  };
}

/** What package.json tells a bundler for browsers, as an import map: its `exports`, and the modules of its `imports`. */
function importMap(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.fromEntries([
    ...Object.entries(manifest.exports).map(([path, to]) => [
      path.replace(".", "epochal"),
      (typeof to === "string" ? to : to.default).slice(1),
    ]),
    ...webModules().map((path) => [`#${path}`, `/dist/${path}.web.js`]),
  ]);
}

/** Modules of which a page has one of its own, without their endings. */
function webModules(): string[] {
  const ending = ".web.js";
  const files = readdirSync(new URL("dist", root), { recursive: true, encoding: "utf8" });
  return files.filter((path) => path.endsWith(ending)).map((path) => path.slice(0, -ending.length));
}
