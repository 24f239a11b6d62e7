/** The page as one file that opens from disk, with what it shows written into it. */
import { createHash } from "node:crypto";
import { show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import { type DataLoader, isDataLoader } from "../loader/data-loader.ts";
import { type PageAssets, readAssets } from "./assets.ts";
import { feedStart } from "./feed.ts";
import { checkLookOptions, helloOf, type LookOptions } from "./options.ts";
import type { BatchLook, Message, PageHello } from "./protocol.ts";
import { LoaderWatch } from "./watch.ts";

/** Looks at batches that a report keeps. */
const mostLooks = 8;

/** Records what a loader does, for a report in one file. */
export class InspectReport {
  readonly #hello: PageHello;
  readonly #watch: LoaderWatch;
  readonly #looks: BatchLook[] = [];

  /** @internal */
  constructor(loader: DataLoader<unknown>, options: LookOptions) {
    this.#hello = helloOf(loader, options, false);
    this.#watch = new LoaderWatch(loader);
    this.#watch.wants = (snapshot) => {
      this.#looks.push(snapshot);
      if (this.#looks.length > mostLooks) this.#looks.shift();
    };
  }

  /** Ends recording. What was recorded is still there. */
  stop(): void {
    this.#watch.stop();
  }

  /** The page, with what was recorded so far, as the text of one file. */
  async html(): Promise<string> {
    const messages = [this.#hello, this.#watch.feed.read(feedStart), ...this.#looks];
    return stillPage(await readAssets(), messages);
  }
}

/**
 * Records what a loader does from now on, for a report in one HTML file: the page of {@link inspect}, as it stood.
 *
 * @throws OptionError if an option is none.
 * @example
 * import { writeFile } from "node:fs/promises";
 *
 * const report = recordReport(loader, { classes: ["cat", "dog"] });
 * for await (const [x, y] of loader) { … }
 * await writeFile("report.html", await report.html());
 */
export function recordReport(loader: DataLoader<unknown>, options: LookOptions = {}): InspectReport {
  if (!isDataLoader(loader))
    throw new OptionError(`recordReport() records a DataLoader, got ${show(loader)}.`);
  checkLookOptions("recordReport()", options);
  return new InspectReport(loader, options);
}

/** The page's three files and its data as one, which may run its own program and load nothing at all. */
export function stillPage({ html, js, css }: PageAssets, messages: readonly Message[]): string {
  const script = scriptText(js);
  const style = css.replaceAll("</style", "<\\/style");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const head = `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const data = `<script type="application/json" id="epochal-report">${dataText(messages)}</script>`;
  const inlined = [
    [/<head>/, head],
    [/<link\b[^>]*\bpage\.css\b[^>]*>/, `<style>${style}</style>`],
    [/<script\b[^>]*\bpage\.js\b[^>]*><\/script>/, `${data}\n<script>${script}</script>`],
  ] as const;
  return inlined.reduce((page, [place, text]) => {
    if (!place.test(page)) throw new Error(`The inspector's page has no ${place}: a defect of epochal.`);
    return page.replace(place, () => text);
  }, html);
}

/** A script so that it ends where it ends: in a script's strings and patterns, `\/` is `/` and `\!` is `!`. */
function scriptText(js: string): string {
  return js.replace(/<(?=\/script|!--)/gi, "\\x3c");
}

/** JSON so that nothing in it ends the element that it is in. */
function dataText(messages: readonly Message[]): string {
  return JSON.stringify(messages)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
