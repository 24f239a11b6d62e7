/** Relative URLs, as pages and their workers have them; test/browser holds that in real ones. */
import { afterEach, expect, it, vi } from "vitest";

/** The module as a thread of a browser loads it that has `globals`. */
async function load(
  globals: Readonly<Record<string, unknown>>,
): Promise<typeof import("../../src/bytes/base.ts")> {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  vi.resetModules();
  return import("../../src/bytes/base.ts");
}

const page = {
  document: { baseURI: "https://host/app/index.html" },
  location: { href: "https://host/other" },
};
const worker = { location: { href: "https://host/assets/worker.js" } };

afterEach(() => vi.unstubAllGlobals());

it("begins at the page's address, in a worker that was told it too", async () => {
  const { absoluteUrl, setBaseUrl, baseUrl } = await load(worker);
  expect(absoluteUrl("data/x.jpg")).toBe("https://host/assets/data/x.jpg");
  setBaseUrl(page.document.baseURI);
  expect(baseUrl()).toBe("https://host/app/index.html");
  for (const [url, whole] of [
    ["data/x.jpg", "https://host/app/data/x.jpg"],
    ["./a b/ü.jpg?v=1", "https://host/app/a%20b/%C3%BC.jpg?v=1"],
    ["/x.jpg", "https://host/x.jpg"],
    ["//cdn/x.jpg", "https://cdn/x.jpg"],
    ["../x.jpg", "https://host/x.jpg"],
  ] as const) {
    expect(absoluteUrl(url)).toBe(whole);
    expect((await load(page)).absoluteUrl(url)).toBe(whole);
  }
});

it("leaves whole URLs as they are", async () => {
  const { absoluteUrl } = await load(page);
  for (const url of ["https://a/b", "HTTP://a/b", "data:,x", "blob:https://host/1", new URL("https://a/b")])
    expect(absoluteUrl(url)).toBe(url);
});

it("says so where nothing says to what a URL is relative", async () => {
  expect((await load({})).baseUrl()).toBeUndefined();
  for (const globals of [{}, { location: { href: "blob:https://host/1" } }]) {
    const { absoluteUrl } = await load(globals);
    expect(() => absoluteUrl("x.jpg")).toThrow(/The URL is relative.*new URL\(…, document\.baseURI\)/);
  }
});
