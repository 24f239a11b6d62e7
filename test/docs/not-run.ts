/**
 * Programs and commands of docs/ that the tests do not run, marked `no-run` in their fence's first line, and why.
 * The key is the page and the file (```ts no-run) or the first command (```sh no-run).
 */
export const notRun: Readonly<Record<string, string>> = {};
