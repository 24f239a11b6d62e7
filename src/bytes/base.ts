/**
 * Where relative URLs begin in a browser: at the address of the page, in its workers too, which would begin at their own
 * script's. A worker is told by whoever loads it.
 */

let told: string | undefined;

/** What a page has, and a worker. */
const scope = globalThis as {
  readonly document?: { readonly baseURI: string };
  readonly location?: { readonly href: string };
};

/** Says where relative URLs begin in this thread, which has no page: in a worker, where those of its page do. */
export function setBaseUrl(url: string): void {
  told = url;
}

/** Where relative URLs begin here; undefined where nothing is fetched by them, as in Node. */
export function baseUrl(): string | undefined {
  return scope.document?.baseURI ?? told ?? scope.location?.href;
}

/**
 * `url` from where relative URLs begin; as it is where it is whole.
 *
 * @throws Error if there is no such place, as in a worker that was made of a Blob.
 */
export function absoluteUrl(url: string | URL): string | URL {
  // A data: URL of a MB is not read through for this.
  if (typeof url !== "string" || /^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  const base = baseUrl();
  try {
    return new URL(url, base).href;
  } catch (cause) {
    throw new Error(
      `The URL is relative, and ${base === undefined ? "nothing here says" : `${base.slice(0, 60)} does not say`} to what. Give a whole one: new URL(…, document.baseURI) in the page.`,
      { cause },
    );
  }
}
