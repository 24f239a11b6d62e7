/** A page that imports the built package as it is, without a bundler. */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** Serves the repository's `dist` and `test/browser`, and a page that finds the package through an import map. */
export async function serveSite(): Promise<{ readonly url: string; readonly server: Server }> {
  const page = `<!doctype html><title>epochal</title><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports: importMap() })}</script>`;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") {
      response.setHeader("content-type", "text/html").end(page);
    } else if (/^\/(dist|test\/browser)\/[\w./-]+\.js$/.test(path) && !path.includes("..")) {
      const file = fileURLToPath(new URL(`.${path}`, root));
      if (!existsSync(file)) response.writeHead(404).end();
      else response.setHeader("content-type", "text/javascript").end(readFileSync(file));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** What package.json tells a bundler for browsers, as an import map: its `exports`, `imports` and `browser` fields. */
function importMap(): Record<string, string> {
  type Conditions = string | Readonly<Record<string, string>>;
  const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    readonly exports: Readonly<Record<string, Conditions>>;
    readonly imports?: Readonly<Record<string, Conditions>>;
    readonly browser?: Readonly<Record<string, string | false>>;
  };
  const target = (conditions: Conditions): string =>
    (typeof conditions === "string" ? conditions : conditions.default!).slice(1);
  return Object.fromEntries([
    ...Object.entries(manifest.exports).map(([path, to]) => [path.replace(".", "epochal"), target(to)]),
    ...Object.entries(manifest.imports ?? {}).map(([name, to]) => [name, target(to)]),
    ...Object.entries(manifest.browser ?? {})
      .filter(([, to]) => to)
      .map(([from, to]) => [from.slice(1), target(String(to))]),
  ]);
}
