/** Which links of a built site lead nowhere: to a page, a file or a place in a page that is not there. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** A link that leads nowhere, and the page that it stands on. */
export interface DeadLink {
  readonly page: string;
  readonly link: string;
}

/**
 * The dead links of the site in `folder`, which is served at `base`. Links to other sites are not followed.
 *
 * @param base path of the site's root, with a slash at both ends
 */
export function deadLinks(folder: string, base: string): readonly DeadLink[] {
  const files = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/")),
  );
  const pages = new Map(
    [...files]
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
  const places = new Map([...pages].map(([file, html]) => [file, placesOf(html)]));
  return [...pages].flatMap(([page, html]) =>
    linksOf(html)
      .filter((link) => !leadsSomewhere(link, page, base, files, places))
      .map((link) => ({ page, link })),
  );
}

/** Addresses of a page's links, pictures, scripts and styles, each once. */
function linksOf(html: string): readonly string[] {
  const found = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => decodeEntities(link!));
  return [...new Set(found)];
}

function placesOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decodeEntities(id!)));
}

function leadsSomewhere(
  link: string,
  page: string,
  base: string,
  files: ReadonlySet<string>,
  places: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (/^([a-z][a-z\d+.-]*:|\/\/)/i.test(link)) return true;
  const [path = "", place = ""] = link.split("#");
  const whole = path === "" ? base + page : posix.join(base, posix.dirname(page), path);
  const absolute = path.startsWith("/") ? path : whole;
  if (!absolute.startsWith(base)) return false;
  const inside = decodeURI(absolute.slice(base.length).split("?")[0]!);
  const file = [inside, `${inside}.html`, posix.join(inside, "index.html")].find((each) => files.has(each));
  if (file === undefined) return false;
  return place === "" || places.get(file)?.has(decodeURIComponent(place)) === true;
}

function decodeEntities(text: string): string {
  return text
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}
