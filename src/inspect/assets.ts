/** The page's own program: three files, which hold no data. Nothing else is ever read for a request. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FileError } from "../core/errors.ts";

/** The page's own program. */
export interface PageAssets {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

/**
 * Reads the page's own program.
 *
 * @throws FileError if the package lacks a file of it.
 */
export async function readAssets(folder: URL = new URL("./page/", import.meta.url)): Promise<PageAssets> {
  const [html, js, css] = await Promise.all(
    ["page.html", "page.js", "page.css"].map((name) => readAsset(new URL(name, folder))),
  );
  return { html: html!, js: js!, css: css! };
}

async function readAsset(url: URL): Promise<string> {
  try {
    return await readFile(url, "utf8");
  } catch (cause) {
    const path = fileURLToPath(url);
    throw new FileError(
      `The inspector's page is not there: ${path} cannot be read. Install epochal again; in its repository, npm run build makes it.`,
      { cause, path },
    );
  }
}
