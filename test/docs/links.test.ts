/** Dead links of a built site are found, and no others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { deadLinks } from "../../scripts/docs/links.ts";

const folder = mkdtempSync(join(tmpdir(), "epochal-links-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, html: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), html);
}

it("follows links to pages, files and places, and names those that lead nowhere", () => {
  write("style.css", "");
  write("how-to/speed.html", '<h2 id="a&amp;b">A</h2>');
  write("guide/index.html", '<p id="x"></p>');
  const sound = [
    "/docs/how-to/speed",
    "/docs/how-to/speed#a&amp;b",
    "/docs/guide/",
    "/docs/guide/#x",
    "how-to/speed",
    "./how-to/speed.html",
    "#top",
    "/docs/style.css?v=1",
    "https://example.com/lost",
    "mailto:nobody@example.com",
  ];
  const dead = ["/docs/lost", "/docs/how-to/speed#lost", "#lost", "/elsewhere/", "lost.png"];
  const anchors = [...sound, ...dead].map((link) => `<a href="${link}"></a>`);
  write("index.html", `<h1 id="top"></h1>${anchors.join("")}`);
  expect(deadLinks(folder, "/docs/")).toEqual(dead.map((link) => ({ page: "index.html", link })));
});
