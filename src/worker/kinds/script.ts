/** Why a Web Worker's script was not loaded: browsers give an error without a word, so it is fetched once more. */

/** Why the script at `url` was not loaded, as said after a worker's name. Never rejects. */
export async function whyNotLoaded(url: string | undefined): Promise<string> {
  if (url === undefined) return `could not load its script. ${anyCause}`;
  const what = `could not load its script ${url}:`;
  if (/^(?:blob|data):/.test(url)) return `${what} ${anyCause}`;
  try {
    const { status, headers } = await fetch(url);
    const type = headers.get("content-type") ?? "none";
    if (status >= 400) {
      return `${what} the server answered with status ${status}. Check the address; after a new release of a page, old ones ask for files that are gone: load the page again.`;
    }
    if (!/javascript/i.test(type)) {
      return `${what} the server answered with the content type ${type}, which is no JavaScript. Most often that is a page in place of a file that is not there. Check the address.`;
    }
    return `${what} the server has it. ${anyCause}`;
  } catch (cause) {
    return `${what} it could not be fetched (${(cause as Error).message}). Check the address and the network.`;
  }
}

const anyCause =
  'Check the address, that it and all modules that it imports can be had, that it is a module where it has imports ({ type: "module" }), and the page\'s Content-Security-Policy, whose worker-src must allow it.';
