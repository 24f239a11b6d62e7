/**
 * Programs and commands of docs/ that the tests do not run, marked `no-run` in their fence's first line, and why.
 * The key is the page and the file (```ts no-run) or the first command (```sh no-run).
 */
export const notRun: Readonly<Record<string, string>> = {
  "docs/tutorial/look.md npx epochal inspect ./photos.ts#train --classes circle,square,triangle":
    "It opens a browser, and ends by Ctrl-C; test/inspect and test/cli do.",
  "docs/how-to/see-batches.md npx epochal inspect ./dataset.ts#train --classes house,tree,boat":
    "It opens a browser, and its pictures are not those of the test; test/inspect and test/cli do.",
};
