/** A real Chromium, and a page in it that imports the built package as it is. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const root = new URL("../../", import.meta.url);

/** Where a system's own Chromium is; undefined where there is none. */
export const executable: string | undefined = [
  process.env.CHROMIUM_PATH ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

/** Starts it, with a fresh profile and without the habits of a desktop browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable!,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Serves the repository's `dist` and `test/browser`, and a page that finds the package through an import map. */
export async function serve(): Promise<{ readonly url: string; readonly server: Server }> {
  const imports = {
    epochal: "/dist/index.js",
    "epochal/image": "/dist/image/index.js",
    // What `imports` in package.json tells a bundler.
    ...Object.fromEntries(webModules().map((path) => [`#${path}`, `/dist/${path}.web.js`])),
  };
  const page = `<!doctype html><title>epochal</title><script type="importmap">${JSON.stringify({ imports })}</script>`;
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

/** Modules of which a page has one of its own, without their endings. */
function webModules(): string[] {
  const ending = ".web.js";
  const files = readdirSync(new URL("dist", root), { recursive: true, encoding: "utf8" });
  return files.filter((path) => path.endsWith(ending)).map((path) => path.slice(0, -ending.length));
}

/** Opens the page; `problems` collects what it complains of. */
export async function open(browser: Browser, url: string): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/favicon/.test(message.location().url)) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}
